"""Connect unary calls: JSON or protobuf, gzip in, POST and GET; the two encodings meet in one JSON
form.

No I/O here: `read_post` and `read_get` take what HTTP carried, `Reply` says what to send.
Spec: connectrpc.com protocol reference (unary, GET, error codes); spec/key-access.md §2.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.protocol import protobuf
from sealane.protocol.protobuf import Message

Codec = Literal["json", "proto"]
MAX_BODY = 4 << 20
MAX_INFLATED = 4 << 20
MAX_DEPTH = 32

BAD_CALL = declare(
    "connect.malformed",
    Malformed,
    "The call cannot be read: {why}.",
    "呼び出しを読み取れません：{why}。",
    "Send a Connect unary call, application/json or application/proto.",
    "application/json か application/proto の Connect 単項呼び出しを送ってください。",
)
TOO_LARGE = declare(
    "connect.too_large",
    Malformed,
    "The call has more than {limit} bytes.",
    "呼び出しが {limit} バイトを超えます。",
    "Ask for fewer keys at a time.",
    "一度に求める鍵を減らしてください。",
)

STATUS: Mapping[str, int] = {
    "canceled": 499,
    "unknown": 500,
    "invalid_argument": 400,
    "deadline_exceeded": 504,
    "not_found": 404,
    "already_exists": 409,
    "permission_denied": 403,
    "resource_exhausted": 429,
    "failed_precondition": 400,
    "aborted": 409,
    "out_of_range": 400,
    "unimplemented": 501,
    "internal": 500,
    "unavailable": 503,
    "data_loss": 500,
    "unauthenticated": 401,
}
"""HTTP status of each Connect code."""

_CODECS: Mapping[str, Codec] = {"application/json": "json", "application/proto": "proto"}


@dataclass(frozen=True, slots=True)
class UnaryCall:
    """One unary call: the request in JSON form and the encoding the caller reads."""

    codec: Codec
    request: dict[str, Any]


@dataclass(frozen=True, slots=True)
class UnaryReply:
    """Status, headers and body to send back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def codec_of(content_type: str) -> Codec | None:
    """The encoding a content type names; None when we do not speak it."""
    return _CODECS.get(content_type.partition(";")[0].strip().lower())


def read_post(message: Message, content_type: str, encoding: str, body: bytes) -> UnaryCall:
    """The call in a POST body.

    Args:
        encoding: the Content-Encoding header, empty, `identity` or `gzip`; inflated to at most 4
            MiB.
    Raises: Malformed `connect.malformed`, `connect.too_large`, `json.*`, `protobuf.malformed`.
    """
    codec = codec_of(content_type)
    if codec is None:
        raise BAD_CALL(why="its content type is neither JSON nor protobuf")
    return UnaryCall(codec, _decode(message, codec, inflate(encoding, body)))


def read_get(message: Message, query: Mapping[str, str]) -> UnaryCall:
    """The call in a GET query (`connect`, `encoding`, `base64`, `compression`, `message`). Raises:
    as `read_post`.
    """
    codec = query.get("encoding")
    if codec not in ("json", "proto") or query.get("connect", "v1") != "v1":
        raise BAD_CALL(why="the query names no encoding we speak")
    text = query.get("message", "")
    if query.get("base64") == "1":
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise BAD_CALL(why="its message is not base64url") from None
    else:
        raw = text.encode()
    return UnaryCall(
        "json" if codec == "json" else "proto",
        _decode(
            message,
            "json" if codec == "json" else "proto",
            inflate(query.get("compression", ""), raw),
        ),
    )


def inflate(encoding: str, body: bytes) -> bytes:
    """The plain body; a deflate bomb stops at the cap. Raises: Malformed `connect.malformed`,
    `connect.too_large`.
    """
    if len(body) > MAX_BODY:
        raise TOO_LARGE(limit=MAX_BODY)
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name != "gzip":
        raise BAD_CALL(why=f"content encoding {name[:20]!r}")
    engine = zlib.decompressobj(wbits=31)
    try:
        out = engine.decompress(body, MAX_INFLATED + 1)
    except zlib.error:
        raise BAD_CALL(why="its gzip is broken") from None
    if len(out) > MAX_INFLATED:
        raise TOO_LARGE(limit=MAX_INFLATED)
    if not engine.eof or engine.unused_data:
        raise BAD_CALL(why="its gzip is cut short or has a tail")
    return out


def reply(message: Message, codec: Codec, response: dict[str, Any]) -> UnaryReply:
    """A success in the caller's encoding."""
    if codec == "json":
        return UnaryReply(
            200,
            json.dumps(response, separators=(",", ":")).encode(),
            {"content-type": "application/json"},
        )
    return UnaryReply(
        200, protobuf.encode(message, response), {"content-type": "application/proto"}
    )


def failure(code: str, message: str, *, machine_code: str | None = None) -> UnaryReply:
    """A Connect error; it is JSON whatever the call's encoding, and its HTTP status follows from
    the code.

    `machine_code` is our stable dotted code, sent beside the prose in a header so that nobody
    parses prose.
    """
    body = json.dumps({"code": code, "message": message}, separators=(",", ":")).encode()
    headers = {"content-type": "application/json"}
    if machine_code:
        headers["x-sealane-code"] = machine_code
    return UnaryReply(STATUS[code], body, headers)


def _decode(message: Message, codec: Codec, data: bytes) -> dict[str, Any]:
    if codec == "proto":
        return protobuf.decode(message, data)
    if not data:
        return {}
    value = canonical.parse(data, limit=MAX_INFLATED, depth=MAX_DEPTH)
    if not isinstance(value, dict):
        raise BAD_CALL(why="its JSON is not an object")
    return value
