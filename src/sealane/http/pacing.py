"""Every door's measure of time: a request's body comes at its pace and an answer is taken at its
pace, or the call ends.

Servers give a handler what comes when it comes; who sends a byte a minute keeps the call, its
memory and whatever waits for it. Here the whole of a body has an end that moves on only with what
came, and so has each stretch of it (`base.pace`). An answer leaves in pieces, each when the one
before it was taken. Where an answer is given before the body has come, as much more is read as lets
an honest sender read it, and the connection ends.
Spec: spec/exchange.md §3.2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sealane.base.errors import SealaneError, Unavailable, declare
from sealane.base.pace import Pace, Patience
from sealane.http.problem import problem

PATIENCE = Patience(whole=60.0, stretch=30.0, floor=4096, thought=0.0)
"""What whoever calls is granted for the body of a request, and for taking the answer."""
PIECE, LEFT_BYTES, LEFT_SECONDS = 1 << 18, 1 << 20, 5.0
"""Bytes of an answer that leave at once; what is read of a body after its answer was given."""

TOO_SLOW = declare(
    "call.too_slow",
    Unavailable,
    "The request came too slowly, and was left.",
    "要求の到着が遅すぎるため、打ち切りました。",
    "Send it again over a faster line.",
    "より速い回線で送り直してください。",
)

Take = Callable[[Scope, int, int], Awaitable[float]]
"""Told of every piece of a body, by its size, and of how many bytes came before it; raises where it
is too much, and gives the seconds until the next is read.
"""


class Paced:
    """An application whose callers keep to a pace.

    Args:
        take: what else measures the bytes that come.
    """

    def __init__(
        self, app: ASGIApp, *, patience: Patience = PATIENCE, take: Take | None = None
    ) -> None:
        self._app, self._patience, self._take = app, patience, take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        call = _Call(scope, receive, send, self._patience, self._take)
        try:
            await self._app(scope, call.receive, call.send)
        except Exception as error:
            # who hung up waits for no answer, and that is no fault of ours
            if call.failure is None and not isinstance(error, ClientDisconnect):
                raise
        if call.failure is not None:
            await call.refuse(call.failure)


class _Call:
    """One request and its answer, timed and measured as they pass."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, patience: Patience, take: Take | None
    ) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._clock = asyncio.get_running_loop().time
        self._patience, self._take = patience, take
        self._pace = Pace(patience, self._clock())
        self._whole, self._answering, self._came = False, False, 0
        self.failure: SealaneError | None = None

    async def receive(self) -> Message:
        """The next piece of the body. Raises: Unavailable `call.too_slow`, and what `take` does."""
        if self._whole:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._pace.left(self._clock()))):
                message = await self._receive()
            size, rest = len(message.get("body", b"")), 0.0
            if self._take is not None:
                rest = await self._take(self._scope, size, self._came)
        except TimeoutError:
            self.failure = TOO_SLOW()
            raise self.failure from None
        except SealaneError as error:
            self.failure = error
            raise
        self._came += size
        if rest:
            await asyncio.sleep(rest)
        self._pace.passed(size, self._clock())
        self._whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """The next piece of the answer; nothing of one to a call that failed meanwhile."""
        if self.failure is not None and not self._answering:
            return
        if message["type"] == "http.response.start":
            self._answering = True
            if self._unread and self._scope.get("http_version", "1.1").startswith("1"):
                headers = [*message.get("headers", []), (b"connection", b"close")]
                message = {**message, "headers": headers}
        elif message["type"] == "http.response.body":
            message = await self._all_but_the_end(message)
        await self._give(message)

    async def _all_but_the_end(self, message: Message) -> Message:
        """Send what of a body's last piece can go before its end; what remains to be sent."""
        body = message.get("body", b"")
        while len(body) > PIECE or (body and self._unread):
            await self._give({**message, "body": body[:PIECE], "more_body": True})
            body = body[PIECE:]
        if not message.get("more_body", False):
            await self._read_on()
        return {**message, "body": body}

    async def _give(self, message: Message) -> None:
        """Raises: Unavailable `call.too_slow`: the one before was not taken."""
        try:
            async with asyncio.timeout(self._patience.stretch):
                await self._send(message)
        except TimeoutError:
            self.failure = TOO_SLOW()
            raise self.failure from None

    @property
    def _unread(self) -> bool:
        """Whether there is a body of which something may still come."""
        return not self._whole and _has_body(self._scope)

    async def _read_on(self) -> None:
        """Read some of a body that nobody wants any more, so that its sender can read the answer
        that it got.
        """
        left = LEFT_BYTES
        try:
            async with asyncio.timeout(LEFT_SECONDS):
                while left > 0 and self._unread:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    self._whole = not message.get("more_body", False)
        except TimeoutError:
            return

    async def refuse(self, failure: SealaneError) -> None:
        """The answer to a call that failed, where none was begun; the connection ends."""
        if self._answering:
            return
        await refusal(failure)(self._scope, self._receive, self._send)


def refusal(error: SealaneError) -> Response:
    """A problem document after which the connection ends: the rest of the request is not read."""
    found = problem(error)
    found.headers["connection"] = "close"
    return found


def _has_body(scope: Scope) -> bool:
    names: dict[bytes, Any] = dict(scope.get("headers", []))
    length = names.get(b"content-length", b"0").strip()
    return b"transfer-encoding" in names or length not in (b"", b"0")
