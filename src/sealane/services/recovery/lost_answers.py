"""Answers that a partner gave, and that were lost on their way or with the process that had asked.

Who asks waits in no queue: a question whose answer is lost is asked anew, and the partner's log
then tells of an answer that ours does not. It is brought home by the partner's log: the bytes are
asked for, and proven as what came at once would have been. It has no other effect any more than to
stand in both logs; a share that comes so late opens nothing.
Spec: spec/ledger.md §11; spec/exchange.md §3; R59.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sealane.base.errors import Unavailable
from sealane.base.values import SECOND
from sealane.ledger import receipt, telling
from sealane.ledger.telling import Told
from sealane.ports import Log, Tx
from sealane.services.node import Node
from sealane.services.recovery.missing_statements import AT_ONCE, fetched
from sealane.services.statements.journal import held_statement, log_statement
from sealane.services.statements.talk import OTHER_ANSWER, Question, answer_to

QUESTIONS = frozenset({"assurance.request", "open.request", "rewrap.request"})
"""Asked and answered in one breath, and in no outbox."""
LATE_SECONDS, REST_SECONDS = 60, 3600
"""How long an answer may be on its way, and so how soon it is asked for again; at most how long
it is left alone when that was in vain.
"""
STEP = 1024
"""Entries between two places of a log that are written down as read."""


@dataclass(slots=True)
class LostAnswers:
    """What one partner answered under one agreement, held against what arrived.

    Args:
        mirror: this node's copy of the partner's log.
    """

    node: Node
    partner: str
    agreement: str
    mirror: Log
    _read: int = -1
    _lost: dict[str, tuple[Told, int]] = field(default_factory=dict)
    """By digest: what the log tells, and when that was seen by the clock that nobody sets."""
    _pause: int = LATE_SECONDS
    _rests: int = 0

    def bring_home(self) -> int:
        """Enter what was lost; how many answers. Raises: Unavailable: the partner does not give
        them now; Untrusted `statement.other_answer`, `signature.invalid`, `jws.*`; Malformed
        `statement.*`: they are none, and are not asked for again.
        """
        now = self.node.host.elapsed()
        self._look(now)
        due = [name for name, (_, seen) in self._lost.items() if _passed(seen, now, LATE_SECONDS)]
        if not due or not _passed(self._rests, now, self._pause):
            return 0
        wanted = {name: self._lost[name][0] for name in due[:AT_ONCE]}
        self._rests = now
        with self.node.store.reading() as tx:
            digest = str(self.node.agreement_row(tx, self.agreement).digest)
        try:
            held, gone = fetched(self.node, self.partner, (self.agreement, digest), wanted)
        except Unavailable:
            self._pause = min(2 * self._pause, REST_SECONDS)
            raise
        self._pause, self._rests = LATE_SECONDS, 0
        for name in {*gone, *map(receipt.digest, held)} & wanted.keys():
            del self._lost[name]
        with self.node.store.writing() as tx:
            for data in held:
                self._enter(tx, wanted, data)
        return len(held)

    def _look(self, now: int) -> None:
        """Read on in the partner's log, and forget what has arrived since."""
        name = f"answers {self.mirror.origin}"
        with self.node.store.reading() as tx:
            if self._read < 0:
                known = self.node.records.serials.get(tx, name=name)
                self._read = 0 if known is None else known.last
            self._read, end = max(self._read, self.mirror.floor(tx)), self.mirror.size(tx)
            for entry in self.mirror.entries(tx, self._read, end):
                one = telling.told(entry)
                if one is not None and one.to == self.node.party and self._is_answer(tx, one):
                    self._lost[one.statement] = (one, now)
            self._read = end
            self._lost = {name: seen for name, seen in self._lost.items() if self._absent(tx, name)}
            known = self.node.records.serials.get(tx, name=name)
        place = end - end % STEP
        if not self._lost and place > (0 if known is None else known.last):
            with self.node.store.hinting() as tx:
                self.node.records.serials.put(tx, {"name": name}, last=place)

    def _is_answer(self, tx: Tx, one: Told) -> bool:
        """Whether it answers a question of ours that waits in no outbox."""
        asked = self.node.records.statements.get(tx, digest=one.answers) if one.answers else None
        return asked is not None and asked.by == self.node.party and asked.type in QUESTIONS

    def _absent(self, tx: Tx, name: str) -> bool:
        return self.node.records.statements.get(tx, digest=name) is None

    def _enter(self, tx: Tx, wanted: dict[str, Told], data: bytes) -> None:
        one = wanted.get(receipt.digest(data))
        asked = held_statement(self.node, tx, str(one.answers)) if one is not None else None
        if asked is None:
            raise OTHER_ANSWER(party=self.partner, what="bytes that nobody asked for")
        log_statement(self.node, tx, answer_to(self.node, tx, Question.of(asked), data))


def _passed(since: int, now: int, seconds: int) -> bool:
    return now - since >= seconds * SECOND
