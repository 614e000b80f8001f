"""Which partner a connection is, by its certificate: asked again at every request, so that a
certificate that was replaced is forgotten at once, on connections that are open already too.

TLS has proven that the caller holds the key of the certificate (`adapters.tls`). Statements are
believed by their signatures alone; a log is read by the partner whose certificate this is.
Spec: spec/exchange.md §3; spec/ledger.md §4; R62.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.http.problem import problem

CERTIFICATE, PARTNER = "sealane.certificate", "sealane.partner"
"""Where a connection's state holds the caller's certificate, and the partner that pinned it is."""

NOT_PINNED = declare(
    "peer.not_pinned",
    Untrusted,
    "The certificate of this connection is no enrolled partner's.",
    "この接続の証明書は、登録された相手国のものではありません。",
    "Exchange the card.json of both nodes, then `sealane node enrol`.",
    "双方の card.json を交換し、`sealane node enrol` を実行してください。",
)


_HttpConnection: Any = AutoHTTPProtocol
"""Uvicorn's own, by whichever of its parsers is installed."""


class PartnerConnection(_HttpConnection):  # type: ignore[misc]
    """A connection at the partners' door, which remembers the certificate that it was made with."""

    app_state: dict[str, Any]

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        proven = transport.get_extra_info("ssl_object")
        shown = None if proven is None else proven.getpeercert(binary_form=True)
        self.app_state = {**self.app_state, CERTIFICATE: shown}


class Wall:
    """Everything behind it is reached by enrolled partners alone, and knows which one calls."""

    def __init__(self, app: ASGIApp, pinned: Callable[[], Mapping[bytes, str]]) -> None:
        """Args: pinned: the party of each certificate (DER) that is enrolled now."""
        self._app, self._pinned = app, pinned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        state = scope.setdefault("state", {})
        try:
            party = self._pinned().get(state.get(CERTIFICATE) or b"")
            if party is None:
                raise NOT_PINNED()
        except SealaneError as error:
            refusal = problem(error)
            refusal.headers["connection"] = "close"
            await refusal(scope, receive, send)
            return
        state[PARTNER] = party
        await self._app(scope, receive, send)


def partner_of(request: Request) -> str:
    """The partner that calls; empty where no wall has said."""
    return str(request.scope.get("state", {}).get(PARTNER, ""))
