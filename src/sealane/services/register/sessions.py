"""Sessions of people who signed in: in the store, so that every process knows them, and one that is
ended is ended everywhere at once.

A browser holds a secret and the store its digest: who reads the store can be nobody by it. A
session counts only where the node's folder lies as it did when the session began, so that a backup
that is brought back brings no session back.
Spec: R57; docs/console.md §Signing in.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sealane.base import base64url
from sealane.base.values import SECOND
from sealane.ports import Tx
from sealane.registry.passing import Session
from sealane.services.node import Node

SESSION_SECONDS = 8 * 3600
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions of one node."""

    node: Node

    def begin(self, person: str, bound: str) -> str:
        """A new session's secret, for the browser alone.

        Args:
            bound: which passphrase the person signed in with; with another the session is over.
        """
        secret = base64url.encode(self.node.host.entropy(32))
        now = int(self.node.host.now())
        # losing power may end a session: it is no record
        with self.node.store.hinting() as tx:
            self.node.records.sessions.forget(tx, now)
            self.node.records.sessions.add(
                tx,
                Session(
                    digest=_digest(secret),
                    person=person,
                    bound=bound,
                    seat=self._seat(),
                    until=now + SESSION_SECONDS * SECOND,
                ),
            )
        return secret

    def find(self, tx: Tx, secret: str) -> Session | None:
        """The session of a secret, while it lasts."""
        if not _SECRET.fullmatch(secret):
            return None
        found = self.node.records.sessions.get(tx, digest=_digest(secret))
        if found is None or found.until <= self.node.host.now():
            return None
        seat = self.node.seat
        return found if seat is None or seat.is_at(found.seat) else None

    def end(self, digest: str) -> None:
        """End it now, at every process; a loss of power does not bring it back."""
        with self.node.store.writing() as tx:
            self.node.records.sessions.change(tx, {"digest": digest}, until=0)

    def _seat(self) -> str:
        return "" if self.node.seat is None else self.node.seat.word()


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
