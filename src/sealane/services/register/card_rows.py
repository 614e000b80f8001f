"""The rows of cards, of partners and our own, each bound to the ledger as it stands.

Spec: spec/exchange.md §2.1; R62.
"""

from __future__ import annotations

from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.registry.card_records import HeldCard
from sealane.services.node import Node
from sealane.services.register.own_cards import CHANGED
from sealane.services.statements.journal import record_row


def put(node: Node, tx: Tx, data: bytes, card: Card, *, accepted: bool) -> None:
    """A new row of a card, of a partner or our own."""
    at = node.now()[1]
    row = HeldCard(
        party=card.party,
        digest=card.digest,
        number=card.number,
        data=data,
        since=at,
        accepted=at if accepted else None,
    )
    keep(node, tx, row)


def keep(node: Node, tx: Tx, row: HeldCard) -> None:
    """A card's row as it stands from now on, bound to the ledger."""
    record_row(node, tx, "cards", row)
    node.records.cards.put(
        tx,
        {"party": row.party, "digest": row.digest},
        number=row.number,
        data=row.data,
        since=row.since,
        accepted=row.accepted,
        unpinned=row.unpinned,
        ended=row.ended,
        refused=row.refused,
    )
    node.records.serial(tx, CHANGED)
