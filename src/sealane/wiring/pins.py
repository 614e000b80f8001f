"""Which certificates let partners in, as the register has them now.

Spec: spec/exchange.md §3; R62.
"""

from __future__ import annotations

import ssl
from collections.abc import Collection
from functools import lru_cache

from starlette.types import ASGIApp

from sealane.adapters import tls
from sealane.adapters.records import open_store
from sealane.base.values import Instant
from sealane.http.wall import Wall
from sealane.protocol.card import certificate_until
from sealane.services.exercise import lines
from sealane.services.register import partner_cards
from sealane.wiring.cards import note_seen
from sealane.wiring.site import Site


class Pins:
    """The certificates of the partners that are enrolled, read anew each time they are asked for,
    over connections that no other work of the node holds up.
    """

    def __init__(self, site: Site) -> None:
        self._node = site.node
        self._store = open_store(site.folder, site.node.settings)
        self._let_in: set[bytes] = set()

    def wall(self, app: ASGIApp) -> Wall:
        """Everything behind it is reached by enrolled partners alone."""
        return Wall(app, self.pinned, self.ended, self.require_line)

    def pinned(self) -> dict[bytes, str]:
        """The party of each certificate (DER) that lets in now."""
        with self._store.reading() as tx:
            return {
                _certificate(card.tls): partner.party
                for partner in self._node.partners(tx)
                for card in partner_cards.pinned_cards(self._node, tx, partner.party)
            }

    def ended(self, certificate: bytes) -> bool:
        """Whether a certificate that lets in has ended by now."""
        return certificate_end(certificate) <= self._node.host.now()

    def require_line(self, party: str) -> None:
        """Raises: Unavailable `exercise.line_lost`: never at a real node."""
        if self._node.settings.exercise:
            with self._store.reading() as tx:
                lines.require_standing(self._node, tx, party)

    def note_seen(self, shown: bytes) -> None:
        """A partner showed this certificate: its older ones let in no longer."""
        party = self.pinned().get(shown)
        if party is not None:
            note_seen(self._node, party, shown)

    def certificates(self) -> Collection[bytes]:
        """The certificates alone, for the handshake."""
        return self.pinned().keys()

    def let_in(self, context: ssl.SSLContext) -> None:
        """Let newly enrolled partners' certificates through the handshake, without a new start."""
        new = self.pinned().keys() - self._let_in
        tls.trust(context, new)
        self._let_in |= new


@lru_cache(maxsize=256)
def certificate_end(certificate: bytes) -> Instant:
    """When a certificate (DER) ends."""
    return certificate_until(ssl.DER_cert_to_PEM_cert(certificate))


@lru_cache(maxsize=256)
def _certificate(text: str) -> bytes:
    return tls.der(text)
