"""Which of a partner's statement keys prove a statement: those of one of its cards that counts
here, as long as they had not ended when it was said.

Spec: spec/exchange.md §2.1; R59, R62.
"""

from __future__ import annotations

from collections.abc import Sequence

from sealane.base.errors import SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.protocol.card import Card, read_card
from sealane.services import held_cards
from sealane.services.node import Node

ENDED = declare(
    "statement.key_ended",
    Untrusted,
    "The statement of {at} is signed by a key of {party} that had ended by then.",
    "{at} の文書は、その時点で期限の切れていた {party} の鍵で署名されています。",
    "{party} renews its keys: `sealane node renew`; its new card is then accepted here by two"
    " people.",
    "{party} が `sealane node renew` で鍵を更新し、こちらの二人が新しいカードを承認します。",
)
WAITS = declare(
    "partner.card_waits",
    Unavailable,
    "The statement is signed by new keys of {party}, which two people here have yet to accept.",
    "文書は {party} の新しい鍵で署名されていますが、こちらの二人の承認がまだです。",
    "The operator and the security officer compare the fingerprint and accept the card: `sealane"
    " node enrol DIR --waiting {party} --as PERSON --second PERSON`.",
    "運用者と保全責任者が指紋を照合し、カードを承認してください：`sealane node enrol DIR --waiting"
    " {party} --as PERSON --second PERSON`。",
)


def keys_of(node: Node, tx: Tx, claimed: Statement, data: bytes) -> Sequence[PublicKey]:
    """The statement keys that must prove a statement of an enrolled partner.

    Raises: Untrusted `statement.key_ended`; Unavailable `partner.card_waits`; Misconfigured
    `partner.unknown`; Malformed `jws.malformed`.
    """
    return fitting(node, tx, node.partner(tx, claimed.by), claimed, data)


def fitting(node: Node, tx: Tx, card: Card, claimed: Statement, data: bytes) -> Sequence[PublicKey]:
    """The same, of a partner's card that was read already. Raises: as `keys_of`."""
    kids = jws.kids(data)
    keys = card.signed_with(kids)
    if not {key.kid for key in keys} <= set(kids):
        _require_none_waits(node, tx, card, kids)
    if any(card.ended(key.kid, parse_instant(claimed.at)) for key in keys):
        raise ENDED(party=claimed.by, at=claimed.at)
    return keys


def _require_none_waits(node: Node, tx: Tx, card: Card, kids: Sequence[str]) -> None:
    for row in node.records.cards.find(
        tx, order="number", party=card.party, accepted=None, ended=None, refused=None
    ):
        if {key.kid for key in read_card(bytes(row.data)).statement} <= set(kids):
            raise WAITS(party=card.party)


def proven_once(node: Node, tx: Tx, party: str, data: bytes) -> Statement | None:
    """A statement proven by the keys of any card that a partner, or this node, ever had here, as of
    when it was said; None where it is not.
    """
    try:
        claimed = receipt.peek(data)
        at, kids = parse_instant(claimed.at), set(jws.kids(data))
        cards = [
            read_card(bytes(row.data))
            for row in held_cards.ever(node.records, node.bound, tx, party)
        ]
        if party == node.party:
            cards.append(node.own_card())
        else:
            cards.append(node.partner(tx, party))
        for card in cards:
            mine = {key.kid for key in card.statement} <= kids
            if mine and not any(card.ended(key.kid, at) for key in card.statement):
                return receipt.verify(data, card.statement)
    except SealaneError:
        return None
    return None
