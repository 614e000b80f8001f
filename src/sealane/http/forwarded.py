"""Behind a proxy that ends TLS: who calls is whom the proxy names, and no call is nearer for coming
from this machine.

1. The connection comes from a proxy that the settings name; from anywhere else nothing is answered
   but what machines watch, and no header is believed.
2. The proxy adds the address that it was called from at the end of `X-Forwarded-For`; what stands
   before that was said by the caller and is not believed.
3. Where people sign in by client certificates, the proxy tells the one that it proved as
   `Client-Cert`, and takes away what the caller put there.

Spec: RFC 9440; docs/operators.md "Behind a proxy".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from sealane.base.errors import Refused, SealaneError, declare
from sealane.http.problem import problem
from sealane.protocol.client_certificate import CERTIFICATE, told_by_proxy

HEADER, SHOWN = b"x-forwarded-for", b"client-cert"
WATCHED = frozenset({"/healthz", "/readyz", "/metrics"})
"""What machines ask without a proxy; each has its own rule for who may."""
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1"),
)

NOT_BY_PROXY = declare(
    "web.not_by_proxy",
    Refused,
    "This port is reached through the node's proxy alone.",
    "このポートへは、ノードのプロキシを経由してのみ接続できます。",
    "Use the address of `console_url`; the operator names proxies in `trusted_proxies`.",
    "`console_url` のアドレスを使ってください。プロキシは `trusted_proxies` で指定します。",
)


class BehindProxy:
    """An application whose callers have the addresses that its proxy gives them.

    Args:
        proxies: from where forwarding headers are believed.
        certificates: whether the proxy tells client certificates.
    """

    def __init__(
        self, app: ASGIApp, proxies: Sequence[Network] = LOOPBACK, *, certificates: bool = False
    ) -> None:
        self._app, self._proxies, self._certificates = app, tuple(proxies), certificates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                scope = self._judged(scope)
            except SealaneError as error:
                await problem(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _judged(self, scope: Scope) -> Scope:
        # 1. from a proxy
        if not self._is_proxy(scope):
            if scope["path"] not in WATCHED:
                raise NOT_BY_PROXY()
            return scope
        # 2. whom it names
        told = _told(scope)
        changed = scope if told is None else {**scope, "client": (told, 0)}
        # 3. and which certificate it proved
        shown = [value for name, value in scope.get("headers", ()) if name == SHOWN]
        if self._certificates and len(shown) == 1 and shown[0]:
            der = told_by_proxy(shown[0].decode("ascii", "replace"))
            return {**changed, "state": {**scope.get("state", {}), CERTIFICATE: der}}
        return changed

    def _is_proxy(self, scope: Scope) -> bool:
        try:
            address = ipaddress.ip_address((scope.get("client") or ("", 0))[0])
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return any(mapped in network for network in self._proxies)


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
