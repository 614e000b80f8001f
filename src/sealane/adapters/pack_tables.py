"""The table of packs: answers that go back by them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table

from sealane.adapters.sql import SCHEMA, TEXT

PACK_ANSWERS = Table(
    "pack_answers",
    SCHEMA,
    Column("statement", TEXT, primary_key=True),
    Column("partner", TEXT, nullable=False),
    Column("asked", TEXT, nullable=False),
    Column("heard", TEXT),
    Index("pack_answers_waiting", "partner", "heard"),
)
