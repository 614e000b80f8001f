"""The tables of sign-in: credentials, names, and who is signed in now."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

CREDENTIALS = Table(
    "credentials",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False, index=True),
    Column("kind", TEXT, nullable=False),
    Column("name", TEXT, nullable=False),
    Column("data", JSON, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("ended", TEXT),
    Column("count", LONG, nullable=False),
    Column("last", TEXT),
)
"""Passkeys and recovery codes. Rows close, nothing is deleted; how often one was used, and when
last, is told beside.
"""
IDENTITIES = Table(
    "identities",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("name", TEXT, nullable=False, unique=True),
    Column("external", TEXT, index=True),
    Column("person", TEXT, unique=True),
    Column("data", JSON, nullable=False),
    Column("since", TEXT, nullable=False),
    Column("ended", TEXT),
)
"""Under which name the nation's identity provider knows a person; without one, a proposal that
waits for the security officer.
"""
PREFERENCES = Table(
    "preferences",
    SCHEMA,
    Column("person", TEXT, primary_key=True),
    Column("data", JSON, nullable=False),
)
SESSIONS = Table(
    "sessions",
    SCHEMA,
    Column("digest", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False, index=True),
    Column("bound", TEXT, nullable=False),
    Column("seat", TEXT, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("means", TEXT, nullable=False),
    Column("since", LONG, nullable=False),
    Column("data", JSON, nullable=False),
    Column("until", LONG, nullable=False, index=True),
)
CEREMONIES = Table(
    "ceremonies",
    SCHEMA,
    Column("name", TEXT, primary_key=True),
    Column("kind", TEXT, nullable=False),
    Column("until", LONG, nullable=False, index=True),
)
TABLES = (CREDENTIALS, IDENTITIES, PREFERENCES, SESSIONS, CEREMONIES)
