"""What becomes of numbered copies beside the one that an offer makes: further ones, and the level
that they bear.

Pure, as `effects` is: a live node, recovery and an audit apply the same.
Spec: spec/exchange.md §10; R16, R39, R41.
"""

from __future__ import annotations

from dataclasses import replace

from sealane.base.values import parse_instant
from sealane.registry.effects import Holding, Spoken
from sealane.registry.numbered import kept_number, level_of
from sealane.registry.records import Copy, CopyState, ItemState
from sealane.registry.transfer import GONE

AS_THE_OFFER = {
    ItemState.REJECTED: CopyState.REJECTED,
    ItemState.WITHDRAWN: CopyState.WITHDRAWN,
}
"""How a copy stands whose offer ended, by how that ended."""


def made(
    holding: Holding,
    party: str,
    *,
    number: int,
    place: str,
    person: str | None = None,
    at: str,
    authority: str,
) -> Holding:
    """With one more copy of a party, of a number that it never used; what crossed with the end of
    its offer, or with a recall, stands as the others do.
    """
    if number in {copy.number for copy in holding.copies_of(party)}:
        return holding
    transfer, state = holding.transfer_to(party), CopyState.HELD
    if transfer is not None and holding.item.recalled is not None:
        state = CopyState.RECALLED
    if transfer is not None:
        state = AS_THE_OFFER.get(transfer.state, state)
    copy = Copy(
        item=holding.item.id,
        number=number,
        holder=party,
        person=person,
        place=place,
        state=state,
        level=level_of(holding.item),
        since=at,
        authority=authority,
    )
    return replace(holding, copies=(*holding.copies, copy))


def copied(holding: Holding, word: Spoken, *, number: int, place: str) -> Holding:
    """With the copy of which the nation that the item was offered to tells."""
    if holding.transfer_to(word.by) is None:
        return holding
    return made(holding, word.by, number=number, place=place, at=word.at, authority=word.digest)


def remarked(holding: Holding, party: str, *, at: str, by_hand: bool = True) -> Holding:
    """With a party's copies marked as the item is; those in people's hands are marked by people.

    Args:
        by_hand: whether those are marked as well, as far as this register is to know.
    """
    level, copies = level_of(holding.item), []
    for copy in holding.copies:
        reached = copy.holder == party and copy.state not in GONE and copy.level != level
        if reached and (by_hand or copy.number == kept_number(holding.item, party)):
            since = max(copy.since, at, key=parse_instant)
            copy = replace(copy, level=level, since=since)
        copies.append(copy)
    return replace(holding, copies=tuple(copies))


ALREADY = "0001-01-01T00:00:00Z"
"""Before every instant: something waits for a copy now."""


def awaited(holding: Holding) -> Holding:
    """With the instant noted on each copy from which on something may wait for it, so that what
    waits is found without reading what does not.
    """
    item, level = holding.item, level_of(holding.item)

    def noted(copy: Copy) -> Copy:
        received = copy.holder != item.provider
        now = copy.level not in ("", level) or (received and item.recalled is not None)
        waits = ALREADY if now else item.facts.get("until") if received else None
        return copy if copy.waits == waits else replace(copy, waits=waits)

    return replace(holding, copies=tuple(map(noted, holding.copies)))
