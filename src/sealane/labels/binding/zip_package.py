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
from dataclasses import dataclass
from typing import BinaryIO

from sealane.base.errors import SealaneError
from sealane.labels.binding.errors import PACKAGE_STRUCTURE

MAX_ENTRIES, MAX_TOTAL, MAX_DIRECTORY = 16_384, 4 << 30, 8 << 20
CHUNK = 1 << 20
STORED, DEFLATED = 0, 8
_LOCAL, _CENTRAL = struct.Struct("<IHHHHHIIIHH"), struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LOCAL_SIG, _CENTRAL_SIG, _END_SIG = 0x04034B50, 0x02014B50, 0x06054B50
_DESCRIPTOR_SIG = b"PK\x07\x08"
_DEFLATE_BITS, _DESCRIPTOR, _UTF8 = 0x0006, 0x0008, 0x0800
_WIDE = 0xFFFFFFFF
_HARMLESS = frozenset((0x0001, 0x5455, 0x000A, 0x5855, 0x7855, 0x7875, 0xA220, 0xCAFE))
"""Extra fields that tell times, owners, padding and sizes; others could name or encrypt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageEntry:
    """One entry: where its packed bytes begin, how many there are, and what they unpack to."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    start: int
    date: tuple[int, int]
    offset: int
    flags: int
    attributes: int

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


def refuse(why: str, why_ja: str) -> SealaneError:
    """The refusal of a package."""
    return PACKAGE_STRUCTURE(why=why, why_ja=why_ja)


def entries(source: BinaryIO) -> list[PackageEntry]:
    """The entries in the order of the file, once they and the directory tile it.

    Raises: Untrusted `binding.package_structure`.
    """
    total = source.seek(0, 2)
    begin, listed = _directory(source, total)
    if not listed:
        raise refuse("it is empty", "空である")
    found = sorted(listed, key=lambda one: one.offset)
    ends = [*(one.offset for one in found[1:]), begin]
    if found[0].offset:
        raise refuse("bytes before the first entry", "先頭の項目より前のバイト")
    placed = [_placed(source, one, end) for one, end in zip(found, ends, strict=True)]
    if len({one.name.lower() for one in placed}) != len(placed):
        raise refuse("an entry occurs twice", "同じ項目が二つある")
    if sum(one.size for one in placed) > MAX_TOTAL:
        raise refuse("it unpacks to too much", "展開後が大きすぎる")
    return placed


def unpacked(
    source: BinaryIO, entry: PackageEntry, sink: BinaryIO | None = None
) -> Iterator[bytes]:
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


def content(source: BinaryIO, entry: PackageEntry, *, limit: int) -> bytes:
    """The whole of a small entry. Raises: Untrusted `binding.package_structure`."""
    if entry.size > limit:
        raise refuse("a part is larger than such a part may be", "部品が大きすぎる")
    return b"".join(unpacked(source, entry))


def header_places(source: BinaryIO) -> Iterator[int]:
    """Where bytes stand that could begin an entry, listed or not: hints, for refusals alone."""
    at, before, sign = 0, b"", struct.pack("<I", _LOCAL_SIG)
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
    fixed = source.read(_LOCAL.size)
    if len(fixed) < _LOCAL.size:
        return b""
    _, _, _, method, _, _, _, packed, _, name_length, extra_length = _LOCAL.unpack(fixed)
    source.seek(offset + _LOCAL.size + name_length + extra_length)
    raw = source.read(limit if method == DEFLATED else min(packed, limit))
    if method != DEFLATED:
        return raw
    try:
        return zlib.decompressobj(-15).decompress(raw, limit)
    except zlib.error:
        return b""


def _directory(source: BinaryIO, total: int) -> tuple[int, list[PackageEntry]]:
    end = total - _END.size
    if end < 0:
        raise refuse("too short", "短すぎる")
    sig, disk, first, here, count, size, offset, comment = _END.unpack(
        _read(source, end, _END.size)
    )
    if sig != _END_SIG or comment:
        raise refuse("bytes behind the end record, or none", "終端記録の後のバイト")
    if disk or first or here != count or count > MAX_ENTRIES or size > MAX_DIRECTORY:
        raise refuse("several disks, or too many entries", "項目が多すぎる")
    if offset + size != end:
        raise refuse("its directory is not where it says", "目録の位置が違う")
    data, at, out = _read(source, offset, size), 0, []
    for _ in range(count):
        one, at = _listed(data, at)
        out.append(one)
    if at != len(data):
        raise refuse("bytes in the directory that are no entry", "目録に項目でないバイト")
    return offset, out


