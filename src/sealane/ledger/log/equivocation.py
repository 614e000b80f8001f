"""Proof of equivocation: two signed heads of one log that cannot both be honest.

Alone they prove it when they have one size and two roots, or size zero and another root than the
empty tree's. With a path from the larger tree they also prove it for two sizes: the path leads to
the larger root, so the smaller tree has the root it shows, and the log signed another. Spec:
spec/ledger.md §6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import Checkpoint, parse_checkpoint, require
from sealane.ledger.log.merkle import EMPTY_ROOT, MAX_PATH
from sealane.ledger.log.note import VerifierKey, parse_vkey

FORMAT = "sealane-equivocation/v1"
MAX_BYTES = 4 << 20

BAD_FRAUD = declare(
    "ledger.fraud_proof",
    Malformed,
    "This is not a proof of equivocation: {why}.",
    "二重発行の証明ではありません：{why}。",
)


@dataclass(frozen=True, slots=True)
class Fraud:
    """A self-contained proof: both notes, the log's keys, and a path where the sizes differ."""

    first: bytes
    second: bytes
    vkeys: tuple[VerifierKey, ...]
    path: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Canonical JSON."""
        return canonical.encode(
            {
                "format": FORMAT,
                "first": self.first.decode(),
                "second": self.second.decode(),
                "vkeys": [key.vkey for key in self.vkeys],
                "path": [step.hex() for step in self.path],
            }
        )


def find(
    first: bytes, second: bytes, keys: Sequence[VerifierKey], path: Sequence[bytes] = ()
) -> Fraud | None:
    """The proof, or None when both heads can be honest as far as the notes and the path tell.

    Args:
        keys: the log's keys; each must have signed both notes.
        path: nodes of the tree of the larger head, as `split_path` gives them.
    Raises: Malformed `ledger.note`; Untrusted `ledger.not_signed`, `ledger.note_signature`.
    """
    notes = [parse_checkpoint(first), parse_checkpoint(second)]
    for note in notes:
        require(note, keys)
    small, large = sorted(notes, key=lambda one: one.head.size)
    if any(one.head.size == 0 and one.head.root != EMPTY_ROOT for one in notes):
        return Fraud(first, second, tuple(keys))
    if small.head.origin != large.head.origin:
        return None
    if small.head.size == large.head.size:
        return Fraud(first, second, tuple(keys)) if small.head.root != large.head.root else None
    if path and _prefix_root(small, large, path) != small.head.root:
        return Fraud(first, second, tuple(keys), tuple(path))
    return None


def split_path(small: int, large: int, nodes: merkle.Nodes) -> list[bytes]:
    """Hashes of the complete nodes that make up [0, small) and then [small, large) of the larger
    tree.
    """
    return [
        nodes(level, index) for level, index in [*merkle.edge(0, small), *merkle.edge(small, large)]
    ]


def _prefix_root(small: Checkpoint, large: Checkpoint, path: Sequence[bytes]) -> bytes:
    """The root of the larger tree's first `small` entries. Raises: Malformed when the path misses
    the larger root.
    """
    left, right = merkle.edge(0, small.head.size), merkle.edge(small.head.size, large.head.size)
    if len(path) != len(left) + len(right):
        raise BAD_FRAUD(why="the path has the wrong length for these sizes")
    known = dict(zip([*left, *right], path, strict=True))

    def node(level: int, index: int) -> bytes:
        found = known.get((level, index))
        if found is None and level == 0:
            raise BAD_FRAUD(why="the path leaves a gap")
        return found or merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    if merkle.root_of(0, large.head.size, node) != large.head.root:
        raise BAD_FRAUD(why="the path does not lead to the larger root")
    return merkle.bag(path[: len(left)])


def read(data: bytes) -> Fraud:
    """A proof from its file; not yet believed. Raises: Malformed `ledger.fraud_proof`."""
    value = canonical.decode(data, limit=MAX_BYTES)
    if (
        not isinstance(value, dict)
        or set(value) != {"format", "first", "second", "vkeys", "path"}
        or value["format"] != FORMAT
    ):
        raise BAD_FRAUD(why="other members than it should have")
    texts = [value["first"], value["second"], *_texts(value["vkeys"]), *_texts(value["path"])]
    if (
        not all(isinstance(one, str) for one in texts)
        or len(value["path"]) > 2 * MAX_PATH
        or not value["vkeys"]
    ):
        raise BAD_FRAUD(why="a member has the wrong type")
    try:
        path = tuple(bytes.fromhex(step) for step in value["path"])
    except ValueError:
        raise BAD_FRAUD(why="a hash is not hex") from None
    keys = tuple(parse_vkey(key) for key in value["vkeys"])
    return Fraud(value["first"].encode(), value["second"].encode(), keys, path)


def verify(fraud: Fraud, keys: Sequence[VerifierKey]) -> None:
    """Prove the fraud against keys one trusts; silence means the log equivocated.

    Raises: Malformed `ledger.fraud_proof` when both heads can be honest; Untrusted when a signature
    does not hold.
    """
    if find(fraud.first, fraud.second, keys, fraud.path) is None:
        raise BAD_FRAUD(why="both heads can be honest")


def _texts(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [None]
