"""What ties a derived item to its registered sources, and hides them: a commitment.

It is signed in the offer. Whoever has it alone learns nothing of the sources, not even whether two
items share one; whoever made it can open it to no other sources than these.
Spec: spec/exchange.md §4.2; R34.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from sealane.base import canonical

DOMAIN = b"sealane-sources-1\0"
OPENING_BYTES = 32


def bind(sources: Iterable[str], opening: bytes) -> str:
    """The commitment to these item numbers, whatever their order: SHA-384 in hex.

    Args:
        opening: 32 fresh random bytes, kept secret.
    Raises: ValueError: the opening is of another length, or no source is named.

    Example:
        >>> bind(["AUS-2026-000001"], bytes(32))[:16]
        'e5665a917d30422b'
    """
    named = sorted(set(sources))
    if len(opening) != OPENING_BYTES or not named:
        raise ValueError("a binding takes 32 bytes and at least one source")
    return hashlib.sha384(DOMAIN + opening + canonical.encode(named)).hexdigest()


def opens(binding: str, opening: bytes, sources: Iterable[str]) -> bool:
    """Whether a commitment is to these sources under this opening."""
    try:
        return hmac.compare_digest(binding, bind(sources, opening))
    except ValueError:
        return False
