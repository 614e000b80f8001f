"""The Merkle tree of RFC 6962: hashes, inclusion and consistency, and the right edge that grows.

A tree is addressed by (level, index): the node over leaves [index << level, (index + 1) << level).
A `Nodes` function gives the hash of any complete node; proofs are made from it and verified with
none. Hashes are bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sealane.base.errors import Untrusted, declare

Nodes = Callable[[int, int], bytes]
"""(level, index) -> hash of the complete node; level 0 holds leaf hashes."""

Digest = Callable[[bytes], Any]
"""A hashlib constructor: SHA-256 for the log, SHA-384 for its shadow."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
MAX_PATH = 63
WIDTH = len(EMPTY_ROOT)

BAD_INCLUSION = declare(
    "ledger.inclusion",
    Untrusted,
    "The inclusion proof does not hold: {why}.",
    "包含証明が成り立ちません：{why}。",
    "Do not rely on this entry; ask the log for a fresh proof.",
    "この記録に依拠せず、新しい証明を求めてください。",
)
BAD_CONSISTENCY = declare(
    "ledger.consistency",
    Untrusted,
    "The consistency proof does not hold: {why}.",
    "整合性証明が成り立ちません：{why}。",
    "Keep both checkpoints: two signed heads that cannot both be true are proof of a fork.",
    "二つのチェックポイントを保存してください。両立しない署名付き先端は分岐の証拠です。",
)


def leaf_hash(entry: bytes, digest: Digest = hashlib.sha256) -> bytes:
    """The hash of one entry. Spec: RFC 6962 §2.1."""
    out: bytes = digest(b"\x00" + entry).digest()
    return out


def node_hash(left: bytes, right: bytes, digest: Digest = hashlib.sha256) -> bytes:
    """The hash over two children. Spec: RFC 6962 §2.1."""
    out: bytes = digest(b"\x01" + left + right).digest()
    return out


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Prove that a leaf is in the tree that a root commits to; silence is success.

    Args:
        leaf: leaf hash.
        index: of the leaf, below `size`; both counted in leaves.
        path: hashes from the leaf's sibling up.
        root: tree head.
    Raises: Untrusted `ledger.inclusion`.
    Spec: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        raise BAD_INCLUSION(why="the index is not below the size")
    if any(len(one) != WIDTH for one in (leaf, *path)):
        raise BAD_INCLUSION(why="a hash is not 32 bytes")
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise BAD_INCLUSION(why="the path is too long")
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, step)
        place >>= 1
        last >>= 1
    if last:
        raise BAD_INCLUSION(why="the path is too short")
    if found != root:
        raise BAD_INCLUSION(why="the path does not lead to the root")


