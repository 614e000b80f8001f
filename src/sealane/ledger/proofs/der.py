"""Strict DER, read only: definite minimal lengths, no trailing bytes, bounded depth. Spec: ITU-T
X.690 §10.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.base.errors import Malformed, declare

MAX_DEPTH = 24
INTEGER, OCTETS, OID, TIME, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x18, 0x30, 0x31

BAD_DER = declare(
    "der.malformed",
    Malformed,
    "This is not strict DER: {why}.",
    "厳密な DER ではありません：{why}。",
)


@dataclass(frozen=True, slots=True)
class Value:
    """One tag with its contents; `raw` is the whole, as it was read."""

    tag: int
    content: bytes
    raw: bytes
    parts: tuple[Value, ...]

    def part(self, index: int, tag: int) -> Value:
        """The part of a constructed value, which must have this tag. Raises: Malformed
        `der.malformed`.
        """
        if index >= len(self.parts) or self.parts[index].tag != tag:
            raise BAD_DER(why=f"no {tag:#04x} at place {index}")
        return self.parts[index]

    def tagged(self, tag: int) -> Value | None:
        """The first part with this tag."""
        return next((one for one in self.parts if one.tag == tag), None)

    @property
    def number(self) -> int:
        return int.from_bytes(self.content, "big", signed=True)


def read(data: bytes, *, depth: int = MAX_DEPTH) -> Value:
    """One value and nothing after it. Raises: Malformed `der.malformed`."""
    value, end = _value(data, 0, depth)
    if end != len(data):
        raise BAD_DER(why="bytes follow the value")
    return value


def _value(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if at + 2 > len(data) or data[at] & 0x1F == 0x1F or depth == 0:
        raise BAD_DER(why="cut short, too deep, or a tag in long form")
    tag, size, start = data[at], data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        size = int.from_bytes(data[start : start + count], "big")
        if not 1 <= count <= 4 or start + count > len(data) or size < 0x80 or data[start] == 0:
            raise BAD_DER(why="a length that is not minimal and definite")
        start += count
    end = start + size
    if end > len(data):
        raise BAD_DER(why="cut short")
    parts = []
    if tag & 0x20:
        place = start
        while place < end:
            part, place = _value(data[:end], place, depth - 1)
            parts.append(part)
    return Value(tag, data[start:end], data[at:end], tuple(parts)), end


def write(tag: int, *contents: bytes) -> bytes:
    """One value of these contents, with a minimal length."""
    content = b"".join(contents)
    size = len(content)
    length = (
        bytes([size])
        if size < 0x80
        else bytes([0x80 | (size.bit_length() + 7) // 8])
        + size.to_bytes((size.bit_length() + 7) // 8, "big")
    )
    return bytes([tag]) + length + content
