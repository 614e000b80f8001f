"""Every table of a node's database, named here once, so that none is missing where one is made."""

from __future__ import annotations

from sqlalchemy import Engine

from sealane.adapters import log_tables, register_tables
from sealane.adapters.replays import REPLAYS
from sealane.adapters.sql import SCHEMA
from sealane.adapters.witness_book import CONFLICTS, MARKS, WITNESSED

TABLES = (
    *log_tables.TABLES,
    *register_tables.TABLES,
    REPLAYS,
    WITNESSED,
    CONFLICTS,
    MARKS,
)


def make_tables(engine: Engine) -> None:
    """Make the tables that a database lacks; those that are there stay as they are."""
    SCHEMA.create_all(engine, tables=TABLES)
