"""The tables of cases between nations."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

CASES = Table(
    "cases",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("opener", TEXT, nullable=False),
    Column("with_", TEXT, nullable=False),
    Column("agreement", TEXT, nullable=False),
    Column("agreement_digest", TEXT, nullable=False),
    Column("form", JSON, nullable=False),
    Column("items", JSON, nullable=False),
    Column("opened", TEXT, nullable=False),
    Column("statement", TEXT, nullable=False, unique=True),
    Column("state", TEXT, nullable=False),
    Column("due", TEXT),
    Column("digest", TEXT, nullable=False),
    Column("count", LONG, nullable=False),
    Column("refused", TEXT),
    Column("seen", TEXT, nullable=False),
    Column("over", LONG, nullable=False),
    Column("signs", TEXT),
    Column("waits", TEXT),
    Column("person", TEXT),
    Index("cases_due", "due", "id"),
    Index("cases_signs", "signs"),
    Index("cases_over", "over", "seen"),
    Index("cases_waits", "over", "waits", "due"),
    Index("cases_kind", "kind", "state", "seen"),
    Index("cases_seen", "seen"),
)
CASE_EVENTS = Table(
    "case_events",
    SCHEMA,
    Column("case", TEXT),
    Column("place", LONG),
    Column("statement", TEXT, nullable=False, unique=True),
    Column("event", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("follows", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("form", JSON, nullable=False),
    Column("items", JSON, nullable=False),
    Column("counting", TEXT, nullable=False),
    Column("person", TEXT),
    Column("code", TEXT),
    Column("taken", TEXT),
    PrimaryKeyConstraint("case", "place"),
    Index("case_events_digest", "case", "digest"),
)
CASE_OWN = Table(
    "case_own",
    SCHEMA,
    Column("case", TEXT),
    Column("name", TEXT),
    Column("form", JSON, nullable=False),
    Column("at", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    PrimaryKeyConstraint("case", "name"),
)
"""What a side keeps for itself about a case."""
CASE_ITEMS = Table(
    "case_items",
    SCHEMA,
    Column("case", TEXT),
    Column("item", TEXT),
    PrimaryKeyConstraint("item", "case"),
)
