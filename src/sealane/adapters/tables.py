"""Every table of a node's database, named here once, so that none is missing where one is made; and
the age of the whole, by which a folder of another release is told.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from sealane.adapters import log_tables, register_tables
from sealane.adapters.replays import REPLAYS
from sealane.adapters.sql import SCHEMA, backend, reading, writing
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
AGE = 1
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


def make_tables(engine: Engine, node: str = "") -> None:
    """Make the tables of a new database; one that is there must be of this program's age.

    Args: node: whose database it will be; written down where the database is no file of its folder.
    Raises: Misconfigured `db.older`, `db.newer`, `db.damaged`, `db.taken`; as `sql.writing`.
    """
    with reading(engine) as connection:
        if _is_of_age(connection):
            return
    with writing(engine) as connection:
        if _is_of_age(connection):
            return
        SCHEMA.create_all(connection, tables=TABLES)
        backend(connection).set_age(connection, AGE, node)


def _is_of_age(connection: Connection) -> bool:
    """Whether the tables are there. Raises: Misconfigured `db.older`, `db.newer`."""
    found = backend(connection).age(connection)
    if found not in (None, AGE):
        raise (OLDER if found < AGE else NEWER)(found=found, wanted=AGE)
    return found is not None
