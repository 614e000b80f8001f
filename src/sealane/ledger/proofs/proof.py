"""Offline proofs that an entry stands in a log: index, path and cosigned checkpoint. Spec: C2SP
tlog-proof.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from sealane.base.errors import Malformed, declare
from sealane.ledger.log.checkpoint import Checkpoint, parse_checkpoint
from sealane.ledger.log.merkle import MAX_PATH, verify_inclusion
from sealane.ledger.log.note import unbase64
from sealane.ledger.log.policy import LogPolicy, LogVerdict
from sealane.ledger.log.tiles import MAX_SIZE

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 2 << 20

BAD_PROOF = declare(
    "ledger.proof",
    Malformed,
    "The log proof cannot be read: {why}.",
    "ログの証明を読み取れません：{why}。",
    "Compare it with c2sp.org/tlog-proof.",
    "c2sp.org/tlog-proof と照らし合わせてください。",
)

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class LogProof:
    """Where an entry stands and how it leads to the checkpoint's root; `extra` is never trusted."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """The exact text `parse_proof` accepts."""
        lines = [
            HEADER,
            *([f"extra {_b64(self.extra)}"] if self.extra is not None else []),
            f"index {self.index}",
        ]
        lines += [_b64(step) for step in self.path]
        return "".join(f"{line}\n" for line in [*lines, ""]).encode() + self.checkpoint


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof showed: the entry's index, the checkpoint, and who vouches for it."""

    index: int
    checkpoint: Checkpoint
    verdict: LogVerdict


def parse_proof(data: bytes) -> LogProof:
    """A proof, strictly; its checkpoint is not yet read. Raises: Malformed `ledger.proof`."""
    head, blank, checkpoint = data.partition(b"\n\n")
    if len(data) > MAX_BYTES or not blank or not head.isascii():
        raise BAD_PROOF(why="too long, or no blank line before the checkpoint")
    header, *lines = head.decode("ascii").split("\n")
    if header != HEADER:
        raise BAD_PROOF(why="another first line")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = unbase64(lines.pop(0).removeprefix("extra "))
        if extra is None:
            raise BAD_PROOF(why="the extra data is not base64")
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None or int(index[1]) > MAX_SIZE:
        raise BAD_PROOF(why="no index line")
    path = []
    for line in lines:
        step = unbase64(line)
        if step is None or len(step) != 32:
            raise BAD_PROOF(why="a hash is not 32 bytes in base64")
        path.append(step)
    if len(path) > MAX_PATH:
        raise BAD_PROOF(why="more than 63 hashes")
    return LogProof(int(index[1]), tuple(path), checkpoint, extra)


def check_proof(proof: LogProof, leaf: bytes, policy: LogPolicy) -> Proven:
    """Prove that this leaf hash is logged as the policy demands.

    Raises: Malformed `ledger.note`; Untrusted `ledger.not_signed`, `ledger.note_signature`,
    `ledger.quorum`, `ledger.inclusion`.
    Spec: C2SP tlog-proof (verifying).
    """
    # Step 1: read the head that the proof brings along; it is only a claim so far.
    checkpoint = parse_checkpoint(proof.checkpoint)
    head = checkpoint.head
    # Step 2: the policy's log signed it and the quorum cosigned it. Before anything is computed
    # from the head: a path to a root that nobody vouches for proves nothing.
    verdict = policy.judge(checkpoint)
    # Step 3: the path leads from this very leaf at this index to that root. Index and size both
    # bound the path's length, so that no inner node can pass for a leaf.
    verify_inclusion(leaf, proof.index, head.size, proof.path, head.root)
    return Proven(proof.index, checkpoint, verdict)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
