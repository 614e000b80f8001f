"""The tables by which the processes and machines of one node know of one another.

Of what passes rows are deleted once `until` has passed; nothing else is.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, PrimaryKeyConstraint, Table

from sealane.adapters.sql import LONG, SCHEMA, TEXT

CALLS = Table(
    "calls",
    SCHEMA,
    Column("name", TEXT, primary_key=True),
    Column("turn", TEXT, nullable=False),
    Column("acted", LONG, nullable=False),
    Column("answer", JSON),
    Column("until", LONG, nullable=False, index=True),
)
TRIES = Table(
    "tries",
    SCHEMA,
    Column("person", TEXT),
    Column("source", TEXT),
    Column("count", LONG, nullable=False),
    Column("last", LONG, nullable=False),
    Column("alarmed", LONG),
    Column("until", LONG, nullable=False, index=True),
    PrimaryKeyConstraint("person", "source"),
)
SHOWN = Table(
    "shown",
    SCHEMA,
    Column("name", TEXT, primary_key=True),
    Column("person", TEXT, nullable=False),
    Column("data", JSON, nullable=False),
    Column("until", LONG, nullable=False, index=True),
)
MEASURES = Table(
    "measures",
    SCHEMA,
    Column("party", TEXT),
    Column("measure", TEXT),
    Column("full", LONG, nullable=False),
    PrimaryKeyConstraint("party", "measure"),
)
LEASES = Table(
    "leases",
    SCHEMA,
    Column("name", TEXT, primary_key=True),
    Column("holder", TEXT, nullable=False),
    Column("epoch", LONG, nullable=False),
    Column("until", LONG, nullable=False),
)
"""What processes of one node tell one another and then forget; of these alone rows are deleted,
once `until` has passed. A lease stays, for its epoch.
"""
SEALED_KEYS = Table(
    "sealed_keys",
    SCHEMA,
    Column("id", TEXT, primary_key=True),
    Column("root", TEXT, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("since", TEXT, nullable=False),
)
"""The keys of a node that several machines may serve, each sealed under a key of its role, which
nothing here opens. Rows are never deleted: one whose key was destroyed is empty.
"""
SIGNED_FILES = Table(
    "signed_files",
    SCHEMA,
    Column("name", TEXT, primary_key=True),
    Column("digest", TEXT, nullable=False),
    Column("since", TEXT, nullable=False),
)
"""What the operator signed last, by the file's name and SHA-384, so that no machine of the node
starts with what was signed before.
"""
