"""The same calls for clients that speak gRPC: one frame in, one frame out, the status in trailers.
HTTP/2 only.

Spec: gRPC over HTTP/2 (unary calls); spec/key-access.md §2.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from sealane.protocol import connect, protobuf
from sealane.protocol.connect import BAD_CALL
from sealane.protocol.protobuf import Message

PLAIN, COMPRESSED, HEAD = 0, 1, 5
"""A frame's first byte, and how long its head is."""
CODES = {
    "canceled": 1,
    "unknown": 2,
    "invalid_argument": 3,
    "deadline_exceeded": 4,
    "not_found": 5,
    "already_exists": 6,
    "permission_denied": 7,
    "resource_exhausted": 8,
    "failed_precondition": 9,
    "aborted": 10,
    "out_of_range": 11,
    "unimplemented": 12,
    "internal": 13,
    "unavailable": 14,
    "data_loss": 15,
    "unauthenticated": 16,
}
"""The gRPC number of each code; the names are Connect's."""


def is_grpc(content_type: str) -> bool:
    """Whether a call is gRPC with protobuf messages."""
    return content_type.partition(";")[0].strip().lower() in (
        "application/grpc",
        "application/grpc+proto",
    )


def read_frame(message: Message, body: bytes, encoding: str) -> dict[str, object]:
    """The one message of a unary request. Raises: Malformed `connect.malformed`,
    `connect.too_large`, `protobuf.*`.
    """
    # 1. five bytes of head: whether it is compressed, and how long it is
    if len(body) < HEAD or body[0] not in (PLAIN, COMPRESSED):
        raise BAD_CALL(why="it is not one gRPC frame")
    # 2. exactly one frame: nothing after it, nothing missing
    if int.from_bytes(body[1:HEAD], "big") != len(body) - HEAD:
        raise BAD_CALL(why="it is not one gRPC frame")
    # 3. unpacked to no more than a call may hold, where its head says that it is packed
    packed = encoding if body[0] == COMPRESSED else ""
    # 4. the members that this message has, each of its type
    return protobuf.decode(message, connect.inflate(packed, body[HEAD:]))


class GrpcAnswer:
    """An ASGI response: the message in one frame, or a failure; the status follows in the
    trailers.
    """

    def __init__(
        self, frame: bytes | None, code: str = "", text: str = "", machine_code: str = ""
    ) -> None:
        self._body = b""
        if frame is not None:
            self._body = bytes([PLAIN]) + len(frame).to_bytes(4, "big") + frame
        number = CODES[code] if code else 0
        self._trailers = [(b"grpc-status", str(number).encode())]
        if text:
            self._trailers.append((b"grpc-message", quote(text, safe=" ").encode()))
        if machine_code:
            self._trailers.append((b"x-sealane-code", machine_code.encode()))

    @classmethod
    def message(cls, message: Message, response: dict[str, object]) -> GrpcAnswer:
        """A success."""
        return cls(protobuf.encode(message, response))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/grpc"), (b"cache-control", b"no-store")]
        await send(
            {"type": "http.response.start", "status": 200, "headers": headers, "trailers": True}
        )
        await send({"type": "http.response.body", "body": self._body, "more_body": False})
        await send(
            {"type": "http.response.trailers", "headers": self._trailers, "more_trailers": False}
        )


def possible(scope: Scope) -> bool:
    """Whether this is HTTP/2 and trailers can be sent; without them gRPC cannot be answered."""
    return scope.get("http_version") == "2" and "http.response.trailers" in scope.get(
        "extensions", {}
    )
