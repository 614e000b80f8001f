"""Shelves of the register: one table's rows as frozen records."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import Connection, Table, delete, or_, select

from sealane.adapters import shelf_statements
from sealane.adapters.register_tables import OUTBOX
from sealane.adapters.sql import SCHEMA, backend
from sealane.registry.records import OutboxRow

R = TypeVar("R")
ALL = 1 << 40


class SqlShelf(Generic[R]):
    """One table's rows as frozen records; statements are written by SQLAlchemy once a shape and
    kept as text.

    Table and member names come from code, never from outside; values are always bound.
    """

    def __init__(
        self,
        table: str,
        record: type[R],
        kept: Callable[[Connection, R | None, R], None] | None = None,
    ) -> None:
        """Args: kept: told of each record that is added or changed, before and after, in the same
        step.
        """
        self._table = table
        self._record = record
        self._kept = kept
        self._members = [field.name for field in fields(record)]  # type: ignore[arg-type]
        kinds = get_type_hints(record)
        self._words = {
            name: kind
            for name, kind in kinds.items()
            if isinstance(kind, type) and issubclass(kind, StrEnum)
        }

    def add(self, tx: Connection, record: R, /) -> None:
        """Insert a record; a member that the store gives by itself is left to it."""
        row = {name: getattr(record, name) for name in self._members}
        if row.get("id", "") is None:
            del row["id"]
        self._insert(tx, row)
        if self._kept is not None:
            self._kept(tx, None, record)

    def add_all(self, tx: Connection, records: Sequence[R], /) -> None:
        """Insert many records, whose every member is given."""
        rows = [
            [
                shelf_statements.bound(self._table, name, getattr(record, name))
                for name in self._members
            ]
            for record in records
        ]
        shelf_statements.inserting_all(self._table, tuple(self._members)).run(tx, rows)
        for record in records if self._kept is not None else ():
            assert self._kept is not None
            self._kept(tx, None, record)

    def put(self, tx: Connection, key: Mapping[str, object], /, **values: object) -> None:
        """Insert the record, or change it where it is already there."""
        if not self.change(tx, key, **values):
            self._insert(tx, {**key, **values})
            if self._kept is not None:
                self._kept(tx, None, *self._select(tx, key, None, limit=1))

    def change(self, tx: Connection, key: Mapping[str, object], /, **values: object) -> int:
        """Change the records that match; their number."""
        where = tuple((name, value is None) for name, value in key.items())
        both = {
            **{
                f"set_{name}": shelf_statements.bound(self._table, name, value)
                for name, value in values.items()
            },
            **shelf_statements.keys(self._table, key),
        }
        before = [] if self._kept is None else self._select(tx, key, None, limit=ALL)
        changed: int = (
            shelf_statements.updating(self._table, tuple(values), where).run(tx, **both).rowcount
        )
        for one in before:
            assert self._kept is not None
            self._kept(tx, one, replace(one, **values))  # type: ignore[type-var]
        return changed

    def get(self, tx: Connection, /, **key: object) -> R | None:
        """The one record that matches, or None."""
        found = self._select(tx, key, None, limit=1)
        return found[0] if found else None

    def find(
        self,
        tx: Connection,
        /,
        *,
        order: str,
        limit: int = 1000,
        after: object = None,
        newest: bool = False,
        **where: object,
    ) -> list[R]:
        """At most `limit` matching records by the order member, from beyond `after`."""
        return self._select(tx, where, order, limit=limit, after=after, newest=newest)

    def column(self, tx: Connection, name: str, /, **where: object) -> list[Any]:
        """One member of every matching record, in no order."""
        where_ = tuple((member, value is None) for member, value in where.items())
        statement = shelf_statements.one_column(self._table, name, where_)
        keys = shelf_statements.keys(self._table, where)
        found = [value for (value,) in statement.run(tx, **keys).fetchall()]
        if name in shelf_statements.columns(self._table)[1] and not backend(tx).decodes_json:
            return [None if value is None else json.loads(value) for value in found]
        return found

    def count(self, tx: Connection, /, **where: object) -> int:
        """How many records match."""
        where_ = tuple((member, value is None) for member, value in where.items())
        statement = shelf_statements.counting(self._table, where_)
        (count,) = statement.run(tx, **shelf_statements.keys(self._table, where)).fetchone()
        return int(count)

    def among(self, tx: Connection, name: str, values: Collection[object], /) -> list[R]:
        """Every record whose member is one of these, in no order."""
        if not values:
            return []
        statement = shelf_statements.among(self._table, name)
        rows = tx.execute(statement, {"values": list(values)}).fetchall()
        columns, _ = shelf_statements.columns(self._table)
        return [self._read(dict(zip(columns, row, strict=True)), ()) for row in rows]

    def _insert(self, tx: Connection, row: Mapping[str, object]) -> None:
        bound = {
            name: shelf_statements.bound(self._table, name, value) for name, value in row.items()
        }
        shelf_statements.inserting(self._table, tuple(row)).run(tx, **bound)

    def _select(
        self,
        tx: Connection,
        key: Mapping[str, object],
        order: str | None,
        *,
        limit: int,
        after: object = None,
        newest: bool = False,
    ) -> list[R]:
        where = tuple((name, value is None) for name, value in key.items())
        statement = shelf_statements.selecting(self._table, where, order, after is not None, newest)
        keys = shelf_statements.keys(self._table, key)
        rows = statement.run(tx, after=after, at_most=limit, **keys).fetchall()
        columns, in_json = shelf_statements.columns(self._table)
        decoded = () if backend(tx).decodes_json else in_json
        return [self._read(dict(zip(columns, row, strict=True)), decoded) for row in rows]

    def _read(self, made: dict[str, Any], decoded: Collection[str]) -> R:
        for name in decoded:
            if made[name] is not None:
                made[name] = json.loads(made[name])
        for name, words in self._words.items():
            made[name] = words(made[name])
        return self._record(**made)


def _compared(target: Table, where: Mapping[str, object]) -> list[Any]:
    """Every member of a record held against its value; None: it is missing."""
    return [
        target.c[name].is_(None) if value is None else target.c[name] == value
        for name, value in where.items()
    ]


class SqlOutbox(SqlShelf[OutboxRow]):
    """What waits for partners, with the question that the deliverer asks."""

    def ready(
        self, tx: Connection, now: int, latest: int, /, *, limit: int = 64, **where: object
    ) -> list[OutboxRow]:
        """Matching rows whose time has come, or is due after `latest`; oldest first."""
        query = (
            select(OUTBOX)
            .where(OUTBOX.c.done.is_(None), or_(OUTBOX.c.due <= now, OUTBOX.c.due > latest))
            .where(*(OUTBOX.c[name] == value for name, value in where.items()))
            .order_by(OUTBOX.c.id)
            .limit(limit)
        )
        return [OutboxRow(**row) for row in tx.execute(query).mappings()]


class SqlPassing(SqlShelf[R]):
    """Rows that are forgotten once their `until` has passed."""

    def forget(self, tx: Connection, now: int, /) -> None:
        """Delete what has ended."""
        target = SCHEMA.tables[self._table]
        tx.execute(delete(target).where(target.c.until <= now))


class SqlDerived(SqlShelf[R]):
    """Rows that are made from others, and deleted to be made anew."""

    def drop(self, tx: Connection, /, **key: object) -> None:
        """Delete what matches."""
        target = SCHEMA.tables[self._table]
        tx.execute(delete(target).where(*_compared(target, key)))
