"""Where a page ended: nothing is kept of it here, and it is good for one reader, one question and
what the reader was when it was given.

Spec: TAXII 2.1 §3.5 (`next`); spec/feeds.md §Pages.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from sealane.base import base64url
from sealane.base.errors import Malformed, SealaneError, declare

LENGTH, NAME = 16, b"sealane feed cursor:"

BAD_CURSOR = declare(
    "feed.next",
    Malformed,
    "`next` is none that goes on here: of another question or reader, or what may be read changed.",
    "`next` が無効です。別の問合せ・利用者のものか、閲覧できる範囲が変わりました。",
    "Ask from the beginning, or from an `added_after` that was reached.",
    "最初から、又は到達済みの `added_after` から問い合わせてください。",
)


@dataclass(frozen=True, slots=True)
class FeedCursors:
    """The cursors of one question of one reader.

    Args:
        secret: the node's own.
        bound: what a cursor is good for: reader, what they are, feed, kind of page, filter.
    """

    secret: bytes
    bound: tuple[str, ...]

    def written(self, added: int) -> str:
        """After the object of this `added` (microseconds since 1970)."""
        place = added.to_bytes(8, "big")
        return base64url.encode(place + self._mac(place))

    def read(self, text: str) -> int:
        """Where it goes on. Raises: Malformed `feed.next`."""
        try:
            data = base64url.decode(text[:128])
        except (SealaneError, ValueError):
            raise BAD_CURSOR() from None
        place, mac = data[:8], data[8:]
        if len(place) != 8 or not hmac.compare_digest(mac, self._mac(place)):
            raise BAD_CURSOR()
        return int.from_bytes(place, "big")

    def _mac(self, place: bytes) -> bytes:
        told = NAME + place + "\0".join(self.bound).encode()
        return hmac.new(self.secret, told, hashlib.sha256).digest()[:LENGTH]
