"""Re-derive a whole tile log, from every entry to the signed head, in flat memory. Spec: C2SP
tlog-tiles.

Works on any writer's log: `fetch` gives the bytes of a resource by its path, or None when there is
none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sealane.base.errors import Malformed, Untrusted, declare
from sealane.ledger.log import merkle, shadow, tiles
from sealane.ledger.log.checkpoint import Checkpoint
from sealane.ledger.log.merkle import EMPTY_ROOT, Frontier
from sealane.ledger.log.tiles import ENTRIES, HASH, WIDTH, Tile

Resource = Callable[[str], bytes | None]

LOG_DIFFERS = declare(
    "ledger.differs",
    Untrusted,
    "The log does not re-derive: {what}.",
    "ログを再計算できません：{what}。",
    "Compare this place with another copy of the log, e.g. the partner's mirror.",
    "この箇所を、相手国の写しなど別の複製と比べてください。",
)


@dataclass(frozen=True, slots=True)
class Derived:
    """What was re-derived: entries hashed, tiles compared, and the shadow root where the note
    carries one.
    """

    entries: int
    tiles: int
    root: bytes
    shadow: str


def rederive(
    checkpoint: Checkpoint, fetch: Resource, *, each: Callable[[int, bytes], None] | None = None
) -> Derived:
    """Prove that entries, tiles and head are one tree; the head's signatures are the caller's
    matter.

    Args:
        each: called with every index and entry, in order.
    Raises: Untrusted `ledger.differs`, with the resource and the entry where it can be told.
    """
    walk = _Walk(checkpoint, fetch, each)
    for index in range(-(-checkpoint.head.size // WIDTH)):
        walk.bundle(index)
    walk.close()
    root = walk.front.root()
    if root != checkpoint.head.root or (not checkpoint.head.size and root != EMPTY_ROOT):
        raise LOG_DIFFERS(what=f"the root of {checkpoint.head.size} entries is not the signed one")
    return Derived(checkpoint.head.size, walk.compared, root, walk.shadow_state())


class _Walk:
    """The right edge of the walk: at most 255 pending hashes a tile level."""

    def __init__(
        self, checkpoint: Checkpoint, fetch: Resource, each: Callable[[int, bytes], None] | None
    ) -> None:
        self.size = checkpoint.head.size
        self.checkpoint = checkpoint
        self.fetch = fetch
        self.each = each
        self.front = Frontier()
        self.levels: list[bytearray] = []
        self.done: list[int] = []
        self.compared = 0
        carried = shadow.carried(checkpoint.note, checkpoint.head.origin)
        self.carried = carried
        self.dark = Frontier(digest=hashlib.sha384) if carried is not None else None

    def bundle(self, index: int) -> None:
        tile = Tile(ENTRIES, index, tiles.width_at(ENTRIES, index, self.size))
        data, width = self._resource(tile)
        try:
            entries = tiles.decode_bundle(data, width)[: tile.width]
        except Malformed as error:
            raise LOG_DIFFERS(what=f"{tile.path}: {error.message}") from None
        leaves = [merkle.leaf_hash(entry) for entry in entries]
        self._compare(Tile(0, index, tile.width), b"".join(leaves))
        for at, entry in enumerate(entries):
            self.front.push(leaves[at])
            if self.dark is not None:
                self.dark.append(entry)
            if self.each is not None:
                self.each(index * WIDTH + at, entry)
        if tile.width == WIDTH:
            self._carry(1, merkle.bag(self._whole(leaves)))

    @staticmethod
    def _whole(leaves: list[bytes]) -> list[bytes]:
        while len(leaves) > 1:
            leaves = [
                merkle.node_hash(leaves[at], leaves[at + 1]) for at in range(0, len(leaves), 2)
            ]
        return leaves

    def _carry(self, level: int, hash_: bytes) -> None:
        while len(self.levels) < level:
            self.levels.append(bytearray())
            self.done.append(0)
        row = self.levels[level - 1]
        row += hash_
        if len(row) == WIDTH * HASH:
            data = bytes(row)
            self._compare(Tile(level, self.done[level - 1]), data)
            self.done[level - 1] += 1
            row.clear()
            self._carry(level + 1, tiles.grown(data)[tiles.HEIGHT])

    def close(self) -> None:
        """Compare the partial tiles above level 0."""
        for level, row in enumerate(self.levels, start=1):
            if row:
                self._compare(Tile(level, self.done[level - 1], len(row) // HASH), bytes(row))

    def _compare(self, tile: Tile, derived: bytes) -> None:
        stored, width = self._resource(tile)
        self.compared += 1
        if len(stored) != width * HASH:
            raise LOG_DIFFERS(what=f"{tile.path} has {len(stored)} bytes instead of {width * HASH}")
        if stored[: len(derived)] != derived:
            at = next(
                at
                for at in range(tile.width)
                if stored[at * HASH : (at + 1) * HASH] != derived[at * HASH : (at + 1) * HASH]
            )
            place = tile.index * WIDTH + at
            which = f"entry {place}" if tile.level == 0 else f"hash {at}"
            raise LOG_DIFFERS(
                what=f"{tile.path} and the entries disagree at {which}",
                position=place if tile.level == 0 else None,
                details={"tile": tile.path, "hash": at},
            )

    def _resource(self, tile: Tile) -> tuple[bytes, int]:
        """The bytes and the width they should have; a full tile may stand in for a deleted partial
        one.
        """
        data = self.fetch(tile.path)
        if data is not None:
            return data, tile.width
        if tile.width < WIDTH:
            data = self.fetch(tile.full.path)
        if data is None:
            raise LOG_DIFFERS(what=f"{tile.path} is missing")
        return data, WIDTH

    def shadow_state(self) -> str:
        """`agrees`, or `absent` when the note carries none. Raises: Untrusted when it speaks of
        other entries.
        """
        if self.carried is None or self.dark is None:
            return "absent"
        made = shadow.peek(self.carried)
        shadow.agrees(made, self.checkpoint.head)
        if made.root_sha384 != self.dark.root():
            raise shadow.SHADOW_DIFFERS(what="the SHA-384 root")
        return "agrees"
