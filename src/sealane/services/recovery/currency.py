"""Whether this node is the newest of itself: a node that may be older than what it said asks its
last signed heads and every partner before it does anything that others could rest on.

Spec: spec/ledger.md §7 (restore rule); R39, R57, R59.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import Refused, SealaneError, declare
from sealane.ledger.log import restore
from sealane.ledger.log.checkpoint import Head
from sealane.ports import LogPeer, Tx
from sealane.registry.records import Newness
from sealane.registry.who_may import Act
from sealane.services.ledgers.pair import Partnership
from sealane.services.ledgers.publisher import Publisher
from sealane.services.newness import BEHIND
from sealane.services.node import NODE, Node
from sealane.services.recovery import unheard
from sealane.services.register import acts
from sealane.services.register.acts import Actor, ByTwo
from sealane.services.statements.journal import record

GAP = 10_000
"""Item numbers skipped when a node may have forgotten some: items sealed for the own node alone
left no trace, and no number is given twice.
"""
OLDER = frozenset({restore.BEHIND.code, restore.FORKED.code, restore.UNANCHORED.code})
"""What shows that something signed before is missing here."""

TWO = declare(
    "node.two_needed",
    Refused,
    "Going on without {parties} takes two people: one is not enough.",
    "{parties} に確かめずに再開するには二人必要です。一人ではできません。",
    "Name the security officer and another person: --as PERSON --second PERSON.",
    "保全責任者ともう一人を指定してください：--as PERSON --second PERSON。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enquiry:
    """What came of asking: who did not answer, and whose answer shows more than this node holds."""

    newness: Newness
    waits_for: tuple[str, ...] = ()
    shown_by: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.newness.value,
            "waits_for": list(self.waits_for),
            "shown_by": list(self.shown_by),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledgers:
    """A node's own logs: the internal one, and those kept with partners."""

    internal: Publisher
    partnerships: Sequence[tuple[str, str, Partnership]]
    """Partner, agreement and the two logs of each."""
    peer: Callable[[str, str], LogPeer]


def sit_down(node: Node, tx: Tx) -> None:
    """What lies here is the newest, from here on: what a copy of it, or a backup, is not."""
    if node.seat is not None:
        node.records.currency.put(
            tx,
            {"id": NODE},
            seat=node.seat.take(tx),
            state=Newness.CURRENT,
            since=node.now()[1],
        )


def heed_heads(node: Node, heads: Iterable[Head]) -> None:
    """Compare the last signed heads with what is stored; what is missing closes the node."""
    for head in heads:
        log = node.log(head.origin)
        with node.store.reading() as tx:
            if node.newness(tx) == Newness.BEHIND or _holds(tx, log, head):
                continue
        note_behind(node, head.origin)


def _holds(tx: Tx, log: Any, head: Head) -> bool:
    try:
        return bool(log.size(tx) >= head.size and log.root_at(tx, head.size) == head.root)
    except SealaneError:
        return False


def note_behind(node: Node, origin: str) -> None:
    """Something signed before is missing: nothing is done any more until it came back."""
    if node.seat is None:
        return
    with node.store.writing() as tx:
        if node.newness(tx) == Newness.BEHIND:
            return
        node.records.currency.put(
            tx,
            {"id": NODE},
            seat="",
            state=Newness.BEHIND,
            since=node.now()[1],
        )
        record(node, tx, "node.behind", origin=origin)


def ask(
    node: Node, ledgers: Ledgers, *, without: Collection[str] = (), by: Actor | None = None
) -> Enquiry:
    """Ask the last signed heads and every partner, and open the node when all have shown that
    nothing is missing. Harmless for a node that is current.

    Args:
        without: partners that stay away, without whose answer two people decided to go on.
        by: those two.
    Raises: Misconfigured `ledger.anchor`: the place for last signed heads is not there.
    """
    waits: dict[str, None] = {}
    shown: dict[str, None] = {}
    with node.store.reading() as tx:
        if not _newest(tx, ledgers.internal):
            shown[ledgers.internal.log.origin] = None
    for party, agreement, partnership in ledgers.partnerships:
        try:
            missing = _missing(node, party, agreement, partnership, ledgers.peer(party, agreement))
        except SealaneError as error:
            if error.code in OLDER:
                missing = True
            else:
                # Away, or with an answer that proves nothing: either way it has shown nothing.
                waits[party] = None
                continue
        if missing:
            shown[party] = None
    waiting = tuple(party for party in waits if party not in without)
    if shown:
        note_behind(node, ledgers.internal.log.origin)
    elif not waiting:
        _open(node, ledgers, without=[party for party in waits if party in without], by=by)
    with node.store.reading() as tx:
        newness = node.newness(tx)
    return Enquiry(newness=newness, waits_for=waiting, shown_by=tuple(shown))


def _newest(tx: Tx, publisher: Publisher, marks: Iterable[Head] = ()) -> bool:
    try:
        publisher.require_newest(tx, marks)
    except SealaneError as error:
        if error.code in OLDER:
            return False
        raise
    return True


def _missing(
    node: Node, party: str, agreement: str, partnership: Partnership, peer: LogPeer
) -> bool:
    """Whether a partner shows something of ours that is not here: a head we signed, or a statement
    in its own log that carries our signatures.
    """
    publisher = partnership.publisher
    marks = publisher.known_by(peer)
    with node.store.reading() as tx:
        if not _newest(tx, publisher, marks):
            return True
    names = unheard.names(node, partnership, peer)
    return bool(names and unheard.fetch(node, party, agreement, names))


def _open(node: Node, ledgers: Ledgers, *, without: list[str], by: Actor | None) -> None:
    with node.store.writing() as tx:
        if node.newness(tx) == Newness.CURRENT:
            return
        skip_numbers(node, tx)
        parties = dict.fromkeys(party for party, _, _ in ledgers.partnerships)
        record(
            node,
            tx,
            "node.current",
            parties=[party for party in parties if party not in without],
            away=without or None,
            **(by.told() if by is not None else {}),
        )
        sit_down(node, tx)


def skip_numbers(node: Node, tx: Tx, items: Iterable[str] = ()) -> None:
    """Give no item number again that may have been given: beyond every own one that is known, by
    `GAP`.
    """
    row = node.records.serials.get(tx, name="item")
    used = [int(item.rpartition("-")[2]) for item in items if item.rpartition("-")[2].isdecimal()]
    node.records.serials.put(
        tx, {"name": "item"}, last=max([0 if row is None else int(row.last), *used]) + GAP
    )


def resume(node: Node, ledgers: Ledgers, *, without: Sequence[str], by: Actor) -> Enquiry:
    """Go on although some partners stay away, by the word of two people, which is recorded. A
    partner that shows more is never passed over.

    Raises: Refused `node.two_needed`, `person.*`; NotFound `person.unknown`; Misconfigured
    `partner.unknown`; Unavailable `node.behind`, `node.in_doubt`.
    """
    with node.store.reading() as tx:
        for party in without:
            node.partner(tx, party)
        two = ByTwo(lacking=TWO(parties=", ".join(without)))
        actor = acts.require(node, tx, Act.RESUME, by, two)
        if node.newness(tx) == Newness.CURRENT:
            return Enquiry(newness=Newness.CURRENT)
    found = ask(node, ledgers, without=without, by=actor)
    if found.newness == Newness.BEHIND:
        raise BEHIND(details=found.as_json())
    with node.store.reading() as tx:
        node.require_current(tx)
    return found
