"""The table of custody: how each numbered copy stood, from one instant to the next.

Spec: R40; spec/exchange.md §10.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

CUSTODY = Table(
    "custody",
    SCHEMA,
    Column("item", TEXT),
    Column("holder", TEXT),
    Column("number", LONG),
    Column("turn", LONG),
    Column("person", TEXT),
    Column("place", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("level", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("authority", TEXT, nullable=False),
    Column("by", TEXT),
    Column("proof", TEXT),
    Column("certificate", JSON),
    PrimaryKeyConstraint("item", "holder", "number", "turn"),
)
"""How each copy stood and stands; rows are added and never changed."""
