"""The tables of what was put by: earlier records of people, searches that people keep, who asked
for access, and forms of releases that are still to be made.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, PrimaryKeyConstraint, Table

from sealane.adapters.sql import SCHEMA, TEXT

PAST_PEOPLE = Table(
    "past_people",
    SCHEMA,
    Column("person", TEXT),
    Column("since", TEXT),
    Column("until", TEXT, nullable=False),
    Column("data", JSON, nullable=False),
    PrimaryKeyConstraint("person", "since", "until"),
)
"""What the record of a person said before it was changed; nothing of it is ever changed again."""
SEARCHES = Table(
    "searches",
    SCHEMA,
    Column("person", TEXT),
    Column("name", TEXT),
    Column("asked", JSON, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("ended", TEXT),
    PrimaryKeyConstraint("person", "name"),
)
ACCESS_REQUESTS = Table(
    "access_requests",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False),
    Column("item", TEXT, nullable=False),
    Column("data", JSON, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("until", TEXT, nullable=False),
    Column("by", TEXT),
    Column("at", TEXT),
    Column("reason", TEXT),
    Index("access_requests_state", "state", "since"),
    Index("access_requests_person", "person", "since"),
)
FORMS = Table(
    "release_forms",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("by", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("changed", TEXT, nullable=False),
    Column("changed_by", TEXT, nullable=False),
    Column("terms", JSON, nullable=False),
    Column("item", TEXT),
    Index("release_forms_kept", "kind", "state", "by", "id"),
)
"""Drafts, templates and distribution lists of the release desk; nothing is deleted."""
