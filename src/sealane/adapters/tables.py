"""Every table of a node's database, named here once, so that none is missing where one is made; and
the one way in which the database in a node's folder is opened.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from sealane.adapters import folder_age, log_tables, register_tables, schema
from sealane.adapters.replays import REPLAYS
from sealane.adapters.sql import DATABASE, answering, open_engine, reading, writing
from sealane.adapters.witness_book import CONFLICTS, MARKS, WITNESSED

TABLES = (
    *log_tables.TABLES,
    *register_tables.TABLES,
    REPLAYS,
    WITNESSED,
    CONFLICTS,
    MARKS,
)


def has_database(folder: Path) -> bool:
    """Whether there is a database in a node's folder, of whatever age."""
    return (folder / DATABASE).is_file()


def database_as_it_is(folder: Path) -> Engine:
    """The database of a node's folder whatever its age, for what tells the age or changes it. A new
    one has nothing in it.
    """
    return open_engine(folder / DATABASE)


def open_database(folder: Path) -> Engine:
    """The database of a node's folder, made where there is none; both are of this program's age.

    Raises: Misconfigured `db.older`, `db.newer`, `db.unfinished`, `db.damaged`; Unavailable
    `store.unavailable`.
    """
    folder_age.require(folder)
    engine = database_as_it_is(folder)
    try:
        make_tables(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def make_tables(engine: Engine) -> None:
    """Make the tables of a new database; one that is there must be of this program's age.

    Raises: Misconfigured `db.older`, `db.newer`, `db.damaged`; Unavailable `store.unavailable`.
    """
    with answering(), reading(engine) as connection:
        if schema.version_of(connection) is not None:
            schema.require(connection)
            return
    with writing(engine) as connection:
        schema.migrate(connection)
