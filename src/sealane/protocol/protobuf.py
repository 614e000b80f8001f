"""Protocol buffers for the few messages that key access speaks, from a table of fields and nothing
more.

A message in the core is its JSON form (proto3 JSON mapping); a `Message` table turns that form into
wire bytes and back, so one handler serves both encodings. Limits hold before anything is allocated.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sealane.base.errors import Malformed, declare

MAX_DEPTH = 16
MAX_FIELDS = 10_000

Kind = Literal["string", "bytes", "int32", "bool", "message", "value", "struct"]

BAD_PROTOBUF = declare(
    "protobuf.malformed",
    Malformed,
    "The protocol buffer cannot be read: {why}.",
    "プロトコルバッファを読み取れません：{why}。",
    "Send the message of spec/key-access.md.",
    "spec/key-access.md のメッセージを送ってください。",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its number on the wire, its name in JSON, what it holds; `value` and `struct` are
    google.protobuf's.
    """

    number: int
    name: str
    kind: Kind = "string"
    message: Message | None = None
    repeated: bool = False
    mapped: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the table of its fields, in the order they are written."""

    fields: tuple[Field, ...]


def encode(message: Message, value: dict[str, Any]) -> bytes:
    """Wire bytes of a JSON form; fields in table order, defaults left out.

    Raises: Malformed `protobuf.malformed`: a member the table does not have, or of another type.
    Spec: protobuf.dev encoding; proto3 JSON mapping.
    """
    if unknown := set(value) - {field.name for field in message.fields}:
        raise BAD_PROTOBUF(why=f"no field {min(unknown)[:40]!r}")
    out = bytearray()
    for field in message.fields:
        found = value.get(field.name)
        if found is None:
            continue
        if field.mapped:
            for name in sorted(found):
                entry = _delimited(1, name.encode()) + _delimited(2, _value(found[name], 0))
                out += _delimited(field.number, entry)
        elif field.repeated:
            for item in found:
                out += _field(field, item)
        elif found not in ("", 0, False):
            out += _field(field, found)
    return bytes(out)


def decode(message: Message, data: bytes, *, depth: int = 0) -> dict[str, Any]:
    """The JSON form of wire bytes; unknown fields are skipped, the last of a repeated scalar wins,
    as proto3 has it.

    Raises: Malformed `protobuf.malformed`: truncated, wrong wire type, too deep, too many fields,
    not UTF-8.
    """
    if depth > MAX_DEPTH:
        raise BAD_PROTOBUF(why="nested too deep")
    table = {field.number: field for field in message.fields}
    out: dict[str, Any] = {}
    for number, wire, raw in read_fields(data):
        field = table.get(number)
        if field is None or field.mapped or field.kind in ("value", "struct"):
            continue
        read = _read(field, wire, raw, depth)
        if field.repeated:
            out.setdefault(field.name, []).append(read)
        else:
            out[field.name] = read
    return out


def read_fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """(number, wire type, raw) of every field, bounded. Raises: Malformed `protobuf.malformed`."""
    offset, count = 0, 0
    while offset < len(data):
        count += 1
        if count > MAX_FIELDS:
            raise BAD_PROTOBUF(why="too many fields")
        key, offset = _varint(data, offset)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise BAD_PROTOBUF(position=offset, why="field number 0")
        if wire == 0:
            value, offset = _varint(data, offset)
            yield number, wire, value
            continue
        if wire == 2:
            size, offset = _varint(data, offset)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise BAD_PROTOBUF(position=offset, why=f"wire type {wire}")
        if size > len(data) - offset:
            raise BAD_PROTOBUF(position=offset, why="it ends inside a field")
        yield number, wire, data[offset : offset + size]
        offset += size


def _read(field: Field, wire: int, raw: int | bytes, depth: int) -> Any:
    if field.kind in ("int32", "bool"):
        if not isinstance(raw, int) or wire != 0:
            raise BAD_PROTOBUF(why=f"{field.name} is not a varint")
        return bool(raw) if field.kind == "bool" else _signed(raw)
    if not isinstance(raw, bytes) or wire != 2:
        raise BAD_PROTOBUF(why=f"{field.name} is not length-delimited")
    if field.kind == "bytes":
        return base64.b64encode(raw).decode()
    if field.message is not None:
        return decode(field.message, raw, depth=depth + 1)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise BAD_PROTOBUF(why=f"{field.name} is not UTF-8") from None


def _field(field: Field, value: Any) -> bytes:
    if field.kind in ("value", "struct"):
        return _delimited(
            field.number, _value(value, 0) if field.kind == "value" else struct(value)
        )
    if field.message is not None:
        if not isinstance(value, dict):
            raise BAD_PROTOBUF(why=f"{field.name} is not an object")
        return _delimited(field.number, encode(field.message, value))
    if field.kind in ("int32", "bool"):
        return _to_varint(field.number << 3) + _to_varint(int(value) & 0xFFFFFFFFFFFFFFFF)
    if not isinstance(value, str):
        raise BAD_PROTOBUF(why=f"{field.name} is not text")
    if field.kind == "string":
        return _delimited(field.number, value.encode())
    try:
        return _delimited(field.number, base64.b64decode(value, validate=True))
    except (binascii.Error, ValueError):
        raise BAD_PROTOBUF(why=f"{field.name} is not base64") from None


def _value(value: Any, depth: int) -> bytes:
    """google.protobuf.Value without numbers: null, bool, string, struct or list is all that we
    publish.
    """
    if depth > MAX_DEPTH:
        raise BAD_PROTOBUF(why="nested too deep")
    if value is None:
        return b"\x08\x00"
    if isinstance(value, bool):
        return _to_varint(4 << 3) + (b"\x01" if value else b"\x00")
    if isinstance(value, str):
        return _delimited(3, value.encode())
    if isinstance(value, dict):
        return _delimited(5, struct(value, depth + 1))
    if isinstance(value, list | tuple):
        return _delimited(6, b"".join(_delimited(1, _value(item, depth + 1)) for item in value))
    raise BAD_PROTOBUF(why=f"a {type(value).__name__} in a Value")


def struct(value: dict[str, Any], depth: int = 0) -> bytes:
    """google.protobuf.Struct of an object. Raises: Malformed `protobuf.malformed`."""
    entries = (
        _delimited(1, name.encode()) + _delimited(2, _value(value[name], depth))
        for name in sorted(value)
    )
    return b"".join(_delimited(1, entry) for entry in entries)


def _delimited(number: int, data: bytes) -> bytes:
    return _to_varint(number << 3 | 2) + _to_varint(len(data)) + data


def _to_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    value = 0
    for count in range(10):
        if offset >= len(data):
            raise BAD_PROTOBUF(position=offset, why="it ends inside a number")
        byte = data[offset]
        offset += 1
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            if value >= 1 << 64:
                break
            return value, offset
    raise BAD_PROTOBUF(position=offset, why="a number over 64 bits")


def _signed(raw: int) -> int:
    low = raw & 0xFFFFFFFF
    return low - (1 << 32) if low >= 1 << 31 else low
