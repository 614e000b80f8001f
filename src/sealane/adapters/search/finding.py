"""Pages and counts out of the index, of what a person may see and of nothing else.

What may be seen is part of every statement; nothing is fetched and left out afterwards. Where some
titles are withheld, the register is asked as two: by all words what may be read, by the open words
what may only be known of.
Spec: docs/search.md §Trimming, §Counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from sealane.adapters.search.engines import ROWS, Columns
from sealane.adapters.search.known import known
from sealane.adapters.search.view import Half, View
from sealane.registry.searched import COUNTED, Counted, LabelClass, PageAsked, Sought, VisiblePart

WALKED = 20_000
"""Where no word is asked so many of the newest rows are looked through one by one before rows are
sought by project and face.
"""


class SqlSearch:
    """`ports.Search` in the node's database."""

    def classes(self, tx: Connection) -> Mapping[int, LabelClass]:
        """Every label class of the register, by its number; the same mapping while it is so."""
        return known(tx).classes

    def page(
        self, tx: Connection, sought: Sought, visible: VisiblePart | None, asked: PageAsked
    ) -> list[str] | None:
        """Items of one page, the newest first or the best; None where the page before ended with
        an item that this person does not see.
        """
        view = View(tx, known(tx), sought, visible)
        before = None
        if asked.after is not None:
            before = None if "\0" in asked.after else view.number_of(asked.after)
            if before is None:
                return None
        if sought.words == ():
            return []
        if asked.by_relevance and sought.words is not None:
            best = sorted(row for half in view.halves() for row in _ranked(view, half, asked))
            return [item for _, _, item in best[asked.skip : asked.skip + asked.limit]]
        page: list[tuple[int, str]] = []
        for half in view.halves():
            # where the page is full, of the other half only what is newer can come on it
            above = page[-1][0] if len(page) == asked.limit else 0
            page += _newest(view, half, asked.limit, before, above)
            page = sorted(page, reverse=True)[: asked.limit]
        return [item for _, item in page]

    def counts(self, tx: Connection, sought: Sought, visible: VisiblePart | None) -> list[Counted]:
        """How many there are in all, by what they are counted by; of words, so many at most
        (`searched.COUNTED`).
        """
        if sought.words == ():
            return []
        view = View(tx, known(tx), sought, visible)
        counts: dict[int, int] = {}
        for face, count in _of_cells(view) if sought.by_face_alone else _of_rows(view):
            counts[face] = counts.get(face, 0) + count
        return _told(view, counts)


def _newest(
    view: View, half: Half, limit: int, before: int | None, above: int
) -> list[tuple[int, str]]:
    """The newest rows of a half, of those with a number above this."""
    if view.sought.words is None:
        return _of_register(view, half, limit, before)
    found: list[tuple[int, str]] = []
    columns = view.columns(half)
    for lowest in view.steps(half, before):
        ends = view.ends(columns, before=before, above=above)
        found = _named(view, _numbers(columns, view.where(half, columns, *ends)), limit)
        if len(found) >= limit or (above and lowest <= above + 1):
            break
    return found


def _of_register(view: View, half: Half, limit: int, before: int | None) -> list[tuple[int, str]]:
    """The newest rows where no word is asked: of the newest ones, else by project and face."""
    ends = view.ends(ROWS, before=before)
    if not view.by_cells:
        return _named(view, _numbers(ROWS, view.where(half, ROWS, *ends)), limit)
    lowest = (before or view.top + 1) - WALKED
    if not view.narrow or lowest <= 0:
        walked = view.ends(ROWS, before=before, above=max(lowest - 1, 0))
        found = _named(view, _numbers(ROWS, view.where(half, ROWS, *walked)), limit)
        if len(found) >= limit or lowest <= 0:
            return found
    return _named(view, view.numbers_by_cell(half, ends), limit)


