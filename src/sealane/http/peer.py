"""What partners call, behind mutual TLS: statements and offers, each answered by a signed statement.

Spec: spec/exchange.md §3-4. An offer's body is a 4-byte big-endian length, the statement, then the container.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import anyio.from_thread
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sealane.base.errors import Malformed, SealaneError, declare
from sealane.crypto.jws import MAX_BYTES
from sealane.http.problem import problem

STATEMENT = "application/jose+json"
BLOCK = 1 << 20

TOO_LONG = declare(
    "peer.too_long", Malformed,
    "The statement is longer than {limit} bytes or its length is missing.", "文書が {limit} バイトを超えるか、長さがありません。",
)


class Incoming:
    """An upload as a blocking file for the worker thread, which is crossed into once a MiB and not once a packet."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream = stream
        self._held = b""

    async def _next(self) -> bytes:
        parts, size = [], 0
        while size < BLOCK and (chunk := await anext(self._stream, None)) is not None:
            parts.append(chunk)
            size += len(chunk)
        return b"".join(parts)

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; empty at the end."""
        while not self._held:
            chunk = anyio.from_thread.run(self._next)
            if not chunk:
                return b""
            self._held = chunk
        if not 0 <= size < len(self._held):
            taken, self._held = self._held, b""
        else:
            taken, self._held = self._held[:size], self._held[size:]
        return taken

    def exactly(self, size: int) -> bytes:
        """Exactly `size` bytes. Raises: Malformed `peer.too_long`: the upload ended early."""
        out = b""
        while len(out) < size:
            part = self.read(size - len(out))
            if not part:
                raise TOO_LONG(limit=MAX_BYTES)
            out += part
        return out


def routes(answer: Callable[[bytes], bytes], receive: Callable[[bytes, Incoming], bytes]) -> list[Route]:
    """The two doors; `answer` and `receive` are use cases and run in a worker thread."""

    async def statements(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                return problem(TOO_LONG(limit=MAX_BYTES))
        return await _guarded(lambda: answer(body))

    async def offers(request: Request) -> Response:
        incoming = Incoming(aiter(request.stream()))

        def work() -> bytes:
            length = int.from_bytes(incoming.exactly(4), "big")
            if not 0 < length <= MAX_BYTES:
                raise TOO_LONG(limit=MAX_BYTES)
            return receive(incoming.exactly(length), incoming)

        return await _guarded(work)

    return [
        Route("/peer/v1/statements", statements, methods=["POST"]),
        Route("/peer/v1/offers", offers, methods=["POST"]),
    ]


async def _guarded(work: Callable[[], bytes]) -> Response:
    try:
        return Response(await run_in_threadpool(work), media_type=STATEMENT)
    except SealaneError as error:
        return problem(error)
