"""Behind a proxy that ends TLS: who calls is whom the proxy names, and no call is nearer for coming
from this machine.

The proxy adds the address that it was called from at the end of `X-Forwarded-For`; what stands
before that was said by the caller and is not believed. Nobody but the proxy may reach the port.
Spec: docs/operators.md "Behind a proxy".
"""

from __future__ import annotations

import ipaddress

from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = b"x-forwarded-for"


class BehindProxy:
    """An application whose callers have the addresses that its proxy gives them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told = _told(scope)
            if told is not None:
                scope = {**scope, "client": (told, 0)}
        await self._app(scope, receive, send)


def _told(scope: Scope) -> str | None:
    """The last address of the last header: the only one that the proxy itself wrote; None where it
    wrote none, or no address.
    """
    found = [value for name, value in scope.get("headers", ()) if name == HEADER]
    if not found:
        return None
    try:
        return str(ipaddress.ip_address(found[-1].decode("ascii").rpartition(",")[2].strip()))
    except ValueError:
        return None
