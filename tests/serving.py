"""A key access node on a loopback port, with its own issuer: what unmodified clients are pointed
at.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sealane.http import kas, oidc
from sealane.http.serve import serve_http2
from sealane.services.opentdf.issuer import discovery
from sealane.wiring.opentdf_routes import opentdf_routes
from tests.kas import Node
from tests.opentdf_platform import Platform


class Seen:
    """Counts which endpoints were called, for the report of an interop run."""

    def __init__(self, app: Any, calls: Any) -> None:
        self.app, self.calls = app, calls

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.calls.append((scope["method"], scope["path"], scope["http_version"]))
        await self.app(scope, receive, send)


def app_of(node: Any, *, cors: Any = frozenset()) -> Any:
    surface = kas.Surface(
        service=node.service,
        configuration=lambda: kas.configuration(discovery(node.issuer)),
        keys=node.published,
        servers=lambda: [node.url],
        cors=cors,
    )
    return Starlette(
        routes=[*kas.routes(surface), *oidc.routes(node.issuer)],
        middleware=[Middleware(Seen, calls=node.calls)],
    )


@contextlib.contextmanager
def serving(host: str = "127.0.0.1", *, http2: bool = False) -> Iterator[Any]:
    """A live node on a free port; `node.calls` lists what was asked. `http2` also speaks h2c."""
    listener = socket.create_server((host, 0))
    node = Node(f"http://{host}:{listener.getsockname()[1]}", live=True)
    with listener, (_hypercorn if http2 else running)(app_of(node), listener):
        yield node


@contextlib.contextmanager
def serving_platform(path: Path, *, http2: bool = False) -> Iterator[Any]:
    """A live node over its own database, people and agreements, wired as a node wires it."""
    listener = socket.create_server(("127.0.0.1", 0))
    platform: Any = Platform(path, f"http://127.0.0.1:{listener.getsockname()[1]}", live=True)
    platform.calls = []
    routes = opentdf_routes(
        platform.node,
        origin=platform.origin,
        wrapping=lambda: [key.public for key in platform.maker.wrapping.values()],
    )
    app = Starlette(routes=routes, middleware=[Middleware(Seen, calls=platform.calls)])
    with listener, (_hypercorn if http2 else running)(app, listener):
        yield platform


@contextlib.contextmanager
def running(app: Any, listener: Any) -> Iterator[Any]:
    """An application served on a listening socket."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextlib.contextmanager
def _hypercorn(app: Any, listener: Any) -> Iterator[Any]:
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=loop.run_until_complete, args=[serve_http2(app, listener, stop)], daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
