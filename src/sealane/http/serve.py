"""HTTP/1.1 and HTTP/2 on one socket: h2 by ALPN under TLS, h2c with prior knowledge in plaintext.

Nearly every client speaks HTTP/1.1, which costs a third of the processor time in uvicorn's parser;
some OpenTDF clients speak HTTP/2 only, and hypercorn serves those. Plaintext is for loopback, and a
node's settings refuse it elsewhere.
Spec: spec/key-access.md §2.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from uvicorn import Config as UvicornConfig
from uvicorn.server import ServerState

from sealane.http.timely import TimelyConnection

LEAVE_SECONDS = 2.0
"""How long calls that are under way may take once the door closes."""
KEEP_SECONDS = 30
"""How long a connection is kept without a call."""
STREAMS = 100
"""Calls at a time on one connection of HTTP/2."""
PREFACE = b"PRI"
"""What a client with prior knowledge of HTTP/2 begins with, and no method of HTTP/1.1 does."""


async def serve_http2(
    app: Any,
    listener: socket.socket,
    stop: asyncio.Event,
    *,
    tls: str | None = None,
    told: Callable[[ssl.SSLContext], object] = lambda _: None,
) -> None:
    """Serve until `stop` is set, then let calls that are under way finish for a moment.

    Args:
        listener: a bound socket; a duplicate of it is served.
        tls: path of a PEM file with certificate chain and private key; None for plaintext.
        told: given the context by which the TLS door serves.
    """
    door = _Door(app, _http2_config(tls))
    context = door.config.create_ssl_context()
    if context is not None:
        told(context)
    server = await asyncio.get_running_loop().create_server(
        door.connection, sock=listener.dup(), ssl=context, backlog=door.config.backlog
    )
    try:
        await stop.wait()
    finally:
        server.close()
        await door.leave()


def _http2_config(tls: str | None) -> Config:
    config = Config()
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = False
    config.include_date_header = False
    config.keep_alive_timeout = KEEP_SECONDS
    config.h2_max_concurrent_streams = STREAMS
    if tls is not None:
        config.certfile = config.keyfile = tls
        config.alpn_protocols = ["h2", "http/1.1"]
    return config


class _Door:
    """One application behind both protocols, and the connections that are open."""

    def __init__(self, app: Any, config: Config) -> None:
        self.config = config
        self._of_one = UvicornConfig(
            app,
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_SECONDS,
            ws="none",
            lifespan="off",
        )
        self._of_one.load()
        self._open = ServerState()
        self._app = ASGIWrapper(app)
        self._context = WorkerContext(None)
        self._calls: set[asyncio.Task[None]] = set()

    def connection(self) -> asyncio.Protocol:
        """A new connection, before it is known what it speaks."""
        return EitherConnection(
            config=self._of_one,
            server_state=self._open,
            app_state={},
            other=self._speak_http2,
        )

    def _speak_http2(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        serving = TCPServer(self._app, loop, self.config, self._context, {}, reader, writer)
        self._keep(serving.run())

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def leave(self) -> None:
        """Take no other call; let those under way finish for a moment, then cut them."""
        await self._context.terminated.set()
        for connection in list(self._open.connections):
            connection.shutdown()
        under_way = [*self._calls, *self._open.tasks]
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=LEAVE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for connection in list(self._open.connections):
            connection.transport.close()


class EitherConnection(TimelyConnection):
    """A connection of HTTP/1.1, which is handed over when it turns out to speak HTTP/2."""

    def __init__(
        self, *, other: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None], **known: Any
    ) -> None:
        super().__init__(**known)
        self._other = other
        self._first: bytes | None = b""
        """What was said first, until it is clear what is spoken; then None."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        proven = transport.get_extra_info("ssl_object")
        if proven is not None:
            self._first = None
            if proven.selected_alpn_protocol() == "h2":
                self._hand_over(b"")

    def data_received(self, data: bytes) -> None:
        if self._first is not None:
            data = self._first + data
            self._first = data
            if len(data) < len(PREFACE) and PREFACE.startswith(data):
                return
            self._first = None
            if data.startswith(PREFACE):
                self._hand_over(data)
                return
        super().data_received(data)

    def _hand_over(self, said: bytes) -> None:
        self.stop_waiting()
        self.connections.discard(self)
        reader = asyncio.StreamReader(loop=self.loop)
        line = asyncio.StreamReaderProtocol(reader, loop=self.loop)
        self.transport.set_protocol(line)
        line.connection_made(self.transport)
        if said:
            reader.feed_data(said)
        self._other(reader, asyncio.StreamWriter(self.transport, line, reader, self.loop))
