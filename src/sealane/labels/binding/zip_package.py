"""A zip package read so that each byte belongs to an entry, and written again entry by entry.

The central directory, the local headers and the data must say the same and tile the file: nothing
before, between or behind them, no entry that the directory does not list, no folder with content.
A reader of local headers and a reader of the directory then see one package.
Spec: PKWARE APPNOTE 4.3; ISO/IEC 29500-2 §10.2; spec/labels.md §Carriers.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from sealane.base import zip_layout
from sealane.base.errors import SealaneError
from sealane.base.zip_layout import DEFLATED, STORED, U32, UTF8, ZipEntry, ZipRules
from sealane.labels.binding.errors import PACKAGE_STRUCTURE

MAX_ENTRIES, MAX_TOTAL, MAX_DIRECTORY = 16_384, U32 - 1, 8 << 20
CHUNK = 1 << 18
"""Small enough to stay in a core's cache while digest, CRC and copy are made of it."""
_HARMLESS = frozenset((0x0001, 0x5455, 0x000A, 0x5855, 0x7855, 0x7875, 0xA220, 0xCAFE))
"""Extra fields that tell times, owners, padding and sizes; others could name or encrypt."""


def refuse(why: str, why_ja: str) -> SealaneError:
    """The refusal of a package."""
    return PACKAGE_STRUCTURE(why=why, why_ja=why_ja)


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & UTF8 else "ascii")
    except UnicodeDecodeError:
        raise refuse("a name that readers read differently", "読み方の定まらない名前") from None
    segments = name.removesuffix("/").split("/")
    if any(one in ("", ".", "..") for one in segments) or any(
        one in name for one in ("\\", "\0", ":")
    ):
        raise refuse("an odd name", "異常な名前")
    return name


_RULES = ZipRules(
    refuse=lambda why, why_ja, _: refuse(why, why_ja),
    name=_name,
    methods=frozenset((STORED, DEFLATED)),
    flags=zip_layout.DEFLATE_BITS | zip_layout.DESCRIPTOR | UTF8,
    loose=zip_layout.DEFLATE_BITS | zip_layout.DESCRIPTOR | UTF8,
    entries=MAX_ENTRIES,
    directory=MAX_DIRECTORY,
    extras=_HARMLESS,
)


def entries(source: BinaryIO) -> list[ZipEntry]:
    """The entries in the order of the file, once they and the directory tile it.

    Raises: Untrusted `binding.package_structure`.
    """
    found, _ = zip_layout.read_entries(source, _RULES)
    if any(one.folder and (one.size or one.packed > 2) for one in found):
        raise refuse("a folder with content", "内容のあるフォルダー")
    if len({one.name.lower() for one in found}) != len(found):
        raise refuse("an entry occurs twice", "同じ項目が二つある")
    if sum(one.size for one in found) > MAX_TOTAL:
        raise refuse("it unpacks to too much", "展開後が大きすぎる")
    return found


def unpacked(source: BinaryIO, entry: ZipEntry, sink: BinaryIO | None = None) -> Iterator[bytes]:
    """The content of an entry, block by block; size, CRC-32 and end of the packed bytes hold once
    the last block is out.

    Args:
        sink: takes the packed bytes as they are read.
    Raises: Untrusted `binding.package_structure`.
    """
    source.seek(entry.start)
    left, size, crc = entry.packed, 0, 0
    inflate = zlib.decompressobj(-15) if entry.method == DEFLATED else None
    while left:
        raw = source.read(min(left, CHUNK))
        if not raw:
            raise refuse("it ends too early", "途中で終わる")
        left -= len(raw)
        if sink is not None:
            sink.write(raw)
        for block in (raw,) if inflate is None else _inflated(inflate, raw):
            size += len(block)
            crc = zlib.crc32(block, crc)
            if size > entry.size:
                raise refuse("an entry is longer than it says", "記載より長い項目")
            yield block
    if inflate is not None and (not inflate.eof or inflate.unused_data):
        raise refuse("packed bytes that are no content", "内容でない圧縮バイト")
    if (size, crc) != (entry.size, entry.crc):
        raise refuse("an entry is not what it says", "記載と異なる項目")


