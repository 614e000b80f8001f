"""What may be seen once: tokens, proofs and signed requests, remembered until they would be refused
for their age.

In the node's database, so that neither a restart nor a second process forgets, and in the same
transaction as the record of what they led to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Index, LargeBinary, Table, bindparam, delete, select

from sealane.adapters.sql import LONG, SCHEMA, SqlStatement, numbered, together, values_of
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
"""How many over-aged keys are forgotten for each asked about, so that the table stays as small as
the window.
"""

_FORGETTING = SqlStatement(
    lambda _: delete(REPLAYS).where(
        REPLAYS.c.key.in_(
            select(REPLAYS.c.key)
            .where(REPLAYS.c.until <= bindparam("at"))
            .limit(bindparam("at_most"))
        )
    )
)
_COLUMNS = ("key", "until")


@cache
def _remembering(count: int) -> SqlStatement:
    rows = numbered(REPLAYS, _COLUMNS, count)
    return SqlStatement(
        lambda kind: (
            kind.insert(REPLAYS).values(rows).on_conflict_do_nothing().returning(REPLAYS.c.key)
        )
    )


def first(tx: Connection, asked: Sequence[Once], at: Instant) -> list[bool]:
    """Of each, whether it is seen the first time, before its end; what is asked about twice is so
    once. All are remembered when `tx` commits.

    Spec: RFC 9449 §11.1.
    """
    keys = [hashlib.sha256(one.key.encode()).digest() for one in asked]
    until = {key: one.until for key, one in zip(keys, asked, strict=True) if one.until > at}
    with together(tx):
        _FORGETTING.run(tx, at=at, at_most=_FORGET * len(asked))
        remembered = _remember(tx, list(until.items())) if until else None
    fresh = {bytes(row[0]) for row in remembered.fetchall()} if remembered else set()
    answers = []
    for key, one in zip(keys, asked, strict=True):
        answers.append(one.until > at and key in fresh)
        if answers[-1]:
            fresh.discard(key)
    return answers


def _remember(tx: Connection, rows: list[tuple[bytes, Instant]]) -> Any:
    """The keys that were not there. The last row stands as often as a statement of few sizes needs:
    a row that is there already adds nothing.
    """
    size = 1 << (len(rows) - 1).bit_length()
    rows += rows[-1:] * (size - len(rows))
    return _remembering(size).run(tx, **values_of(_COLUMNS, rows))
