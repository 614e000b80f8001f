"""The tables by which people are told that something waits: who wants it, what is to leave, and
what feeds said last.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

REMINDERS = Table(
    "reminders",
    SCHEMA,
    Column("person", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("address", TEXT),
    Column("wanted", TEXT),
    Column("lang", TEXT, nullable=False),
    Column("often", TEXT, nullable=False),
    Column("minutes", LONG, nullable=False),
    Column("hour", LONG, nullable=False),
    Column("since", LONG, nullable=False),
    Column("nonce", TEXT, nullable=False),
    Column("code_until", LONG, nullable=False),
    Column("wrong", LONG, nullable=False),
    Column("told", JSON, nullable=False),
    Column("last", LONG, nullable=False),
    Column("ended", LONG),
)
"""One row a person; an address that is no longer used is not kept."""
REMINDER_MAILS = Table(
    "reminder_mails",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("address", TEXT, nullable=False),
    Column("lang", TEXT, nullable=False),
    Column("nonce", TEXT, nullable=False),
    Column("made", LONG, nullable=False),
    Column("due", LONG, nullable=False),
    Column("tries", LONG, nullable=False),
    Column("done", LONG),
    Column("trouble", TEXT),
    Column("until", LONG, nullable=False, index=True),
    Index("reminder_mails_due", "done", "due"),
    Index("reminder_mails_person", "person", "kind", "made"),
)
"""Messages, made in the step that enters them and sent afterwards; forgotten once `until` has
passed.
"""
FEED_STANDINGS = Table(
    "feed_standings",
    SCHEMA,
    Column("person", TEXT, primary_key=True),
    Column("digest", TEXT, nullable=False),
    Column("since", LONG, nullable=False),
)
TABLES = (REMINDERS, REMINDER_MAILS, FEED_STANDINGS)
