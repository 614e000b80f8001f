"""What a mirror accepts: entries proven, package by package, to belong to a signed head. Spec: C2SP
tlog-mirror.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sealane.base.errors import Malformed, declare
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import Head
from sealane.ledger.log.tiles import HASH, MAX_ENTRY, MAX_SIZE, WIDTH

INFO_TYPE = "text/x.tlog.mirror-info"
MAX_PACKAGES = 32
MAX_REQUEST = MAX_PACKAGES * WIDTH * (2 + MAX_ENTRY) + (1 << 20)

BAD_UPLOAD = declare(
    "mirror.upload",
    Malformed,
    "An upload to the mirror cannot be read: {why}.",
    "写しへの送信を読み取れません：{why}。",
    "Compare it with c2sp.org/tlog-mirror.",
    "c2sp.org/tlog-mirror と照らし合わせてください。",
)


@dataclass(frozen=True, slots=True)
class Upload:
    """The head of an add-entries request; packages follow at `offset` of its body."""

    origin: str
    start: int
    end: int
    ticket: bytes
    offset: int

    def spans(self) -> Iterator[tuple[int, int]]:
        """Entry ranges of the canonical packages, one by one: their number is the sender's to
        choose.
        """
        low = self.start - self.start % WIDTH
        return (
            (max(self.start, at), min(self.end, at + WIDTH)) for at in range(low, self.end, WIDTH)
        )


@dataclass(frozen=True, slots=True)
class Package:
    """Entries from `start`, and the path that proves their subtree."""

    start: int
    entries: tuple[bytes, ...]
    path: tuple[bytes, ...]

    def encode(self) -> bytes:
        parts = [part for entry in self.entries for part in (len(entry).to_bytes(2, "big"), entry)]
        return b"".join([*parts, bytes([len(self.path)]), *self.path])


def encode_upload(
    origin: str, start: int, end: int, ticket: bytes, packages: Sequence[Package]
) -> bytes:
    """An add-entries body."""
    name = origin.encode()
    return b"".join(
        [
            len(name).to_bytes(2, "big"),
            name,
            start.to_bytes(8, "big"),
            end.to_bytes(8, "big"),
            len(ticket).to_bytes(2, "big"),
            ticket,
            *(package.encode() for package in packages),
        ]
    )


def parse_upload(body: bytes) -> Upload:
    """The request's head. Raises: Malformed `mirror.upload`."""
    try:
        at = 2 + int.from_bytes(_take(body, 0, 2), "big")
        origin = _take(body, 2, at - 2).decode()
        start, end = (int.from_bytes(_take(body, at + 8 * one, 8), "big") for one in (0, 1))
        ticket_at = at + 18
        size = int.from_bytes(_take(body, at + 16, 2), "big")
        ticket = _take(body, ticket_at, size)
    except UnicodeDecodeError:
        raise BAD_UPLOAD(why="the origin is not UTF-8") from None
    if start > end or end > MAX_SIZE:
        raise BAD_UPLOAD(why="the start is above the end")
    return Upload(origin, start, end, ticket, ticket_at + size)


def read_package(body: bytes, offset: int, span: tuple[int, int]) -> tuple[Package, int]:
    """One package and where the next begins. Raises: Malformed `mirror.upload` when the body ends
    within it.
    """
    entries = []
    for _ in range(span[1] - span[0]):
        size = int.from_bytes(_take(body, offset, 2), "big")
        entries.append(_take(body, offset + 2, size))
        offset += 2 + size
    count = _take(body, offset, 1)[0]
    if count > merkle.MAX_PATH:
        raise BAD_UPLOAD(why="more than 63 hashes")
    path = [_take(body, offset + 1 + HASH * at, HASH) for at in range(count)]
    return Package(span[0], tuple(entries), tuple(path)), offset + 1 + HASH * count


def verify_package(package: Package, before: Sequence[bytes], head: Head) -> None:
    """Prove that the package's entries stand where it says in the head's tree.

    Args:
        before: leaf hashes from the package's 256-border up to its start, already held.
    Raises: Untrusted `ledger.consistency`.
    """
    border = package.start - package.start % WIDTH
    leaves = [*before, *(merkle.leaf_hash(entry) for entry in package.entries)]
    front = merkle.Frontier()
    for leaf in leaves:
        front.push(leaf)
    merkle.verify_subtree(
        border, border + len(leaves), head.size, front.root(), (head.root, package.path)
    )


def info(size: int, next_entry: int, ticket: bytes = b"") -> bytes:
    """The body of a 202 or 409 answer."""
    return f"{size}\n{next_entry}\n{base64.b64encode(ticket).decode()}\n".encode()


_INFO = re.compile(r"(0|[1-9][0-9]{0,18})\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/=]*)\n")


def parse_info(body: bytes) -> tuple[int, int, bytes]:
    """(size, next entry, ticket). Raises: Malformed `mirror.upload`."""
    found = _INFO.fullmatch(body[:8192].decode("ascii", errors="replace"))
    if found is None:
        raise BAD_UPLOAD(why="the mirror's answer has other lines")
    return int(found[1]), int(found[2]), base64.b64decode(found[3])


def _take(body: bytes, at: int, size: int) -> bytes:
    part = body[at : at + size]
    if len(part) != size:
        raise BAD_UPLOAD(why="it ends too early")
    return part
