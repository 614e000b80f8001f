"""Stored entries and tiles of one log, by its row id; `append` calls this for what became full.

Level-0 tiles are stored when full and derived from entries before; higher tiles grow in place.
Spec: C2SP tlog-tiles.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.tiles import ENTRIES, HASH, WIDTH, Tile


def stored(raw: sqlite3.Connection, key: int, start: int, end: int) -> Iterator[bytes]:
    """Stored entries [start, end) in order, as far as they exist."""
    rows = raw.execute(
        "SELECT data FROM log_entry WHERE log = ? AND idx >= ? AND idx < ? ORDER BY idx",
        (key, start, end),
    )
    return (bytes(row[0]) for row in rows)


def fill(raw: sqlite3.Connection, key: int, index: int) -> None:
    """Store the level-0 tile that just became full and carry its root up."""
    entries = stored(raw, key, index * WIDTH, (index + 1) * WIDTH)
    data = b"".join(merkle.leaf_hash(entry) for entry in entries)
    raw.execute(
        "INSERT INTO log_tile (log, level, idx, data) VALUES (?, 0, ?, ?)", (key, index, data)
    )
    level = 1
    while True:
        root, place, at = tiles.tile_root(data), index // WIDTH, index % WIDTH
        before = _tile(raw, key, level, place) or b""
        data = before[: at * HASH] + root
        raw.execute(
            "INSERT OR REPLACE INTO log_tile (log, level, idx, data) VALUES (?, ?, ?, ?)",
            (key, level, place, data),
        )
        if at != WIDTH - 1:
            return
        level, index = level + 1, place


def tile_bytes(raw: sqlite3.Connection, key: int, tile: Tile) -> bytes | None:
    """A hash tile or entry bundle exactly as C2SP serves it; None when less is stored than it
    needs.

    Args:
        tile: one that the log's size allows.
    """
    start = tile.index * WIDTH
    if tile.level == ENTRIES:
        return tiles.encode_bundle(stored(raw, key, start, start + tile.width))
    data = _tile(raw, key, tile.level, tile.index)
    if data is None and tile.level == 0:
        entries = stored(raw, key, start, start + tile.width)
        data = b"".join(merkle.leaf_hash(entry) for entry in entries)
    if data is None or len(data) < tile.width * HASH:
        return None
    return data[: tile.width * HASH]


def _tile(raw: sqlite3.Connection, key: int, level: int, index: int) -> bytes | None:
    row = raw.execute(
        "SELECT data FROM log_tile WHERE log = ? AND level = ? AND idx = ?", (key, level, index)
    ).fetchone()
    return None if row is None else bytes(row[0])
