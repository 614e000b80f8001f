"""The tables of what a nation keeps of its own items beside the register's rows; rows are added,
and none changes. They stand among the others in `register_tables`.
"""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

DERIVATIONS = Table(
    "derivations",
    SCHEMA,
    Column("item", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("opening", TEXT, nullable=False),
    Column("checked", TEXT),
)
SOURCES = Table(
    "sources",
    SCHEMA,
    Column("item", TEXT),
    Column("source", TEXT, index=True),
    Column("grade", TEXT),
    PrimaryKeyConstraint("item", "source"),
)
"""What was made from what, at the nation that made it alone."""
REMARKS = Table(
    "remarks",
    SCHEMA,
    Column("item", TEXT),
    Column("number", LONG),
    Column("at", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("act", TEXT, nullable=False),
    Column("text", TEXT, nullable=False),
    PrimaryKeyConstraint("item", "number"),
)
"""What the people of a release said to one another of it."""
