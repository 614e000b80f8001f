"""Signed notes and verifier keys. Spec: C2SP signed-note.

A note is text, a blank line and signature lines `— name base64(key id || signature)`. What a
signature signs depends on the key's type: the text itself (Ed25519, ECDSA) or a cosignature over
the checkpoint in it (`checkpoint`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sealane.base.errors import Malformed, Untrusted, declare

ED25519, ECDSA, COSIGN_ED25519, COSIGN_MLDSA44, PRIVATE = 0x01, 0x02, 0x04, 0x06, 0xFF
MAX_NOTE = 1 << 20
MAX_SIGNATURES = 100

BAD_NOTE = declare(
    "ledger.note",
    Malformed,
    "A signed note cannot be read: {why}.",
    "署名付きノートを読み取れません：{why}。",
    "Send the note exactly as the log wrote it.",
    "ログが書いたままのノートを送ってください。",
)
BAD_VKEY = declare(
    "ledger.vkey",
    Malformed,
    "This is not a verifier key: {why}.",
    "検証鍵ではありません：{why}。",
    "Write name+keyid+base64 as the log publishes it.",
    "ログが公開する「名前+鍵ID+base64」の形で書いてください。",
)
BAD_NOTE_SIGNATURE = declare(
    "ledger.note_signature",
    Untrusted,
    "The note's signature by {name} does not hold.",
    "{name} によるノートの署名が成り立ちません。",
    "The note was altered or signed with another key.",
    "ノートが変えられたか、別の鍵で署名されています。",
)
NOT_SIGNED = declare(
    "ledger.not_signed",
    Untrusted,
    "The note carries no signature by {name}.",
    "ノートに {name} の署名がありません。",
    "Get the note from the log again, or check which key you trust.",
    "ノートを取り直すか、信頼する鍵を確かめてください。",
)

_DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: key name, 4-byte key id, and the bytes after it.

    `stray` marks base64 with bits beyond the bytes: harmless under an unknown key, a failing
    signature under a known one.
    """

    name: str
    key_id: bytes
    data: bytes
    stray: bool = False

    @property
    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """The signed text, with its final newline, and the signature lines in order; nothing is trusted
    yet.
    """

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """The exact bytes `parse` accepts."""
        return (
            self.text + "\n" + "".join(signature.line for signature in self.signatures)
        ).encode()

    def adding(self, signatures: Sequence[Signature]) -> Note:
        """The same text with these lines too; a key's new line takes the place of its old one, so
        that a note never grows.
        """
        keys = {(one.name, one.key_id) for one in signatures}
        kept = [one for one in self.signatures if (one.name, one.key_id) not in keys]
        return Note(self.text, (*kept, *signatures))

    def only(self, keys: Sequence[VerifierKey]) -> Note:
        """The same text with the lines that claim to be by these keys."""
        return Note(
            self.text, tuple(one for one in self.signatures if any(key.made(one) for key in keys))
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name, a signature type and a public key: whom to believe about which notes."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, select this key. Spec: C2SP signed-note (signatures)."""
        if self.kind == ECDSA:
            return hashlib.sha256(self.public).digest()[:4]
        return hashlib.sha256(
            self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        ).digest()[:4]

    @property
    def vkey(self) -> str:
        """The text form."""
        typed = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{typed}"

    def made(self, signature: Signature) -> bool:
        """Whether the line claims to be by this key."""
        return signature.name == self.name and signature.key_id == self.key_id


def parse_vkey(text: str) -> VerifierKey:
    """A verifier key whose id matches its name and key. Raises: Malformed `ledger.vkey`."""
    parts = text.split("+", 2)
    if (
        len(text) > 8192
        or len(parts) != 3
        or not valid_name(parts[0])
        or not _KEY_ID.fullmatch(parts[1])
    ):
        raise BAD_VKEY(why="not name+keyid+base64")
    data = unbase64(parts[2])
    if data is None or len(data) < 2:
        raise BAD_VKEY(why="the key is not base64")
    key = VerifierKey(parts[0], data[0], data[1:])
    expected = {ED25519: 32, COSIGN_ED25519: 32, COSIGN_MLDSA44: 1312}.get(key.kind)
    if key.kind != ECDSA and len(key.public) != expected:
        raise BAD_VKEY(why="an unknown signature type, or a key of the wrong length")
    if key.key_id.hex() != parts[1]:
        raise BAD_VKEY(why="the key id does not belong to this name and key")
    return key


def valid_name(name: str) -> bool:
    """Non-empty, without Unicode spaces, plus signs and control characters."""
    return (
        bool(name) and "+" not in name and not any(one.isspace() or ord(one) < 32 for one in name)
    )


def parse(data: bytes) -> Note:
    """A note's parts. Raises: Malformed `ledger.note`: not UTF-8, control characters, no signature,
    a bad line.
    """
    if len(data) > MAX_NOTE:
        raise BAD_NOTE(why="longer than 1 MiB")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise BAD_NOTE(why="not UTF-8") from None
    if _CONTROL.search(whole):
        raise BAD_NOTE(why="a control character")
    head, blank, tail = whole.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise BAD_NOTE(why="no blank line before the signatures, or no final newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise BAD_NOTE(why="more than 100 signatures")
    return Note(head + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> Signature:
    """One signature line without its newline. Raises: Malformed `ledger.note`."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    data = _unbase64(encoded)
    if (
        not line.startswith(_DASH)
        or not space
        or not valid_name(name)
        or data is None
        or len(data) < 5
    ):
        raise BAD_NOTE(why="a signature line is malformed")
    return Signature(name, data[:4], data[4:], stray=base64.b64encode(data).decode() != encoded)


def unbase64(text: str) -> bytes | None:
    """Standard base64 with padding and without stray bits, or None."""
    data = _unbase64(text)
    return data if data is not None and base64.b64encode(data).decode() == text else None


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
