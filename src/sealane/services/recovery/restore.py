"""After an old backup came back: the log's own later entries return from the partner's mirror, then
the statements that they tell of, then the register's rows, by replaying those statements. Nothing
is forked, and what is lost is named.

Entries appended since the backup came back were never signed; they keep their order behind what was
recovered.
Spec: spec/ledger.md §7 (restore rule); R39, R42, R59.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import SealaneError, Unavailable
from sealane.base.values import format_instant
from sealane.ledger import bodies, entries, telling
from sealane.ports import Log, LogPeer, Tx
from sealane.registry.numbered import in_hands
from sealane.registry.records import CopyState, EntryRef
from sealane.registry.transfer import GONE
from sealane.services import holding
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher
from sealane.services.node import Node
from sealane.services.recovery import currency, missing_statements, unheard
from sealane.services.recovery.replay import Rebuilt, replay
from sealane.services.statements.inbox import keep_answer
from sealane.services.statements.journal import Said, held_statement, queue, record

AT_ONCE = 100_000
NEVER = (
    "people, clearances, facilities, passphrases and clients entered since the backup",
    "items sealed for the own node alone since the backup",
    "entries of the internal log since the backup",
    "references that originators gave to items since the backup",
)
"""What no partner holds a copy of; restore it from papers or enter it again."""
WANTS_ANSWER = frozenset(
    {
        "offer",
        "transfer.accepted",
        "transfer.rejected",
        "withdrawn",
        "recall.ordered",
        "destroyed",
        "key.leased",
        "opened",
        "open.denied",
        "rewrapped",
        "relabelled",
        "agreement.state",
        "card.renewed",
        "card.accepted",
    }
)
"""What leaves by the outbox, unless it was itself an answer; nobody waits for the others now."""


@dataclass(slots=True, kw_only=True)
class Restored:
    """What came back of one agreement with one partner: entries [first, end), statements, rows; and
    what did not.
    """

    origin: str
    first: int
    end: int
    moved: int
    """Entries made since the backup came back, which now stand behind the recovered ones."""
    statements: int = 0
    unheard: int = 0
    """Statements that only the partner's own log told of: said after the last head we signed."""
    rebuilt: Rebuilt = field(default_factory=Rebuilt)
    queued: int = 0
    missing: list[str] = field(default_factory=list)
    """Digests of statements whose bytes neither side holds."""
    partner_reached: bool = True
    """False when the partner fell silent before it gave the statements: then run it again."""

    def as_json(self) -> dict[str, Any]:
        made = self.rebuilt
        return {
            "origin": self.origin,
            "from": self.first,
            "to": self.end,
            "moved": self.moved,
            "statements": self.statements,
            "statements_unheard": self.unheard,
            "statements_missing": self.missing,
            "partner_reached": self.partner_reached,
            "register": {
                "items": made.items,
                "copies": made.copies,
                "receipts": made.receipts,
                "recalls": made.recalls,
                "queued": self.queued,
            },
            "does_not_fit": made.refused,
        }


def restore(
    node: Node, partner: str, agreement: str, partnership: Partnership, peer: LogPeer
) -> Restored:
    """Recover the log, statements and register rows of one agreement with one partner; record that
    it was. Harmless when nothing was lost.

    Raises: NotFound `ledger.nothing_to_recover`; Untrusted `ledger.forked`, `ledger.consistency`;
    Unavailable.
    """
    publisher, moved = partnership.publisher, [0]

    def follow(tx: Tx, start: int, distance: int) -> None:
        log = publisher.log
        _renumber(node, tx, log.origin, start, distance)
        moved[0] = log.size(tx) - start - distance

    first, end = publisher.recover(peer, follow)
    found = Restored(origin=publisher.log.origin, first=first, end=end, moved=moved[0])
    if end > first:
        currency.note_behind(node, found.origin)
        with node.store.writing() as tx:
            record(node, tx, "log.restored", origin=found.origin, from_index=first, to_index=end)
            _refer(node, tx, publisher.log, first)
    try:
        got = missing_statements.retrieve(node, partner, agreement)
        found.unheard = _heard_again(node, partner, agreement, partnership, peer)
    except Unavailable:
        got, found.partner_reached = missing_statements.Retrieved(0, ()), False
    found.statements, found.missing = got.count, list(got.missing)
    if end > first or got.count or found.unheard:
        with node.store.writing() as tx:
            _rebuild(node, tx, publisher.log, found)
    return found


def _heard_again(
    node: Node, partner: str, agreement: str, partnership: Partnership, peer: LogPeer
) -> int:
    """What only the partner's own log still tells of our statements, entered behind the rest."""
    told = unheard.names(node, partnership, peer)
    said = unheard.fetch(node, partner, agreement, told) if told else []
    if not said:
        return 0
    currency.note_behind(node, partnership.publisher.log.origin)
    with node.store.writing() as tx:
        return unheard.take_back(node, tx, said)


