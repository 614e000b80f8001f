"""The register's tables and the four verbs on them; rows close, nothing is deleted.

JSON columns hold canonical text. The tables know nothing of rules: lives are in `sealane.registry`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    select,
    update,
)

from sealane.adapters.sql import SCHEMA, reading, writing

Row = Mapping[str, Any]

PARTNERS = Table(
    "partners", SCHEMA, Column("party", String, primary_key=True), Column("node", String, nullable=False),
    Column("url", String, nullable=False), Column("card", LargeBinary, nullable=False), Column("since", String, nullable=False),
)
AGREEMENTS = Table(
    "agreements", SCHEMA, Column("id", String), Column("digest", String), Column("version", String, nullable=False),
    Column("file", LargeBinary, nullable=False), Column("signatures", JSON, nullable=False),
    Column("state", String, nullable=False), Column("since", String, nullable=False),
    PrimaryKeyConstraint("id", "digest"),
)
PEOPLE = Table(
    "people", SCHEMA, Column("id", String, primary_key=True), Column("data", JSON, nullable=False),
    Column("verifier", String), Column("since", String, nullable=False),
)
PEOPLE_HISTORY = Table(
    "people_history", SCHEMA, Column("id", String), Column("since", String), Column("data", JSON, nullable=False),
    PrimaryKeyConstraint("id", "since"),
)
FACILITIES = Table(
    "facilities", SCHEMA, Column("id", String, primary_key=True), Column("data", JSON, nullable=False),
    Column("since", String, nullable=False),
)
ASSURANCES = Table(
    "assurances", SCHEMA, Column("agreement", String), Column("by", String), Column("area", String), Column("level", String),
    Column("data", JSON, nullable=False), Column("statement", String), PrimaryKeyConstraint("agreement", "by", "area", "level"),
)
CONSENTS = Table(
    "consents", SCHEMA, Column("statement", String, primary_key=True), Column("item", String, nullable=False, index=True),
    Column("data", JSON, nullable=False),
)
ITEMS = Table(
    "items", SCHEMA, Column("id", String, primary_key=True), Column("direction", String, nullable=False),
    Column("provider", String, nullable=False), Column("agreement", String, nullable=False),
    Column("agreement_digest", String, nullable=False), Column("facts", JSON, nullable=False),
    Column("label", JSON, nullable=False), Column("label_class", String, nullable=False, index=True),
    Column("handle_as", String), Column("title", String, nullable=False), Column("media_type", String, nullable=False),
    Column("size", Integer, nullable=False), Column("container", String, nullable=False),
    Column("policy_uuid", String, nullable=False, unique=True), Column("sealed", JSON, nullable=False),
    Column("request", JSON, nullable=False), Column("decision", String, nullable=False),
    Column("state", String, nullable=False), Column("created", String, nullable=False),
    Column("recalled", String), Column("reference", String, unique=True), Column("read_only", Boolean, nullable=False, default=False),
)
COPIES = Table(
    "copies", SCHEMA, Column("item", String), Column("number", Integer), Column("holder", String, nullable=False),
    Column("place", String, nullable=False), Column("state", String, nullable=False), Column("since", String, nullable=False),
    Column("authority", String, nullable=False), PrimaryKeyConstraint("item", "number"),
)
TRANSFERS = Table(
    "transfers", SCHEMA, Column("item", String), Column("to", String), Column("state", String, nullable=False),
    Column("since", String, nullable=False), Column("due", String), Column("offer", String, nullable=False),
    Column("receipt", String), PrimaryKeyConstraint("item", "to"),
)
ENTRIES = Table(
    "entry_refs", SCHEMA, Column("origin", String), Column("index", Integer), Column("kind", String, nullable=False),
    Column("item", String, index=True), Column("statement", String, index=True), Column("at", String, nullable=False),
    PrimaryKeyConstraint("origin", "index"),
)
OUTBOX = Table(
    "outbox", SCHEMA, Column("id", Integer, primary_key=True, autoincrement=True), Column("partner", String, nullable=False),
    Column("type", String, nullable=False), Column("item", String), Column("statement", String, nullable=False, unique=True),
    Column("container", String), Column("created", String, nullable=False), Column("due", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, default=0), Column("trouble", String), Column("done", String),
    Index("outbox_due", "done", "due"),
)
INBOX = Table(
    "inbox", SCHEMA, Column("statement", String, primary_key=True), Column("by", String, nullable=False),
    Column("answer", LargeBinary, nullable=False), Column("at", String, nullable=False),
)
SERIALS = Table("serials", SCHEMA, Column("name", String, primary_key=True), Column("last", Integer, nullable=False))


class SqlStore:
    """The node's database as a port: snapshots to read, atomic durable steps to write."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def reading(self) -> AbstractContextManager[Connection]:
        return reading(self.engine)

    def writing(self) -> AbstractContextManager[Connection]:
        return writing(self.engine)


class SqlRecords:
    """Four verbs on named tables; columns are given by name and never built from outside input."""

    def add(self, tx: Connection, table: str, /, **row: Any) -> None:
        """Insert a row."""
        tx.execute(insert(SCHEMA.tables[table]).values(**row))

    def put(self, tx: Connection, table: str, key: Row, /, **values: Any) -> None:
        """Insert the row, or change it where it is already there."""
        if not self.change(tx, table, key, **values):
            self.add(tx, table, **key, **values)

    def change(self, tx: Connection, table: str, key: Row, /, **values: Any) -> int:
        """Change the rows that match; their number."""
        target = SCHEMA.tables[table]
        return tx.execute(update(target).where(*_match(target, key)).values(**values)).rowcount

    def get(self, tx: Connection, table: str, /, **key: Any) -> Row | None:
        """The one row that matches, or None."""
        target = SCHEMA.tables[table]
        row = tx.execute(select(target).where(*_match(target, key)).limit(1)).mappings().first()
        return None if row is None else dict(row)

    def find(
        self, tx: Connection, table: str, /, *, order: str, limit: int = 1000, after: Any = None, newest: bool = False,
        **where: Any,
    ) -> list[Row]:
        """At most `limit` matching rows by the order column, from beyond `after`."""
        target = SCHEMA.tables[table]
        column = target.c[order]
        query = select(target).where(*_match(target, where)).order_by(column.desc() if newest else column).limit(limit)
        if after is not None:
            query = query.where(column < after if newest else column > after)
        return [dict(row) for row in tx.execute(query).mappings()]

    def due(self, tx: Connection, now: int, *, limit: int = 64) -> list[Row]:
        """Outbox rows whose time has come, oldest first."""
        query = select(OUTBOX).where(OUTBOX.c.done.is_(None), OUTBOX.c.due <= now).order_by(OUTBOX.c.id).limit(limit)
        return [dict(row) for row in tx.execute(query).mappings()]

    def serial(self, tx: Connection, name: str) -> int:
        """The next number of a series, never used twice."""
        row = self.get(tx, "serials", name=name)
        number = 1 if row is None else int(row["last"]) + 1
        self.put(tx, "serials", {"name": name}, last=number)
        return number

    def pages(self, store: SqlStore, table: str, /, *, order: str, size: int = 1000, **where: Any) -> Iterator[Row]:
        """Every matching row, read page by page in flat memory."""
        after = None
        while True:
            with store.reading() as tx:
                rows = self.find(tx, table, order=order, limit=size, after=after, **where)
            yield from rows
            if len(rows) < size:
                return
            after = rows[-1][order]


def _match(target: Table, key: Row) -> list[Any]:
    return [target.c[name].is_(None) if value is None else target.c[name] == value for name, value in key.items()]

