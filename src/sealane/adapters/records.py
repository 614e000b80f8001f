"""The verbs on the tables of a node's database: rows are added, changed and read; none is
deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache
from typing import Any

from sqlalchemy import JSON, Connection, Engine, Table, bindparam, insert, select, update
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from sealane.adapters.register_tables import OUTBOX
from sealane.adapters.sql import SCHEMA, driver, reading, writing

Row = Mapping[str, Any]


class SqlStore:
    """The node's database as a port: snapshots to read, atomic durable steps to write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def reading(self) -> AbstractContextManager[Connection]:
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        return writing(self.engine)

    def hinting(self) -> AbstractContextManager[Connection]:
        return writing(self.engine, durable=False)


class SqlRecords:
    """Verbs on named tables; statements are written by SQLAlchemy once a shape and kept as text.

    Table and column names come from code, never from outside; values are always bound.
    """

    def add(self, tx: Connection, table: str, /, **row: Any) -> None:
        """Insert a row."""
        text, names = _inserting(table, tuple(row))
        driver(tx).execute(text, tuple(_bound(table, name, row[name]) for name in names))

    def put(self, tx: Connection, table: str, key: Row, /, **values: Any) -> None:
        """Insert the row, or change it where it is already there."""
        if not self.change(tx, table, key, **values):
            self.add(tx, table, **key, **values)

    def change(self, tx: Connection, table: str, key: Row, /, **values: Any) -> int:
        """Change the rows that match; their number."""
        where = tuple((name, value is None) for name, value in key.items())
        text, names = _updating(table, tuple(values), where)
        both = {
            **{f"set_{name}": _bound(table, name, value) for name, value in values.items()},
            **_keys(table, key),
        }
        changed: int = driver(tx).execute(text, tuple(both[name] for name in names)).rowcount
        return changed

    def get(self, tx: Connection, table: str, /, **key: Any) -> Row | None:
        """The one row that matches, or None."""
        rows = self._select(tx, table, key, None, limit=1)
        return rows[0] if rows else None

    def find(
        self,
        tx: Connection,
        table: str,
        /,
        *,
        order: str,
        limit: int = 1000,
        after: Any = None,
        newest: bool = False,
        **where: Any,
    ) -> list[Row]:
        """At most `limit` matching rows by the order column, from beyond `after`."""
        return self._select(tx, table, where, order, limit=limit, after=after, newest=newest)

    def column(self, tx: Connection, table: str, name: str, /, **where: Any) -> list[Any]:
        """One column of every matching row, in no order."""
        target = SCHEMA.tables[table]
        compared = [
            target.c[key].is_(None) if value is None else target.c[key] == value
            for key, value in where.items()
        ]
        return list(tx.execute(select(target.c[name]).where(*compared)).scalars())

    def due(self, tx: Connection, now: int, *, limit: int = 64) -> list[Row]:
        """Outbox rows whose time has come, oldest first."""
        query = (
            select(OUTBOX)
            .where(OUTBOX.c.done.is_(None), OUTBOX.c.due <= now)
            .order_by(OUTBOX.c.id)
            .limit(limit)
        )
        return [dict(row) for row in tx.execute(query).mappings()]

    def serial(self, tx: Connection, name: str) -> int:
        """The next number of a series, never used twice."""
        row = self.get(tx, "serials", name=name)
        number = 1 if row is None else int(row["last"]) + 1
        self.put(tx, "serials", {"name": name}, last=number)
        return number

    def _select(
        self,
        tx: Connection,
        table: str,
        key: Row,
        order: str | None,
        *,
        limit: int,
        after: Any = None,
        newest: bool = False,
    ) -> list[Row]:
        where = tuple((name, value is None) for name, value in key.items())
        text, names = _selecting(table, where, order, after is not None, newest)
        given = {**_keys(table, key), "after": after, "at_most": limit, "param_1": 0}
        rows = driver(tx).execute(text, tuple(given[name] for name in names)).fetchall()
        columns, decoded = _columns(table)
        records: list[Row] = []
        for row in rows:
            record = dict(zip(columns, row, strict=True))
            for name in decoded:
                if record[name] is not None:
                    record[name] = json.loads(record[name])
            records.append(record)
        return records

    def pages(
        self, store: SqlStore, table: str, /, *, order: str, size: int = 1000, **where: Any
    ) -> Iterator[Row]:
        """Every matching row, read page by page in flat memory."""
        after = None
        while True:
            with store.reading() as tx:
                rows = self.find(tx, table, order=order, limit=size, after=after, **where)
            yield from rows
            if len(rows) < size:
                return
            after = rows[-1][order]


_DIALECT = sqlite_dialect(paramstyle="qmark")


@cache
def _columns(table: str) -> tuple[list[str], frozenset[str]]:
    """A table's columns in order, and those that hold JSON."""
    columns = SCHEMA.tables[table].columns
    in_json = frozenset(column.name for column in columns if isinstance(column.type, JSON))
    return [column.name for column in columns], in_json


Where = tuple[tuple[str, bool], ...]
"""Columns compared, each with whether it is compared with NULL."""


def _bound(table: str, name: str, value: Any) -> Any:
    if value is None or name not in _columns(table)[1]:
        return value
    return json.dumps(value, ensure_ascii=False)


def _keys(table: str, key: Row) -> dict[str, Any]:
    return {
        f"key_{name}": _bound(table, name, value)
        for name, value in key.items()
        if value is not None
    }


def _text(statement: Any) -> tuple[str, list[str]]:
    compiled = statement.compile(dialect=_DIALECT)
    return str(compiled), list(compiled.positiontup)


def _compared(target: Table, where: Where) -> list[Any]:
    return [
        target.c[name].is_(None) if null else target.c[name] == bindparam(f"key_{name}")
        for name, null in where
    ]


@cache
def _inserting(table: str, columns: tuple[str, ...]) -> tuple[str, list[str]]:
    return _text(insert(SCHEMA.tables[table]).values({name: bindparam(name) for name in columns}))


@cache
def _updating(table: str, columns: tuple[str, ...], where: Where) -> tuple[str, list[str]]:
    target = SCHEMA.tables[table]
    return _text(
        update(target)
        .where(*_compared(target, where))
        .values({name: bindparam(f"set_{name}") for name in columns})
    )


@cache
def _selecting(
    table: str, where: Where, order: str | None, after: bool, newest: bool
) -> tuple[str, list[str]]:
    target = SCHEMA.tables[table]
    query = select(target).where(*_compared(target, where)).limit(bindparam("at_most"))
    if order is not None:
        column = target.c[order]
        query = query.order_by(column.desc() if newest else column)
        if after:
            query = query.where(
                column < bindparam("after") if newest else column > bindparam("after")
            )
    return _text(query)
