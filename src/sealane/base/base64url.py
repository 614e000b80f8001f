"""base64url without padding: one text per value, so that two texts are never one signature.

Spec: RFC 4648 §5; RFC 7515 §2.
"""

from __future__ import annotations

import base64
import binascii


def encode(data: bytes) -> str:
    """The one text of these bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of a text that `encode` would have written. Raises: ValueError, with why."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64url") from None
    if encode(data) != text:
        raise ValueError("base64url with padding or stray bits")
    return data
