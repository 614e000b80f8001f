"""A connection of HTTP/1.1 that says what it wants in time and in few words, or ends.

Spec: spec/exchange.md §3.2; spec/key-access.md §2.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from uvicorn.protocols.http.auto import AutoHTTPProtocol

HEAD_SECONDS = 20.0
"""How long a connection may take to say what it wants, from when it is open or from its last
answer on.
"""
HEAD_BYTES = 65_536
"""How much a connection may say until it is clear what it wants."""

_HttpConnection: Any = AutoHTTPProtocol
"""Uvicorn's own, by whichever of its parsers is installed."""


class TimelyConnection(_HttpConnection):  # type: ignore[misc]
    """A connection that is cut when it does not say in time what it wants."""

    _late: asyncio.TimerHandle | None = None
    _said = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        line = transport.get_extra_info("socket")
        if line is not None and line.family != socket.AF_UNIX:
            # asyncio does so only where a socket names its protocol; without it, the end of an
            # answer waits some 40 ms for the caller's word that the beginning came
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._await_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self.stop_waiting()
            return
        self._said += len(data)
        if self._said > HEAD_BYTES:
            self.transport.abort()
        elif self._late is None:
            self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self.stop_waiting()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        self._late = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def stop_waiting(self) -> None:
        """Nothing has to be said in time any more, until the next time."""
        self._said = 0
        if self._late is not None:
            self._late.cancel()
            self._late = None
