"""The tables of kept counts: a copy of what the logs tell. Rows of a log are deleted when it is
counted anew, and a question's once it is answered.
"""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

TALLIES = Table(
    "tallies",
    SCHEMA,
    Column("what", TEXT),
    Column("day", TEXT),
    Column("origin", TEXT),
    Column("kind", TEXT),
    Column("name", TEXT),
    Column("agreement", TEXT),
    Column("by", TEXT),
    Column("bucket", LONG),
    Column("count", LONG, nullable=False),
    Column("last", LONG, nullable=False),
    PrimaryKeyConstraint("what", "day", "origin", "kind", "name", "agreement", "by", "bucket"),
)
TALLY_MARKS = Table(
    "tally_marks",
    SCHEMA,
    Column("origin", TEXT, primary_key=True),
    Column("read", LONG, nullable=False),
    Column("leaf", TEXT, nullable=False),
)
TALLY_QUESTIONS = Table(
    "tally_questions",
    SCHEMA,
    Column("origin", TEXT),
    Column("span", TEXT),
    Column("by", TEXT),
    Column("name", TEXT),
    Column("place", LONG),
    Column("agreement", TEXT, nullable=False),
    Column("at", LONG, nullable=False),
    PrimaryKeyConstraint("origin", "span", "by", "name", "place"),
)
TABLES = (TALLIES, TALLY_MARKS, TALLY_QUESTIONS)
