"""Every table of a node's database, named here once, so that none is missing where one is made; and
the two ways to a database of this program's age.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from sealane.adapters import folder_age, log_tables, register_tables, schema
from sealane.adapters.records import SqlStore, open_store, open_stored
from sealane.adapters.replays import REPLAYS
from sealane.adapters.sql import reading, writing
from sealane.adapters.witness_book import CONFLICTS, MARKS, WITNESSED
from sealane.settings import Settings

TABLES = (
    *log_tables.TABLES,
    *register_tables.TABLES,
    REPLAYS,
    WITNESSED,
    CONFLICTS,
    MARKS,
)


def open_database(folder: Path, settings: Settings) -> SqlStore:
    """The database that a node's settings name, made where there is none; both are of this
    program's age.

    Raises: Misconfigured `db.older`, `db.newer`, `db.unfinished`; as `open_store`, `make_tables`.
    """
    folder_age.require(folder)
    store = open_store(folder, settings)
    try:
        make_tables(store.engine, settings.node)
    except BaseException:
        store.engine.dispose()
        raise
    return store


def database_there(folder: Path) -> SqlStore | None:
    """The database of a folder as it stands, of this program's age; None where there is none.

    Raises: Misconfigured `db.older`, `db.newer`, `db.unfinished`; as `open_store`.
    """
    folder_age.require(folder)
    store = open_stored(folder)
    try:
        if store is not None:
            with store.reading() as tx:
                schema.require(tx)
    except BaseException:
        assert store is not None
        store.engine.dispose()
        raise
    return store


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
