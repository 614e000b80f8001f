"""A node's next card: recorded first, then told to every partner by itself.

Spec: spec/exchange.md §2.1; docs/operators.md §Renew every key; R62.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sealane.base.errors import SealaneError
from sealane.crypto.keys import PublicKey, Signer
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.protocol import card_chain
from sealane.protocol.card import Card
from sealane.protocol.card_chain import KEY_ENDED, require_in_force
from sealane.registry.card_records import CardStanding
from sealane.registry.records import Newness
from sealane.services.node import NO_AGREEMENT, Node
from sealane.services.register.card_rows import put
from sealane.services.register.own_cards import note_standing, read_line
from sealane.services.statements.journal import Said
from sealane.services.statements.talk import tell


@dataclass(frozen=True, slots=True, kw_only=True)
class CardHearing:
    """Who is told of a card by itself, and whom somebody has to hand it to."""

    told: tuple[str, ...]
    by_hand: tuple[str, ...]


def begin(node: Node, tx: Tx) -> Card:
    """Put this node's card on record, unless one is; the newest that is."""
    line = read_line(node.records, node.bound, tx, node.card)
    if not node.records.cards.find(tx, order="number", limit=1, party=node.party):
        data = signed(node, node.card, node.keys.signers_of(node.card.statement))
        put(node, tx, data, node.card, accepted=True)
    return line.newest()


def keep_up(node: Node) -> None:
    """Make the next card where this node's addresses are no longer those of its newest; nothing
    while the node may be older than what it said.
    """
    newest = node.own_card()
    stated = replace(newest, url=node.card.url, opentdf=node.card.opentdf)
    if node.cards is None or stated == newest:
        return
    with node.store.writing() as tx:
        if node.newness(tx) == Newness.CURRENT and begin(node, tx) != stated:
            succeed(node, tx, stated)


def agreed_keys(node: Node, tx: Tx) -> tuple[PublicKey, ...]:
    """The newest statement keys of this node that every partner accepted: for what is signed for
    all of them at once. Raises: Misconfigured `key.ended`; Untrusted `directory.altered`.
    """
    line = read_line(node.records, node.bound, tx, node.card)
    line.require_standings()
    least = min((one.accepted for one in line.standings.values()), default=None)
    newest = line.newest()
    card = next((one for one in line.cards if one.number == least), newest)
    require_in_force(newest, "statement", card.statement, node.host.now())
    return card.statement


def succeed(node: Node, tx: Tx, card: Card) -> CardHearing:
    """Put the next card on record and tell every partner of it, in one step.

    Args:
        card: the newest with its new keys; its place in the line is given here.
    Raises: Unavailable `node.in_doubt`, `node.behind`; Misconfigured `keystore.*`.
    """
    newest = read_line(node.records, node.bound, tx, node.card).newest()
    card = replace(card, number=newest.number + 1, previous=newest.digest, before=newest.line)
    own, older = node.keys.signers_of(card.statement), node.keys.signers_of(newest.statement)
    data = signed(node, card, own, older)
    put(node, tx, data, card, accepted=True)
    body = bodies.CardRenewed(card=base64.b64encode(data).decode(), number=card.number)
    late = any(newest.ended(key.public.kid, node.host.now()) for key in older)
    told, by_hand = [], []
    for party in sorted(node.records.partners.column(tx, "party")):
        agreement = agreement_with(node, tx, party)
        if late or agreement is None or not _say(node, tx, body, party, agreement):
            by_hand.append(party)
        else:
            told.append(party)
    return CardHearing(told=tuple(told), by_hand=tuple(by_hand))


def _say(
    node: Node, tx: Tx, body: bodies.CardRenewed, party: str, agreement: tuple[str, str]
) -> bool:
    try:
        tell(node, tx, body, to=party, agreement=agreement, item=None)
    except SealaneError as error:
        if error.code != KEY_ENDED.code:
            raise
        return False
    return True


def signed(node: Node, card: Card, own: Sequence[Signer], older: Sequence[Signer] = ()) -> bytes:
    """The statement of a card of this node, by its own keys and those of the card before it."""
    said = Statement(
        agreement="",
        agreement_digest="",
        by=card.party,
        to=card.party,
        node=card.node,
        item=None,
        at=node.now()[1],
        nonce=node.host.entropy(16).hex(),
        body=bodies.Enrolment(card=card.as_json()),
    )
    return card_chain.sign(said, own, older)


def agreement_with(node: Node, tx: Tx, party: str) -> tuple[str, str] | None:
    """An agreement under which a partner and this node can say something about themselves: one that
    governs, the first by its id; None where they share none.
    """
    for name in sorted(node.agreements(tx)):
        if node.shares(tx, name, party):
            try:
                return name, str(node.agreement_row(tx, name).digest)
            except SealaneError as error:
                if error.code != NO_AGREEMENT.code:
                    raise
    return None


def heard(node: Node, tx: Tx, ours: Said, answer: Statement) -> None:
    """What a partner answered to a card of ours."""
    body = ours.statement.saying(bodies.CardRenewed)
    if isinstance(answer.body, bodies.Rejected):
        word = CardStanding(party=answer.by, known=1, accepted=1, refused=answer.body.code)
        note_standing(node, tx, word)
        return
    line = read_line(node.records, node.bound, tx, node.card)
    standing = line.standings.get(answer.by)
    before = [one for one in line.cards if standing and one.number == standing.accepted]
    card = next((one for one in line.cards if one.number == body.number), None)
    # The same statement keys count at once; new ones when two people there say so.
    same = card is not None and bool(before) and before[0].statement == card.statement
    accepted = body.number if same else standing.accepted if standing else 1
    note_standing(node, tx, CardStanding(party=answer.by, known=body.number, accepted=accepted))
