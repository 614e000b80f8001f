"""The tables of what a nation does within its own node: inventories, posts and rooms, and acts that
wait for a second person.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

INVENTORIES = Table(
    "inventories",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("level", TEXT),
    Column("place", TEXT),
    Column("assigned", TEXT, nullable=False),
    Column("opened_by", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("due", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("closed", TEXT),
    Column("closed_by", TEXT),
    Index("inventories_state", "state", "id"),
)
INVENTORY_LINES = Table(
    "inventory_lines",
    SCHEMA,
    Column("inventory", TEXT),
    Column("item", TEXT),
    Column("number", LONG),
    Column("provider", TEXT, nullable=False),
    Column("level", TEXT, nullable=False),
    Column("place", TEXT, nullable=False),
    Column("person", TEXT),
    Column("state", TEXT, nullable=False),
    Column("by", TEXT),
    Column("at", TEXT),
    Column("incident", TEXT),
    Column("finding", TEXT),
    PrimaryKeyConstraint("inventory", "item", "number"),
    Index("inventory_lines_state", "state", "inventory"),
    Index("inventory_lines_item", "item"),
)
"""Each copy that an inventory is to find; nothing is deleted."""
POSTS = Table(
    "posts",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("asks", JSON, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
)
PLACINGS = Table(
    "placings",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("post", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("person", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("gaps", JSON, nullable=False),
    Column("exception", TEXT),
    Column("ended", TEXT),
    Column("ended_by", TEXT),
    Index("placings_post", "post", "ended"),
    Index("placings_person", "person", "ended"),
    Index("placings_ended", "ended"),
)
"""Who was placed where, from when to when; rows end, nothing is deleted."""
WAITING_ACTS = Table(
    "waiting_acts",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("operation", TEXT, nullable=False),
    Column("act", TEXT, nullable=False),
    Column("duties", JSON, nullable=False),
    Column("says", JSON, nullable=False),
    Column("stated", JSON, nullable=False),
    Column("version", TEXT),
    Column("summary", JSON, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("person", TEXT, nullable=False),
    Column("proof", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("until", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("by", TEXT),
    Column("by_proof", TEXT),
    Column("at", TEXT),
    Column("reason", TEXT),
    Column("turn", TEXT),
    Index("waiting_acts_state", "state", "id"),
    Index("waiting_acts_person", "person", "id"),
)
"""Acts that two people do, as the first asked them; what became of each is written into its row."""
