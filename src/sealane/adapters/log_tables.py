"""The tables of the logs: one row a log, its entries, its tiles, how far it was re-derived, and its
signed heads.
"""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, UniqueConstraint

from sealane.adapters.sql import LONG, SCHEMA, TEXT

LOGS = Table(
    "log",
    SCHEMA,
    Column("id", LONG, primary_key=True),
    Column("origin", TEXT, nullable=False),
    Column("role", TEXT, nullable=False),
    Column("size", LONG, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("shadow", LargeBinary, nullable=False),
    Column("floor", LONG, nullable=False),
    UniqueConstraint("origin", "role"),
)
LOG_PROVEN = Table(
    "log_proven",
    SCHEMA,
    Column("log", LONG, primary_key=True, autoincrement=False),
    Column("size", LONG, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("shadow", LargeBinary, nullable=False),
)
"""How far a log was re-derived; apart from the row that every append rewrites."""
LOG_ENTRIES = Table(
    "log_entry",
    SCHEMA,
    Column("log", LONG, primary_key=True, autoincrement=False),
    Column("idx", LONG, primary_key=True, autoincrement=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
"""`leaf`, the entry's hash when it was appended, tells an altered entry from an altered tile."""
LOG_TILES = Table(
    "log_tile",
    SCHEMA,
    Column("log", LONG, primary_key=True, autoincrement=False),
    Column("level", LONG, primary_key=True, autoincrement=False),
    Column("idx", LONG, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)
LOG_HEADS = Table(
    "log_head",
    SCHEMA,
    Column("log", LONG, primary_key=True, autoincrement=False),
    Column("size", LONG, primary_key=True, autoincrement=False),
    Column("at", LONG, nullable=False),
    Column("note", LargeBinary, nullable=False),
    Column("shadow", LargeBinary),
    sqlite_with_rowid=False,
)
TABLES = (LOGS, LOG_PROVEN, LOG_ENTRIES, LOG_TILES, LOG_HEADS)
