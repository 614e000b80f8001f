"""Origins as people write them in settings: `https://host` or `https://host:port`.

Spec: RFC 6454; RFC 3986 (an IPv6 address stands in brackets).
"""

from __future__ import annotations

import re

_ORIGIN = re.compile(
    r"https?://([a-z0-9.-]{1,200}|\[[0-9a-f:.]{2,45}\])(?::([1-9][0-9]{0,4}))?", re.ASCII
)
MAX_PORT = 65_535


def bracketed(host: str) -> str:
    """A host as it stands in an origin."""
    return f"[{host}]" if ":" in host else host


def host_of(origin: str) -> str:
    """The host of an origin, without brackets; empty where there is none."""
    found = _ORIGIN.fullmatch(origin)
    return "" if found is None else found[1].strip("[]")


def is_origin(text: str) -> bool:
    """Whether a text is an origin of TLS and nothing more."""
    found = _ORIGIN.fullmatch(text)
    return found is not None and text.startswith("https:") and int(found[2] or 443) <= MAX_PORT
