"""The two logs of one agreement and partner kept together: publish, be witnessed, mirror, entangle;
one round at a time.

A round never blocks an append. What the partner does not answer now waits for the next round; what
contradicts is raised, because from then on nothing may rest on the partner's word.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sealane.base.errors import SealaneError, Unavailable
from sealane.base.values import Instant
from sealane.ledger.log.marks import Marks
from sealane.ports import LogPeer
from sealane.services.ledgers.mirror import Mirror
from sealane.services.ledgers.publisher import Publisher


@dataclass(frozen=True, slots=True)
class Round:
    """The marks after a round, and what could not be done now."""

    marks: Marks
    waiting: tuple[SealaneError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Partnership:
    """This node's publisher, and its mirror of the partner's log, for one agreement with one
    partner.
    """

    publisher: Publisher
    mirror: Mirror
    _begun: list[bool] = field(default_factory=list)

    @property
    def begun(self) -> bool:
        """Whether the partner has confirmed what this log signed
        before, since the process started.
        """
        return bool(self._begun)

    def start(self, peer: LogPeer) -> None:
        """Before the first signature of a process: walk what is stored, then the restore rule
        against what the partner saw.

        Raises: Untrusted `ledger.store_altered`, `ledger.forked`; Conflict `ledger.behind`;
        Unavailable when the partner does not answer: then nothing is signed yet, and appends go on.
        """
        known = self.publisher.known_by(peer)
        with self.publisher.store.writing() as tx:
            self.publisher.log.open(tx)
        with self.publisher.store.reading() as tx:
            self.publisher.log.walk(tx)
        self.publisher.publish(known)
        self._begun.append(True)

    def carried(self, peer: LogPeer, said: Instant) -> Round:
        """A round with what a medium brought of the partner's logs: the same proofs, cosignature
        and mirror; what we sign goes back by our next pack.

        It does not begin the partnership: what a medium shows may be old, so that a process that
        has the line still asks there before its first signature.
        Args:
            said: when the partner made it.
        Raises: everything but Unavailable, which is returned in `waiting`.
        """
        waiting: list[SealaneError] = []

        def now(step: Callable[[], object]) -> None:
            try:
                step()
            except Unavailable as error:
                waiting.append(error)

        with self.publisher.store.writing() as tx:
            self.publisher.log.open(tx)
        now(lambda: self.publisher.publish(self.publisher.known_by(peer)))
        now(lambda: self.publisher.note_cosigned(peer, said))
        now(lambda: self.mirror.pull(peer))
        partner = self.mirror.checkpoint()
        if partner is not None and self.publisher.entangle(partner) is not None:
            now(self.publisher.publish)
        now(lambda: self.publisher.note_mirrored(peer))
        with self.publisher.store.reading() as tx:
            return Round(self.publisher.marks(tx), tuple(waiting))

    def round(self, peer: LogPeer) -> Round:
        """Publish, have it cosigned, mirror the partner, entangle its head, learn what it mirrors.

        Raises: everything but Unavailable, which is returned in `waiting`.
        """
        waiting: list[SealaneError] = []

        def now(step: Callable[[], object]) -> None:
            try:
                step()
            except Unavailable as error:
                waiting.append(error)

        now(self.publisher.publish if self._begun else lambda: self.start(peer))
        if self._begun:
            now(lambda: self.publisher.seek_cosignature(peer))
        now(lambda: self.mirror.pull(peer))
        partner = self.mirror.checkpoint()
        if self._begun and partner is not None and self.publisher.entangle(partner) is not None:
            self.publisher.publish()
            now(lambda: self.publisher.seek_cosignature(peer))
        if self._begun:
            now(lambda: self.publisher.note_mirrored(peer))
        with self.publisher.store.reading() as tx:
            return Round(self.publisher.marks(tx), tuple(waiting))