def _numbers(columns: Columns, where: str) -> str:
    return (
        f"SELECT {columns.number} AS number FROM {columns.source} WHERE {where}"
        f" ORDER BY {columns.order} DESC LIMIT :limit"
    )


def _named(view: View, numbers: str, limit: int) -> list[tuple[int, str]]:
    """Rows of these numbers, the newest first."""
    view.values["limit"] = limit
    rows: list[tuple[int, str]] = view.run(
        f"SELECT r.number, r.item FROM ({numbers}) f JOIN search_rows r ON r.number = f.number"
        " ORDER BY r.number DESC"
    ).fetchall()
    return rows


def _ranked(view: View, half: Half, asked: PageAsked) -> list[tuple[float, int, str]]:
    """The best of a half: score, the number so that the newer of two comes first, the item."""
    ranked = view.engine.ranked
    view.values |= {"limit": asked.skip + asked.limit, "ranked": ranked}
    found: list[Any] = []
    columns = view.columns(half)
    for _ in view.steps(half):
        found = view.run(
            "SELECT b.score, -b.number, r.item, b.among FROM"
            " (SELECT score, number, count(*) OVER () AS among FROM"
            f" (SELECT {view.engine.scores} AS score, {columns.number} AS number"
            f" FROM {columns.source} WHERE {view.where(half, columns)}"
            f" ORDER BY {columns.order} DESC LIMIT :ranked) newest"
            " ORDER BY score, number DESC LIMIT :limit) b"
            " JOIN search_rows r ON r.number = b.number"
        ).fetchall()
        if found and found[0][3] >= ranked:
            break
    return [(float(score), int(at), item) for score, at, item, _ in found]


def _of_rows(view: View) -> Iterator[tuple[int, int]]:
    """Counts by face, row by row."""
    left = COUNTED
    view.blocks = ()
    for half in view.halves():
        columns = view.columns(half)
        most = ""
        if view.sought.words is not None:
            view.values["counted"], most = left, " LIMIT :counted"
        rows = view.run(
            f"SELECT face, count(*) FROM (SELECT {columns.face} AS face FROM {columns.source}"
            f" WHERE {view.where(half, columns)}{most}) m GROUP BY face"
        ).fetchall()
        left -= sum(count for _, count in rows)
        yield from rows
        if view.sought.words is not None and left <= 0:
            return


def _of_cells(view: View) -> Iterator[tuple[int, int]]:
    """The same where faces and projects say it all."""
    for half in view.halves():
        if view.visible is None:
            where = view.whose(half, "id") or "true"
            yield from view.run(f"SELECT id, count FROM search_faces WHERE {where}").fetchall()
            continue
        faces = f" AND {view.whose(half, 'face')}" if not half.faces.all else ""
        cells = "SELECT face, sum(count) FROM search_cells WHERE project IN"
        if view.broad:
            # all that there is, less what is of the few projects that are not seen
            where = view.whose(half, "id") or "true"
            yield from view.run(f"SELECT id, count FROM search_faces WHERE {where}").fetchall()
            less = f"{cells} {view.among_projects(others=True)}{faces} GROUP BY face"
            yield from ((face, -count) for face, count in view.run(less).fetchall())
        else:
            each = f"{cells} {view.among_projects()}{faces} GROUP BY face"
            yield from view.run(each).fetchall()
        if view.beside:
            ours = view.among_projects()
            yield from view.run(
                "SELECT face, count(*) FROM search_rows"
                f" WHERE number IN {view.engine.among('beside', 'bigint')}"
                f" AND project NOT IN {ours}{faces} GROUP BY face"
            ).fetchall()


def _told(view: View, counts: Mapping[int, int]) -> list[Counted]:
    """Counts of faces as what they are counted by."""
    told: dict[tuple[str, str, str, str], int] = {}
    for face, count in counts.items():
        values = view.known.counted_by[face]
        told[values] = told.get(values, 0) + int(count)
    return [Counted(*values, count) for values, count in told.items() if count]
