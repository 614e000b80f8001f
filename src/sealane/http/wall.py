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

from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.http.problem import problem
from sealane.http.timely import TimelyConnection
from sealane.protocol.client_certificate import CERTIFICATE

PARTNER = "sealane.partner"
"""Where a connection's state holds the partner that pinned the caller's certificate."""
RENEWS = "sealane.renews"
"""Where it holds that the certificate has ended: then the caller may tell its next card alone."""
CARDS = "/peer/v1/statements"

NOT_PINNED = declare(
    "peer.not_pinned",
    Untrusted,
    "The certificate of this connection is no enrolled partner's.",
    "この接続の証明書は、登録された相手国のものではありません。",
    "Exchange the card.json of both nodes, then `sealane node enrol`.",
    "双方の card.json を交換し、`sealane node enrol` を実行してください。",
)
PIN_ENDED = declare(
    "peer.certificate_ended",
    Untrusted,
    "The certificate of this connection ended; only {party}'s next card is taken over it.",
    "この接続の証明書は期限切れです。受け付けるのは {party} の次のカードだけです。",
    "Renew it: `sealane node renew DIR --role tls`; the new card goes to the partners by itself.",
    "`sealane node renew DIR --role tls` で更新してください。"
    "新しいカードは相手国に自動で送られます。",
)


class ProvenConnection(TimelyConnection):
    """A connection that remembers the certificate that it was made with."""

    app_state: dict[str, Any]

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        proven = transport.get_extra_info("ssl_object")
        shown = None if proven is None else proven.getpeercert(binary_form=True)
        self.app_state = {**self.app_state, CERTIFICATE: shown}


class Wall:
    """Everything behind it is reached by enrolled partners alone, and knows which one calls."""

    def __init__(
        self,
        app: ASGIApp,
        pinned: Callable[[], Mapping[bytes, str]],
        ended: Callable[[bytes], bool] = lambda _: False,
        require_line: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Args:
        pinned: the party of each certificate (DER) that lets in now.
        ended: whether such a certificate has ended.
        require_line: raises where an exercise lost the line to a party.
        """
        self._app, self._pinned, self._ended = app, pinned, ended
        self._require_line = require_line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        state = scope.setdefault("state", {})
        try:
            shown = state.get(CERTIFICATE) or b""
            party = self._pinned().get(shown)
            if party is None:
                raise NOT_PINNED()
            self._require_line(party)
            state[RENEWS] = self._ended(shown)
            if state[RENEWS] and scope["path"] != CARDS:
                raise PIN_ENDED(party=party)
        except SealaneError as error:
            refusal = problem(error)
            refusal.headers["connection"] = "close"
            await refusal(scope, receive, send)
            return
        state[PARTNER] = party
        await self._app(scope, receive, send)


def renews(request: Request) -> bool:
    """Whether the caller's certificate has ended, so that only its next card is taken."""
    return bool(request.scope.get("state", {}).get(RENEWS, False))


def partner_of(request: Request) -> str:
    """The partner that calls; empty where no wall has said."""
    return str(request.scope.get("state", {}).get(PARTNER, ""))
