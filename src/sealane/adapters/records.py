"""The verbs on the tables of a node's database: rows are added, changed and read; none is
deleted.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints

from sqlalchemy import JSON, Connection, Engine, Table, bindparam, delete, insert, select, update

from sealane.adapters.register_tables import INBOX, OUTBOX, STATEMENTS
from sealane.adapters.sql import (
    DATABASE,
    SCHEMA,
    TAKEN,
    SqlStatement,
    backend,
    open_engine,
    reading,
    writing,
)
from sealane.registry.card_records import CardStanding, HeldCard
from sealane.registry.passing import Lease, Session, ShownRefusal, SpentMeasure, WrongTries
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
from sealane.settings import SQLITE, Settings, load_settings

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

    def let_go(self) -> tuple[str, ...]:
        return backend(self.engine).release(self.engine, STATEMENTS.name, INBOX.name)


def open_store(folder: Path, settings: Settings) -> SqlStore:
    """The database that a node's settings name; the only way to it. Another node's is refused.

    Raises: Misconfigured `db.taken`, `db.unfit`, `db.driver_missing`, `settings.malformed`;
    Unavailable `store.unavailable`.
    """
    if settings.database == SQLITE:
        return SqlStore(open_engine(folder / DATABASE))
    store = SqlStore(open_engine(settings.database))
    try:
        with store.reading() as tx:
            backend(tx).require_own(tx, settings.node)
    except BaseException:
        store.engine.dispose()
        raise
    return store


def require_vacant(settings: Settings) -> None:
    """A database that a new node names holds nothing yet. Raises: Misconfigured `db.taken`; as
    `open_store`.
    """
    if settings.database == SQLITE:
        return
    engine = open_engine(settings.database)
    try:
        with reading(engine) as tx:
            holder = backend(tx).holder(tx)
    finally:
        engine.dispose()
    if holder is not None:
        raise TAKEN(holder=holder, node=settings.node)


def open_stored(folder: Path) -> SqlStore | None:
    """The database of a folder as it stands, made by nobody now; None where there is none. Raises:
    as `open_store`.
    """
    file = folder / "node.toml"
    settings = load_settings(file) if file.is_file() else None
    if settings is not None and settings.database != SQLITE:
        return open_store(folder, settings)
    place = folder / DATABASE
    return SqlStore(open_engine(place)) if place.is_file() else None


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
        both = {
            **{f"set_{name}": _bound(self._table, name, value) for name, value in values.items()},
            **_keys(self._table, key),
        }
        changed: int = _updating(self._table, tuple(values), where).run(tx, **both).rowcount
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
        bound = {name: _bound(self._table, name, value) for name, value in row.items()}
        _inserting(self._table, tuple(row)).run(tx, **bound)

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
        statement = _selecting(self._table, where, order, after is not None, newest)
        keys = _keys(self._table, key)
        rows = statement.run(tx, after=after, at_most=limit, **keys).fetchall()
        columns, in_json = _columns(self._table)
        decoded = () if backend(tx).decodes_json else in_json
        return [self._read(dict(zip(columns, row, strict=True)), decoded) for row in rows]

    def _read(self, made: dict[str, Any], decoded: Collection[str]) -> R:
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
        self.leases = SqlShelf("leases", Lease)

    def serial(self, tx: Connection, name: str) -> int:
        """The next number of a series, never used twice."""
        row = self.serials.get(tx, name=name)
        number = 1 if row is None else row.last + 1
        self.serials.put(tx, {"name": name}, last=number)
        return number


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


def _compared(target: Table, where: Where) -> list[Any]:
    return [
        target.c[name].is_(None) if null else target.c[name] == bindparam(f"key_{name}")
        for name, null in where
    ]


@cache
def _inserting(table: str, columns: tuple[str, ...]) -> SqlStatement:
    made = insert(SCHEMA.tables[table]).values({name: bindparam(name) for name in columns})
    return SqlStatement(lambda _: made)


@cache
def _updating(table: str, columns: tuple[str, ...], where: Where) -> SqlStatement:
    target = SCHEMA.tables[table]
    made = (
        update(target)
        .where(*_compared(target, where))
        .values({name: bindparam(f"set_{name}") for name in columns})
    )
    return SqlStatement(lambda _: made)


@cache
def _selecting(
    table: str, where: Where, order: str | None, after: bool, newest: bool
) -> SqlStatement:
    target = SCHEMA.tables[table]
    query = select(target).where(*_compared(target, where)).limit(bindparam("at_most"))
    if order is not None:
        column = target.c[order]
        query = query.order_by(column.desc() if newest else column)
        if after:
            query = query.where(
                column < bindparam("after") if newest else column > bindparam("after")
            )
    return SqlStatement(lambda _: query)
