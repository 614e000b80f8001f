"""Ask a node's own process on this machine whether it serves, as a container's health check does:
over its door for people, with no key at hand.

Spec: docs/operators.md §Watch.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from typing import Any

from sealane.settings import Settings

ALIVE, READY = "/healthz", "/readyz"
SECONDS = 10
MOST = 1 << 20


def ask(settings: Settings, path: str, port: int = 0) -> tuple[int, Any]:
    """Status and body of what the console's port answers; 0 and None where nothing does.

    Args:
        port: of a `node serve` that was told another than the one in the settings.
    """
    line = _line(settings, port or settings.console_port)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        data = answer.read(MOST)
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        line.close()
    try:
        return answer.status, json.loads(data)
    except ValueError:
        return answer.status, None


def _line(settings: Settings, port: int) -> http.client.HTTPConnection:
    here = _here(settings.console_bind)
    if not settings.console_tls:
        return http.client.HTTPConnection(here, port, timeout=SECONDS)
    # whose certificate it is, is for those to ask who come from elsewhere: what is asked here is
    # whether this machine's port answers, also on the day when the certificate has ended
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(here, port, timeout=SECONDS, context=blind)


def _here(host: str) -> str:
    """Where this machine reaches what listens there: loopback for what listens everywhere."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"
