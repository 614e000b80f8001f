"""What a release is answered, to a person at the command line and to a program alike.

Spec: spec/interfaces.md §5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sealane.registry.effects import Holding
from sealane.services.exchange.outbox import Sent as Delivered
from sealane.services.exchange.release import RecipientOutcome, Release, Released
from sealane.services.node import Node

REFUSED = "refused"


def answer(
    node: Node, released: Released, delivered: Sequence[Delivered], asked: Release
) -> dict[str, Any]:
    """The item, each recipient's transfer as it stands now, warnings, and the posts that could read
    it there; for one recipient its members stand beside them too.
    """
    offers = {one.to: one for one in delivered if one.type == "offer"}
    with node.store.reading() as tx:
        held = node.holding(tx, released.item)
    transfers = [_transfer(held, one, offers.get(one.to)) for one in released.transfers]
    told = {
        "item": released.item,
        "state": str(held.item.state),
        "earlier": released.earlier,
        "agreement": asked.agreement,
        "transfers": transfers,
        "warnings": [one.as_json() for one in released.warnings],
        "readers": {
            one.to: one.readers.as_json() for one in released.transfers if one.state != REFUSED
        },
    }
    if len(transfers) == 1:
        told |= {name: transfers[0][name] for name in ("to", "decision", "receipt", "trouble")}
    return told


def _transfer(held: Holding, one: RecipientOutcome, offer: Delivered | None) -> dict[str, Any]:
    moved = held.transfer_to(one.to)
    return {
        "to": one.to,
        "state": one.state if moved is None else str(moved.state),
        "decision": one.decision,
        "receipt": None if offer is None else offer.answer,
        "trouble": one.trouble if offer is None else offer.trouble,
    }
