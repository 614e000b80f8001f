"""The steps that take what was sealed out to a partner: the item outward, the transfer prepared,
the offer said.

Spec: spec/exchange.md §4; R39, R42.
"""

from __future__ import annotations

from dataclasses import replace

from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry import effects, numbered
from sealane.registry.effects import Holding
from sealane.registry.records import Direction, ItemContainer
from sealane.services.exchange.asked_release import Release
from sealane.services.exchange.judged_release import Judged
from sealane.services.node import Node
from sealane.services.register import items
from sealane.services.statements.talk import tell


def outward(node: Node, own: Holding, asked: Release) -> Holding:
    """What was sealed here as it goes to partners, with the copy that stays."""
    item = replace(own.item, direction=Direction.OUT, title=asked.title)
    outward = replace(own, item=item)
    return effects.original(outward, place=node.settings.node, at=node.now()[1])


def prepared(node: Node, holding: Holding, container: ItemContainer, one: Judged) -> Holding:
    assert one.decision is not None
    at = node.now()[1]
    return effects.prepared(holding, container, one.request, one.decision.digest, at=at)


def offer(node: Node, tx: Tx, holding: Holding, to: str, *, granted: str | None = None) -> Holding:
    """State the release to one partner in one statement, log it, and queue it with its container;
    from then on the item is under way to that partner. It names no other.

    Args:
        granted: of what is passed on, the signed grant of the nation whose item it is, in base64.
    """
    row = holding.given(to)
    assert row is not None
    body = bodies.Offer(
        request=row.request,
        label=row.label,
        decision=row.decision,
        container=row.container,
        policy_uuid=row.policy_uuid,
        size=row.size,
        media_type=row.media_type,
        title=row.title,
        copy=numbered.FIRST,
        handle_as=None,
        sealed=bodies.SealedRecord(**row.sealed),
        pages=bodies.optional(row.pages),
        binding=bodies.optional(row.binding),
        onward=bodies.optional(granted),
    )
    offer = tell(
        node,
        tx,
        body,
        to=to,
        agreement=(row.agreement, row.agreement_digest),
        item=row.id,
        container=row.container,
    )
    under_way = items.offered(node, tx, holding, offer, at=node.host.now())
    items.change(node, tx, holding, under_way)
    return under_way
