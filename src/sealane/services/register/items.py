"""Items as the register holds them: the one way in, and the one way on.

Whatever way an item came (sealed here, released, arrived, or replayed from the ledgers), its row,
its copies and its transfers are entered as one holding; and whatever is done to it afterwards is
the difference between two holdings. The entry that says why is the caller's, in the same
transaction.
Spec: spec/interfaces.md §4; R39, R42.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol

from sealane.base.values import Instant, format_instant
from sealane.labels.model.label import Label
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.effects import Holding, Spoken
from sealane.registry.records import Copy, Direction, Item, ItemState, Transfer
from sealane.registry.transfer import suspense_ends
from sealane.services.node import Node
from sealane.services.statements.journal import Said

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
    sealed: FreshlySealed,
    agreement: tuple[str, str] | None,
    facts: Mapping[str, Any],
    media_type: str,
) -> Item:
    """What this nation sealed for its own people, before any release."""
    return Item(
        id=item,
        direction=Direction.OWN,
        provider=node.party,
        agreement=agreement[0] if agreement else "",
        agreement_digest=agreement[1] if agreement else "",
        facts=stored_facts(facts),
        label=label.as_json(),
        title="",
        media_type=media_type,
        size=sealed.size,
        container=sealed.container,
        policy_uuid=sealed.policy_uuid,
        sealed=sealed.record,
        request={},
        decision="",
        state=ItemState.SEALED,
        created=node.now()[1],
    )


def under_way(
    node: Node, tx: Tx, made: Said, *, at: Instant, handle_as: str | None = None
) -> Holding:
    """What an offer makes in the register of its provider, or of the party that it was made to.

    Args:
        at: when it takes effect here; the agreement's suspense runs from then.
    """
    offer, since = made.statement, format_instant(at)
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
        size=body.size,
        container=body.container,
        policy_uuid=body.policy_uuid,
        sealed=bodies.as_json(body.sealed),
        request=body.request,
        decision=body.decision,
        state=ItemState.QUEUED,
        created=since,
    )
    holding = Holding(item=item)
    if ours:
        holding = effects.original(holding, place=node.settings.node, at=since)
    return offered(node, tx, holding, made, at=at)


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


def of(node: Node, tx: Tx, item: str) -> Holding | None:
    """An item with its copies and transfers; None where it is not registered."""
    row = node.records.items.get(tx, id=item)
    if row is None:
        return None
    return Holding(
        item=row,
        copies=tuple(node.records.copies.find(tx, order="number", item=item)),
        transfers=tuple(node.records.transfers.find(tx, order="to", item=item)),
    )


def enter(node: Node, tx: Tx, holding: Holding) -> None:
    """A new item with everything that is known of it."""
    node.records.items.add(tx, holding.item)
    for copy in holding.copies:
        node.records.copies.add(tx, copy)
    for transfer in holding.transfers:
        node.records.transfers.add(tx, transfer)


def change(node: Node, tx: Tx, before: Holding, after: Holding) -> None:
    """What is different after, and only that; rows are added or changed, never taken away."""
    item = before.item.id
    if values := _differing(before.item, after.item):
        node.records.items.change(tx, {"id": item}, **values)
    numbers = {copy.number: copy for copy in before.copies}
    for copy in after.copies:
        held = numbers.get(copy.number)
        if held is None:
            node.records.copies.add(tx, copy)
        elif values := _differing(held, copy):
            node.records.copies.change(tx, {"item": item, "number": copy.number}, **values)
    parties = {transfer.to: transfer for transfer in before.transfers}
    for transfer in after.transfers:
        known = parties.get(transfer.to)
        if known is None:
            node.records.transfers.add(tx, transfer)
        elif values := _differing(known, transfer):
            node.records.transfers.change(tx, {"item": item, "to": transfer.to}, **values)


def _differing(before: Item | Copy | Transfer, after: Item | Copy | Transfer) -> dict[str, Any]:
    """The members of the later of two records of one row that are not as before."""
    found = {}
    for field in fields(after):
        value = getattr(after, field.name)
        if value != getattr(before, field.name):
            found[field.name] = value
    return found
