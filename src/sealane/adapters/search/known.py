"""What a process knows of an index by its stamp: its label classes and faces, and which of its
faces and projects a question reaches, each a byte by its number.

So a row is held against a question by looking at one byte of two; no list is carried into a
statement, and none is made twice.
Spec: docs/search.md §Trimming, §The index.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import Connection

from sealane.adapters.search import tables
from sealane.adapters.search.engines import FOLDED, engine_of
from sealane.registry.searched import LabelClass, Sought

INDEXES, PLANS = 32, 256
"""So many indexes are known at a time, and so many answers of each."""


class KnownFace(NamedTuple):
    """A row of `search_faces`."""

    id: int
    of_class: int
    handle_as: str
    originator: str
    state: str
    direction: str
    kind: str


class Admitted(NamedTuple):
    """Numbers that pass: a byte for each, 1 where it does."""

    each: bytes
    folded: bytes
    """The same for numbers that are told by their lowest bits: one byte may stand for several."""
    ids: tuple[int, ...]
    all: bool
    """Whether there is none that does not pass."""

    @property
    def exact(self) -> bool:
        """Whether a folded byte stands for one number alone."""
        return len(self.each) <= FOLDED


@dataclass(slots=True)
class IndexNumbers:
    """One state of an index's numbers."""

    classes: Mapping[int, LabelClass]
    faces: tuple[KnownFace, ...]
    projects: int
    """The highest number of a project."""
    counted_by: Mapping[int, tuple[str, str, str, str]] = field(init=False)
    """Of each face by its number the area, the level, the originator and the state."""
    _plans: OrderedDict[Any, Admitted] = field(default_factory=OrderedDict)
    _turn: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        of = self.classes
        self.counted_by = {
            one.id: (of[one.of_class].area, of[one.of_class].level, one.originator, one.state)
            for one in self.faces
        }

    def faces_of(
        self, sought: Sought, reached: frozenset[int] | None, *, told: bool | None
    ) -> Admitted:
        """The faces that a question asks for.

        Args:
            reached: label classes whose titles the person may read.
            told: those of these classes alone, or those of the others alone; None: of any.
        """
        asked = (
            *(sought.area, sought.level, sought.originator),
            *(sought.state, sought.direction, sought.kind),
        )
        key = asked, told, None if told is None else reached

        def shown(face: KnownFace) -> bool:
            of_class = self.classes[face.of_class]
            return (
                (told is None or (face.of_class in (reached or ())) == told)
                and sought.area in (None, of_class.area)
                and sought.level in (None, of_class.level, face.handle_as)
                and sought.originator in (None, face.originator)
                and sought.state in (None, face.state)
                and sought.direction in (None, face.direction)
                and sought.kind in (None, face.kind)
            )

        most = self.faces[-1].id if self.faces else 0
        return self._kept(key, lambda: _seen((f.id for f in self.faces if shown(f)), most))

    def projects_of(self, tx: Connection, names: frozenset[str]) -> Admitted:
        """The numbers of these projects, of those that have one."""

        def asked() -> Admitted:
            engine = engine_of(tx)
            rows = engine.run(
                tx,
                "SELECT id FROM search_projects"
                f" WHERE project IN {engine.among('projects', 'text')}",
                {"projects": engine.listed(names)},
            )
            return _seen((int(row[0]) for row in rows.fetchall()), self.projects)

        return self._kept(names, asked)

    def _kept(self, key: object, made: Callable[[], Admitted]) -> Admitted:
        found = self._plans.get(key)
        if found is None:
            found = made()
            with self._turn:
                self._plans[key] = found
                while len(self._plans) > PLANS:
                    self._plans.popitem(last=False)
        return found


def _seen(ids: Iterable[int], most: int) -> Admitted:
    passing = tuple(ids)
    found, folded = bytearray(most + 1), bytearray(min(most + 1, FOLDED))
    for one in passing:
        found[one] = folded[one % FOLDED] = 1
    return Admitted(bytes(found), bytes(folded), passing, len(passing) == most)


def known(tx: Connection) -> IndexNumbers:
    """What is known of the index as this transaction reads it. Raises: Misconfigured
    `search.stale`.
    """
    stamp = tables.require_current(tx)
    found = _KNOWN.get(stamp)
    if found is None:
        found = _read(tx)
        with _TURN:
            _KNOWN[stamp] = found
            while len(_KNOWN) > INDEXES:
                _KNOWN.popitem(last=False)
    return found


_KNOWN: OrderedDict[str, IndexNumbers] = OrderedDict()
_TURN = Lock()


def _read(tx: Connection) -> IndexNumbers:
    run = engine_of(tx).run
    classes = run(
        tx, "SELECT id, agreement, provider, policy, level, caveated, area FROM search_classes"
    ).fetchall()
    faces = run(
        tx,
        "SELECT id, class, handle_as, originator, state, direction, kind FROM search_faces"
        " ORDER BY id",
    ).fetchall()
    most = run(tx, "SELECT coalesce(max(id), 0) FROM search_projects").fetchone()[0]
    return IndexNumbers(
        {
            number: LabelClass(agreement, provider, policy, level, bool(caveated), area)
            for number, agreement, provider, policy, level, caveated, area in classes
        },
        tuple(KnownFace(*row) for row in faces),
        int(most),
    )
