"""A small naive writer of C2SP tile logs for tests; it shares no code with the tree it tests."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from sealane.base.values import Instant
from sealane.crypto.keys import PrivateKey
from sealane.ledger.log import note
from sealane.ledger.log.checkpoint import Head, NoteSigner, sign_head

AT = Instant(1_764_000_000_000_000_000)
ALGORITHM = {
    note.ED25519: "Ed25519",
    note.COSIGN_ED25519: "Ed25519",
    note.COSIGN_MLDSA44: "ML-DSA-44",
}


def signer(name: str, kind: int = note.ED25519) -> NoteSigner:
    return NoteSigner(name, kind, PrivateKey.generate(ALGORITHM[kind]))


def fixed(name: str, kind: int = note.ED25519) -> NoteSigner:
    """A signer whose key follows from its name, for test ids that must not change."""
    return NoteSigner(name, kind, PrivateKey(ALGORITHM[kind], sha(name.encode())))


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def mth(leaves: list[bytes]) -> bytes:
    """RFC 6962's definition over leaf hashes."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha(b"\x01" + mth(leaves[:half]) + mth(leaves[half:]))


def leaves_of(entries: list[bytes]) -> list[bytes]:
    return [sha(b"\x00" + entry) for entry in entries]


def path_of(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if index < half:
        return [*path_of(leaves[:half], index), mth(leaves[half:])]
    return [*path_of(leaves[half:], index - half), mth(leaves[:half])]


def consistency(leaves: list[bytes], old: int, whole: bool = True) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [mth(leaves)]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    if old <= half:
        return [*consistency(leaves[:half], old, whole), mth(leaves[half:])]
    return [*consistency(leaves[half:], old - half, False), mth(leaves[:half])]


def head(origin: str, entries: list[bytes]) -> Head:
    return Head(origin, len(entries), mth(leaves_of(entries)))


def number(index: int) -> str:
    text = f"{index % 1000:03d}"
    while index := index // 1000:
        text = f"x{index % 1000:03d}/{text}"
    return text


def write(
    folder: Path, entries: list[bytes], signers: list[NoteSigner], *, partials: bool = True
) -> Path:
    """The whole log under `folder`, signed by `signers` under the first one's name."""

    def put(level: str, index: int, items: list[bytes]) -> None:
        name = number(index) + ("" if len(items) == 256 else f".p/{len(items)}")
        place = folder / "tile" / level / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"".join(items))

    folder.mkdir(parents=True, exist_ok=True)
    for at in range(0, len(entries), 256):
        put(
            "entries",
            at // 256,
            [len(entry).to_bytes(2, "big") + entry for entry in entries[at : at + 256]],
        )
    row, level = leaves_of(entries), 0
    while row:
        for at in range(0, len(row), 256):
            put(str(level), at // 256, row[at : at + 256])
        row = [mth(row[at : at + 256]) for at in range(0, len(row) - len(row) % 256, 256)]
        level += 1
    (folder / "checkpoint").write_bytes(
        sign_head(head(signers[0].name, entries), signers, AT).encode()
    )
    return folder


def proof(
    origin_signers: list[NoteSigner], entries: list[bytes], index: int, extra: bytes | None = None
) -> bytes:
    """A tlog-proof by the text of the specification."""
    checkpoint = sign_head(head(origin_signers[0].name, entries), origin_signers, AT).encode()
    lines = ["c2sp.org/tlog-proof@v1"]
    if extra is not None:
        lines.append("extra " + base64.b64encode(extra).decode())
    lines += [
        f"index {index}",
        *(base64.b64encode(one).decode() for one in path_of(leaves_of(entries), index)),
        "",
    ]
    return "".join(line + "\n" for line in lines).encode() + checkpoint
