"""Checkpoints and cosignatures: a log's signed head, and who else vouches for it.

Spec: C2SP tlog-checkpoint, C2SP tlog-cosignature.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sealane.base.errors import Untrusted, declare
from sealane.base.values import SECOND, Instant
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger.log.note import (
    BAD_NOTE,
    BAD_NOTE_SIGNATURE,
    COSIGN_ED25519,
    COSIGN_MLDSA44,
    ECDSA,
    ED25519,
    NOT_SIGNED,
    Note,
    Signature,
    VerifierKey,
    parse,
    unbase64,
)
from sealane.ledger.log.tiles import MAX_SIZE

COSIGNATURES = (COSIGN_ED25519, COSIGN_MLDSA44)
_ALGORITHM = {ED25519: "Ed25519", COSIGN_ED25519: "Ed25519", COSIGN_MLDSA44: "ML-DSA-44"}
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")

WRONG_ORIGIN = declare(
    "ledger.origin",
    Untrusted,
    "The checkpoint is of log {found!r}, not {wanted!r}.",
    "チェックポイントはログ {found!r} のもので、{wanted!r} ではありません。",
    "Ask for the right log, or name its origin.",
    "正しいログを指定するか、その origin を指定してください。",
)


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: this log has this many entries under this root."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def body(self) -> str:
        """The note text, with its final newline."""
        lines = [
            self.origin,
            str(self.size),
            base64.b64encode(self.root).decode(),
            *self.extensions,
        ]
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A parsed checkpoint: the head, and the note that may prove it."""

    head: Head
    note: Note


def parse_head(text: str) -> Head:
    """A checkpoint body. Raises: Malformed `ledger.note`."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not text.endswith("\n") or not all(lines):
        raise BAD_NOTE(why="a checkpoint has at least three non-empty lines")
    origin, size, root = lines[:3]
    digest = unbase64(root)
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise BAD_NOTE(why="the tree size is not a decimal number")
    if digest is None or len(digest) != 32:
        raise BAD_NOTE(why="the root is not 32 bytes in base64")
    return Head(origin, int(size), digest, tuple(lines[3:]))


def parse_checkpoint(data: bytes) -> Checkpoint:
    """A signed checkpoint; nothing is trusted yet. Raises: Malformed `ledger.note`."""
    note = parse(data)
    return Checkpoint(parse_head(note.text), note)


def signed_by(checkpoint: Checkpoint, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Which of these keys signed, each with its time in POSIX seconds (0 when the type has none).

    Lines by unknown keys are ignored; a line by a known key must hold. A key's second line is not
    looked at.
    Raises: Untrusted `ledger.note_signature`.
    Spec: C2SP signed-note (signatures).
    """
    found: dict[VerifierKey, int] = {}
    keys = tuple(dict.fromkeys(keys))
    for signature in checkpoint.note.signatures:
        for key in keys:
            if key.made(signature) and key not in found:
                found[key] = _verify(checkpoint, key, signature)
    return found


def require(checkpoint: Checkpoint, keys: Sequence[VerifierKey]) -> dict[VerifierKey, int]:
    """As `signed_by`, and every one of the keys
    signed. Raises: Untrusted `ledger.not_signed` too.
    """
    found = signed_by(checkpoint, keys)
    for key in keys:
        if key not in found:
            raise NOT_SIGNED(name=key.name)
    return found


def require_any(checkpoint: Checkpoint, keys: Sequence[VerifierKey]) -> dict[VerifierKey, int]:
    """As `signed_by`, and one of the keys signed: those that a log or a witness had one after
    another. Raises: Untrusted `ledger.not_signed` too.
    """
    found = signed_by(checkpoint, keys)
    if not found:
        raise NOT_SIGNED(name=keys[0].name if keys else "-")
    return found


def _verify(checkpoint: Checkpoint, key: VerifierKey, signature: Signature) -> int:
    """The time that a line by this key states, once the line holds; 0 for types without one."""
    time, raw = 0, signature.data
    # Step 1: one text a signature. Base64 with bits beyond its bytes would make two lines of one.
    if signature.stray:
        raise BAD_NOTE_SIGNATURE(name=key.name)
    # Step 2: a cosignature begins with its time, eight bytes below 2^63, which it also signs.
    if key.kind in COSIGNATURES:
        if len(raw) < 8:
            raise BAD_NOTE_SIGNATURE(name=key.name)
        time, raw = int.from_bytes(raw[:8], "big"), raw[8:]
        if time >= 1 << 63:
            raise BAD_NOTE_SIGNATURE(name=key.name)
    # Step 3: what is signed depends on the key's type, which the key brings and not the line: a
    # log's signature can then never pass for a witness's.
    try:
        message = _message(checkpoint.head, checkpoint.note.text, key, time)
        if key.kind == ECDSA:
            _verify_ecdsa(key.public, raw, message)
        else:
            PublicKey(_ALGORITHM[key.kind], key.public).verify(raw, message)
    except (Untrusted, InvalidSignature, ValueError):
        raise BAD_NOTE_SIGNATURE(name=key.name) from None
    return time


def _verify_ecdsa(public: bytes, signature: bytes, message: bytes) -> None:
    key = serialization.load_der_public_key(public)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise InvalidSignature
    key.verify(signature, message, ec.ECDSA(hashes.SHA256()))


def _message(head: Head, text: str, key: VerifierKey, time: int) -> bytes:
    if key.kind == COSIGN_ED25519:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    if key.kind == COSIGN_MLDSA44:
        return subtree_message(key.name, time, head.origin, (0, head.size, head.root))
    return text.encode()


def subtree_message(name: str, time: int, origin: str, part: tuple[int, int, bytes]) -> bytes:
    """The `cosigned_message` of ML-DSA-44 over (start, end, hash). Raises: Malformed `ledger.note`
    on long names.
    """
    cosigner, log = name.encode(), origin.encode()
    start, end, digest = part
    if not 0 < len(cosigner) < 256 or not 0 < len(log) < 256:
        raise BAD_NOTE(why="a cosigner name or origin is longer than 255 bytes")
    return b"".join(
        (
            b"subtree/v1\n\x00",
            bytes([len(cosigner)]),
            cosigner,
            time.to_bytes(8, "big"),
            bytes([len(log)]),
            log,
            start.to_bytes(8, "big"),
            end.to_bytes(8, "big"),
            digest,
        )
    )


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A signing key under a name and a signature type: a log, or a witness."""

    name: str
    kind: int
    key: Signer

    @property
    def verifier(self) -> VerifierKey:
        """The public half, under the same name and type."""
        return VerifierKey(self.name, self.kind, self.key.public.data)

    def sign(self, head: Head, at: Instant) -> Signature:
        """This signer's line for a head; `at` is used, in whole seconds, by cosignatures only."""
        time = at // SECOND
        raw = self.key.sign(_message(head, head.body, self.verifier, time))
        stamp = time.to_bytes(8, "big") if self.kind in COSIGNATURES else b""
        return Signature(self.name, self.verifier.key_id, stamp + raw)


def sign_head(head: Head, signers: Sequence[NoteSigner], at: Instant) -> Note:
    """A checkpoint note with one line a signer, in the given order."""
    return Note(head.body, tuple(signer.sign(head, at) for signer in signers))


def origin_is(checkpoint: Checkpoint, origin: str) -> None:
    """Raises: Untrusted `ledger.origin` when the checkpoint is another log's."""
    if checkpoint.head.origin != origin:
        raise WRONG_ORIGIN(found=checkpoint.head.origin[:120], wanted=origin)
