"""The zip around a container: exactly two stored entries that tile the file, read from the central
directory.

Every byte of the file is accounted for: entry, its data descriptor, next entry, central directory,
end records. What does not fit, lies twice or hides between is refused.
Spec: spec/container.md §2; PKWARE APPNOTE 4.3; spec/container.md §9.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import BinaryIO

from sealane.base.errors import Malformed, declare

PAYLOAD, MANIFEST, MANIFEST_AS_SPECIFIED = "0.payload", "0.manifest.json", "manifest.json"
_MANIFESTS = (MANIFEST.encode(), MANIFEST_AS_SPECIFIED.encode())
MAX_MANIFEST = 10_000_000
MAX_DIRECTORY = 4096
U16, U32 = 0xFFFF, 0xFFFFFFFF
_LOCAL, _CENTRAL = struct.Struct("<IHHHHHIIIHH"), struct.Struct("<IHHHHHHIIIHHHHHII")
_END, _END64, _LOCATOR = (
    struct.Struct("<IHHHHIIH"),
    struct.Struct("<IQHHIIQQQQ"),
    struct.Struct("<IIQI"),
)
_LOCAL_SIG, _CENTRAL_SIG, _END_SIG, _END64_SIG = 0x04034B50, 0x02014B50, 0x06054B50, 0x06064B50
_LOCATOR_SIG, _DESCRIPTOR_SIG = 0x07064B50, 0x08074B50
_DESCRIPTOR_FLAG, _UTF8_FLAG = 0x0008, 0x0800
_DOS_DATE = 0x0021
"""1980-01-01: a container tells no file time."""

BAD_ARCHIVE = declare(
    "container.malformed",
    Malformed,
    "This is not a sealed container: {why}.",
    "封緘コンテナではありません：{why}。",
    "Send the file exactly as it was sealed.",
    "封緘されたままのファイルを送ってください。",
)
TOO_LARGE = declare(
    "container.manifest_too_large",
    Malformed,
    "The manifest has {size} bytes; at most {limit} are read or written.",
    "マニフェストは {size} バイトで、上限 {limit} バイトを超えます。",
    "Seal the payload in parts.",
    "内容を分けて封緘してください。",
)


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One stored entry: where its bytes begin and how many there are."""

    name: str
    start: int
    size: int
    crc: int


@dataclass(frozen=True, slots=True)
class _Listed:
    name: bytes
    flags: int
    crc: int
    size: int
    offset: int


def entries(source: BinaryIO) -> tuple[ZipEntry, ZipEntry, int]:
    """The payload entry, the manifest entry, and the file's size; nothing of either is read yet.

    Raises: Malformed `container.malformed`: not exactly these two, compressed, encrypted,
    overlapping, out of range, names or sizes that differ between the two headers, a lying data
    descriptor, bytes that belong to nothing.
    """
    total = source.seek(0, 2)
    start, listed = _directory(source, total)
    found = sorted(listed, key=lambda one: one.offset)
    ends = [found[1].offset, start]
    if found[0].offset != 0:
        raise BAD_ARCHIVE(why="bytes before the first entry", position=0)
    made = {one.name: _entry(source, one, end) for one, end in zip(found, ends, strict=True)}
    name = next((one for one in _MANIFESTS if one in made), None)
    if name is None or len(set(made) - set(_MANIFESTS)) != 1:
        raise BAD_ARCHIVE(why="its two entries are not a payload and 0.manifest.json")
    payload = next(entry for one, entry in made.items() if one != name)
    return payload, made[name], total


def manifest_bytes(source: BinaryIO, entry: ZipEntry) -> bytes:
    """The manifest as received. Raises: Malformed: over the cap, short, or its CRC-32 differs."""
    if entry.size > MAX_MANIFEST:
        raise TOO_LARGE(size=entry.size, limit=MAX_MANIFEST)
    data = _read(source, entry.start, entry.size)
    if zlib.crc32(data) != entry.crc:
        raise BAD_ARCHIVE(why="the manifest's CRC-32 differs")
    return data


