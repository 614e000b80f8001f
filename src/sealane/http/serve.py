"""HTTP/1.1 and HTTP/2 on one socket: h2 by ALPN under TLS, h2c with prior knowledge in plaintext.

Some OpenTDF clients speak HTTP/2 only; plaintext is for loopback, and a node's settings refuse it
elsewhere.
Spec: spec/key-access.md §2.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config


class _Door(Config):
    """A door that tells by which TLS context it serves, so that another certificate can be shown
    by it.
    """

    told: Callable[[ssl.SSLContext], object] = staticmethod(lambda _: None)

    def create_ssl_context(self) -> ssl.SSLContext | None:
        made = super().create_ssl_context()
        if made is not None:
            self.told(made)
        return made


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
        listener: a bound socket; hypercorn takes a duplicate of it.
        tls: path of a PEM file with certificate chain and private key; None for plaintext.
        told: given the context by which the TLS door serves.
    """
    config = _Door()
    config.bind = [f"fd://{socket.socket.detach(listener.dup())}"]
    config.accesslog = None
    config.errorlog = logging.getLogger("hypercorn.error")
    config.include_server_header = False
    config.include_date_header = False
    config.keep_alive_timeout = 30
    config.graceful_timeout = 2.0
    config.h2_max_concurrent_streams = 100
    config.h11_max_incomplete_size = 32768
    if tls is not None:
        config.certfile = config.keyfile = tls
        config.alpn_protocols = ["h2", "http/1.1"]
        config.told = told
    await hypercorn_serve(app, config, shutdown_trigger=stop.wait)
