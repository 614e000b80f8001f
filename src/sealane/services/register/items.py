"""Items as the register holds them: the one way in, and the one way on.

Whatever way an item came (sealed here, released, arrived, or replayed from the ledgers), its row,
its copies and its transfers are entered as one holding; and whatever is done to it afterwards is
the difference between two holdings. The entry that says why is the caller's, in the same
transaction.
Spec: spec/interfaces.md §4; R39, R42.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar

from sealane.base.values import Instant, format_instant
from sealane.labels.model.label import Label
from sealane.ledger import bodies
from sealane.ports import Shelf, Tx
from sealane.registry import copy_effects, effects
from sealane.registry.custody_records import CustodyRow
from sealane.registry.effects import Holding, Spoken
from sealane.registry.onward_records import Onward
from sealane.registry.records import (
    Copy,
    Direction,
    Item,
    ItemContainer,
    ItemState,
    Transfer,
)
from sealane.registry.transfer import suspense_ends
from sealane.services.holding import legs
from sealane.services.node import Node
from sealane.services.register import custody
from sealane.services.statements.journal import Said

R = TypeVar("R", Item, ItemContainer, Copy, Transfer)

TITLE, MEDIA_TYPE = 200, 120
"""Characters that are kept of what a partner writes."""


class FreshlySealed(Protocol):
    """A container that was just sealed, as the register keeps it."""

    @property
    def container(self) -> str: ...

    @property
    def size(self) -> int: ...

    @property
    def policy_uuid(self) -> str: ...

    @property
    def record(self) -> dict[str, Any]: ...


def sealed_here(
    node: Node,
    *,
    item: str,
    label: Label,
    document: str | None,
    agreement: tuple[str, str] | None,
    facts: Mapping[str, Any],
    media_type: str,
    title: str = "",
    pages: int | None = None,
    binding: str | None = None,
) -> Item:
    """What this nation sealed, before any release.

    Args:
        document: SHA-384 of the plaintext.
        binding: what ties it to its sources, where it was made from others.
    """
    return Item(
        id=item,
        direction=Direction.OWN,
        provider=node.party,
        agreement=agreement[0] if agreement else "",
        agreement_digest=agreement[1] if agreement else "",
        facts=stored_facts(facts),
        label=label.as_json(),
        title=title[:TITLE],
        media_type=media_type,
        document=document,
        state=ItemState.SEALED,
        created=node.now()[1],
        pages=pages,
        binding=binding,
    )


def container_for(item: str, to: str, sealed: FreshlySealed) -> ItemContainer:
    """A container that was just sealed, as the one that a party gets of an item."""
    return ItemContainer(
        policy_uuid=sealed.policy_uuid,
        item=item,
        to=to,
        container=sealed.container,
        size=sealed.size,
        sealed=sealed.record,
    )


def under_way(
    node: Node,
    tx: Tx,
    made: Said,
    *,
    at: Instant,
    handle_as: str | None = None,
    held: Holding | None = None,
) -> Holding:
    """What an offer makes in the register of its provider, or of the party that it was made to.

    Args:
        at: when it takes effect here; the agreement's suspense runs from then.
        held: the item as it stands, where an offer to another party made it already.
    """
    offer, since = made.statement, format_instant(at)
    body = offer.saying(bodies.Offer)
    holding = _begun(node, made, since, handle_as) if held is None else held
    if held is not None and offer.to not in (known := held.item.facts["released_to"]):
        facts = {**held.item.facts, "released_to": sorted((*known, offer.to))}
        holding = replace(held, item=replace(held.item, facts=facts))
    container = ItemContainer(
        policy_uuid=body.policy_uuid,
        item=str(offer.item),
        to=offer.to,
        container=body.container,
        size=body.size,
        sealed=bodies.as_json(body.sealed),
    )
    if holding.given(offer.to) is None:
        holding = effects.prepared(holding, container, body.request, body.decision, at=since)
    return offered(node, tx, holding, made, at=at)


def _begun(node: Node, made: Said, since: str, handle_as: str | None) -> Holding:
    """The item that a first offer tells of, with the copy that its provider keeps."""
    offer = made.statement
    body, ours = offer.saying(bodies.Offer), offer.by == node.party
    item = Item(
        id=str(offer.item),
        direction=Direction.OUT if ours else Direction.IN,
        provider=offer.by,
        agreement=offer.agreement,
        agreement_digest=offer.agreement_digest,
        facts=stored_facts(body.request["item"]),
        label=body.label,
        handle_as=handle_as,
        title=body.title[:TITLE],
        media_type=body.media_type[:MEDIA_TYPE],
        state=ItemState.QUEUED,
        created=since,
        pages=bodies.stated(body.pages),
        binding=bodies.stated(body.binding),
    )
    holding = Holding(item=item)
    return effects.original(holding, place=node.settings.node, at=since) if ours else holding


def passed_on(
    node: Node, tx: Tx, row: Item, offer: Said, *, at: Instant, part: dict[str, Any] | None = None
) -> Holding:
    """What a holder's offer to a third party makes in the register of that holder, or of the nation
    whose item it is. Args: as `under_way` and `leg_of`.
    """
    said = offer.statement
    facts = said.saying(bodies.Offer).request["item"]
    agreement = (said.agreement, said.agreement_digest)
    leg = leg_of(row, (said.by, said.to), agreement, facts, part=part)
    return under_way(node, tx, offer, at=at, held=leg)


def leg_of(
    row: Item,
    way: tuple[str, str],
    agreement: tuple[str, str],
    facts: Mapping[str, Any],
    *,
    part: dict[str, Any] | None = None,
) -> Holding:
    """The leg on which a holder passes an item on, before anything went to anybody.

    Args:
        way: the holder, and the third party.
        facts: as the holder's request states them.
        part: of its key what is at the nation whose item it is.
    """
    onward = Onward(
        item=row.id,
        by=way[0],
        to=way[1],
        agreement=agreement[0],
        agreement_digest=agreement[1],
        facts=stored_facts(facts),
        state=ItemState.QUEUED,
        part=part,
    )
    return Holding(item=onward.seen(row), onward=onward)


def offered(node: Node, tx: Tx, holding: Holding, offer: Said, *, at: Instant) -> Holding:
    """A holding whose item is under way to the party that an offer was made to."""
    to = offer.statement.to
    return effects.offered(
        holding,
        spoken(offer, at=format_instant(at)),
        place=node.settings.node if to == node.party else to,
        due=format_instant(suspense_ends(node.version(tx, holding.item), at)),
    )


def spoken(said: Said, *, at: str | None = None) -> Spoken:
    """A statement as far as its effect turns on it; it takes effect as it was said, unless `at`
    tells when this node heard it.
    """
    statement = said.statement
    return Spoken(
        type=statement.type,
        by=statement.by,
        to=statement.to,
        digest=said.digest,
        at=at or statement.at,
        answers=statement.answers,
    )


def stored_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """An item's facts as they are stored: whether it is recalled is the row's own to say."""
    return {name: value for name, value in facts.items() if name != "recalled"}


def enter(node: Node, tx: Tx, holding: Holding) -> None:
    """A new item with everything that is known of it; or one leg more of an item that is there."""
    holding = copy_effects.awaited(holding)
    if holding.onward is None:
        node.records.items.add(tx, holding.item)
    else:
        node.records.onwards.add(tx, replace(holding.onward, **_moved(holding)))
    for container in holding.containers:
        node.records.containers.add(tx, container)
    for copy in holding.copies:
        node.records.copies.add(tx, copy)
        custody.note(node, tx, copy)
    for transfer in holding.transfers:
        node.records.transfers.add(tx, transfer)


def change(
    node: Node, tx: Tx, before: Holding, after: Holding, *, by: custody.Hand = custody.NOBODY
) -> list[CustodyRow]:
    """What is different after, and only that; rows are added or changed, never taken away. How the
    copies stand that are different.

    Args:
        by: whose act it is, where a person of this node moved or ended a copy.
    """
    item, after = before.item.id, copy_effects.awaited(after)
    if before.onward is not None:
        _change_leg(node, tx, before.onward, after)
    elif values := _differing(before.item, after.item):
        node.records.items.change(tx, {"id": item}, **values)
    _change_all(tx, node.records.containers, before.containers, after.containers, ("policy_uuid",))
    _change_all(tx, node.records.copies, before.copies, after.copies, ("item", "holder", "number"))
    _change_all(tx, node.records.transfers, before.transfers, after.transfers, ("item", "to"))
    known = {replace(copy, waits=None) for copy in before.copies}
    changed = [copy for copy in after.copies if replace(copy, waits=None) not in known]
    return [custody.note(node, tx, copy, by=by) for copy in changed]


def refresh_legs(node: Node, tx: Tx, row: Item) -> None:
    """Note anew what waits for the copies of an item's onward legs, after the item itself was
    called back or labelled otherwise.
    """
    for leg in legs(node.records, tx, row):
        change(node, tx, leg, leg)


def _change_leg(node: Node, tx: Tx, onward: Onward, after: Holding) -> None:
    """What is different of a leg is where its transfer stands, and its recall."""
    leg = replace(onward, **_moved(after))
    if leg != onward:
        key = {"item": onward.item, "to": onward.to}
        node.records.onwards.change(tx, key, state=leg.state, recalled=leg.recalled)


def _moved(holding: Holding) -> dict[str, Any]:
    """The members of a leg that its holding says."""
    return {"state": holding.item.state, "recalled": holding.item.recalled}


def _change_all(
    tx: Tx, shelf: Shelf[R], before: Iterable[R], after: Iterable[R], key: tuple[str, ...]
) -> None:
    """Rows of one table as they are after: those of a new key added, the others changed."""

    def key_of(row: R) -> dict[str, Any]:
        return {name: getattr(row, name) for name in key}

    known = {tuple(key_of(row).values()): row for row in before}
    for row in after:
        held = known.get(tuple(key_of(row).values()))
        if held is None:
            shelf.add(tx, row)
        elif values := _differing(held, row):
            shelf.change(tx, key_of(row), **values)


def _differing(before: R, after: R) -> dict[str, Any]:
    """The members of the later of two records of one row that are not as before."""
    found = {}
    for field in fields(after):
        value = getattr(after, field.name)
        if value != getattr(before, field.name):
            found[field.name] = value
    return found
