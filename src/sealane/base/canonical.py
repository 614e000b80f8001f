"""One byte string per meaning: RFC 8785, narrowed to ASCII member names and integers.

Ours is a subset of JCS: objects with ASCII names, arrays, strings, integers within +/-(2**53-1),
true, false, null. Within it, sorting by bytes and by UTF-16 units agree, and `rfc8785` is the
oracle in the tests.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec

from sealane.base.errors import Malformed, declare

MAX_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_INT = (1 << 53) - 1

NOT_JSON = declare(
    "json.malformed",
    Malformed,
    "This is not valid JSON: {why}.",
    "JSON として読めません：{why}。",
    "Send one UTF-8 JSON document without duplicate members.",
    "重複のないメンバーからなる UTF-8 の JSON 文書を一つ送ってください。",
)
DUPLICATE_KEY = declare(
    "json.duplicate_key",
    Malformed,
    "The member {name!r} occurs twice in one object.",
    "一つのオブジェクトにメンバー {name!r} が二度あります。",
    "Keep one of the two.",
    "どちらか一方を残してください。",
)
TOO_LARGE = declare(
    "json.too_large",
    Malformed,
    "The document has {size} bytes; at most {limit} are read.",
    "文書は {size} バイトで、上限 {limit} バイトを超えます。",
    "Send a smaller document.",
    "より小さな文書を送ってください。",
)
TOO_DEEP = declare(
    "json.too_deep",
    Malformed,
    "The document is nested deeper than {limit} levels.",
    "文書の入れ子が {limit} 段を超えます。",
    "Flatten the document.",
    "入れ子を浅くしてください。",
)
NOT_CANONICAL = declare(
    "json.not_canonical",
    Malformed,
    "The bytes are not in canonical form.",
    "正規形のバイト列ではありません。",
    "Encode with RFC 8785, ASCII member names and integers only.",
    "RFC 8785 に従い、ASCII のメンバー名と整数だけで符号化してください。",
)
NOT_ENCODABLE = declare(
    "json.not_encodable",
    Malformed,
    "A value has no canonical form: {why}.",
    "正規形にできない値があります：{why}。",
)

_encoder = msgspec.json.Encoder(order="sorted")
_ESCAPE, _STRING = re.compile(rb"\\.", re.DOTALL), re.compile(rb'"[^"]*"')
_ONE_KIND = bytes.maketrans(b"{}", b"[]")
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))


def encode(value: Any) -> bytes:
    """The one canonical byte string of a JSON value.

    Raises: Malformed `json.not_encodable`: a float, a non-ASCII or non-string member name, an
    integer beyond 2**53-1, or a lone surrogate.
    Spec: RFC 8785; R62.
    """
    _check(value, 0)
    try:
        return _encoder.encode(value)
    except (TypeError, UnicodeEncodeError, ValueError) as error:
        raise NOT_ENCODABLE(why=type(error).__name__) from None


def _check(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return
    if depth > MAX_DEPTH:
        raise TOO_DEEP(limit=MAX_DEPTH)
    if kind is dict:
        for name, member in value.items():
            if type(name) is not str or not name.isascii():
                raise NOT_ENCODABLE(why="member names are ASCII strings")
            _check(member, depth + 1)
    elif kind is list or kind is tuple:
        for member in value:
            _check(member, depth + 1)
    elif kind is int:
        if not -MAX_INT <= value <= MAX_INT:
            raise NOT_ENCODABLE(why="an integer beyond 2**53-1")
    else:
        raise NOT_ENCODABLE(why=f"a {kind.__name__}")


def parse(data: bytes | str, *, limit: int = MAX_BYTES, depth: int = MAX_DEPTH) -> Any:
    """Strict JSON from outside: duplicates, floats' NaN, depth and size are refused; order is free.

    Args:
        data: UTF-8 bytes or text, at most `limit` bytes.
    Raises: Malformed: `json.malformed`, `json.duplicate_key`, `json.too_large`, `json.too_deep`.
    """
    if len(data) > limit:
        raise TOO_LARGE(position=limit, size=len(data), limit=limit)
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
    except UnicodeDecodeError as error:
        raise NOT_JSON(position=error.start, why="not UTF-8") from None
    _measure_depth(text, depth)
    try:
        value = _reader.decode(text)
    except json.JSONDecodeError as error:
        raise NOT_JSON(position=error.pos, why=error.msg) from None
    except (RecursionError, ValueError) as error:
        raise NOT_JSON(why=str(error)[:80]) from None
    _no_surrogates(text, value)
    return value


def decode(data: bytes, *, limit: int = MAX_BYTES) -> Any:
    """A value from bytes that must be exactly canonical; verify signatures over these same bytes.

    Raises: Malformed: as `parse`, and `json.not_canonical` when re-encoding differs.
    """
    value = parse(data, limit=limit)
    if encode(value) != data:
        raise NOT_CANONICAL()
    return value


def sha384(data: bytes) -> str:
    """Lower-case hex SHA-384, 96 characters: the digest of everything we name by digest."""
    return hashlib.sha384(data).hexdigest()


def is_deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists are nested deeper than so many levels."""
    if not isinstance(value, dict | list):
        return False
    members = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(is_deeper(member, levels - 1) for member in members)


def digest(value: Any) -> str:
    """SHA-384 of the canonical bytes, lower-case hex."""
    return sha384(encode(value))


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise DUPLICATE_KEY(position=name[:80], name=name[:80])
            seen.add(name)
    return out


def _no_constant(text: str) -> Any:
    raise NOT_JSON(why=f"{text} is not a JSON number")


def _no_surrogates(text: str, value: Any) -> None:
    if "\\u" not in text and "\\U" not in text:
        return
    try:
        _encoder.encode(value)
    except (UnicodeEncodeError, ValueError, TypeError):
        raise NOT_JSON(why="a lone surrogate") from None


def _is_shallow(text: str, limit: int) -> bool:
    """Whether innermost pairs, taken away `limit` times over, leave nothing: long flat documents
    pass at C speed.
    """
    data = _ESCAPE.sub(b"", text.encode("utf-8", "surrogatepass")).translate(
        _ONE_KIND, _NOT_STRUCTURE
    )
    data = _STRING.sub(b"", data)
    for _ in range(limit):
        if not data:
            return True
        data = data.replace(b"[]", b"")
    return not data


def _measure_depth(text: str, limit: int) -> None:
    """Refuse deep nesting before the recursive parser sees it; strings may make this over-count,
    never under.
    """
    if text.count("[") + text.count("{") <= limit or _is_shallow(text, limit):
        return
    level, in_string, escaped = 0, False, False
    for position, character in enumerate(text):
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            level += 1
            if level > limit:
                raise TOO_DEEP(position=position, limit=limit)
        elif character in "]}":
            level -= 1


_reader = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
