"""One question of one person, as conditions on rows and the values that they bind.

Spec: docs/search.md §Trimming.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from sealane.adapters.search.engines import ROWS, Block, Columns, SearchEngine, engine_of
from sealane.adapters.search.known import Admitted, IndexNumbers
from sealane.registry.searched import Sought, VisiblePart

NARROW = 8
"""Who sees less than one in so many is asked for by project in the index of words too."""


class Half(NamedTuple):
    """What is asked of the rows whose titles the person may read, or of the others."""

    told: bool
    faces: Admitted


@dataclass(slots=True)
class View:
    """One question of one person."""

    tx: Connection
    known: IndexNumbers
    sought: Sought
    visible: VisiblePart | None
    engine: SearchEngine = field(init=False)
    values: dict[str, Any] = field(default_factory=lambda: {"zero": b"\0"})
    projects: Admitted | None = None
    beside: dict[int, str] = field(default_factory=dict)
    """Items that are named singly: their numbers, with their projects."""
    keys: frozenset[str] | None = None
    blocks: tuple[Block, ...] = ()
    """The rows that are asked; none: all."""
    narrow: bool = False
    top: int = 0
    """The number of the newest row."""

    def __post_init__(self) -> None:
        self.engine = engine_of(self.tx)
        for name in ("author", "since", "until"):
            self.values[name] = getattr(self.sought, name)
        visible = self.visible
        if visible is not None:
            self.projects = self.known.projects_of(self.tx, visible.projects)
        if visible is not None and visible.items:
            self.values["items"] = self.engine.listed(visible.items)
            rows = self.run(
                "SELECT r.number, p.project FROM search_rows r"
                " JOIN search_projects p ON p.id = r.project"
                f" WHERE r.item IN {self.engine.among('items', 'text')}"
            )
            self.beside = dict(rows.fetchall())
            self.values["beside"] = self.engine.listed(self.beside)
        if self.sought.words is None or self.engine.keyed:
            self._measure()

    def _measure(self) -> None:
        """Whether the person sees little of the register, so that it is faster to begin there."""
        self.top = int(self.run("SELECT coalesce(max(number), 0) FROM search_rows").fetchone()[0])
        if self.visible is None:
            return
        (seen,) = self.run(
            "SELECT coalesce(sum(count), 0) FROM search_projects"
            f" WHERE id IN {self.among_projects()}"
        ).fetchone()
        seen = int(seen) + len(self.beside)
        if seen * NARROW < self.top:
            projects = self.visible.projects | set(self.beside.values())
            self.narrow = seen * seen < 50 * self.top
            self.keys = projects if projects and "" not in projects else None

    def among_projects(self, *, others: bool = False) -> str:
        """The projects that the person sees, or those not, to be looked among: written out where
        a question looks among them, and not for one that only holds rows against them.
        """
        seen, name = self.projects, "others" if others else "listed"
        assert seen is not None
        if name not in self.values:
            every = range(1, self.known.projects + 1)
            these = [one for one in every if not seen.each[one]] if others else seen.ids
            self.values[name] = self.engine.listed(these)
        return self.engine.among(name, "bigint")

    @property
    def broad(self) -> bool:
        """Whether the person sees more projects than not."""
        return self.projects is not None and 2 * len(self.projects.ids) > self.known.projects

    def number_of(self, item: str) -> int | None:
        """Where an item stands, if this person sees it."""
        self.values["item"] = item
        where = " AND ".join(["r.item = :item", *self._seen(ROWS)])
        row = self.run(f"SELECT r.number FROM search_rows r WHERE {where}").fetchone()
        return None if row is None else int(row[0])

    def halves(self) -> Iterator[Half]:
        """The rows whose titles may be read, and the others; together where no word is asked."""
        if self.projects is not None and not (self.projects.ids or self.beside):
            return
        if self.visible is None or self.sought.words is None:
            ways: tuple[bool | None, ...] = (None,)
        else:
            ways = (True, False)
        for told in ways:
            reached = None if self.visible is None else self.visible.reached
            faces = self.known.faces_of(self.sought, reached, told=told)
            if faces.ids:
                yield Half(told is not False, faces)

    def columns(self, half: Half) -> Columns:
        """What is selected from for a half."""
        if self.sought.words is None:
            return ROWS
        exact = half.faces.exact and (self.projects is None or self.projects.exact)
        return self.engine.columns(rows=not exact or bool(self._dated()))

    def steps(self, half: Half, before: int | None = None) -> Iterator[int]:
        """Parts of the rows to ask, from the newest on or from before one, each holding the one
        before it; until enough is found. Yields the number from which on a part is asked whole.
        """
        self.blocks = ()
        if not half.told and len(self.engine.steps) > 1:
            # hardly ever a number, a nation or a person is asked for: then no part holds anything;
            # nor does this question tell of what is there and not seen
            columns = self.columns(half)
            where = self.where(half, columns)
            if self.run(f"SELECT 1 FROM {columns.source} WHERE {where} LIMIT 1").fetchone() is None:
                return
        top = self.top if before is None else before - 1
        for bits in self.engine.steps if self.keys is None else self.engine.keyed_steps:
            self.blocks = () if bits is None else ((bits, top >> bits), (bits, (top >> bits) - 1))
            lowest = 0 if bits is None else max((top >> bits) - 1, 0) << bits
            yield lowest
            if not lowest:
                return

    @property
    def by_cells(self) -> bool:
        """Whether projects and faces say which rows are asked for."""
        return not self._dated()

    def ends(self, columns: Columns, *, before: int | None, above: int = 0) -> list[str]:
        """Conditions on where a row stands: before one, above another."""
        ends = []
        for name, sign, number in (("before", "<", before), ("above", ">=", above and above + 1)):
            if number:
                ends.append(f"{columns.order} {sign} :{name}")
                self.values[name] = number << columns.shift
        return ends

    def numbers_by_cell(self, half: Half, ends: Sequence[str]) -> str:
        """The numbers of the newest rows, found by project and face."""
        whose = [self.whose(half, "x.face")] if not half.faces.all else []
        cells = ["x.count > 0", *whose]
        if self.visible is not None:
            cells.append(f"x.project IN {self.among_projects()}")
        found = (
            # cells first, however an engine would begin
            "SELECT r.number AS number FROM search_cells x CROSS JOIN search_rows r"
            " WHERE r.project = x.project AND r.face = x.face"
            f" AND {' AND '.join([*cells, *ends])}"
        )
        if self.beside:
            named = [f"r.number IN {self.engine.among('beside', 'bigint')}", *ends]
            named += self._of_faces(half.faces, ROWS)
            found += f" UNION SELECT r.number FROM search_rows r WHERE {' AND '.join(named)}"
        return f"SELECT number FROM ({found}) n ORDER BY number DESC LIMIT :limit"

    def whose(self, half: Half, column: str) -> str:
        """The condition that a face, by its number, is one of a half's."""
        return "" if half.faces.all else self.passing(column, "faces", half.faces)

    def where(self, half: Half, columns: Columns, *more: str) -> str:
        """Every condition of a half."""
        asked = [*self._matching(half), *more, *self._seen(columns)]
        asked += [*self._of_faces(half.faces, columns), *self._dated()]
        return " AND ".join(asked) or "true"

    def passing(self, column: str, name: str, seen: Admitted, *, folded: bool = False) -> str:
        """The condition that a number passes, which no list is carried for."""
        bound = f"{name}_folded" if folded else name
        self.values[bound] = seen.folded if folded else seen.each
        return f"substr(:{bound}, {self.engine.counted(column)}, 1) > :zero"

    def run(self, text: str) -> Any:
        return self.engine.run(self.tx, text, self.values)

    def _of_faces(self, faces: Admitted, columns: Columns) -> list[str]:
        if faces.all:
            return []
        return [self.passing(columns.face, "faces", faces, folded=columns.folded)]

    def _seen(self, columns: Columns) -> list[str]:
        """What lets a person see a row."""
        if self.projects is None:
            return []
        passing = self.passing(columns.project, "projects", self.projects, folded=columns.folded)
        if not self.beside:
            return [passing]
        named = f"{columns.number} IN {self.engine.among('beside', 'bigint')}"
        return [f"({passing} OR {named})"]

    def _dated(self) -> list[str]:
        return [
            condition
            for name, condition in (
                ("author", "r.author = :author"),
                ("since", "r.created >= :since"),
                ("until", "r.created < :until"),
            )
            if self.values[name] is not None
        ]

    def _matching(self, half: Half) -> list[str]:
        if self.sought.words is None:
            return []
        self.values["match"] = self.engine.match(
            self.sought.words, told=half.told, keys=self.keys, blocks=self.blocks
        )
        return [self.engine.matching]
