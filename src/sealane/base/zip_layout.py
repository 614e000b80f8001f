"""A zip read so that each byte belongs to one entry; and the records that make one.

The central directory, the local headers, the data and their descriptors say the same and tile the
file: nothing before, between or behind them, and no comment. A reader of local headers and a reader
of the directory then see one package. What a kind of package allows besides are its `ZipRules`.
Spec: PKWARE APPNOTE 4.3; spec/container.md §2; spec/labels.md §Carriers.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from sealane.base.errors import SealaneError

LOCAL, CENTRAL = struct.Struct("<IHHHHHIIIHH"), struct.Struct("<IHHHHHHIIIHHHHHII")
END, END64 = struct.Struct("<IHHHHIIH"), struct.Struct("<IQHHIIQQQQ")
LOCATOR = struct.Struct("<IIQI")
LOCAL_SIG, CENTRAL_SIG, END_SIG = 0x04034B50, 0x02014B50, 0x06054B50
END64_SIG, LOCATOR_SIG, DESCRIPTOR_SIG = 0x06064B50, 0x07064B50, 0x08074B50
U16, U32 = 0xFFFF, 0xFFFFFFFF
STORED, DEFLATED = 0, 8
DEFLATE_BITS, DESCRIPTOR, UTF8 = 0x0006, 0x0008, 0x0800
ZERO_DATE = (0, 0x0021)
"""1980-01-01: a package that tells no time."""
ZIP64 = 0x0001


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipRules:
    """What a kind of package allows.

    `refuse` makes the refusal of (why, why in Japanese, position); `name` reads a name by its bytes
    and flags, or refuses it; `flags` are the bits that may be set, `loose` those in which the two
    headers may differ; `extras` are the extra fields that may stand, None for any.
    """

    refuse: Callable[[str, str, int | None], SealaneError]
    name: Callable[[bytes, int], str]
    methods: frozenset[int]
    flags: int
    loose: int
    entries: int
    directory: int
    extras: frozenset[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """One entry: where its packed bytes begin, how many there are, and what they unpack to."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int
    date: tuple[int, int]
    attributes: int
    start: int = 0

    @property
    def folder(self) -> bool:
        return self.name.endswith("/")


def read_entries(source: BinaryIO, rules: ZipRules) -> tuple[list[ZipEntry], int]:
    """The entries in the order of the file, once they and the directory tile it; and its size.

    Nothing of an entry's content is read. Raises: what `rules` refuse with.
    """
    total = source.seek(0, 2)
    begin, listed = _directory(source, total, rules)
    if not listed:
        raise rules.refuse("it is empty", "空である", None)
    found = sorted(listed, key=lambda one: one.offset)
    if found[0].offset:
        raise rules.refuse("bytes before the first entry", "先頭の項目より前のバイト", 0)
    ends = [*(one.offset for one in found[1:]), begin]
    return [_placed(source, one, end, rules) for one, end in zip(found, ends, strict=True)], total


def read_bytes(source: BinaryIO, offset: int, size: int, rules: ZipRules) -> bytes:
    """So many bytes from there, all of them. Raises: what `rules` refuse with."""
    source.seek(offset)
    parts, left = [], size
    while left:
        part = source.read(left)
        if not part:
            raise rules.refuse("it ends too early", "途中で終わる", offset)
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _directory(source: BinaryIO, total: int, rules: ZipRules) -> tuple[int, list[ZipEntry]]:
    if total < END.size:
        raise rules.refuse("too short", "短すぎる", None)
    end = total - END.size
    sig, disk, first, here, count, size, offset, comment = END.unpack(
        read_bytes(source, end, END.size, rules)
    )
    if sig != END_SIG or comment:
        raise rules.refuse("no zip end record at the end of the file", "末尾に終端記録がない", end)
    if end >= LOCATOR.size + END64.size:
        locator = LOCATOR.unpack(read_bytes(source, end - LOCATOR.size, LOCATOR.size, rules))
        if locator[0] == LOCATOR_SIG:
            end -= LOCATOR.size + END64.size
            narrow = (count, size, offset)
            disk, first, here, count, size, offset = _wide_end(source, end, locator, rules)
            if any(
                stated not in (wide, cap)
                for stated, wide, cap in zip(
                    narrow, (count, size, offset), (U16, U32, U32), strict=True
                )
            ):
                raise rules.refuse("the two end records disagree", "二つの終端記録が違う", end)
    if disk or first or here != count or count > rules.entries:
        raise rules.refuse("several disks, or another number of entries", "項目の数が違う", None)
    if size > rules.directory or offset + size != end:
        raise rules.refuse(
            "the central directory is not where the end record says", "目録の位置が違う", offset
        )
    return offset, listed(read_bytes(source, offset, size, rules), count, rules)


def _wide_end(
    source: BinaryIO, at: int, locator: tuple[int, ...], rules: ZipRules
) -> tuple[int, ...]:
    """The numbers of a zip64 end record, which stands right before its locator."""
    _, disk, said, disks = locator
    if said != at or disk or disks > 1:
        raise rules.refuse("the zip64 locator points elsewhere", "zip64 の位置が違う", said)
    sig, length, _, _, *numbers = END64.unpack(read_bytes(source, at, END64.size, rules))
    if sig != END64_SIG or length != END64.size - 12:
        raise rules.refuse("no zip64 end record", "zip64 の終端記録がない", at)
    return tuple(numbers)


