"""Sessions of people who signed in, and their tokens: in the store, so that every process knows
them, and one that is ended is ended everywhere at once.

A browser holds a secret and the store its digest: who reads the store can be nobody by it. A
session counts only where the node's folder, or its database server, lies as it did when the session
began, so that a backup that is brought back brings no session back.
Spec: R57; docs/console.md §Signing in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.base import base64url
from sealane.base.errors import NotFound, declare
from sealane.base.values import SECOND, Instant
from sealane.ports import Tx
from sealane.registry.means import MEANS, Means
from sealane.registry.passing import Session
from sealane.registry.person_proof import PersonProof
from sealane.services.node import Node
from sealane.services.statements.journal import record

SESSION_SECONDS = 8 * 3600
SESSION, TOKEN, FEED = "session", "token", "feed"
MOST = 1000
BEGINNING = Instant(0)
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)

NO_SESSION = declare(
    "login.no_session",
    NotFound,
    "There is no such session or token of yours.",
    "そのセッション又はトークンはありません。",
    "It may have ended already; open the page again.",
    "既に終了している可能性があります。ページを開き直してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """How a session began."""

    means: Means
    bound: str = ""
    """What it rests on, so that it ends with it; empty: nothing that this node keeps."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the person is told of it (`agent`), and what a provider calls it (`sid`, `sub`)."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """Proof of a sign-in: who, of what kind, until when, and by what means it began."""

    person: str
    kind: str
    until: Instant
    serial: str
    """A session's digest in the store, or what a token is named by there."""
    means: Means = Means.PASSPHRASE
    since: Instant = BEGINNING

    @property
    def proof(self) -> PersonProof:
        """What an act by this ticket is told to be proven by."""
        return MEANS[self.means].proof if self.kind == SESSION else PersonProof.TOKEN


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sessions and tokens of one node."""

    node: Node

    def begin(self, person: str, began: Began) -> str:
        """A new session's secret, for the browser alone."""
        secret = base64url.encode(self.node.host.entropy(32))
        # losing power may end a session: it is no record
        with self.node.store.hinting() as tx:
            self.node.records.sessions.forget(tx, int(self.node.host.now()))
            self.keep(
                tx,
                person,
                began,
                kind=SESSION,
                digest=digest_of(secret),
                seconds=SESSION_SECONDS,
            )
        return secret

    def keep(
        self, tx: Tx, person: str, began: Began, *, kind: str, digest: str, seconds: int
    ) -> None:
        """A session's or a token's row."""
        now = int(self.node.host.now())
        row = Session(
            digest=digest,
            person=person,
            bound=began.bound,
            seat="" if self.node.seat is None else self.node.seat.word(tx),
            kind=kind,
            means=str(began.means),
            since=now,
            data=dict(began.data),
            until=now + seconds * SECOND,
        )
        self.node.records.sessions.add(tx, row)

    def find(self, tx: Tx, secret: str) -> Session | None:
        """The session of a secret, while it lasts."""
        if not _SECRET.fullmatch(secret):
            return None
        return self.held(tx, digest_of(secret), SESSION)

    def held(self, tx: Tx, digest: str, kind: str) -> Session | None:
        """The session or token of a digest, while it lasts."""
        found = self.node.records.sessions.get(tx, digest=digest, kind=kind)
        return found if found is not None and self._lasts(tx, found) else None

    def of(self, tx: Tx, person: str) -> list[Session]:
        """A person's sessions and tokens that last, newest first."""
        rows = self.node.records.sessions.find(
            tx, order="since", newest=True, limit=MOST, person=person
        )
        return [row for row in rows if self._lasts(tx, row)]

    def end(self, digest: str) -> None:
        """End it now, at every process; a loss of power does not bring it back."""
        with self.node.store.writing() as tx:
            self.node.records.sessions.change(tx, {"digest": digest}, until=0)

    def end_own(self, person: str, digest: str) -> None:
        """End one of a person's own, by its digest; recorded. Raises: NotFound `login.no_session`:
        it is not there, or another person's.
        """
        with self.node.store.writing() as tx:
            changed = self.node.records.sessions.change(
                tx, {"digest": digest, "person": person}, until=0
            )
            if not changed:
                raise NO_SESSION()
            record(self.node, tx, "login.ended", actor=person, count=1)

    def end_others(self, person: str, digest: str) -> None:
        """End all of a person's own but the one of a digest; recorded."""
        with self.node.store.writing() as tx:
            count = self.end_all(tx, person, but=digest)
            record(self.node, tx, "login.ended", actor=person, count=count)

    def end_all(self, tx: Tx, person: str, *, but: str = "") -> int:
        """End all of a person's but one digest, in a step under way; how many they were."""
        ended = [row for row in self.of(tx, person) if row.digest != but]
        for row in ended:
            self.node.records.sessions.change(tx, {"digest": row.digest}, until=0)
        return len(ended)

    def end_of_provider(self, tx: Tx, *, sid: str | None, sub: str | None, made: int) -> list[str]:
        """End those that a provider's session or subject answers for, and that began before it said
        so; their people.
        """
        rows = self.node.records.sessions.find(
            tx, order="since", limit=100_000, means=str(Means.OIDC), kind=SESSION
        )
        ended = [
            row
            for row in rows
            if row.until
            and row.since < made + SECOND
            and (sid is None or row.data.get("sid") == sid)
            and (sub is None or row.data.get("sub") == sub)
        ]
        for row in ended:
            self.node.records.sessions.change(tx, {"digest": row.digest}, until=0)
        return sorted({row.person for row in ended})

    def _lasts(self, tx: Tx, row: Session) -> bool:
        seat = self.node.seat
        there = seat is None or seat.is_at(tx, row.seat)
        return there and row.until > self.node.host.now()


def digest_of(secret: str) -> str:
    """By what the store names a secret."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()