def _rebuild(node: Node, tx: Tx, log: Log, found: Restored) -> None:
    """Replay every statement of the log in its order, then put inbox, outbox and item numbers where
    they would stand.
    """
    said: dict[str, Said] = {}
    for entry in log.entries(tx, 0, log.size(tx) if found.unheard else found.end):
        told = telling.told(entry)
        kept = None if told is None else held_statement(node, tx, told.statement)
        if kept is not None:
            said[kept.digest] = kept
            replay(node, tx, kept, found.rebuilt)
    answers = _answers(said)
    given = {answer.digest for answer in answers.values()}
    for name, one in said.items():
        answer = answers.get(name)
        if one.statement.by == node.party and name not in given:
            _send_again(node, tx, one, answer, found)
        elif (
            answer is not None
            and answer.statement.by == node.party
            and node.records.inbox.get(tx, statement=name) is None
        ):
            keep_answer(node, tx, one, answer)
    currency.skip_numbers(
        node,
        tx,
        [
            str(one.statement.item)
            for one in said.values()
            if one.statement.type == "offer" and one.statement.by == node.party
        ],
    )


def _answers(said: Mapping[str, Said]) -> dict[str, Said]:
    """What was answered to each statement, by its digest. A later word about the same statement, as
    an acceptance of what was received, is said for itself and is none.
    """
    answers: dict[str, Said] = {}
    for one in said.values():
        asked = said.get(str(one.statement.answers))
        if asked is None or one.statement.to != asked.statement.by:
            continue
        if one.statement.type in bodies.ANSWERS.get(asked.statement.type, ()):
            answers.setdefault(asked.digest, one)
    return answers


def _send_again(node: Node, tx: Tx, own: Said, answer: Said | None, found: Restored) -> None:
    """Close what was answered; queue what was not. The partner takes the same bytes once."""
    row = node.records.outbox.get(tx, statement=own.digest)
    if answer is not None:
        if row is not None and row.done is None:
            node.records.outbox.change(tx, {"id": row.id}, done=node.now()[1], trouble=None)
        return
    if row is not None or own.statement.type not in WANTS_ANSWER:
        return
    container: str | None = None
    body = own.statement.body
    if isinstance(body, bodies.Offer | bodies.Rewrapped):
        container = body.container
    if container is None or node.blobs.has(container):
        queue(node, tx, own, container=container)
        found.queued += 1


def _refer(node: Node, tx: Tx, log: Log, first: int) -> None:
    """Let items' histories find the recovered entries."""
    for index, data in enumerate(log.entries(tx, first, log.size(tx)), start=first):
        if node.records.entry_refs.get(tx, origin=log.origin, index=index) is not None:
            continue
        try:
            entry, one = entries.read(data), telling.told(data)
        except SealaneError:
            continue
        node.records.entry_refs.add(
            tx,
            EntryRef(
                origin=log.origin,
                index=index,
                kind=entry.kind,
                item=entry.fields.get("object"),
                statement=None if one is None else one.statement,
                at=format_instant(entry.at) if one is None else one.said,
            ),
        )


@dataclass(frozen=True, slots=True)
class Containers:
    """Items whose sealed container should be here and is not, and those that a backup brought back
    from destruction.
    """

    missing: list[str]
    erased: list[str]


def settle_containers(node: Node) -> Containers:
    """Compare what the register says is held with what is on the disk; what was destroyed is erased
    again.
    """
    found, after = Containers([], []), None
    while True:
        with node.store.reading() as tx:
            rows = node.records.items.find(tx, order="id", after=after)
            held = [holding.whole(node.records, tx, row) for row in rows]
        for one in held:
            own = one.copies_of(node.party)
            states = {copy.state for copy in own if not in_hands(one.item, copy)}
            names = [container.container for container in one.containers]
            if CopyState.HELD in states and not all(map(node.blobs.has, names)):
                found.missing.append(one.item.id)
            elif states and states <= GONE:
                gone = [node.blobs.destroy(name) for name in names]
                if any(gone):
                    found.erased.append(one.item.id)
        if len(rows) < 1000:
            return found
        after = rows[-1].id


def internal_lost(internal: Publisher, found: Sequence[Restored]) -> bool:
    """Whether the end of the internal log, which no partner holds, was lost with the backup, or may
    have been.
    """
    if any(one.end > one.first for one in found):
        return True
    try:
        with internal.store.reading() as tx:
            internal.require_newest(tx)
    except SealaneError as error:
        if error.code not in currency.OLDER:
            raise
        return True
    return False


def _renumber(node: Node, tx: Tx, origin: str, start: int, distance: int) -> None:
    """Let the register point at where moved entries stand now."""
    rows = node.records.entry_refs.find(
        tx, order="index", newest=True, limit=AT_ONCE, origin=origin
    )
    late = [row.index for row in rows if row.index >= start]
    for index in late:
        node.records.entry_refs.change(
            tx, {"origin": origin, "index": index}, index=index + distance
        )
