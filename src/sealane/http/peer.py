"""What partners call, behind mutual TLS: statements and offers, each answered by a signed
statement.

A call is a stranger's word until a use case has proven it. Before a use case sees it:

1. TLS has let in only holders of a certificate that an enrolment pinned (`adapters.tls`). That
   keeps strangers out and names nobody: who speaks is who signed the statement.
2. The bytes are counted as they come, and refused beyond the limit: a stated length is not
   believed.
3. Of an offer, the statement is read whole, by its own length, and judged, before a byte of the
   container is taken.
4. The container is never held in memory, and the sender is never more than a few MiB ahead of us.

How long a call may take and how many there may be is the door's to say (`http.partner_door`). Then
`answer` or `judge` verifies the signatures. Spec: spec/exchange.md §3, §4 (an offer's body
is a 4-byte big-endian length, the statement, then the container).
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from sealane.base.errors import Malformed, SealaneError, declare
from sealane.crypto.jws import MAX_BYTES
from sealane.http.problem import problem

STATEMENT = "application/jose+json"
BLOCK, AHEAD = 1 << 20, 8 << 20
"""Bytes that pass at once, and how many the loop may be ahead of the worker."""

TOO_LONG = declare(
    "peer.too_long",
    Malformed,
    "The statement is longer than {limit} bytes or its length is missing.",
    "文書が {limit} バイトを超えるか、長さがありません。",
)


class Incoming:
    """A container as a blocking file for a worker thread; the server's loop runs a few MiB ahead of
    it and no further.

    Pieces pass by a queue, so that neither side waits for the other's turn of the interpreter at
    each of them.
    """

    def __init__(self) -> None:
        self._pieces: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()
        self._loop, self._room = asyncio.get_running_loop(), asyncio.Event()
        self._lock = threading.Lock()
        self._ahead, self._waiting, self._held = 0, False, b""

    async def feed(self, stream: AsyncIterator[bytes]) -> None:
        """Pass the whole stream on; its error, or a cancellation, is raised by the reader's next
        read.
        """
        end: bytes | Exception = ClientDisconnect()
        parts, size = [], 0
        try:
            async for chunk in stream:
                parts.append(chunk)
                size += len(chunk)
                if size >= BLOCK:
                    await self._give(b"".join(parts), size)
                    parts, size = [], 0
            if parts:
                await self._give(b"".join(parts), size)
            end = b""
        finally:
            self._pieces.put(end)

    async def _give(self, piece: bytes, size: int) -> None:
        with self._lock:
            self._ahead += size
            self._waiting = self._ahead > AHEAD
            self._room.clear()
        if size:
            self._pieces.put(piece)
        if self._waiting:
            await self._room.wait()

    def _take(self) -> bytes:
        piece = self._pieces.get()
        if isinstance(piece, Exception):
            self._pieces.put(piece)
            raise piece
        if not piece:
            self._pieces.put(piece)
            return piece
        with self._lock:
            self._ahead -= len(piece)
            wake = self._waiting and self._ahead <= AHEAD // 2
            self._waiting = self._waiting and not wake
        if wake:
            self._loop.call_soon_threadsafe(self._room.set)
        return piece

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes; empty at the end. Raises:
        ClientDisconnect: the upload ended early.
        """
        if not self._held:
            self._held = self._take()
        if not 0 <= size < len(self._held):
            taken, self._held = self._held, b""
        else:
            taken, self._held = self._held[:size], self._held[size:]
        return taken


class OfferBody:
    """An offer's body: its statement, then its container."""

    def __init__(self, stream: AsyncIterator[bytes]) -> None:
        self._stream, self._held = stream, b""

    async def statement(self) -> bytes:
        """Raises: Malformed `peer.too_long`: it is too long, or the upload ends early."""
        length = int.from_bytes(await self._exactly(4), "big")
        if not 0 < length <= MAX_BYTES:
            raise TOO_LONG(limit=MAX_BYTES)
        return await self._exactly(length)

    async def _exactly(self, size: int) -> bytes:
        data = bytearray(self._held)
        while len(data) < size:
            chunk = await anext(self._stream, None)
            if chunk is None:
                raise TOO_LONG(limit=MAX_BYTES)
            data += chunk
        self._held = bytes(data[size:])
        return bytes(data[:size])

    async def container(self) -> AsyncIterator[bytes]:
        """What follows the statement, as it comes."""
        yield self._held
        async for chunk in self._stream:
            yield chunk


TakeIn = Callable[[Incoming], bytes]
"""Takes an offer's container; the signed answer."""


def routes(
    answer: Callable[[bytes], bytes],
    judge: Callable[[bytes], bytes | TakeIn],
    renew: Callable[[bytes], bytes] | None = None,
    renews: Callable[[Request], bool] = lambda _: False,
) -> list[Route]:
    """The two doors; `answer` and `judge` are use cases and run in a worker thread. An offer that
    `judge` does not answer at once is taken in by what it gives.

    Args:
        renew: answers whoever `renews`: a caller whose certificate has ended.
    """

    async def statements(request: Request) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            # 2. no longer than any statement
            if len(body) > MAX_BYTES:
                return problem(TOO_LONG(limit=MAX_BYTES))
        said = renew if renew is not None and renews(request) else answer
        return await _guarded(lambda: said(bytes(body)))

    async def offers(request: Request) -> Response:
        upload = OfferBody(aiter(request.stream()))
        try:
            # 3. the statement whole, and what it comes to
            statement = await upload.statement()
            judged = await run_in_threadpool(judge, statement)
        except SealaneError as error:
            return problem(error)
        if isinstance(judged, bytes):
            return Response(judged, media_type=STATEMENT)
        # 4. then the container as a stream
        incoming = Incoming()
        feeder = asyncio.create_task(incoming.feed(upload.container()))
        try:
            return await _guarded(lambda: judged(incoming))
        finally:
            feeder.cancel()

    return [
        Route("/peer/v1/statements", statements, methods=["POST"]),
        Route("/peer/v1/offers", offers, methods=["POST"]),
    ]


async def _guarded(work: Callable[[], bytes]) -> Response:
    """The use case's signed answer, or what went wrong before there could be one."""
    try:
        return Response(await run_in_threadpool(work), media_type=STATEMENT)
    except SealaneError as error:
        return problem(error)
