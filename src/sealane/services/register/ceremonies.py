"""Questions that one browser was given, each answered at most once, at whatever process: a
passkey's challenge, the way by the nation's identity provider.

The question itself stands in a cookie of that browser, sealed by the node: asking writes nothing,
so strangers fill no table by it. That it was answered is kept until it would have ended: an answer
that comes by another browser, twice, or too late finds nothing.
Spec: R57; docs/console.md §Signing in; docs/threat-model.md (a stolen answer).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import SECOND
from sealane.registry.passing import Ceremony
from sealane.services.node import Node

SECONDS = 600
MOST = 4096

OVER = declare(
    "login.over",
    Refused,
    "This sign-in was not begun in this browser, was answered already, or took too long.",
    "このサインインは、このブラウザーで始められていないか、既に済んだか、時間切れです。",
    "Begin again from the sign-in page.",
    "サインインのページからやり直してください。",
)


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """The questions of one node; `secret` is the node's, by which they are told for its own."""

    node: Node
    secret: bytes

    def begin(self, kind: str, data: Mapping[str, Any]) -> str:
        """What the browser keeps of a question until it is answered."""
        body = canonical.encode(
            {
                "kind": kind,
                "data": dict(data),
                "until": int(self.node.host.now()) // SECOND + SECONDS,
                "serial": self.node.host.entropy(16).hex(),
            }
        )
        return f"{base64url.encode(body)}.{base64url.encode(self._mac(body))}"

    def take(self, kind: str, text: str) -> dict[str, Any]:
        """What was asked, once. Raises: Refused `login.over`."""
        # 1. asked by this node, of the browser that answers, for this kind of answer
        held = self._read(text)
        now, until = int(self.node.host.now()), int(held["until"]) * SECOND
        if held["kind"] != kind or until <= now:
            raise OVER()
        # 2. and answered for the first time
        rows, name = self.node.records.ceremonies, str(held["serial"])
        with self.node.store.writing() as tx:
            rows.forget(tx, now)
            if rows.get(tx, name=name) is not None:
                raise OVER()
            rows.add(tx, Ceremony(name=name, kind=kind, until=until))
        return dict(held["data"])

    def _read(self, text: str) -> dict[str, Any]:
        try:
            if len(text) > MOST:
                raise OVER()
            body, mac = (base64url.decode(part) for part in text.split("."))
            if not hmac.compare_digest(mac, self._mac(body)):
                raise OVER()
            return dict(canonical.decode(body))
        except (ValueError, Malformed):
            raise OVER() from None

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self.secret, b"ceremony:" + body, hashlib.sha256).digest()
