"""Where a log's hashes and entries lie: tile paths, widths, entry bundles. Spec: C2SP tlog-tiles.

A tile is 256 consecutive hashes of one tile level; tile level L holds tree nodes of level 8·L. An
entry bundle holds the entries behind one level-0 tile, each after its length in two bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from sealane.base.errors import Malformed, declare
from sealane.ledger.log.merkle import Nodes

WIDTH = 256
HEIGHT = 8
HASH = 32
MAX_ENTRY = 0xFFFF
MAX_BUNDLE = WIDTH * (2 + MAX_ENTRY)
MAX_TILE = WIDTH * HASH
MAX_SIZE = (1 << 63) - 1
ENTRIES = -1
"""The level that stands for entry bundles."""

BAD_PATH = declare(
    "ledger.tile_path",
    Malformed,
    "{path!r} is not a tile path.",
    "{path!r} はタイルのパスではありません。",
    "Write tile/0/000, tile/1/x001/234.p/5 or tile/entries/000.",
    "tile/0/000、tile/1/x001/234.p/5、tile/entries/000 の形で書いてください。",
)
BAD_BUNDLE = declare(
    "ledger.bundle",
    Malformed,
    "An entry bundle cannot be read: {why}.",
    "記録の束を読み取れません：{why}。",
)
ENTRY_TOO_LARGE = declare(
    "ledger.entry_too_large",
    Malformed,
    "An entry has {size} bytes; a log holds at most 65535 each.",
    "記録が {size} バイトあり、上限の 65535 バイトを超えます。",
    "Log a digest and keep the document elsewhere.",
    "文書は別に保管し、ダイジェストを記録してください。",
)

_PATH = re.compile(
    r"tile/(?P<level>0|[1-9]\d?|entries)/(?P<index>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One resource: tile level (or ENTRIES), index in that level, and width 1..256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The path under the log's prefix, e.g. `tile/0/x001/234.p/5`."""
        groups = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            groups.insert(0, f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level == ENTRIES else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(groups)}{partial}"

    @property
    def full(self) -> Tile:
        """The full tile in the same place, which may replace a deleted partial one."""
        return Tile(self.level, self.index)


def parse_path(path: str) -> Tile:
    """The tile that a path names; exactly one path names each tile. Raises: Malformed
    `ledger.tile_path`.
    """
    found = _PATH.fullmatch(path) if len(path) <= 60 else None
    if found is None:
        raise BAD_PATH(path=path[:80])
    level = ENTRIES if found["level"] == "entries" else int(found["level"])
    width = int(found["width"] or WIDTH)
    index = int("".join(part.removeprefix("x") for part in found["index"].split("/")))
    tile = Tile(level, index, width)
    if level > 63 or (found["width"] and width >= WIDTH) or index > MAX_SIZE or tile.path != path:
        raise BAD_PATH(path=path[:80])
    return tile


def width_at(level: int, index: int, size: int) -> int:
    """How many hashes (or entries) this tile has in a tree of `size`: 0 when it does not exist."""
    count = size if level == ENTRIES else size >> (HEIGHT * level)
    return max(0, min(WIDTH, count - index * WIDTH))


def tiles_of(size: int) -> Iterable[Tile]:
    """Every hash tile of a tree, level by level; a partial one is last in its level."""
    level = 0
    while count := size >> (HEIGHT * level):
        for index in range(-(-count // WIDTH)):
            yield Tile(level, index, min(WIDTH, count - index * WIDTH))
        level += 1


def tile_of_node(level: int, index: int, size: int) -> Tile:
    """The tile that a complete node is derived from: its own hash or the subtree under it."""
    tile_level, above = divmod(level, HEIGHT)
    place = (index << above) // WIDTH
    return Tile(tile_level, place, width_at(tile_level, place, size))


@lru_cache(maxsize=256)
def grown(data: bytes) -> tuple[bytes, ...]:
    """All complete nodes inside one tile, level by level, concatenated per level; index 0 is the
    tile itself.
    """
    levels = [data]
    sha256 = hashlib.sha256
    while len(levels[-1]) >= 2 * HASH:
        row = levels[-1]
        pairs = len(row) // (2 * HASH)
        levels.append(
            b"".join(
                [sha256(b"\x01" + row[at : at + 64]).digest() for at in range(0, pairs * 64, 64)]
            )
        )
    return tuple(levels)


Fetch = Callable[[Tile], bytes]
"""Gives a tile's bytes, or raises."""


def tile_root(data: bytes) -> bytes:
    """The node above a full tile. Raises: Malformed `ledger.bundle` unless it is exactly full."""
    if len(data) != MAX_TILE:
        raise BAD_BUNDLE(why="the tile is not full")
    return grown(data)[HEIGHT]


def nodes_from(fetch: Fetch, size: int) -> Nodes:
    """A `Nodes` function over stored tiles of a tree of `size`; `fetch(tile)` gives that tile's
    bytes.
    """

    def node(level: int, index: int) -> bytes:
        tile = tile_of_node(level, index, size)
        above = level % HEIGHT
        at = (index - ((tile.index * WIDTH) >> above)) * HASH
        return grown(fetch(tile))[above][at : at + HASH]

    return node


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries, each after its big-endian 16-bit
    length. Raises: Malformed `ledger.entry_too_large`.
    """
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise ENTRY_TOO_LARGE(size=len(entry))
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Exactly `width` entries and not a byte more. Raises: Malformed `ledger.bundle`."""
    entries, at, end = [], 0, len(data)
    for _ in range(width):
        start = at + 2
        if start > end:
            raise BAD_BUNDLE(why="it ends within an entry")
        at = start + int.from_bytes(data[at:start], "big")
        if at > end:
            raise BAD_BUNDLE(why="it ends within an entry")
        entries.append(data[start:at])
    if at != end:
        raise BAD_BUNDLE(why="bytes follow the last entry")
    return entries
