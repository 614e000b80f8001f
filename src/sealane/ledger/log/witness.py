"""The witness's rule: may this checkpoint be cosigned, given the last one that was? Pure; the
caller saves, then answers.

Spec: C2SP tlog-witness (add-checkpoint); spec/ledger.md §4, §7.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sealane.base.errors import Malformed, SealaneError, Untrusted, declare
from sealane.ledger.log.checkpoint import Checkpoint, Head, parse_checkpoint, signed_by
from sealane.ledger.log.merkle import EMPTY_ROOT, MAX_PATH, verify_consistency
from sealane.ledger.log.note import VerifierKey, unbase64
from sealane.ledger.log.tiles import MAX_SIZE

MAX_REQUEST = 256 << 10
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"

BAD_REQUEST = declare(
    "witness.request",
    Malformed,
    "The witness request cannot be read: {why}.",
    "証人への要求を読み取れません：{why}。",
    "Compare it with c2sp.org/tlog-witness.",
    "c2sp.org/tlog-witness と照らし合わせてください。",
)

_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class CosignRequest:
    """What a log submits: the size it thinks was cosigned last, the path from there, and its new
    checkpoint.
    """

    old_size: int
    path: tuple[bytes, ...]
    raw: bytes
    checkpoint: Checkpoint

    def encode(self) -> bytes:
        """The request body."""
        return encode_request(self.old_size, self.path, self.raw)


@dataclass(frozen=True, slots=True)
class Ruling:
    """An HTTP status with its reason; 200 means cosign. `conflict` marks a signed head to keep as
    evidence.
    """

    status: int
    why: str
    conflict: bool = False


def encode_request(old_size: int, path: Sequence[bytes], checkpoint: bytes) -> bytes:
    """An add-checkpoint body."""
    lines = [f"old {old_size}", *(base64.b64encode(step).decode() for step in path), ""]
    return "".join(f"{line}\n" for line in lines).encode() + checkpoint


def parse_request(body: bytes) -> CosignRequest:
    """Strictly. Raises: Malformed `witness.request`, `ledger.note`: answer 400."""
    if len(body) > MAX_REQUEST:
        raise BAD_REQUEST(why="longer than 256 KiB")
    head, blank, raw = body.partition(b"\n\n")
    if not blank or not head.isascii():
        raise BAD_REQUEST(why="no blank line before the checkpoint")
    first, *lines = head.decode("ascii").split("\n")
    old = _OLD.fullmatch(first)
    if old is None or int(old[1]) > MAX_SIZE or len(lines) > MAX_PATH:
        raise BAD_REQUEST(why="no old size, or more than 63 hashes")
    path = [unbase64(line) for line in lines]
    if any(step is None or len(step) != 32 for step in path):
        raise BAD_REQUEST(why="a hash is not 32 bytes in base64")
    return CosignRequest(
        int(old[1]), tuple(step for step in path if step), raw, parse_checkpoint(raw)
    )


def rule(request: CosignRequest, keys: Sequence[VerifierKey], last: Head | None) -> Ruling:
    """Whether to cosign, in the specification's order of checks.

    Args:
        keys: the log keys trusted for this origin; none means the origin is unknown.
        last: the head last cosigned for this origin.
    """
    head = request.checkpoint.head
    # Step 1: a log that we know.
    if not keys:
        return Ruling(404, "unknown log")
    # Step 2: it speaks for itself. Before any size is compared: nobody else may learn how far we
    # have cosigned, or plant a head that we would keep as evidence against the log.
    try:
        if not signed_by(request.checkpoint, keys):
            return Ruling(403, "no signature by a trusted key")
    except Untrusted:
        return Ruling(403, "invalid signature")
    # Step 3: the request is possible at all.
    if request.old_size > head.size:
        return Ruling(400, "the old size is above the checkpoint's")
    # Step 4: it goes on from exactly what we cosigned last. The answer tells the size, so that an
    # honest log can catch up; the same size under another root is the log's lie, and kept.
    last_size = last.size if last is not None else 0
    if request.old_size != last_size:
        return Ruling(409, str(last_size), conflict=last is not None and _contradicts(head, last))
    # Step 5: there is one empty tree.
    if head.size == 0 and head.root != EMPTY_ROOT:
        return Ruling(422, "the empty tree has another root", conflict=True)
    # Step 6: nothing that we cosigned was rewritten.
    return _rule_consistency(request, last or Head(head.origin, 0, EMPTY_ROOT))


def _rule_consistency(request: CosignRequest, last: Head) -> Ruling:
    head = request.checkpoint.head
    if last.size == 0:
        # The empty tree is consistent with any tree, and only an empty proof says so.
        if request.path:
            return Ruling(422, "a consistency proof from the empty tree")
        return Ruling(200, "")
    try:
        verify_consistency(last.size, last.root, head.size, head.root, request.path)
    except SealaneError as error:
        return Ruling(422, f"consistency proof: {error.message}", conflict=True)
    return Ruling(200, "")


def _contradicts(head: Head, last: Head) -> bool:
    return head.size == last.size and head.root != last.root
