"""What may be seen once: tokens, proofs and signed requests, remembered until they would be refused
for their age.

In the node's database, so that neither a restart nor a second process forgets, and in the same
transaction as the record of what they led to.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Connection, Index, LargeBinary, Table, bindparam, delete, select

from sealane.adapters.sql import LONG, SCHEMA, SqlStatement
from sealane.base.values import Instant
from sealane.protocol.tokens import Once

REPLAYS = Table(
    "replays",
    SCHEMA,
    Column("key", LargeBinary, primary_key=True),
    Column("until", LONG, nullable=False),
    Index("replays_until", "until"),
    sqlite_with_rowid=False,
)
_FORGET = 64
"""How many over-aged keys one call forgets, so that the table stays as small as the window."""

_FORGETTING = SqlStatement(
    lambda _: delete(REPLAYS).where(
        REPLAYS.c.key.in_(
            select(REPLAYS.c.key)
            .where(REPLAYS.c.until <= bindparam("at"))
            .limit(bindparam("at_most"))
        )
    )
)
_REMEMBERING = SqlStatement(
    lambda kind: (
        kind.insert(REPLAYS)
        .values(key=bindparam("key"), until=bindparam("until"))
        .on_conflict_do_nothing()
    )
)


def first(tx: Connection, one: Once, at: Instant) -> bool:
    """True the first time a key is seen before its end; it is remembered when `tx` commits. Spec:
    RFC 9449 §11.1.
    """
    _FORGETTING.run(tx, at=at, at_most=_FORGET)
    if one.until <= at:
        return False
    key = hashlib.sha256(one.key.encode()).digest()
    return bool(_REMEMBERING.run(tx, key=key, until=one.until).rowcount == 1)
