"""Every table of a node's database, named here once, so that none is missing where one is made; and
the two ways to a database of this program's age.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from sealane.adapters import (
    feed_tables,
    folder_age,
    log_tables,
    register_tables,
    reminder_tables,
    schema,
    search,
    sign_in_tables,
    tally_tables,
)
from sealane.adapters.log_tables import LOGS
from sealane.adapters.records import (
    SqlRecords,
    SqlStore,
    open_store,
    open_stored,
    settings_there,
)
from sealane.adapters.register_tables import ITEMS
from sealane.adapters.replays import REPLAYS
from sealane.adapters.sql import TAKEN, backend, reading, writing
from sealane.adapters.witness_book import CONFLICTS, MARKS, WITNESSED
from sealane.base.values import parse_instant
from sealane.registry.records import Item
from sealane.settings import Settings

BLOCK = 500

TABLES = (
    *log_tables.TABLES,
    *register_tables.TABLES,
    *sign_in_tables.TABLES,
    *reminder_tables.TABLES,
    *tally_tables.TABLES,
    *feed_tables.TABLES,
    REPLAYS,
    WITNESSED,
    CONFLICTS,
    MARKS,
)


def open_database(folder: Path, settings: Settings) -> SqlStore:
    """The database that a node's settings name, made where there is none; both are of this
    program's age.

    Raises: Misconfigured `db.older`, `db.newer`, `db.unfinished`, `db.taken`; as `open_store`,
    `make_tables`.
    """
    folder_age.require(folder)
    store = open_store(folder, settings)
    try:
        make_tables(store.engine, settings.node)
        with store.reading() as tx:
            require_own(tx, settings.node)
    except BaseException:
        store.engine.dispose()
        raise
    return store


def database_there(folder: Path) -> SqlStore | None:
    """The database of a folder as it stands, of this program's age; None where there is none.

    Raises: Misconfigured `db.older`, `db.newer`, `db.unfinished`, `db.taken`; as `open_store`.
    """
    folder_age.require(folder)
    store = open_stored(folder)
    try:
        if store is not None:
            with store.reading() as tx:
                schema.require(tx)
                if (settings := settings_there(folder)) is not None:
                    require_own(tx, settings.node)
    except BaseException:
        assert store is not None
        store.engine.dispose()
        raise
    return store


def require_own(tx: Connection, node: str) -> None:
    """Refuse tables with a log that another node writes: a file that was put into this node's
    folder by mistake, or to deceive. Raises: Misconfigured `db.taken`.
    """
    for (origin,) in tx.execute(select(LOGS.c.origin).where(LOGS.c.role == "own")):
        holder = origin.partition("/")[0]
        if holder != node:
            raise TAKEN(holder=f"node {holder}", node=node)


def reindex(tx: Connection, passed: Callable[[int], None] = lambda _: None) -> int:
    """Make the register's index anew from its items, oldest first; how many there are."""
    backend(tx).take_time(tx)
    shelf = SqlRecords().items
    rows = tx.execute(select(ITEMS.c.id, ITEMS.c.created)).all()
    names = [name for name, _ in sorted(rows, key=lambda row: (parse_instant(row[1]), row[0]))]

    def items() -> Iterator[Item]:
        for start in range(0, len(names), BLOCK):
            block = names[start : start + BLOCK]
            found = {one.id: one for one in shelf.among(tx, "id", block)}
            yield from (found[name] for name in block)

    return search.rebuild(tx, items(), passed)


def make_tables(engine: Engine, node: str = "") -> None:
    """Make the tables of a new database; one that is there must be of this program's age.

    Args: node: whose database it will be; written down where the database is no file of its folder.
    Raises: Misconfigured `db.older`, `db.newer`, `db.damaged`, `db.taken`; as `sql.writing`.
    """
    with reading(engine) as connection:
        if schema.version_of(connection) is not None:
            schema.require(connection)
            return
    with writing(engine) as connection:
        schema.migrate(connection, node)
