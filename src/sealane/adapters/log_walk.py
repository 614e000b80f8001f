"""Re-derive one stored log and compare everything that is stored beside its entries; name the first
thing that differs.

Each entry's hash is stored three times: with the entry, in its tile, and within the right edge. So
what was altered can be told from what it no longer fits. Spec: R61; spec/ledger.md §7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection

from sealane.adapters import log_tiles
from sealane.ledger.log import tiles
from sealane.ledger.log.merkle import Frontier
from sealane.ledger.log.tiles import HASH, WIDTH, Tile

Reading = Callable[[], AbstractContextManager[Connection]]


class Differs(Exception):
    """What no longer is what was appended, in words."""


def walk(
    reading: Reading,
    key: int,
    kept: tuple[int, bytes, bytes],
    pause: Callable[[], None] = lambda: None,
) -> Frontier:
    """The right edge re-derived from every stored entry, a bundle in a transaction.

    Args:
        reading: a transaction for each slice; a log only grows, so they may be different ones.
        kept: size, edge and shadow edge as every append left them.
        pause: called between slices; may raise to end the walk.
    Raises: Differs: an entry, a leaf hash, a tile or an edge.
    """
    size, edge, shadow = kept
    front, dark = Frontier(), Frontier(digest=hashlib.sha384)
    for start in range(0, size, WIDTH):
        pause()
        with reading() as tx:
            _bundle(tx, key, (start, min(start + WIDTH, size)), (front, dark))
    for tile in tiles.tiles_of(size):
        if tile.level and tile.width:
            pause()
            with reading() as tx:
                _above(tx, key, tile)
    _edge(front, edge, "the edge")
    _edge(dark, shadow, "the shadow edge")
    return front


def require_nothing_beyond(tx: Connection, key: int, size: int) -> None:
    """No entry is stored that the head of the same transaction does not count. Raises: Differs."""
    for index, *_ in log_tiles.rows(tx, key, (size, 1 << 62)):
        raise Differs(f"entry {index} is not in the head")


def _bundle(
    tx: Connection, key: int, span: tuple[int, int], edges: tuple[Frontier, Frontier]
) -> None:
    """The entries of one bundle taken into both edges, and their hashes compared."""
    front, dark = edges
    derived: list[bytes] = []
    stored: list[bytes] = []
    for index, leaf, entry in log_tiles.rows(tx, key, span):
        if index != front.size:
            break
        derived.append(front.append(entry))
        stored.append(leaf)
        dark.append(entry)
    if front.size != span[1]:
        raise Differs(f"entry {front.size} is missing")
    _judge(tx, key, span[0] // WIDTH, (derived, stored))


def _judge(tx: Connection, key: int, index: int, hashes: tuple[list[bytes], list[bytes]]) -> None:
    """One bundle's hashes as derived now, as stored with the entries, and as stored in its tile if
    it is full.
    """
    derived, stored = hashes
    tile = _tile(tx, key, 0, index) if len(derived) == WIDTH else b"".join(derived)
    if derived == stored and b"".join(derived) == tile:
        return
    for at, (now, then) in enumerate(zip(derived, stored, strict=True)):
        inside = tile[at * HASH : (at + 1) * HASH]
        if now == then == inside:
            continue
        if now == then and not _upheld(tx, key, index, tile):
            raise Differs(f"{Tile(0, index).path}, hash {at}")
        if now == inside != then and len(derived) == WIDTH:
            raise Differs(f"the leaf hash of entry {index * WIDTH + at}")
        raise Differs(f"entry {index * WIDTH + at}")
    raise Differs(f"{Tile(0, index).path} is longer than a tile")


def _upheld(tx: Connection, key: int, index: int, tile: bytes) -> bool:
    """Whether the tile above says that a level-0 tile is as it was: then an entry was altered
    together with its leaf hash.
    """
    above, at = _tile(tx, key, 1, index // WIDTH), index % WIDTH * HASH
    return len(tile) == WIDTH * HASH and above[at : at + HASH] == tiles.tile_root(tile)


def _above(tx: Connection, key: int, tile: Tile) -> None:
    """A tile over the level-0 tiles, from the tiles below it, which hold by now."""
    stored = _tile(tx, key, tile.level, tile.index)
    for at in range(tile.width):
        below = _tile(tx, key, tile.level - 1, tile.index * WIDTH + at)[: WIDTH * HASH]
        inside = stored[at * HASH : (at + 1) * HASH]
        if len(below) != WIDTH * HASH or inside != tiles.tile_root(below):
            raise Differs(f"{tile.path}, hash {at}")


def _tile(tx: Connection, key: int, level: int, index: int) -> bytes:
    return log_tiles.stored_tile(tx, key, level, index) or b""


def _edge(front: Frontier, kept: bytes, name: str) -> None:
    """The peaks of the tree, largest first: each commits to a range of entries, and all of them
    were compared before.
    """
    if front.pack() == kept:
        return
    width, start = len(front.hashes[0]) if front.hashes else HASH, 0
    spans = [
        1 << bit for bit in range(front.size.bit_length() - 1, -1, -1) if front.size >> bit & 1
    ]
    for at, span in enumerate(spans):
        if kept[at * width : (at + 1) * width] != front.hashes[at]:
            raise Differs(f"{name} over entries {start} to {start + span - 1}")
        start += span
    raise Differs(f"{name} is longer than the log")