def _read(source: BinaryIO, offset: int, size: int) -> bytes:
    source.seek(offset)
    parts, left = [], size
    while left:
        part = source.read(left)
        if not part:
            raise BAD_ARCHIVE(why="it ends too early", position=offset)
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _directory(source: BinaryIO, total: int) -> tuple[int, list[_Listed]]:
    if total < _END.size:
        raise BAD_ARCHIVE(why="too short")
    end = total - _END.size
    sig, disk, first, here, count, size, offset, comment = _END.unpack(
        _read(source, end, _END.size)
    )
    if sig != _END_SIG or comment:
        raise BAD_ARCHIVE(why="no zip end record at the end of the file", position=end)
    if end >= _LOCATOR.size:
        loc_sig, loc_disk, loc_at, disks = _LOCATOR.unpack(
            _read(source, end - _LOCATOR.size, _LOCATOR.size)
        )
        if loc_sig == _LOCATOR_SIG:
            end = end - _LOCATOR.size - _END64.size
            if loc_at != end or loc_disk or disks > 1 or end < 0:
                raise BAD_ARCHIVE(why="the zip64 locator points elsewhere", position=loc_at)
            narrow = (count, size, offset)
            sig, length, _, _, disk, first, here, count, size, offset = _END64.unpack(
                _read(source, end, _END64.size)
            )
            if sig != _END64_SIG or length != _END64.size - 12:
                raise BAD_ARCHIVE(why="no zip64 end record", position=end)
            wide = (count, size, offset)
            if any(
                a not in (b, cap) for a, b, cap in zip(narrow, wide, (U16, U32, U32), strict=True)
            ):
                raise BAD_ARCHIVE(why="the two end records disagree", position=end)
    if disk or first or here != 2 or count != 2:
        raise BAD_ARCHIVE(why="not exactly two entries")
    if size > MAX_DIRECTORY or offset + size != end:
        raise BAD_ARCHIVE(
            why="the central directory is not where the end record says", position=offset
        )
    return offset, _listed(_read(source, offset, size))


def _listed(data: bytes) -> list[_Listed]:
    out, at = [], 0
    for _ in range(2):
        if at + _CENTRAL.size > len(data):
            raise BAD_ARCHIVE(why="the central directory is cut off")
        fields = _CENTRAL.unpack_from(data, at)
        (
            sig,
            _,
            _,
            flags,
            method,
            _,
            _,
            crc,
            packed,
            size,
            name_len,
            extra_len,
            comment_len,
            disk,
            _,
            _,
            offset,
        ) = fields
        at += _CENTRAL.size
        name, extra = data[at : at + name_len], data[at + name_len : at + name_len + extra_len]
        at += name_len + extra_len + comment_len
        if sig != _CENTRAL_SIG or disk not in (0, U16) or at > len(data):
            raise BAD_ARCHIVE(why="the central directory cannot be read")
        size, packed, offset = _widen(extra, size, packed, offset)
        if method or size != packed or flags & ~(_DESCRIPTOR_FLAG | _UTF8_FLAG):
            raise BAD_ARCHIVE(why="an entry is compressed or encrypted")
        out.append(_Listed(name, flags, crc, size, offset))
    if at != len(data):
        raise BAD_ARCHIVE(why="the central directory holds more than two entries")
    return out


def _widen(extra: bytes, *narrow: int) -> tuple[int, ...]:
    """The three numbers of a header, with those that read 0xFFFFFFFF taken from the zip64 extra
    field.
    """
    wide = _extra64(extra)
    out = []
    for value in narrow:
        if value == U32:
            if len(wide) < 8:
                raise BAD_ARCHIVE(why="a zip64 size is missing")
            value, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        out.append(value)
    return tuple(out)


def _extra64(extra: bytes) -> bytes:
    found, at = [], 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if at + 4 + length > len(extra):
            raise BAD_ARCHIVE(why="an extra field is cut off")
        if kind == 1:
            found.append(extra[at + 4 : at + 4 + length])
        at += 4 + length
    if len(found) > 1:
        raise BAD_ARCHIVE(why="two zip64 extra fields")
    return found[0] if found else b""


