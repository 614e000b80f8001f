"""How a label that lies beside a file names it. Spec: RFC 3986 §4.2; spec/labels.md §Carriers."""

from __future__ import annotations

_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-"


def neighbour(name: bytes) -> str:
    """The relative reference to a file of this name: every byte outside the unreserved set
    percent-encoded.
    """
    return "".join(chr(one) if one in _PLAIN else f"%{one:02X}" for one in name)
