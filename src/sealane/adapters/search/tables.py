"""The tables of the index, and the mark of who filled it.

An index that another version of the code filled is left alone, by writers too, and answers nothing
until it is made anew: half an index would hide items without a word.
Spec: docs/search.md §The index.
"""

from __future__ import annotations

import secrets

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    inspect,
    select,
)

from sealane.adapters.register_tables import ITEMS
from sealane.adapters.search.engines import engine_of
from sealane.adapters.sql import LONG, TEXT
from sealane.base.errors import Misconfigured, declare
from sealane.registry.search_words import VERSION

STALE = declare(
    "search.stale",
    Misconfigured,
    "The index of the register was made by another version of the program.",
    "登録簿の索引は、別の版のプログラムで作られています。",
    "Run `sealane db reindex --node DIR`; the register itself is whole.",
    "`sealane db reindex --node DIR` を実行してください。登録簿自体に問題はありません。",
)

PREFIX = "search_"
DERIVED = MetaData()
"""Apart from the schema: no revision makes these tables, and none has to bring them forward."""

STATE = Table(
    f"{PREFIX}state",
    DERIVED,
    Column("version", TEXT, primary_key=True),
    Column("stamp", TEXT, nullable=False),
)
"""By whom the index was filled, and a stamp that is another whenever a class, a face or a project
got a number: what a process knows of them by this stamp is so, in every transaction that reads it.
"""
CLASSES = Table(
    f"{PREFIX}classes",
    DERIVED,
    Column("id", LONG, primary_key=True, autoincrement=False),
    Column("agreement", TEXT, nullable=False),
    Column("provider", TEXT, nullable=False),
    Column("policy", TEXT, nullable=False),
    Column("level", TEXT, nullable=False),
    Column("caveated", Boolean, nullable=False),
    Column("area", TEXT, nullable=False),
    UniqueConstraint("agreement", "provider", "policy", "level", "caveated", "area"),
)
FACES = Table(
    f"{PREFIX}faces",
    DERIVED,
    Column("id", LONG, primary_key=True, autoincrement=False),
    Column("class", LONG, nullable=False),
    Column("handle_as", TEXT, nullable=False),
    Column("originator", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("direction", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("count", LONG, nullable=False),
    UniqueConstraint("class", "handle_as", "originator", "state", "direction", "kind"),
)
CELLS = Table(
    f"{PREFIX}cells",
    DERIVED,
    Column("project", LONG, autoincrement=False),
    Column("face", LONG, autoincrement=False),
    Column("count", LONG, nullable=False),
    PrimaryKeyConstraint("project", "face"),
)
"""How many items of a project show a face; what no text is asked of is counted here."""
PROJECTS = Table(
    f"{PREFIX}projects",
    DERIVED,
    Column("id", LONG, primary_key=True, autoincrement=False),
    Column("project", TEXT, nullable=False, unique=True),
    Column("count", LONG, nullable=False),
)
"""Projects by number, and how many items each has; what is of none has the empty one."""
ROWS = Table(
    f"{PREFIX}rows",
    DERIVED,
    Column("number", LONG, primary_key=True, autoincrement=False),
    Column("item", TEXT, nullable=False, unique=True),
    Column("created", LONG, nullable=False, index=True),
    Column("face", LONG, nullable=False),
    Column("project", LONG, nullable=False),
    Column("author", TEXT, nullable=False),
    Index(f"{PREFIX}rows_by_cell", "project", "face", "number"),
    Index(f"{PREFIX}rows_by_author", "author", "number"),
)
"""One row an item, in the order of registration; its words stand as the engine keeps words."""


def is_derived(table: str) -> bool:
    """Whether a table, whoever made it, is part of an index."""
    return table.startswith(PREFIX)


def make(tx: Connection) -> None:
    """The tables of an index, empty, where there are none: whole where no item is registered yet,
    else to be filled (`keeping.rebuild`).
    """
    if inspect(tx).has_table(STATE.name):
        return
    DERIVED.create_all(tx)
    engine_of(tx).make(tx)
    engine_of(tx).finish(tx)
    if tx.execute(select(ITEMS.c.id).limit(1)).first() is None:
        mark(tx)


def drop(tx: Connection) -> None:
    """Away with the tables of an index."""
    engine_of(tx).drop(tx)
    DERIVED.drop_all(tx)


def mark(tx: Connection) -> None:
    """Write down that this program filled the index."""
    tx.execute(STATE.delete())
    tx.execute(STATE.insert().values(version=VERSION, stamp=_stamp()))


def restamp(tx: Connection) -> None:
    """Write down that something got a number."""
    tx.execute(STATE.update().values(stamp=_stamp()))


def _stamp() -> str:
    return secrets.token_hex(12)  # never one that another transaction may have had


def unmark(tx: Connection) -> None:
    """Write down that the index, where there is one, is nobody's: rows were put past it."""
    if inspect(tx).has_table(STATE.name):
        tx.execute(STATE.delete())


def stamp(tx: Connection) -> str | None:
    """The stamp of the index; None where another version of the program filled it."""
    found = engine_of(tx).run(tx, "SELECT * FROM search_state").fetchone()
    return None if found is None or found[0] != VERSION else str(found[1])


def is_current(tx: Connection) -> bool:
    """Whether this version of the program filled the index."""
    return stamp(tx) is not None


def require_current(tx: Connection) -> str:
    """The stamp of the index. Raises: Misconfigured `search.stale`."""
    found = stamp(tx)
    if found is None:
        raise STALE()
    return found
