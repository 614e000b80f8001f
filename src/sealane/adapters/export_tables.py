"""The table of files that are to leave for a domain of lower protection."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

EXPORTS = Table(
    "exports",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("item", TEXT, nullable=False),
    Column("domain", TEXT, nullable=False),
    Column("document", TEXT, nullable=False),
    Column("size", LONG, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("media_type", TEXT, nullable=False),
    Column("label", JSON, nullable=False),
    Column("carrier", TEXT, nullable=False),
    Column("findings", JSON, nullable=False),
    Column("unread", JSON, nullable=False),
    Column("reason", TEXT),
    Column("state", TEXT, nullable=False),
    Column("held_by", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("settled_by", TEXT),
    Column("settled", TEXT),
    Column("words", TEXT),
    Column("slip", TEXT),
    Index("exports_state", "state", "id"),
    Index("exports_item", "item"),
)
"""Rows end, nothing is deleted."""
