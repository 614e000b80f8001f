"""The tables of the logs: one row a log, its entries, its tiles, how far it was re-derived, and its
signed heads.
"""

from __future__ import annotations

from sqlalchemy import BLOB, Column, Integer, String, Table, UniqueConstraint

from sealane.adapters.sql import SCHEMA

LOGS = Table(
    "log",
    SCHEMA,
    Column("id", Integer, primary_key=True),
    Column("origin", String, nullable=False),
    Column("role", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("edge", BLOB, nullable=False),
    Column("shadow", BLOB, nullable=False),
    Column("floor", Integer, nullable=False),
    UniqueConstraint("origin", "role"),
)
LOG_PROVEN = Table(
    "log_proven",
    SCHEMA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("edge", BLOB, nullable=False),
    Column("shadow", BLOB, nullable=False),
)
"""How far a log was re-derived; apart from the row that every append rewrites."""
LOG_ENTRIES = Table(
    "log_entry",
    SCHEMA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("leaf", BLOB, nullable=False),
    Column("data", BLOB, nullable=False),
    sqlite_with_rowid=False,
)
"""`leaf`, the entry's hash when it was appended, tells an altered entry from an altered tile."""
LOG_TILES = Table(
    "log_tile",
    SCHEMA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("idx", Integer, primary_key=True, autoincrement=False),
    Column("data", BLOB, nullable=False),
    sqlite_with_rowid=False,
)
LOG_HEADS = Table(
    "log_head",
    SCHEMA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("at", Integer, nullable=False),
    Column("note", BLOB, nullable=False),
    Column("shadow", BLOB),
    sqlite_with_rowid=False,
)
TABLES = (LOGS, LOG_PROVEN, LOG_ENTRIES, LOG_TILES, LOG_HEADS)
