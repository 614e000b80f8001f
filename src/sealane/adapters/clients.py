"""OpenTDF clients that a node lets in: an id, the person it acts for, a secret's digest, and named
exceptions.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, String, Table

from sealane.adapters.sql import SCHEMA

CLIENTS = Table(
    "clients",
    SCHEMA,
    Column("id", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("secret_digest", String, nullable=False),
    Column("rule", JSON, nullable=False),
    Column("purpose", String),
    Column("since", String, nullable=False),
    Column("ended", String),
)
"""Rows close, nothing is deleted: `ended` is when the client was let go."""
