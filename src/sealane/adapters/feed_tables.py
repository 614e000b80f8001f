"""The tables of feeds: their objects in every version, and the marks that these answer for."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

FEEDS = Table(
    "feeds",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("alias", TEXT, unique=True),
    Column("agreement", TEXT, nullable=False),
    Column("area", TEXT, nullable=False),
    Column("readable_by", JSON(none_as_null=True)),
    Column("writable_by", JSON, nullable=False),
    Column("default_label", JSON(none_as_null=True)),
    Column("by", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
)
FEED_OBJECTS = Table(
    "feed_objects",
    SCHEMA,
    Column("feed", TEXT),
    Column("object", TEXT),
    Column("version", LONG),
    Column("version_text", TEXT, nullable=False),
    Column("added", LONG, nullable=False),
    Column("type", TEXT, nullable=False),
    Column("spec", TEXT, nullable=False),
    Column("digest", TEXT, nullable=False),
    Column("own", TEXT, nullable=False),
    Column("marks", TEXT, nullable=False),
    Column("newest", LONG, nullable=False),
    Column("size", LONG, nullable=False),
    Column("data", TEXT),
    Column("by", TEXT, nullable=False),
    Column("deleted", TEXT),
    PrimaryKeyConstraint("feed", "object", "version"),
    Index("feed_objects_added", "feed", "added", unique=True),
    Index("feed_objects_newest", "feed", "newest", "added", "marks", "type"),
    Index("feed_objects_marks", "feed", "marks", "newest"),
)
"""Of what was deleted the row stays without its text: its marks go on to count."""
FEED_MARKS = Table(
    "feed_marks",
    SCHEMA,
    Column("feed", TEXT),
    Column("digest", TEXT),
    Column("data", JSON, nullable=False),
    PrimaryKeyConstraint("feed", "digest"),
)
FEED_STATUSES = Table(
    "feed_statuses",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False),
    Column("data", JSON, nullable=False),
    Column("until", LONG, nullable=False, index=True),
)
TABLES = (FEEDS, FEED_OBJECTS, FEED_MARKS, FEED_STATUSES)
