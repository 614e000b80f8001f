"""The shadow head: the same entries under SHA-384, signed ML-DSA-87 and ES384, beside every
checkpoint.

C2SP fixes SHA-256 inside the tree, which Australia's manual ends after 2030; the shadow carries the
log past that date. It is served as `checkpoint.v2` and rides in the note as a 0xff line that other
verifiers ignore.
Spec: spec/ledger.md §5.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sealane.base import canonical
from sealane.base.errors import Malformed, Untrusted, declare
from sealane.base.values import Instant, format_instant, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger.log.checkpoint import Head
from sealane.ledger.log.note import PRIVATE, Note, Signature

TYP = "sealane-checkpoint.v2"
_LINE = b"sealane.example/checkpoint.v2"

BAD_SHADOW = declare(
    "ledger.shadow",
    Malformed,
    "A checkpoint.v2 cannot be read: {why}.",
    "checkpoint.v2 を読み取れません：{why}。",
)
SHADOW_DIFFERS = declare(
    "ledger.shadow_differs",
    Untrusted,
    "The shadow head speaks of another tree than the checkpoint: {what}.",
    "影の先端がチェックポイントと異なる木を指しています：{what}。",
    "Keep both; one of the two was not made from these entries.",
    "両方を保存してください。どちらかはこの記録から作られていません。",
)


@dataclass(frozen=True, slots=True)
class Shadow:
    """One shadow head; `prev` is the SHA-384 of the shadow before it, or None for the first."""

    head: Head
    root_sha384: bytes
    at: Instant
    prev: str | None

    def payload(self) -> bytes:
        """The canonical bytes that are signed."""
        return canonical.encode(
            {
                "origin": self.head.origin,
                "size": self.head.size,
                "root_sha256": self.head.root.hex(),
                "root_sha384": self.root_sha384.hex(),
                "time": format_instant(self.at),
                "prev": self.prev,
            }
        )

    def sign(self, signers: Sequence[Signer]) -> bytes:
        """`checkpoint.v2`: canonical JWS JSON with a signature by each signer."""
        return jws.sign(self.payload(), signers, typ=TYP)

    def line(self, signed: bytes) -> Signature:
        """The note line that carries `signed`."""
        return Signature(self.head.origin, line_id(self.head.origin), signed)


def line_id(origin: str) -> bytes:
    """The key id of the 0xff line: name, newline, 0xff and our long identifier, as signed-note
    recommends.
    """
    return hashlib.sha256(origin.encode() + b"\n" + bytes([PRIVATE]) + _LINE).digest()[:4]


def carried(note: Note, origin: str) -> bytes | None:
    """The `checkpoint.v2` that rides in a note, not yet trusted."""
    for signature in note.signatures:
        if signature.name == origin and signature.key_id == line_id(origin):
            return signature.data
    return None


def verify(signed: bytes, *, keys: Mapping[str, PublicKey], required: Sequence[str]) -> Shadow:
    """A shadow head signed by every required key. Raises: Malformed, Untrusted as `jws.verify`."""
    return parse(jws.verify(signed, keys=keys, required=required, typ=TYP).payload)


def parse(payload: bytes) -> Shadow:
    """A shadow head from its canonical payload. Raises: Malformed `ledger.shadow`."""
    value = canonical.decode(payload, limit=4096)
    names = {"origin", "size", "root_sha256", "root_sha384", "time", "prev"}
    if not isinstance(value, dict) or set(value) != names or type(value["size"]) is not int:
        raise BAD_SHADOW(why="other members than it should have")
    if not isinstance(value["origin"], str) or not isinstance(value["prev"], str | None):
        raise BAD_SHADOW(why="a member has the wrong type")
    try:
        root, dark = bytes.fromhex(value["root_sha256"]), bytes.fromhex(value["root_sha384"])
    except (TypeError, ValueError):
        raise BAD_SHADOW(why="a root is not hex") from None
    if len(root) != 32 or len(dark) != 48:
        raise BAD_SHADOW(why="a root has the wrong length")
    return Shadow(
        Head(value["origin"], value["size"], root),
        dark,
        parse_instant(value["time"]),
        value["prev"],
    )


def agrees(shadow: Shadow, head: Head) -> None:
    """Raises: Untrusted `ledger.shadow_differs` unless both speak of one tree."""
    if (shadow.head.origin, shadow.head.size, shadow.head.root) != (
        head.origin,
        head.size,
        head.root,
    ):
        raise SHADOW_DIFFERS(what="origin, size or SHA-256 root")


def peek(signed: bytes) -> Shadow:
    """What a `checkpoint.v2` claims; not trusted. Raises: Malformed."""
    return parse(jws.peek(signed))
