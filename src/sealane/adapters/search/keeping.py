"""An item's row into the index, in the transaction that puts the row; and the whole index anew.

Spec: docs/search.md §The index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from sealane.adapters.search import tables
from sealane.adapters.search.engines import PUT, SearchEngine, engine_of
from sealane.registry.records import Item
from sealane.registry.searched import Face, IndexedItem, LabelClass, indexed

BATCH = 2000


def keep(tx: Connection, before: Item | None, after: Item) -> None:
    """Bring the index to a row that was added or changed; in the caller's transaction. An index
    that another version filled is left as it is.
    """
    if not tables.is_current(tx):
        return
    known, new = None if before is None else indexed(before), indexed(after)
    if known == new:
        return
    engine, numbers = engine_of(tx), _Numbers(tx)
    row = _row(new, numbers)
    if known is None:
        row["number"] = _next(engine, tx, "search_rows", "number")
        engine.run(tx, PUT, row)
    else:
        query = "SELECT number, project, face FROM search_rows WHERE item = :item"
        number, project, face = engine.run(tx, query, row).fetchone()
        row["number"] = number
        engine.run(
            tx,
            "UPDATE search_rows SET created = :created, face = :face, project = :project,"
            " author = :author WHERE number = :number",
            row,
        )
        _count(engine, tx, {"project": project, "face": face, "by": -1})
    _count(engine, tx, {"project": row["project"], "face": row["face"], "by": 1})
    if known is None:
        engine.put_words(tx, row, new)
    elif engine.placed or _words(known) != _words(new):
        engine.take_words(tx, {**row, "project": project, "face": face}, known)
        engine.put_words(tx, row, new)
    if numbers.given:
        tables.restamp(tx)


def rebuild(
    tx: Connection, items: Iterable[Item], passed: Callable[[int], None] = lambda _: None
) -> int:
    """Make the index anew from every item, oldest first; how many there are.

    Args: passed: told how many more are done.
    """
    tables.drop(tx)
    tables.DERIVED.create_all(tx)
    engine = engine_of(tx)
    engine.make(tx)
    numbers, counts, total = _Numbers(tx), dict[tuple[int, int], int](), 0
    for batch in _batches(items):
        rows = []
        for item in batch:
            made, total = indexed(item), total + 1
            row = _row(made, numbers) | {"number": total}
            rows.append((row, made))
            cell = row["project"], row["face"]
            counts[cell] = counts.get(cell, 0) + 1
        engine.put_all(tx, rows)
        passed(len(rows))
    cells = [
        {"project": project, "face": face, "count": count}
        for (project, face), count in counts.items()
    ]
    if cells:
        engine.run_all(tx, "INSERT INTO search_cells VALUES (:project, :face, :count)", cells)
        for table, column in (("search_projects", "project"), ("search_faces", "face")):
            engine.run(
                tx,
                f"UPDATE {table} SET count = (SELECT coalesce(sum(c.count), 0) FROM search_cells c"
                f" WHERE c.{column} = {table}.id)",
            )
    engine.finish(tx)
    tables.mark(tx)
    return total


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    following = iter(items)
    while batch := list(islice(following, BATCH)):
        yield batch


def _row(item: IndexedItem, numbers: _Numbers) -> dict[str, Any]:
    return {
        "item": item.item,
        "created": item.created,
        "face": numbers.face(item.face),
        "project": numbers.project(item.project),
        "author": item.author,
    }


def _words(item: IndexedItem) -> tuple[Any, ...]:
    return item.open, item.closed, item.project


def _count(engine: SearchEngine, tx: Connection, values: Mapping[str, int]) -> None:
    """So many items more of a project that show a face."""
    engine.run(
        tx,
        "INSERT INTO search_cells (project, face, count) VALUES (:project, :face, :by)"
        " ON CONFLICT (project, face) DO UPDATE SET count = search_cells.count + :by",
        values,
    )
    engine.run(tx, "UPDATE search_projects SET count = count + :by WHERE id = :project", values)
    engine.run(tx, "UPDATE search_faces SET count = count + :by WHERE id = :face", values)


class _Numbers:
    """Numbers of faces, label classes and projects, given on first sight."""

    def __init__(self, tx: Connection) -> None:
        self._tx, self._engine = tx, engine_of(tx)
        self._known: dict[Face | LabelClass | str, int] = {}
        self.given = False
        """Whether one was given that there was not."""

    def face(self, face: Face) -> int:
        """The number of a face."""
        if face not in self._known:
            values = {"class": self._class(face.label_class), **face._asdict()}
            del values["label_class"]
            self._known[face] = self._numbered("search_faces", values, count=0)
        return self._known[face]

    def project(self, project: str) -> int:
        """The number of a project."""
        if project not in self._known:
            self._known[project] = self._numbered("search_projects", {"project": project}, count=0)
        return self._known[project]

    def _class(self, label_class: LabelClass) -> int:
        if label_class not in self._known:
            self._known[label_class] = self._numbered("search_classes", label_class._asdict())
        return self._known[label_class]

    def _numbered(self, table: str, values: Mapping[str, Any], **new: Any) -> int:
        where = " AND ".join(f"{name} = :{name}" for name in values)
        query = f"SELECT id FROM {table} WHERE {where}"
        found = self._engine.run(self._tx, query, values).fetchone()
        if found is not None:
            return int(found[0])
        row = {"id": _next(self._engine, self._tx, table, "id"), **values, **new}
        places = ", ".join(f":{name}" for name in row)
        insert = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})"
        self._engine.run(self._tx, insert, row)
        self.given = True
        return int(row["id"])


def _next(engine: SearchEngine, tx: Connection, table: str, column: str) -> int:
    """The number after the highest; writers of one node take turns."""
    query = f"SELECT coalesce(max({column}), 0) + 1 FROM {table}"
    return int(engine.run(tx, query).fetchone()[0])
