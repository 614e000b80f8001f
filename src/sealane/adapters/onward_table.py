"""The table of what holders passed on: one row for each third party that an item reached.

Spec: spec/onward.md.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, PrimaryKeyConstraint, Table

from sealane.adapters.sql import SCHEMA, TEXT

ONWARDS = Table(
    "onwards",
    SCHEMA,
    Column("item", TEXT),
    Column("to", TEXT),
    Column("by", TEXT, nullable=False),
    Column("agreement", TEXT, nullable=False),
    Column("agreement_digest", TEXT, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("recalled", TEXT),
    Column("part", JSON),
    PrimaryKeyConstraint("item", "to"),
    Index("onwards_agreement", "agreement", "item"),
)
"""At the holder that passed an item on, and at the nation whose item it is."""
