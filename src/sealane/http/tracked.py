"""A number for every request, so that all that is said of it can be found together, and one line
when it is answered.

A caller's `traceparent` is told beside the number and rests nothing on it. The path is told as the
route has it, never with what was put into it or asked behind it. Spec: W3C Trace Context;
docs/operators.md "Logs".
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sealane.base.errors import SealaneError

Within = Callable[..., AbstractContextManager[None]]
"""What every line that is said within is to tell: `request` and `trace`."""
QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/console.css"})
"""What machines ask every few seconds is told at debug."""
_PARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

logger = logging.getLogger("sealane.http")


class Tracked:
    """An application whose requests have numbers; the answer bears its own as `x-request-id`."""

    def __init__(
        self, app: ASGIApp, *, door: str, within: Within, entropy: Callable[[int], bytes]
    ) -> None:
        self._app, self._door, self._within, self._entropy = app, door, within, entropy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number, begun, status = self._entropy(8).hex(), time.monotonic(), 0

        async def numbered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", []), (b"x-request-id", number.encode())]
                message = {**message, "headers": headers}
            await send(message)

        with self._within(request=number, trace=_trace(scope)):
            try:
                await self._app(scope, receive, numbered)
            except Exception as error:
                if not isinstance(error, SealaneError):
                    logger.exception("http.fault", extra={"door": self._door})
                raise
            finally:
                self._tell(scope, status, time.monotonic() - begun)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        path = template(scope)
        level = logging.DEBUG if path in QUIET else logging.INFO
        told: dict[str, Any] = {
            "door": self._door,
            "method": scope["method"],
            "path": path,
            "status": status,
            "milliseconds": round(seconds * 1000),
        }
        logger.log(level, "http.answered", extra=told)


def template(scope: Scope) -> str:
    """The path with every parameter's name in its place; `/-` where no route took it."""
    if "endpoint" not in scope:
        return "/-"
    parts = str(scope["path"]).split("/")
    for name, value in scope.get("path_params", {}).items():
        told, put = str(value).split("/"), f"{{{name}}}"
        if len(told) > 1 and parts[-len(told) :] == told:
            parts[-len(told) :] = [put]  # a path within the path stands last
        parts = [put if part in told and part else part for part in parts]
    return "/".join(parts)


def _trace(scope: Scope) -> str | None:
    for name, value in scope.get("headers", []):
        if name == b"traceparent" and (found := _PARENT.fullmatch(value)) is not None:
            return bytes(found[1]).decode()
    return None
