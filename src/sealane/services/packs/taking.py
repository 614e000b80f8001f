"""Taking in one statement of a pack: judged as on the line, by the same use cases, and answered or
noted there.

What cannot be judged yet, because what it follows has not come, is kept nowhere: the medium has it,
and the partner's next pack has it again.
Spec: spec/pack.md §5; spec/exchange.md §3; R42, R59.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, cast

from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.protocol.authority import NO_STANDING
from sealane.protocol.pack_form import PackEntry, PartFile
from sealane.services import dispatch
from sealane.services.dialogue import alarms
from sealane.services.exchange import arrival, outbox
from sealane.services.node import Node
from sealane.services.packs import questions
from sealane.services.statements.journal import Said

NOT_ASKED = declare(
    "pack.not_asked",
    Untrusted,
    "{party} answers statement {statement}, which was never said to it.",
    "{party} は、述べられたことのない文書 {statement} に回答しています。",
    "Tell the partner's operator.",
    "相手国の運用者に知らせてください。",
)
WAITING_CODES = frozenset(
    {
        "card.gap",
        "case.waits",
        "offer.no_room",
        "outbox.taken",
        "partner.card_waits",
        "statement.clock_set_back",
        "statement.from_the_future",
        "statement.out_of_turn",
    }
)
"""Codes of what may be taken another time: what it follows, or room, or an instant, is to come."""


class Fate(StrEnum):
    """What became of one statement of a pack; members of the answer."""

    TAKEN = "taken"
    KNOWN = "known"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedStatement:
    """One statement out of a proven pack, with where its container stands."""

    entry: PackEntry
    data: bytes
    said: Statement
    """What it claims, proven by nothing but that it is what the page names."""
    container_at: int
    file: BinaryIO
    turn: threading.Lock
    """Whoever reads the file has its place: several statements are taken at once."""

    def container(self) -> BinaryIO:
        """Its container, to be read once."""
        part = self.entry.container
        assert part is not None
        return cast(BinaryIO, PartFile(self.file, part, self.container_at, self.turn))


@dataclass(frozen=True, slots=True)
class Became:
    """What became of it, and the code that says why it was not taken."""

    fate: Fate
    code: str | None = None


def take(node: Node, partner: str, one: PackedStatement) -> Became:
    """Judge, record and answer one statement. Raises: Unavailable: this node can take nothing now
    (its disk, its database, its own newness).
    """
    try:
        if one.entry.answers is not None:
            return _heard(node, partner, one, one.entry.answers)
        return _answered(node, one)
    except SealaneError as error:
        return judged(node, one, error)


def judged(node: Node, one: PackedStatement, error: SealaneError) -> Became:
    """What a refusal without a signed answer means: not yet, or no. Raises: what is neither."""
    if error.code in WAITING_CODES or _not_come(node, one, error):
        return Became(Fate.WAITING, error.code)
    if error.exit_status == 3:
        raise error
    return Became(Fate.REFUSED, error.code)


def _not_come(node: Node, one: PackedStatement, error: SealaneError) -> bool:
    """Whether it is about an item of its speaker's series that is not here, or not yet."""
    if error.code != NO_STANDING.code:
        return False
    said = one.said
    if said.item is None or not said.item.startswith(f"{said.by}-"):
        return False
    with node.store.reading() as tx:
        return node.records.items.get(tx, id=said.item) is None


def _heard(node: Node, partner: str, one: PackedStatement, question: str) -> Became:
    new = outbox.settle_carried(node, partner, question, one.data)
    if new is None:
        new = questions.note_answer(node, partner, question, one.data)
    if new is None:
        raise NOT_ASKED(party=partner, statement=question[:24])
    return Became(Fate.TAKEN if new else Fate.KNOWN)


def _answered(node: Node, one: PackedStatement) -> Became:
    if is_known(node, one.entry.digest):
        return Became(Fate.KNOWN)
    if one.entry.container is None:
        return became(receipt.peek(dispatch.answer(node, one.data)))
    found = arrival.judge(node, one.data, at_hand=True)
    if not isinstance(found, Said):
        found = arrival.take_in(node, found, one.container(), mismatched=alarms.arrival_mismatched)
    return became(found.statement)


def is_known(node: Node, statement: str) -> bool:
    """Whether these very bytes were answered before, by whichever way they came."""
    with node.store.reading() as tx:
        return node.records.inbox.get(tx, statement=statement) is not None


def became(answer: Statement) -> Became:
    """What our own signed answer says of what it answers."""
    if isinstance(answer.body, bodies.Rejected | bodies.TransferRejected):
        return Became(Fate.REFUSED, answer.body.code)
    return Became(Fate.TAKEN)
