"""The signed heads of one log, by its row id: kept for ever, the newest given first.

Spec: C2SP tlog-checkpoint; spec/ledger.md §7.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

NO_LIMIT = (1 << 63) - 1
"""More entries than any log holds."""


class StoredHead(NamedTuple):
    """One signed head: how many entries it covers, its note, and its `checkpoint.v2` if it has
    one.
    """

    size: int
    note: bytes
    shadow: bytes | None


def newest(raw: sqlite3.Connection, key: int, covering: int) -> StoredHead | None:
    """The newest signed head of at least `covering` entries, or None."""
    row = raw.execute(
        "SELECT size, note, shadow FROM log_head WHERE log = ? AND size >= ? ORDER BY size DESC"
        " LIMIT 1",
        (key, covering),
    ).fetchone()
    return None if row is None else StoredHead(int(row[0]), bytes(row[1]), row[2])


def signed(
    raw: sqlite3.Connection, key: int, below: int | None = None
) -> Iterator[tuple[int, int, bytes]]:
    """Every signed head (of fewer entries than `below`) as (size, at, note), newest first."""
    rows = raw.execute(
        "SELECT size, at, note FROM log_head WHERE log = ? AND size < ? ORDER BY size DESC",
        (key, NO_LIMIT if below is None else below),
    )
    return ((size, at, bytes(note)) for size, at, note in rows)


def put(
    raw: sqlite3.Connection, key: int, *, size: int, at: int, note: bytes, shadow: bytes | None
) -> None:
    """Keep a signed head; the same size again replaces its note (more signatures)."""
    raw.execute(
        "INSERT INTO log_head (log, size, at, note, shadow) VALUES (?, ?, ?, ?, ?) ON CONFLICT"
        " (log, size) DO UPDATE SET note = excluded.note, shadow = COALESCE(excluded.shadow,"
        " shadow)",
        (key, size, at, note, shadow),
    )
