"""Calls to the nation's identity provider: TLS, a pace, a limit, no redirect.

Spec: spec/interfaces.md §5 (settings); docs/operators.md "OpenID Connect".
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Any

from sealane.adapters.calls import FAILED, Line, Unfit
from sealane.base.errors import Misconfigured, declare
from sealane.base.pace import Patience
from sealane.protocol.id_token import AWAY
from sealane.settings import Settings

LIMIT = 1 << 20
PATIENCE = Patience(whole=10, stretch=5, floor=1024, thought=8)

NO_AUTHORITIES = declare(
    "settings.oidc_ca",
    Misconfigured,
    "The authorities of `oidc_ca_file` cannot be used: {why}.",
    "`oidc_ca_file` の認証局を使えません：{why}。",
    "Give a PEM file with their certificates.",
    "認証局の証明書を PEM ファイルで指定してください。",
)


def provider_line(
    settings: Settings,
) -> Callable[[str, str, Mapping[str, str] | None, Mapping[str, str]], tuple[int, bytes]]:
    """How this node calls its provider. Raises: Misconfigured `settings.oidc_ca`."""
    try:
        trusted = ssl.create_default_context(cafile=settings.oidc_ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise NO_AUTHORITIES(why=str(getattr(error, "strerror", None) or "unreadable")) from None
    trusted.minimum_version = ssl.TLSVersion.TLSv1_2

    def call(
        method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        asked: dict[str, Any] = {} if form is None else {"data": dict(form)}
        try:
            # such calls are few, and no connection waits for the next
            with Line(PATIENCE, verify=trusted) as line:
                answer = line.call(method, url, limit=LIMIT, headers=dict(headers), **asked)
        except (Unfit, *FAILED) as error:
            raise AWAY(why=type(error).__name__) from None
        return answer.status, answer.body

    return call