def _inflated(inflate: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    try:
        while True:
            block = inflate.decompress(raw, CHUNK)
            if block:
                yield block
            raw = inflate.unconsumed_tail
            if not raw and len(block) < CHUNK:
                return
    except zlib.error:
        raise refuse("an entry does not unpack", "展開できない項目") from None


def content(source: BinaryIO, entry: ZipEntry, *, limit: int) -> bytes:
    """The whole of a small entry. Raises: Untrusted `binding.package_structure`."""
    if entry.size > limit:
        raise refuse("a part is larger than such a part may be", "部品が大きすぎる")
    return b"".join(unpacked(source, entry))


def header_places(source: BinaryIO) -> Iterator[int]:
    """Where bytes stand that could begin an entry, listed or not: hints, for refusals alone."""
    at, before, sign = 0, b"", struct.pack("<I", zip_layout.LOCAL_SIG)
    while True:
        source.seek(at)
        chunk = source.read(CHUNK)
        if not chunk:
            return
        data, found = before + chunk, -1
        while (found := data.find(sign, found + 1)) >= 0:
            yield at - len(before) + found
        at, before = at + len(chunk), data[-(len(sign) - 1) :]


def loosely_unpacked(source: BinaryIO, offset: int, limit: int) -> bytes:
    """At most so much of what an entry at `offset` would hold; less where it is broken."""
    source.seek(offset)
    fixed = source.read(zip_layout.LOCAL.size)
    if len(fixed) < zip_layout.LOCAL.size:
        return b""
    _, _, _, method, _, _, _, packed, _, name_length, extra_length = zip_layout.LOCAL.unpack(fixed)
    source.seek(offset + zip_layout.LOCAL.size + name_length + extra_length)
    raw = source.read(limit if method == DEFLATED else min(packed, limit))
    if method != DEFLATED:
        return raw
    try:
        return zlib.decompressobj(-15).decompress(raw, limit)
    except zlib.error:
        return b""


class PackageWriter:
    """Entries written one behind the other, then their directory; what was packed stays packed."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self._at, self._directory, self._count = sink, 0, b"", 0

    def begin(self, entry: ZipEntry) -> None:
        """The header of an entry whose packed bytes the caller writes next, all of them."""
        raw = entry.name.encode("utf-8")
        flags = 0 if raw.isascii() else UTF8
        common = (
            flags,
            entry.method,
            *entry.date,
            entry.crc,
            entry.packed,
            entry.size,
            len(raw),
            0,
        )
        self._sink.write(zip_layout.LOCAL.pack(zip_layout.LOCAL_SIG, 20, *common) + raw)
        self._directory += (
            zip_layout.CENTRAL.pack(
                zip_layout.CENTRAL_SIG, 20, 20, *common, 0, 0, 0, entry.attributes, self._at
            )
            + raw
        )
        self._count += 1
        self._at += zip_layout.LOCAL.size + len(raw) + entry.packed
        if self._at >= U32 or self._count > MAX_ENTRIES:
            raise refuse("it is larger than is written here", "大きすぎる")

    def add(self, name: str, data: bytes, date: tuple[int, int]) -> None:
        """A small entry, packed here."""
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = squeeze.compress(data) + squeeze.flush()
        self.begin(
            ZipEntry(
                name=name,
                method=DEFLATED,
                crc=zlib.crc32(data),
                packed=len(packed),
                size=len(data),
                start=0,
                date=date,
                offset=0,
                flags=0,
                attributes=0,
            )
        )
        self._sink.write(packed)

    def end(self) -> None:
        """The directory and the end record."""
        numbers = (0, 0, self._count, self._count, len(self._directory), self._at, 0)
        self._sink.write(self._directory + zip_layout.END.pack(zip_layout.END_SIG, *numbers))