def _listed(data: bytes, at: int) -> tuple[PackageEntry, int]:
    if at + _CENTRAL.size > len(data):
        raise refuse("its directory is cut off", "目録が途切れている")
    fields = _CENTRAL.unpack_from(data, at)
    sig, _, _, flags, method, time, date, crc, packed, size = fields[:10]
    name_length, extra_length, comment, disk, _, attributes, offset = fields[10:]
    at += _CENTRAL.size
    name = data[at : at + name_length]
    extra = data[at + name_length : at + name_length + extra_length]
    end = at + name_length + extra_length
    if sig != _CENTRAL_SIG or disk or comment or end > len(data):
        raise refuse("its directory cannot be read", "目録を読めない")
    if method not in (STORED, DEFLATED) or flags & ~(_DEFLATE_BITS | _DESCRIPTOR | _UTF8):
        raise refuse("an entry is encrypted or packed in another way", "暗号化または別の圧縮")
    if _WIDE in (packed, size, offset):
        raise refuse("it is larger than is read here", "大きすぎる")
    _extras(extra)
    made = PackageEntry(
        name=_name(name, flags),
        method=method,
        crc=crc,
        packed=packed,
        size=size,
        start=0,
        date=(time, date),
        offset=offset,
        flags=flags & _UTF8,
        attributes=attributes,
    )
    return made, end


def _name(raw: bytes, flags: int) -> str:
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise refuse("a name that readers read differently", "読み方の定まらない名前") from None
    segments = name.removesuffix("/").split("/")
    if any(one in ("", ".", "..") for one in segments) or any(
        one in name for one in ("\\", "\0", ":")
    ):
        raise refuse("an odd name", "異常な名前")
    return name


def _extras(extra: bytes) -> bytes:
    """The sizes of a wide header, once no extra field could change what an entry is."""
    at, wide = 0, b""
    while at < len(extra):
        kind, length = (
            struct.unpack_from("<HH", extra, at) if at + 4 <= len(extra) else (0, len(extra))
        )
        if kind not in _HARMLESS or at + 4 + length > len(extra):
            raise refuse("an extra field of unknown meaning", "意味の分からない追加欄")
        if kind == 1:
            wide = extra[at + 4 : at + 4 + length]
        at += 4 + length
    return wide


def _placed(source: BinaryIO, listed: PackageEntry, end: int) -> PackageEntry:
    """The entry with its data's place, once its local header says what the directory says."""
    fixed = _read(source, listed.offset, _LOCAL.size)
    sig, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack(fixed)
    rest = _read(source, listed.offset + _LOCAL.size, name_length + extra_length)
    start = listed.offset + _LOCAL.size + len(rest)
    if sig != _LOCAL_SIG or _name(rest[:name_length], flags) != listed.name:
        raise refuse("local header and directory differ", "局所見出しと目録が違う")
    wide = _extras(rest[name_length:])
    if packed == size == _WIDE and len(wide) == 16:
        size, packed = struct.unpack("<QQ", wide)
    after = start + listed.packed
    blank = bool(flags & _DESCRIPTOR)
    if after > end or (not blank and after != end):
        raise refuse("bytes that belong to no entry", "どの項目にも属さないバイト")
    stated, right = (crc, packed, size), (listed.crc, listed.packed, listed.size)
    if method != listed.method or any(
        one != true and not (blank and one == 0) for one, true in zip(stated, right, strict=True)
    ):
        raise refuse("local header and directory differ", "局所見出しと目録が違う")
    if blank:
        _described(_read(source, after, end - after) if end - after <= 24 else b"", right)
    if listed.folder and (listed.size or listed.packed > 2):
        raise refuse("a folder with content", "内容のあるフォルダー")
    return PackageEntry(
        name=listed.name,
        method=listed.method,
        crc=listed.crc,
        packed=listed.packed,
        size=listed.size,
        start=start,
        date=listed.date,
        offset=listed.offset,
        flags=listed.flags,
        attributes=listed.attributes,
    )


def _described(data: bytes, right: tuple[int, int, int]) -> None:
    """A data descriptor, with or without its mark, narrow or wide."""
    forms = {12: "<III", 20: "<IQQ"}
    for body in (data, data.removeprefix(_DESCRIPTOR_SIG)):
        form = forms.get(len(body))
        if form is not None and struct.unpack(form, body) == right:
            return
    raise refuse("a data descriptor differs from the directory", "データ記述子と目録が違う")


def _read(source: BinaryIO, offset: int, size: int) -> bytes:
    source.seek(offset)
    data = source.read(size)
    if len(data) != size:
        raise refuse("it ends too early", "途中で終わる")
    return data


class PackageWriter:
    """Entries written one behind the other, then their directory; what was packed stays packed."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self._at, self._directory, self._count = sink, 0, b"", 0

    def begin(self, entry: PackageEntry) -> None:
        """The header of an entry whose packed bytes the caller writes next, all of them."""
        raw = entry.name.encode("utf-8")
        flags = 0 if raw.isascii() else _UTF8
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
        self._sink.write(_LOCAL.pack(_LOCAL_SIG, 20, *common) + raw)
        self._directory += (
            _CENTRAL.pack(_CENTRAL_SIG, 20, 20, *common, 0, 0, 0, entry.attributes, self._at) + raw
        )
        self._count += 1
        self._at += _LOCAL.size + len(raw) + entry.packed
        if self._at >= _WIDE or self._count > MAX_ENTRIES:
            raise refuse("it is larger than is written here", "大きすぎる")

    def add(self, name: str, data: bytes, date: tuple[int, int]) -> None:
        """A small entry, packed here."""
        squeeze = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = squeeze.compress(data) + squeeze.flush()
        self.begin(
            PackageEntry(
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
        self._sink.write(self._directory + _END.pack(_END_SIG, *numbers))
