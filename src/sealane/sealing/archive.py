"""The zip around a container: exactly two stored entries that tile the file, read from the central
directory.

Every byte of the file is accounted for: entry, its data descriptor, next entry, central directory,
end records. What does not fit, lies twice or hides between is refused.
Spec: spec/container.md §2; PKWARE APPNOTE 4.3; spec/container.md §9.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from sealane.base import zip_layout
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.zip_layout import U32, ZERO_DATE, ZipEntry, ZipRules

PAYLOAD, MANIFEST, MANIFEST_AS_SPECIFIED = "0.payload", "0.manifest.json", "manifest.json"
_MANIFESTS = (MANIFEST, MANIFEST_AS_SPECIFIED)
MAX_MANIFEST = 10_000_000
MAX_DIRECTORY = 4096

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


def _refused(why: str, _: str, position: int | None) -> SealaneError:
    return BAD_ARCHIVE(why=why, position=position)


def _name(raw: bytes, _: int) -> str:
    if not raw.isascii():
        raise BAD_ARCHIVE(why="an entry's name is not ASCII")
    return raw.decode("ascii")


RULES = ZipRules(
    refuse=_refused,
    name=_name,
    methods=frozenset((zip_layout.STORED,)),
    flags=zip_layout.DESCRIPTOR | zip_layout.UTF8,
    loose=zip_layout.UTF8,
    entries=2,
    directory=MAX_DIRECTORY,
    extras=None,
)


def entries(source: BinaryIO) -> tuple[ZipEntry, ZipEntry, int]:
    """The payload entry, the manifest entry, and the file's size; nothing of either is read yet.

    Raises: Malformed `container.malformed`: not exactly these two, compressed, encrypted,
    overlapping, out of range, names or sizes that differ between the two headers, a lying data
    descriptor, bytes that belong to nothing.
    """
    found, total = zip_layout.read_entries(source, RULES)
    made = {one.name: one for one in found}
    name = next((one for one in _MANIFESTS if one in made), None)
    if len(found) != 2 or name is None or len(set(made) - set(_MANIFESTS)) != 1:
        raise BAD_ARCHIVE(why="its two entries are not a payload and 0.manifest.json")
    payload = next(entry for one, entry in made.items() if one != name)
    return payload, made[name], total


def manifest_bytes(source: BinaryIO, entry: ZipEntry) -> bytes:
    """The manifest as received. Raises: Malformed: over the cap, short, or its CRC-32 differs."""
    if entry.size > MAX_MANIFEST:
        raise TOO_LARGE(size=entry.size, limit=MAX_MANIFEST)
    data = zip_layout.read_bytes(source, entry.start, entry.size, RULES)
    if zlib.crc32(data) != entry.crc:
        raise BAD_ARCHIVE(why="the manifest's CRC-32 differs")
    return data


def local_header(name: str, size: int, crc: int, *, wide: bool) -> bytes:
    """A local header with its sizes; `wide` keeps them in a zip64 extra field, so that its length
    never changes.
    """
    raw = name.encode()
    extra = struct.pack("<HHQQ", 1, 16, size, size) if wide else b""
    stated = U32 if wide else size
    return (
        zip_layout.LOCAL.pack(
            zip_layout.LOCAL_SIG,
            45 if wide else 20,
            0,
            0,
            *ZERO_DATE,
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
            zip_layout.CENTRAL.pack(
                zip_layout.CENTRAL_SIG,
                45,
                45 if wide else 20,
                0,
                0,
                *ZERO_DATE,
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
        tail = zip_layout.END64.pack(
            zip_layout.END64_SIG, zip_layout.END64.size - 12, 45, 45, 0, 0, 2, 2, len(data), start
        )
        tail += zip_layout.LOCATOR.pack(zip_layout.LOCATOR_SIG, 0, start + len(data), 1)
    return (
        data
        + tail
        + zip_layout.END.pack(zip_layout.END_SIG, 0, 0, 2, 2, len(data), min(start, U32), 0)
    )