def verify_consistency(
    old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> None:
    """Prove that the tree `root` extends the tree `old_root`; silence is success.

    An empty old tree proves nothing and is refused; a witness decides that case for itself.
    Raises: Untrusted `ledger.consistency`.
    Spec: RFC 9162 §2.1.4.2.
    """
    if not 0 < old_size <= size:
        raise BAD_CONSISTENCY(why="the old size is zero or above the new one")
    if old_size == size:
        if path or old_root != root:
            raise BAD_CONSISTENCY(why="one size with two roots, or with a path")
        return
    if any(len(one) != WIDTH for one in path):
        raise BAD_CONSISTENCY(why="a hash is not 32 bytes")
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not path:
        raise BAD_CONSISTENCY(why="the path is empty")
    old_found, found = _climb(old_size - 1, size - 1, steps)
    if old_found != old_root or found != root:
        raise BAD_CONSISTENCY(why="the path does not lead to both roots")


def _climb(place: int, last: int, steps: list[bytes]) -> tuple[bytes, bytes]:
    while place & 1:
        place >>= 1
        last >>= 1
    old_found = found = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BAD_CONSISTENCY(why="the path is too long")
        if place & 1 or place == last:
            old_found = node_hash(step, old_found)
            found = node_hash(step, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, step)
        place >>= 1
        last >>= 1
    if last:
        raise BAD_CONSISTENCY(why="the path is too short")
    return old_found, found


def edge(start: int, size: int) -> list[tuple[int, int]]:
    """The complete nodes, left to right, that make up leaves [start, size) when `start` is such a
    border.

    For start 0 these are the nodes a `Frontier` of that size holds.
    """
    out = []
    while start < size:
        level = min(
            (start & -start).bit_length() - 1 if start else 63, (size - start).bit_length() - 1
        )
        out.append((level, start >> level))
        start += 1 << level
    return out


def root_of(start: int, size: int, nodes: Nodes) -> bytes:
    """The hash over leaves [start, size), `start` aligned as in a subtree; the empty tree has
    EMPTY_ROOT.
    """
    return bag([nodes(level, index) for level, index in edge(start, size)])


def bag(hashes: Sequence[bytes], digest: Digest = hashlib.sha256) -> bytes:
    """Fold complete nodes from right to left into one root."""
    if not hashes:
        empty: bytes = digest(b"").digest()
        return empty
    found = hashes[-1]
    for left in reversed(hashes[:-1]):
        found = node_hash(left, found, digest)
    return found


def inclusion_path(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path for `verify_inclusion`; at most 63 hashes. Raises: Untrusted when the index is not
    below the size.
    """
    if not 0 <= index < size:
        raise BAD_INCLUSION(why="the index is not below the size")
    return _siblings(index, 0, size, nodes)


def _siblings(index: int, start: int, end: int, nodes: Nodes) -> list[bytes]:
    path: list[bytes] = []
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(root_of(middle, end, nodes))
            end = middle
        else:
            path.append(root_of(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency_path(old_size: int, size: int, nodes: Nodes) -> list[bytes]:
    """The path for `verify_consistency`; empty for equal sizes and for an empty old tree. Spec: RFC
    6962 §2.1.2.
    """
    if not 0 <= old_size <= size:
        raise BAD_CONSISTENCY(why="the old size is above the new one")
    return subtree_consistency_path(0, old_size, size, nodes) if old_size else []


def subtree_consistency_path(start: int, end: int, size: int, nodes: Nodes) -> list[bytes]:
    """The proof that the subtree [start, end) is part of the tree of `size`. Spec: C2SP tlog-mirror
    (add-entries).
    """
    path: list[bytes] = []
    low, high, whole = 0, size, True
    while (start, end) != (low, high):
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if end <= middle:
            path.append(root_of(middle, high, nodes))
            high = middle
        elif start >= middle:
            path.append(root_of(low, middle, nodes))
            low = middle
        else:
            path.append(root_of(low, middle, nodes))
            start = low = middle
            whole = False
    if not whole:
        path.append(root_of(low, high, nodes))
    return path[::-1]


def verify_subtree(
    start: int, end: int, size: int, part: bytes, whole: tuple[bytes, Sequence[bytes]]
) -> None:
    """Prove that `part`, the hash over [start, end), belongs to the tree whose (root, path) is
    `whole`.

    Raises: Untrusted `ledger.consistency`. Spec: draft-ietf-plants-merkle-tree-certs §4.4.
    """
    root, path = whole
    if not is_subtree(start, end) or end > size or any(len(one) != WIDTH for one in path):
        raise BAD_CONSISTENCY(why="not a subtree of this tree, or a hash is not 32 bytes")
    place, high, last = start, end - 1, size - 1
    while place != high and (last == high or high & 1):
        place, high, last = place >> 1, high >> 1, last >> 1
    steps = list(path)
    if place != high and not steps:
        raise BAD_CONSISTENCY(why="the path is too short")
    _climb_part(
        (place, high, last),
        part,
        (root, steps if place == high else steps[1:]),
        part if place == high else steps[0],
    )


def _climb_part(
    place_high_last: tuple[int, int, int],
    part: bytes,
    whole: tuple[bytes, Sequence[bytes]],
    start: bytes,
) -> None:
    place, high, last = place_high_last
    root, steps = whole
    part_found = found = start
    for step in steps:
        if last == 0:
            raise BAD_CONSISTENCY(why="the path is too long")
        if high & 1 or high == last:
            if place < high:
                part_found = node_hash(step, part_found)
            found = node_hash(step, found)
            while not high & 1 and high:
                place, high, last = place >> 1, high >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, high, last = place >> 1, high >> 1, last >> 1
    if last or part_found != part or found != root:
        raise BAD_CONSISTENCY(why="the path does not lead to both hashes")


def is_subtree(start: int, end: int) -> bool:
    """Whether [start, end) may be a subtree: `start` is a multiple of the smallest power of two
    that covers it.
    """
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


class Frontier:
    """The right edge of a growing tree: append in O(1) amortised, root in O(log n), state of at
    most 64 hashes.
    """

    __slots__ = ("_digest", "hashes", "size")

    def __init__(
        self, size: int = 0, hashes: Iterable[bytes] = (), digest: Digest = hashlib.sha256
    ) -> None:
        self.size = size
        self.hashes = list(hashes)
        self._digest = digest
        if len(self.hashes) != size.bit_count():
            raise BAD_CONSISTENCY(why="a frontier has one hash for each bit of its size")

    @classmethod
    def unpack(cls, size: int, data: bytes, digest: Digest = hashlib.sha256) -> Frontier:
        """A frontier from `pack`'s bytes."""
        width = digest(b"").digest_size
        return cls(size, [data[at : at + width] for at in range(0, len(data), width)], digest)

    def pack(self) -> bytes:
        """The hashes, largest node first."""
        return b"".join(self.hashes)

    def append(self, entry: bytes) -> bytes:
        """Add an entry and give its leaf hash."""
        leaf = leaf_hash(entry, self._digest)
        self.push(leaf)
        return leaf

    def push(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        size, hashes, digest = self.size, self.hashes, self._digest
        while size & 1:
            leaf = digest(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The tree head for the present size."""
        return bag(self.hashes, self._digest)
