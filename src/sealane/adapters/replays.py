"""What may be seen once: tokens, proofs and signed requests, remembered until they would be refused
for their age.

In the node's database, so that neither a restart nor a second process forgets, and in the same
transaction as the record of what they led to.
"""

from __future__ import annotations

import hashlib
import sqlite3

from sqlalchemy import BLOB, Column, Connection, Index, Integer, Table

from sealane.adapters.sql import SCHEMA
from sealane.base.values import Instant
from sealane.protocol.tokens import Once

REPLAYS = Table(
    "replays",
    SCHEMA,
    Column("key", BLOB, primary_key=True),
    Column("until", Integer, nullable=False),
    Index("replays_until", "until"),
    sqlite_with_rowid=False,
)
_FORGET = 64
"""How many over-aged keys one call forgets, so that the table stays as small as the window."""


def first(tx: Connection, one: Once, at: Instant) -> bool:
    """True the first time a key is seen before its end; it is remembered when `tx` commits. Spec:
    RFC 9449 §11.1.
    """
    raw = tx.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    key = hashlib.sha256(one.key.encode()).digest()
    raw.execute(
        "DELETE FROM replays WHERE key IN (SELECT key FROM replays WHERE until <= ? LIMIT ?)",
        (at, _FORGET),
    )
    if one.until <= at:
        return False
    return (
        raw.execute(
            "INSERT INTO replays (key, until) VALUES (?, ?) ON CONFLICT DO NOTHING",
            (key, one.until),
        ).rowcount
        == 1
    )
