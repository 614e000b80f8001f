"""What waits: receipts that were not given, signatures, recalls that were not answered, and what
has to be returned or destroyed. Found by query over the whole register, never from a page of it.

Spec: spec/interfaces.md §5 (suspense list); R42.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sealane.base.values import Instant, parse_instant
from sealane.ports import Shelf, Tx
from sealane.registry.records import CopyState, Direction, Item, ItemState
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.node import Node, OpenRegister

PAGE = 1000
UNDER_WAY = (ItemState.QUEUED, ItemState.DELIVERED)
KEPT = (CopyState.HELD, CopyState.RECALLED)

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One thing that waits, since when, and by when it is due; None where no clock runs."""

    what: str
    item: str
    since: str
    due: str | None
    party: str
    """Whose word is waited for."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def waiting(node: Node | OpenRegister, tx: Tx) -> list[Waiting]:
    """All that waits, the earliest due first; what has no due instant stands last, oldest first."""
    found = [
        *_receipts(node, tx),
        *_signatures(node, tx),
        *_recalls(node, tx),
        *_returns(node, tx),
    ]
    return sorted(found, key=_by_due)


def _by_due(one: Waiting) -> tuple[bool, int, int, str, str]:
    due = 0 if one.due is None else parse_instant(one.due)
    return one.due is None, due, parse_instant(one.since), one.item, one.party


def _receipts(node: Node | OpenRegister, tx: Tx) -> Iterator[Waiting]:
    """Of each transfer under way the next receipt: the partner's of what we gave, ours of what we
    took.
    """
    for state in UNDER_WAY:
        for one in _all(node.records.transfers, tx, "item", state=state):
            item = node.records.items.get(tx, id=one.item)
            if item is not None and item.recalled is None:
                yield Waiting(
                    what="receipt", item=one.item, since=one.since, due=one.due, party=one.to
                )


def _signatures(node: Node | OpenRegister, tx: Tx) -> Iterator[Waiting]:
    state = ItemState.AWAITING_SECOND_SIGNER
    for one in _all(node.records.transfers, tx, "item", state=state):
        item = node.records.items.get(tx, id=one.item)
        if item is not None and item.recalled is None:
            yield Waiting(
                what="signature", item=one.item, since=one.since, due=one.due, party=node.party
            )


def _recalls(node: Node | OpenRegister, tx: Tx) -> Iterator[Waiting]:
    """Copies of ours at a partner that were called back and of which it has not said what became
    of them; due at once.
    """
    told = set()
    for state in KEPT:
        for copy in _all(node.records.copies, tx, "item", state=state):
            item = node.records.items.get(tx, id=copy.item)
            if item is None or item.recalled is None or item.provider != node.party:
                continue
            if copy.holder != node.party and (copy.item, copy.holder) not in told:
                told.add((copy.item, copy.holder))
                yield Waiting(
                    what="recall",
                    item=copy.item,
                    since=item.recalled,
                    due=item.recalled,
                    party=copy.holder,
                )


def _returns(node: Node | OpenRegister, tx: Tx) -> Iterator[Waiting]:
    """What we hold of a partner's whose time limit has come. Spec: R47."""
    now = node.host.now()
    for item in _all(node.records.items, tx, "id", direction=Direction.IN):
        if _ended(item, now) and node.records.copies.find(
            tx, order="number", limit=1, item=item.id, holder=node.party, state=CopyState.HELD
        ):
            until = str(item.facts["until"])
            yield Waiting(
                what="return-or-destroy", item=item.id, since=until, due=until, party=node.party
            )


def _ended(item: Item, now: Instant) -> bool:
    until = item.facts["until"]
    live = item.recalled is None and item.state not in TAKEN_BACK
    return live and until is not None and parse_instant(until) <= now


def _all(shelf: Shelf[R], tx: Tx, order: str, **where: Any) -> list[R]:
    """Every matching record, however many; several may share what they are ordered by."""
    limit = PAGE
    while True:
        found = shelf.find(tx, order=order, limit=limit, **where)
        if len(found) < limit:
            return found
        limit *= 8