def _entry(source: BinaryIO, listed: _Listed, end: int) -> ZipEntry:
    head = listed.offset + _LOCAL.size
    if head > end:
        raise BAD_ARCHIVE(why="entries overlap", position=listed.offset)
    local = _LOCAL.unpack(_read(source, listed.offset, _LOCAL.size))
    sig, _, flags, method, _, _, crc, packed, size, name_len, extra_len = local
    start = head + name_len + extra_len
    if sig != _LOCAL_SIG or start + listed.size > end:
        raise BAD_ARCHIVE(why="entries overlap or lie out of range", position=listed.offset)
    rest = _read(source, head, name_len + extra_len)
    if rest[:name_len] != listed.name or method or (flags ^ listed.flags) & ~_UTF8_FLAG:
        raise BAD_ARCHIVE(why="local and central header differ", position=listed.offset)
    after = start + listed.size
    if flags & _DESCRIPTOR_FLAG:
        _descriptor(_read(source, after, end - after) if end - after <= 24 else b"", listed, after)
        blanks: tuple[int, ...] = (0, U32)
    else:
        if after != end:
            raise BAD_ARCHIVE(why="bytes that belong to no entry", position=after)
        blanks = ()
    if not (blanks and packed == size == U32 and not _extra64(rest[name_len:])):
        size, packed = _widen(rest[name_len:], size, packed)
    wanted = (listed.crc, listed.size, listed.size)
    if any(
        value != right and value not in blanks
        for value, right in zip((crc, packed, size), wanted, strict=True)
    ):
        raise BAD_ARCHIVE(why="local and central header differ", position=listed.offset)
    try:
        name = listed.name.decode("ascii")
    except UnicodeDecodeError:
        raise BAD_ARCHIVE(why="an entry's name is not ASCII") from None
    return ZipEntry(name, start, listed.size, listed.crc)


def _descriptor(data: bytes, listed: _Listed, at: int) -> None:
    form = {12: "<III", 16: "<IIII", 20: "<IQQ", 24: "<IIQQ"}.get(len(data))
    fields = struct.unpack(form, data) if form else ()
    if len(fields) == 4 and fields[0] == _DESCRIPTOR_SIG:
        fields = fields[1:]
    if fields != (listed.crc, listed.size, listed.size):
        raise BAD_ARCHIVE(why="a data descriptor disagrees with the directory", position=at)


def local_header(name: str, size: int, crc: int, *, wide: bool) -> bytes:
    """A local header with its sizes; `wide` keeps them in a zip64 extra field, so that its length
    never changes.
    """
    raw = name.encode()
    extra = struct.pack("<HHQQ", 1, 16, size, size) if wide else b""
    stated = U32 if wide else size
    return (
        _LOCAL.pack(
            _LOCAL_SIG,
            45 if wide else 20,
            0,
            0,
            0,
            _DOS_DATE,
            crc,
            stated,
            stated,
            len(raw),
            len(extra),
        )
        + raw
        + extra
    )


def directory(made: list[tuple[str, int, int, int]]) -> bytes:
    """Central directory and end records for (name, size, crc, offset of the local header), in file
    order.
    """
    data, at = b"", 0
    for name, size, crc, offset in made:
        raw = name.encode()
        wide = [value for value in (size, size, offset) if value >= U32]
        extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
        small = min(size, U32)
        data += (
            _CENTRAL.pack(
                _CENTRAL_SIG,
                45,
                45 if wide else 20,
                0,
                0,
                0,
                _DOS_DATE,
                crc,
                small,
                small,
                len(raw),
                len(extra),
                0,
                0,
                0,
                0,
                min(offset, U32),
            )
            + raw
            + extra
        )
        at = offset
    name, size, _, at = made[-1]
    start = at + len(local_header(name, 0, 0, wide=size >= U32)) + size
    tail = b""
    if start >= U32:
        tail = _END64.pack(_END64_SIG, _END64.size - 12, 45, 45, 0, 0, 2, 2, len(data), start)
        tail += _LOCATOR.pack(_LOCATOR_SIG, 0, start + len(data), 1)
    return data + tail + _END.pack(_END_SIG, 0, 0, 2, 2, len(data), min(start, U32), 0)
