"""The lines to partners, made when the first call is: a command that calls nobody loads no client.

Spec: docs/adr/0028-lists-without-the-passphrase.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from sealane.ports import LogPeer

if TYPE_CHECKING:
    from sealane.adapters.peers import HttpPeers
    from sealane.adapters.tls import Address


class DeferredPeers:
    """`ports.Peers` over HTTP, from the first call on."""

    def __init__(
        self, address: Callable[[str], Address], seen: Callable[[str, bytes], object]
    ) -> None:
        self._address, self._seen = address, seen
        self._turn = threading.Lock()
        self._made: HttpPeers | None = None

    def say(self, party: str, statement: bytes) -> bytes:
        """As `HttpPeers.say`."""
        return self._peers().say(party, statement)

    def offer(self, party: str, statement: bytes, container: BinaryIO) -> bytes:
        """As `HttpPeers.offer`."""
        return self._peers().offer(party, statement, container)

    def log_peer(self, party: str, name: str) -> LogPeer:
        """The surface of the partner's log of this name."""
        return self._peers().log_peer(party, name)

    def close(self) -> None:
        """End the calls that are under way, where there ever was one."""
        with self._turn:
            if self._made is not None:
                self._made.close()

    def _peers(self) -> HttpPeers:
        from sealane.adapters.peers import HttpPeers

        with self._turn:
            if self._made is None:
                self._made = HttpPeers(self._address, self._seen)
            return self._made
