"""The verbs on the tables of a node's database: rows are added, changed and read; none is
deleted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import JSON, Connection, Engine, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from sealane.adapters.register_tables import OUTBOX
from sealane.adapters.sql import SCHEMA, driver, reading, writing
from sealane.registry.card_records import CardStanding, HeldCard
from sealane.registry.passing import Session, ShownRefusal, SpentMeasure, WrongTries
from sealane.registry.records import (
    AssuranceEntry,
    ClientEntry,
    Copy,
    Currency,
    EntryRef,
    Equivocation,
    FacilityEntry,
    HeldAgreement,
    HeldNotices,
    InboxRow,
    Item,
    ItemContainer,
    KeptStatement,
    OutboxRow,
    Partner,
    PartnerRefusals,
    PartnerServices,
    PersonEntry,
    RecordedAuthority,
    Serial,
    Transfer,
)

R = TypeVar("R")


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


class SqlShelf(Generic[R]):
    """One table's rows as frozen records; statements are written by SQLAlchemy once a shape and
    kept as text.

    Table and member names come from code, never from outside; values are always bound.
    """

    def __init__(self, table: str, record: type[R]) -> None:
        self._table = table
        self._record = record
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

    def put(self, tx: Connection, key: Mapping[str, object], /, **values: object) -> None:
        """Insert the record, or change it where it is already there."""
        if not self.change(tx, key, **values):
            self._insert(tx, {**key, **values})

    def change(self, tx: Connection, key: Mapping[str, object], /, **values: object) -> int:
        """Change the records that match; their number."""
        where = tuple((name, value is None) for name, value in key.items())
        text, names = _updating(self._table, tuple(values), where)
        both = {
            **{f"set_{name}": _bound(self._table, name, value) for name, value in values.items()},
            **_keys(self._table, key),
        }
        changed: int = driver(tx).execute(text, tuple(both[name] for name in names)).rowcount
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
        target = SCHEMA.tables[self._table]
        compared = [
            target.c[key].is_(None) if value is None else target.c[key] == value
            for key, value in where.items()
        ]
        return list(tx.execute(select(target.c[name]).where(*compared)).scalars())

    def _insert(self, tx: Connection, row: Mapping[str, object]) -> None:
        text, names = _inserting(self._table, tuple(row))
        driver(tx).execute(text, tuple(_bound(self._table, name, row[name]) for name in names))

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
        text, names = _selecting(self._table, where, order, after is not None, newest)
        given = {**_keys(self._table, key), "after": after, "at_most": limit, "param_1": 0}
        rows = driver(tx).execute(text, tuple(given[name] for name in names)).fetchall()
        return [self._read(row) for row in rows]

    def _read(self, row: Sequence[Any]) -> R:
        columns, decoded = _columns(self._table)
        made = dict(zip(columns, row, strict=True))
        for name in decoded:
            if made[name] is not None:
                made[name] = json.loads(made[name])
        for name, words in self._words.items():
            made[name] = words(made[name])
        return self._record(**made)


class SqlOutbox(SqlShelf[OutboxRow]):
    """What waits for partners, with the question that the deliverer asks."""

    def ready(
        self, tx: Connection, now: int, /, *, limit: int = 64, **where: object
    ) -> list[OutboxRow]:
        """Matching rows whose time has come, oldest first."""
        query = (
            select(OUTBOX)
            .where(OUTBOX.c.done.is_(None), OUTBOX.c.due <= now)
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


class SqlRecords:
    """The register of a node in its database: one shelf for each table."""

    def __init__(self) -> None:
        self.items = SqlShelf("items", Item)
        self.containers = SqlShelf("containers", ItemContainer)
        self.copies = SqlShelf("copies", Copy)
        self.transfers = SqlShelf("transfers", Transfer)
        self.people = SqlShelf("people", PersonEntry)
        self.facilities = SqlShelf("facilities", FacilityEntry)
        self.assurances = SqlShelf("assurances", AssuranceEntry)
        self.partners = SqlShelf("partners", Partner)
        self.cards = SqlShelf("cards", HeldCard)
        self.card_standings = SqlShelf("card_standings", CardStanding)
        self.agreements = SqlShelf("agreements", HeldAgreement)
        self.notices = SqlShelf("notices", HeldNotices)
        self.entry_refs = SqlShelf("entry_refs", EntryRef)
        self.statements = SqlShelf("statements", KeptStatement)
        self.outbox = SqlOutbox("outbox", OutboxRow)
        self.inbox = SqlShelf("inbox", InboxRow)
        self.clients = SqlShelf("clients", ClientEntry)
        self.services = SqlShelf("services", PartnerServices)
        self.equivocations = SqlShelf("equivocations", Equivocation)
        self.refusals = SqlShelf("refusals", PartnerRefusals)
        self.serials = SqlShelf("serials", Serial)
        self.authorities = SqlShelf("authorities", RecordedAuthority)
        self.currency = SqlShelf("currency", Currency)
        self.sessions = SqlPassing("sessions", Session)
        self.tries = SqlPassing("tries", WrongTries)
        self.shown = SqlPassing("shown", ShownRefusal)
        self.measures = SqlShelf("measures", SpentMeasure)

    def serial(self, tx: Connection, name: str) -> int:
        """The next number of a series, never used twice."""
        row = self.serials.get(tx, name=name)
        number = 1 if row is None else row.last + 1
        self.serials.put(tx, {"name": name}, last=number)
        return number


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


def _keys(table: str, key: Mapping[str, object]) -> dict[str, Any]:
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
