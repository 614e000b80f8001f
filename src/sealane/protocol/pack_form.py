"""The form of a pack: everything that waits for a partner in one file, its first page in clear.

A first page of lines (who, to whom, when, how many; then a line a statement: digest, type, sizes),
the signed word of whoever made it, a check of all that; then the parts in the order of the lines.
Each byte is covered: by the check, or by the SHA-384 of its part. Whoever reads a part has read
nothing else, so memory stays flat whatever a pack holds.
Spec: spec/pack.md §2; R42, R65.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any, BinaryIO, Literal, TypeVar

import msgspec
from msgspec import Meta

from sealane.base import canonical
from sealane.base.described import described
from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.base.values import parse_instant
from sealane.crypto import jws
from sealane.ledger.bodies import Way, types_by
from sealane.ledger.bodies.shapes import (
    Country,
    Digest,
    ErrorCode,
    Identifier,
    Shape,
    Share,
    Size,
    Suite,
    Time,
)

MAGIC = b"sealane-pack-1"
ENTRIES_MOST = 20_000
"""Statements in one pack; what waits beyond them goes into the next."""
LINE_MOST = 1 << 14
SIGNED_MOST = jws.MAX_BYTES
CHUNK = 4 << 20
CARRYING = types_by(Way.OFFERED)
"""Types that a container follows."""

DAMAGED = declare(
    "pack.damaged",
    Untrusted,
    "This is no whole pack: {why}.",
    "完全なパックではありません：{why}。",
    "Nothing of it was taken; copy it again from the medium, or ask for another one.",
    "何も取り込んでいません。媒体からもう一度写すか、作り直しを求めてください。",
)

Made = TypeVar("Made", bound=Shape)
Told = Callable[[int], None]
"""Called with how many bytes were read so far."""


class PackNode(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the two ends: a party's node."""

    party: Country
    node: Identifier


