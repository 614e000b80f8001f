"""The signed heads of one log, by its row id: kept for ever, the newest given first.

Spec: C2SP tlog-checkpoint; spec/ledger.md §7.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from sealane.adapters.log_tables import LOG_HEADS
from sealane.adapters.sql import Backend, SqlStatement, bound

NO_LIMIT = (1 << 63) - 1
"""More entries than any log holds."""


class StoredHead(NamedTuple):
    """One signed head: how many entries it covers, its note, and its `checkpoint.v2` if it has
    one.
    """

    size: int
    note: bytes
    shadow: bytes | None


_OF_LOG = LOG_HEADS.c.log == bindparam("key")
_NEWEST = SqlStatement(
    lambda _: (
        select(LOG_HEADS.c.size, LOG_HEADS.c.note, LOG_HEADS.c.shadow)
        .where(_OF_LOG, LOG_HEADS.c.size >= bindparam("covering"))
        .order_by(LOG_HEADS.c.size.desc())
        .limit(1)
    )
)
_SIGNED = SqlStatement(
    lambda _: (
        select(LOG_HEADS.c.size, LOG_HEADS.c.at, LOG_HEADS.c.note)
        .where(_OF_LOG, LOG_HEADS.c.size < bindparam("below"))
        .order_by(LOG_HEADS.c.size.desc())
    )
)


def _putting(kind: Backend) -> Any:
    made = kind.insert(LOG_HEADS).values(bound(LOG_HEADS))
    return made.on_conflict_do_update(
        index_elements=["log", "size"],
        set_={
            "note": made.excluded.note,
            "shadow": func.coalesce(made.excluded.shadow, LOG_HEADS.c.shadow),
        },
    )


_PUT = SqlStatement(_putting)


def newest(tx: Connection, key: int, covering: int) -> StoredHead | None:
    """The newest signed head of at least `covering` entries, or None."""
    row = _NEWEST.run(tx, key=key, covering=covering).fetchone()
    return None if row is None else StoredHead(int(row[0]), bytes(row[1]), row[2])


def signed(tx: Connection, key: int, below: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """Every signed head (of fewer entries than `below`) as (size, at, note), newest first."""
    found = _SIGNED.run(tx, key=key, below=NO_LIMIT if below is None else below)
    return ((size, at, bytes(note)) for size, at, note in found)


def put(tx: Connection, key: int, *, size: int, at: int, note: bytes, shadow: bytes | None) -> None:
    """Keep a signed head; the same size again replaces its note (more signatures)."""
    _PUT.run(tx, log=key, size=size, at=at, note=note, shadow=shadow)