def listed(data: bytes, count: int, rules: ZipRules) -> list[ZipEntry]:
    """The entries of a central directory, none placed yet."""
    out, at = [], 0
    for _ in range(count):
        one, at = _record(data, at, rules)
        out.append(one)
    if at != len(data):
        raise rules.refuse("bytes in the directory that are no entry", "目録に余分なバイト", None)
    return out


def _record(data: bytes, at: int, rules: ZipRules) -> tuple[ZipEntry, int]:
    if at + CENTRAL.size > len(data):
        raise rules.refuse("the central directory is cut off", "目録が途切れている", None)
    fields = CENTRAL.unpack_from(data, at)
    sig, _, _, flags, method, time, date, crc, packed, size = fields[:10]
    name_length, extra_length, comment, disk, _, attributes, offset = fields[10:]
    named = at + CENTRAL.size
    end = named + name_length + extra_length
    if sig != CENTRAL_SIG or disk not in (0, U16) or comment or end > len(data):
        raise rules.refuse("the central directory cannot be read", "目録を読めない", None)
    if method not in rules.methods or flags & ~rules.flags:
        raise rules.refuse(
            "an entry is encrypted or packed in another way", "暗号化または別の圧縮", None
        )
    wide = _extras(data[named + name_length : end], rules)
    size, packed, offset = _widened(wide, (size, packed, offset), rules)
    if method == STORED and size != packed:
        raise rules.refuse("a stored entry has two sizes", "無圧縮の項目に二つの長さ", None)
    made = ZipEntry(
        name=rules.name(data[named : named + name_length], flags),
        method=method,
        flags=flags,
        crc=crc,
        packed=packed,
        size=size,
        offset=offset,
        date=(time, date),
        attributes=attributes,
    )
    return made, end


def _extras(extra: bytes, rules: ZipRules) -> bytes | None:
    """The content of the zip64 field, None where there is none, once no other could change what an
    entry is.
    """
    at, found = 0, None
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if rules.extras is not None and kind not in rules.extras:
            raise rules.refuse("an extra field of unknown meaning", "意味の分からない追加欄", None)
        if kind == ZIP64:
            if found is not None:
                raise rules.refuse("two zip64 extra fields", "zip64 の欄が二つ", None)
            found = extra[at + 4 : at + 4 + length]
        at += 4 + length
    if at != len(extra) and (rules.extras is not None or at > len(extra)):
        raise rules.refuse("an extra field is cut off", "追加欄が途切れている", None)
    return found


def _widened(wide: bytes | None, narrow: tuple[int, ...], rules: ZipRules) -> tuple[int, ...]:
    """A header's numbers, those that read 0xFFFFFFFF taken from the zip64 field in their order."""
    out, left = [], wide or b""
    for value in narrow:
        if value == U32:
            if len(left) < 8:
                raise rules.refuse("a zip64 size is missing", "zip64 の長さがない", None)
            value, left = int.from_bytes(left[:8], "little"), left[8:]
        out.append(value)
    return tuple(out)


def _placed(source: BinaryIO, one: ZipEntry, end: int, rules: ZipRules) -> ZipEntry:
    """The entry with its data's place, once its local header says what the directory says."""
    head = one.offset + LOCAL.size
    if head > end:
        raise rules.refuse("entries overlap", "項目が重なる", one.offset)
    local = LOCAL.unpack(read_bytes(source, one.offset, LOCAL.size, rules))
    sig, _, flags, method, _, _, crc, packed, size, name_length, extra_length = local
    start = head + name_length + extra_length
    after = start + one.packed
    if sig != LOCAL_SIG or after > end:
        raise rules.refuse("entries overlap or lie out of range", "項目が範囲の外", one.offset)
    rest = read_bytes(source, head, name_length + extra_length, rules)
    alike = method == one.method and not (flags ^ one.flags) & ~rules.loose
    if not alike or rules.name(rest[:name_length], flags) != one.name:
        raise _differ(one, rules)
    blanks: tuple[int, ...] = ()
    if flags & DESCRIPTOR:
        _descriptor(
            read_bytes(source, after, end - after, rules) if end - after <= 24 else b"", one, rules
        )
        blanks = (0, U32)
    elif after != end:
        raise rules.refuse("bytes that belong to no entry", "どの項目にも属さないバイト", after)
    wide = _extras(rest[name_length:], rules)
    if wide is not None or not blanks:
        size, packed = _widened(wide, (size, packed), rules)
    stated, right = (crc, packed, size), (one.crc, one.packed, one.size)
    if any(
        value != true and value not in blanks for value, true in zip(stated, right, strict=True)
    ):
        raise _differ(one, rules)
    return replace(one, start=start)


def _differ(one: ZipEntry, rules: ZipRules) -> SealaneError:
    return rules.refuse("local and central header differ", "局所見出しと目録が違う", one.offset)


def _descriptor(data: bytes, one: ZipEntry, rules: ZipRules) -> None:
    """A data descriptor, with or without its mark, narrow or wide."""
    form = {12: "<III", 16: "<IIII", 20: "<IQQ", 24: "<IIQQ"}.get(len(data))
    fields = struct.unpack(form, data) if form else ()
    if len(fields) == 4 and fields[0] == DESCRIPTOR_SIG:
        fields = fields[1:]
    if fields != (one.crc, one.packed, one.size):
        raise rules.refuse(
            "a data descriptor disagrees with the directory", "データ記述子と目録が違う", one.offset
        )
