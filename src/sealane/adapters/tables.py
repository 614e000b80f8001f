"""Every table of a node's database, named here once, so that none is missing where one is made; and
the age of the whole, by which a folder of another release is told.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from sealane.adapters import log_tables, register_tables
from sealane.adapters.replays import REPLAYS
from sealane.adapters.sql import SCHEMA, answering
from sealane.adapters.witness_book import CONFLICTS, MARKS, WITNESSED
from sealane.base.errors import Misconfigured, declare

TABLES = (
    *log_tables.TABLES,
    *register_tables.TABLES,
    REPLAYS,
    WITNESSED,
    CONFLICTS,
    MARKS,
)
AGE = 2
"""Raised by whoever changes a table that folders already have."""

OLDER = declare(
    "db.older",
    Misconfigured,
    "The node's database is of age {found}; this program wants {wanted}.",
    "ノードのデータベースの版は {found} ですが、このプログラムは {wanted} を必要とします。",
    "Use the release that made this folder; nothing upgrades itself.",
    "このフォルダーを作成した版のプログラムを使ってください。自動では更新されません。",
)
NEWER = declare(
    "db.newer",
    Misconfigured,
    "The node's database is of age {found}; this program knows {wanted} only.",
    "ノードのデータベースの版は {found} で、このプログラムが知る {wanted} より新しいものです。",
    "Install the release that made this folder.",
    "このフォルダーを作成した版のプログラムを導入してください。",
)


def make_tables(engine: Engine) -> None:
    """Make the tables of a new database; one that is there must be of this program's age.

    Raises: Misconfigured `db.older`, `db.newer`, `db.damaged`; Unavailable `store.unavailable`.
    """
    with answering(), engine.connect() as connection, connection.begin():
        if not _is_new(connection):
            _require_age(connection)
            return
        SCHEMA.create_all(connection, tables=TABLES)
        connection.exec_driver_sql(f"PRAGMA user_version = {AGE}")


def _is_new(connection: Connection) -> bool:
    made = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    return int(made) == 0


def _require_age(connection: Connection) -> None:
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found != AGE:
        raise (OLDER if found < AGE else NEWER)(found=found, wanted=AGE)
