"""The table of what was put into an exercise; empty in every real node."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from sealane.adapters.sql import SCHEMA, TEXT

INJECTS = Table(
    "injects",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("about", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("case", TEXT),
    Column("ended", TEXT),
    Column("ended_by", TEXT),
    Index("injects_open", "kind", "about", "ended"),
)
