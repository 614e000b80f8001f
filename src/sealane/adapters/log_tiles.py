"""Stored entries and tiles of one log, by its row id; `append` calls this for what became full.

Level-0 tiles are stored when full and derived from entries before; higher tiles grow in place.
Spec: C2SP tlog-tiles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, bindparam, select

from sealane.adapters.log_tables import LOG_ENTRIES, LOG_TILES
from sealane.adapters.sql import Backend, SqlStatement, bound
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.tiles import ENTRIES, HASH, WIDTH, Tile

AT_ONCE = 4096
"""Entries asked for at a time: a driver may hold all that a statement answers."""

_IN_ORDER = SqlStatement(
    lambda _: (
        select(LOG_ENTRIES.c.idx, LOG_ENTRIES.c.leaf, LOG_ENTRIES.c.data)
        .where(
            LOG_ENTRIES.c.log == bindparam("key"),
            LOG_ENTRIES.c.idx >= bindparam("start"),
            LOG_ENTRIES.c.idx < bindparam("end"),
        )
        .order_by(LOG_ENTRIES.c.idx)
        .limit(bindparam("at_most"))
    )
)
_TILE = SqlStatement(
    lambda _: select(LOG_TILES.c.data).where(
        LOG_TILES.c.log == bindparam("key"),
        LOG_TILES.c.level == bindparam("level"),
        LOG_TILES.c.idx == bindparam("index"),
    )
)


def _putting(kind: Backend) -> Any:
    made = kind.insert(LOG_TILES).values(bound(LOG_TILES))
    return made.on_conflict_do_update(
        index_elements=["log", "level", "idx"], set_={"data": made.excluded.data}
    )


_PUT = SqlStatement(_putting)


def rows(
    tx: Connection,
    key: int,
    span: tuple[int, int],
    statement: SqlStatement = _IN_ORDER,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> Iterator[tuple[Any, ...]]:
    """What a statement answers of entries [start, end), index first, in order, a part at a time."""
    start, end = span
    given = {**values, "key": key, "end": end, "at_most": AT_ONCE}
    while start < end:
        part = statement.run(tx, start=start, **given).fetchall()
        yield from part
        if len(part) < AT_ONCE:
            return
        start = part[-1][0] + 1


def stored(tx: Connection, key: int, start: int, end: int) -> Iterator[bytes]:
    """Stored entries [start, end) in order, as far as they exist."""
    return (bytes(row[2]) for row in rows(tx, key, (start, end)))


def fill(tx: Connection, key: int, index: int) -> None:
    """Store the level-0 tile that just became full and carry its root up."""
    entries = stored(tx, key, index * WIDTH, (index + 1) * WIDTH)
    data = b"".join(merkle.leaf_hash(entry) for entry in entries)
    _PUT.run(tx, log=key, level=0, idx=index, data=data)
    level = 1
    while True:
        root, place, at = tiles.tile_root(data), index // WIDTH, index % WIDTH
        before = stored_tile(tx, key, level, place) or b""
        data = before[: at * HASH] + root
        _PUT.run(tx, log=key, level=level, idx=place, data=data)
        if at != WIDTH - 1:
            return
        level, index = level + 1, place


def tile_bytes(tx: Connection, key: int, tile: Tile) -> bytes | None:
    """A hash tile or entry bundle exactly as C2SP serves it; None when less is stored than it
    needs.

    Args:
        tile: one that the log's size allows.
    """
    start = tile.index * WIDTH
    if tile.level == ENTRIES:
        return tiles.encode_bundle(stored(tx, key, start, start + tile.width))
    data = stored_tile(tx, key, tile.level, tile.index)
    if data is None and tile.level == 0:
        entries = stored(tx, key, start, start + tile.width)
        data = b"".join(merkle.leaf_hash(entry) for entry in entries)
    if data is None or len(data) < tile.width * HASH:
        return None
    return data[: tile.width * HASH]


def stored_tile(tx: Connection, key: int, level: int, index: int) -> bytes | None:
    """What is stored as that tile, or None."""
    row = _TILE.run(tx, key=key, level=level, index=index).fetchone()
    return None if row is None else bytes(row[0])
