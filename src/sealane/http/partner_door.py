"""The partners' door: each partner has its own measure of calls, statements and bytes, and none can
hold the door against another.

Who calls is known by the connection's certificate (`http.wall`); what a statement says is believed
by its signatures alone. Spec: spec/exchange.md §3.2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from sealane.base.errors import SealaneError
from sealane.base.pace import Patience
from sealane.base.values import Instant
from sealane.http.pacing import PATIENCE, Paced, refusal
from sealane.http.wall import PARTNER, ProvenConnection
from sealane.protocol.client_certificate import CERTIFICATE
from sealane.services.statements.partner_limits import CallKind, PartnerLimits

CONNECTIONS = 64
"""Connections with one certificate at a time."""
AT_ONCE, LONG_A_SECOND = 1 << 18, 1 << 20
"""Bytes of a statement that are read as they come, and how many a second beyond: hardly any is so
long, and who sends many that are takes no more of the machine than this.
"""
REFUSED_SECONDS = 1.0
"""How long a call that is refused for its number waits for its answer: with so many connections, no
more of them are refused in a second.
"""

PATHS = {"/peer/v1/offers": CallKind.OFFER, "/peer/v1/statements": CallKind.STATEMENT}


class Measured:
    """An application whose callers are partners, each within its limits and at its pace."""

    def __init__(
        self,
        app: ASGIApp,
        limits: PartnerLimits,
        now: Callable[[], Instant],
        *,
        patience: Patience = PATIENCE,
    ) -> None:
        async def take(scope: Scope, size: int, before: int) -> float:
            party = _caller(scope)
            if limits.asks_store(party, _kind(scope), now(), size):
                await run_in_threadpool(limits.take, party, size, now())
            else:
                limits.take(party, size, now())
            if _kind(scope) is CallKind.OFFER:
                return 0.0
            return max(0, before + size - max(before, AT_ONCE)) / LONG_A_SECOND

        self._app = Paced(app, patience=patience, take=take)
        self._limits, self._now = limits, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with ExitStack() as open_calls:
            call = self._limits.call(_caller(scope), _kind(scope), self._now())
            try:
                if self._limits.asks_store(_caller(scope), _kind(scope), self._now()):
                    await run_in_threadpool(call.__enter__)
                else:
                    call.__enter__()
                open_calls.push(call)
            except SealaneError as error:
                await asyncio.sleep(REFUSED_SECONDS)
                await refusal(error)(scope, receive, send)
                return
            await self._app(scope, receive, send)


class MeasuredConnection(ProvenConnection):
    """A connection that says what it wants in time, and one of so many with its certificate."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        mine = self.app_state[CERTIFICATE]
        alike = [one for one in self.connections if one.app_state.get(CERTIFICATE) == mine]
        if len(alike) > CONNECTIONS:
            transport.abort()


def _kind(scope: Scope) -> CallKind:
    return PATHS.get(scope.get("path", ""), CallKind.READING)


def _caller(scope: Scope) -> str:
    return str(scope.get("state", {}).get(PARTNER, ""))
