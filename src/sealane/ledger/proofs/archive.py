"""A zip in which every byte is accounted for: stored members, fixed times, one order; anything else
is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from sealane.base.errors import Malformed, Untrusted, declare
from sealane.base.zip_layout import (
    CENTRAL,
    CENTRAL_SIG,
    END,
    END_SIG,
    LOCAL,
    LOCAL_SIG,
    ZERO_DATE,
)

MAX_BYTES = 64 << 20
MAX_MEMBERS = 20_000
MAX_NAME = 200

NOT_ARCHIVE = declare(
    "evidence.not_evidence",
    Malformed,
    "This is not an evidence file.",
    "証拠ファイルではありません。",
    "Give a file that `sealane evidence export` made.",
    "`sealane evidence export` が作ったファイルを指定してください。",
)
BAD_ARCHIVE = declare(
    "evidence.archive",
    Untrusted,
    "The evidence file was altered: {why}.",
    "証拠ファイルが改変されています：{why}。",
    "Get the file again from whoever exported it.",
    "書き出した者から取り直してください。",
)


def pack(members: Mapping[str, bytes]) -> bytes:
    """The one zip of these members, in the mapping's order. Raises: Untrusted `evidence.archive`
    beyond the limits.
    """
    body, directory = bytearray(), bytearray()
    for name, data in members.items():
        raw = name.encode("ascii")
        if not 0 < len(raw) <= MAX_NAME:
            raise BAD_ARCHIVE(why="a member's name is too long")
        facts = (20, 0, 0, *ZERO_DATE, zlib.crc32(data), len(data), len(data), len(raw), 0)
        directory += CENTRAL.pack(CENTRAL_SIG, 20, *facts, 0, 0, 0, 0, len(body)) + raw
        body += LOCAL.pack(LOCAL_SIG, *facts) + raw + data
    if len(members) > MAX_MEMBERS or len(body) + len(directory) > MAX_BYTES:
        raise BAD_ARCHIVE(why="it is larger than 64 MiB or has more than 20,000 members")
    end = END.pack(END_SIG, 0, 0, len(members), len(members), len(directory), len(body), 0)
    return bytes(body + directory + end)


def unpack(data: bytes) -> dict[str, bytes]:
    """The members, proven to be all there is: packing them again gives exactly these bytes.

    Raises: Malformed `evidence.not_evidence`; Untrusted `evidence.archive`.
    """
    if data[:4] != b"PK\x03\x04" and data[-END.size :][:4] != b"PK\x05\x06":
        raise NOT_ARCHIVE()
    if len(data) > MAX_BYTES:
        raise BAD_ARCHIVE(why="larger than 64 MiB")
    members: dict[str, bytes] = {}
    at = 0
    while data[at : at + 4] == b"PK\x03\x04" and len(members) <= MAX_MEMBERS:
        if at + LOCAL.size > len(data):
            raise BAD_ARCHIVE(why="it ends within a member")
        facts = LOCAL.unpack_from(data, at)
        size, name_size = facts[8], facts[9]
        start = at + LOCAL.size + name_size
        name = data[at + LOCAL.size : start]
        if start + size > len(data) or not name.isascii() or name.decode("ascii") in members:
            raise BAD_ARCHIVE(why="a member is cut short, or named twice")
        members[name.decode("ascii")] = data[start : start + size]
        at = start + size
    if not members or pack(members) != data:
        raise BAD_ARCHIVE(why="bytes that belong to no member, or another form of zip")
    return members