class PackKey(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The pack's own key, wrapped to a key of the addressee's card."""

    suite: Suite
    kid: Annotated[str, Meta(pattern=r"\A[0-9a-f]{24}\Z")]
    wrapped: Share


class PackHead(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The second line: who made it for whom and when, and how many lines follow."""

    pack: Literal[1]
    by: PackNode
    to: PackNode
    at: Time
    entries: Annotated[int, Meta(ge=0, le=ENTRIES_MOST)]
    whole: bool
    """Whether everything that waited is in it."""
    key: PackKey


class PackPart(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many bytes, and their SHA-384."""

    sha384: Digest
    size: Size


class PackEntry(Shape, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One statement: its digest and type, what it answers, and its parts."""

    digest: Digest
    type: ErrorCode
    answers: Digest | None
    """The statement of the addressee that it answers; None: it is no answer."""
    sealed: PackPart
    container: PackPart | None


described(PackHead, PackPart, PackEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackPage:
    """The first page as it was read, trusted in nothing but that no byte of it is another."""

    head: PackHead
    entries: tuple[PackEntry, ...]
    digest: str
    """SHA-384 of the page: the pack's name."""
    signed: bytes
    """The `pack` statement that names the page, proven by nothing yet."""
    start: int
    """Where the parts begin."""

    @property
    def size(self) -> int:
        """How many bytes the whole pack has."""
        return self.start + sum(_size(one) for one in self.entries)

    def places(self) -> Iterator[tuple[PackEntry, int]]:
        """Each entry, and where its first part begins."""
        at = self.start
        for one in self.entries:
            yield one, at
            at += _size(one)


def page_bytes(head: PackHead, entries: Sequence[PackEntry]) -> bytes:
    """The first page, whose SHA-384 is signed."""
    lines = [MAGIC, _line(head), *(_line(one) for one in entries)]
    return b"\n".join(lines) + b"\n"


def opening(page: bytes, signed: bytes) -> bytes:
    """All that comes before the parts: the page, the signed word, and the check of both."""
    before = page + signed + b"\n"
    return before + hashlib.sha384(before).hexdigest().encode() + b"\n"


def read_page(file: BinaryIO) -> PackPage:
    """The first page of a pack. Raises: Untrusted `pack.damaged`."""
    lines = _Lines(file)
    if lines.next(LINE_MOST) != MAGIC:
        raise DAMAGED(why="it does not begin as one")
    head = _read(PackHead, lines.next(LINE_MOST))
    entries = tuple(_read(PackEntry, lines.next(LINE_MOST)) for _ in range(head.entries))
    digest = lines.digest.hexdigest()
    signed = lines.next(SIGNED_MOST)
    check = lines.digest.hexdigest()
    if lines.next(LINE_MOST) != check.encode():
        raise DAMAGED(why="its first page is another than was written", position=0)
    _require_fitting(entries)
    return PackPage(head=head, entries=entries, digest=digest, signed=signed, start=lines.taken)


def check_parts(file: BinaryIO, page: PackPage, told: Told = lambda _: None) -> None:
    """Every part is what the page says, and nothing follows the last. Raises: Untrusted
    `pack.damaged`, its position the first byte of the part that is another.
    """
    size = file.seek(0, 2)
    if size != page.size:
        raise DAMAGED(why=f"{size} of {page.size} bytes", position=min(size, page.size))
    for one, at in page.places():
        _check(file, one.sealed, at)
        if one.container is not None:
            _check(file, one.container, at + one.sealed.size)
        told(at + _size(one))


def part_bytes(file: BinaryIO, part: PackPart, at: int) -> bytes:
    """The bytes of a small part. Raises: Untrusted `pack.damaged`."""
    file.seek(at)
    data = b"".join(pieces(file, part.size))
    if canonical.sha384(data) != part.sha384:
        raise DAMAGED(why="a part is another than the page says", position=at)
    return data


def pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """So many bytes from where the file stands, piece by piece. Raises: Untrusted
    `pack.damaged`.
    """
    left = size
    while left:
        piece = file.read(min(CHUNK, left))
        if not piece:
            raise DAMAGED(why="it ends early")
        left -= len(piece)
        yield piece


class PartFile:
    """A part as a file that ends where the part does; whoever has the turn has the file's place."""

    def __init__(
        self, file: BinaryIO, part: PackPart, at: int, turn: AbstractContextManager[object]
    ) -> None:
        self._file, self._at, self._left, self._turn = file, at, part.size, turn

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; empty at the end of the part."""
        wanted = self._left if size < 0 else min(size, self._left)
        with self._turn:
            self._file.seek(self._at)
            data = self._file.read(wanted) if wanted else b""
        self._at += len(data)
        self._left -= len(data)
        return data


def _check(file: BinaryIO, part: PackPart, at: int) -> None:
    file.seek(at)
    found = hashlib.sha384()
    for piece in pieces(file, part.size):
        found.update(piece)
    if found.hexdigest() != part.sha384:
        raise DAMAGED(why="a part is another than the page says", position=at)


def _size(entry: PackEntry) -> int:
    return entry.sealed.size + (entry.container.size if entry.container else 0)


def _require_fitting(entries: Sequence[PackEntry]) -> None:
    """A statement stands once, is no longer than any, and has a container where its type has."""
    if len({one.digest for one in entries}) != len(entries):
        raise DAMAGED(why="a statement stands in it twice")
    for one in entries:
        carrying = one.type in CARRYING and one.answers is None
        if carrying is not (one.container is not None) or one.sealed.size > SIGNED_MOST:
            raise DAMAGED(why="a line of its first page fits no statement")


def _line(record: Shape) -> bytes:
    value: Any = msgspec.json.decode(msgspec.json.encode(record))
    return canonical.encode(value)


def _read(record: type[Made], line: bytes) -> Made:
    try:
        made = msgspec.convert(canonical.decode(line), record)
        if isinstance(made, PackHead):
            parse_instant(made.at)
        return made
    except (SealaneError, msgspec.ValidationError, ValueError):
        raise DAMAGED(why="a line of its first page cannot be read") from None


class _Lines:
    """A file's lines, each bounded, hashed as they are taken."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._file, self._held = file, b""
        self.digest, self.taken = hashlib.sha384(), 0

    def next(self, most: int) -> bytes:
        """The next line without its end. Raises: Untrusted `pack.damaged`."""
        while (end := self._held.find(b"\n")) < 0:
            more = self._file.read(1 << 16)
            if not more or len(self._held) > most:
                raise DAMAGED(why="its first page has no end", position=self.taken)
            self._held += more
        line, self._held = self._held[:end], self._held[end + 1 :]
        if len(line) > most:
            raise DAMAGED(why="a line is too long", position=self.taken)
        self.digest.update(line + b"\n")
        self.taken += len(line) + 1
        return line
