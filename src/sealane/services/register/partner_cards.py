"""A partner's next card comes: its keys are taken over by themselves, all but the statement keys,
which wait until two people here accept them.

Spec: spec/exchange.md §2.1; R10, R59, R62.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Conflict, NotFound, SealaneError, declare
from sealane.ledger import bodies
from sealane.ledger.succession import FORKED
from sealane.ports import Tx
from sealane.protocol import card_chain
from sealane.protocol.card import Card, read_card
from sealane.protocol.card_chain import CardPlace, with_before
from sealane.registry.card_records import CardStanding, HeldCard
from sealane.registry.records import Newness, Partner
from sealane.services import held_cards
from sealane.services.node import NO_PARTNER, Node
from sealane.services.register.card_rows import keep, put
from sealane.services.register.own_cards import note_standing, read_line
from sealane.services.register.renewal import agreement_with
from sealane.services.statements.journal import Said, log_statement, record, record_row
from sealane.services.statements.talk import acknowledge, reject, tell

NOT_OURS = declare(
    "card.not_ours",
    NotFound,
    "Card {number} that {party} accepted is none of this node's.",
    "{party} が承認したカード {number} は、このノードのものではありません。",
    "Compare the fingerprints with {party}: `sealane node card`.",
    "`sealane node card` で {party} と指紋を照合してください。",
)
TAKEN = declare(
    "card.taken",
    Conflict,
    "The card of {party} has the same {what} as that of {other}.",
    "{party} のカードの {what} は {other} のものと同じです。",
    "Ask {party} for a card of its own node.",
    "{party} に、自らのノードのカードを求めてください。",
)
NONE_WAITS = declare(
    "card.none_waits",
    NotFound,
    "No card of {party} waits here for two people.",
    "{party} のカードで、二人の承認を待つものはありません。",
    "`sealane node status` lists the cards that wait.",
    "承認待ちのカードは `sealane node status` で確認できます。",
)


def line_of(node: Node, tx: Tx, party: str) -> list[HeldCard]:
    """A party's cards that count, newest first, those that wait included. Raises: Untrusted
    `directory.altered`.
    """
    return held_cards.line(node.records, node.bound, tx, party)


def newest_of(node: Node, tx: Tx, party: str) -> Card:
    """The newest card of a partner as it signed it, with those before it. Raises: Misconfigured
    `partner.unknown`.
    """
    rows = line_of(node, tx, party)
    if rows:
        return with_before([read_card(bytes(row.data)) for row in rows])
    row = node.records.partners.get(tx, party=party)
    if row is None:
        raise NO_PARTNER(party=party)
    return read_card(bytes(row.card))


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """Take a partner's next card and acknowledge it; one that follows no card known here is
    rejected, and kept for people to see.

    Raises: Unavailable `card.gap`: taken when those between came.
    """
    log_statement(node, tx, heard)
    said = heard.statement
    data = base64.b64decode(said.saying(bodies.CardRenewed).card)
    newest = newest_of(node, tx, said.by)
    try:
        place, card = card_chain.place(data, newest)
        if (card.party, card.node) != (said.by, said.node):
            raise FORKED(number=card.number, party=said.by)
        if place is CardPlace.NEXT:
            require_its_own(node, tx, card)
    except SealaneError as error:
        if error.code == card_chain.GAP.code:
            raise
        if error.code == FORKED.code:
            _keep_fork(node, tx, said.by, data)
        return reject(node, tx, heard, error)
    if place is CardPlace.NEXT:
        take(node, tx, data, card, newest)
    return acknowledge(node, tx, heard)


def take(node: Node, tx: Tx, data: bytes, card: Card, newest: Card) -> None:
    """Put a proven successor on record; its statement keys count at once where they are the old
    ones and those count.
    """
    begin(node, tx, card.party)
    before = node.records.cards.get(tx, party=card.party, digest=newest.digest)
    counts = before is not None and before.accepted is not None
    same = card.statement == newest.statement
    put(node, tx, data, card, accepted=counts and same)
    held = node.records.partners.get(tx, party=card.party)
    if held is not None:
        enrolled = data if counts and same else held.card
        _enrolled(node, tx, replace(held, url=card.url, card=enrolled))
    kids = [key.kid for key in card.statement]
    record(node, tx, "peer.renewed", party=card.party, kids=kids, count=card.number)


def begin(node: Node, tx: Tx, party: str) -> None:
    """Put the card that people enrolled on record as the first of its line, unless one is."""
    if line_of(node, tx, party):
        return
    row = node.records.partners.get(tx, party=party)
    if row is not None:
        data = bytes(row.card)
        put(node, tx, data, read_card(data), accepted=True)


def _keep_fork(node: Node, tx: Tx, party: str, data: bytes) -> None:
    """One of a partner's cards that fork is kept until people settle it; each is entered once."""
    card = read_card(data)
    if node.records.cards.get(tx, party=party, digest=card.digest) is not None:
        return
    record(
        node,
        tx,
        "peer.card_forked",
        party=party,
        record=canonical.sha384(data),
        count=card.number,
    )
    if node.records.cards.find(tx, order="number", limit=1, party=party, refused=FORKED.code):
        return
    row = HeldCard(
        party=party,
        digest=card.digest,
        number=card.number,
        data=data,
        since=node.now()[1],
        refused=FORKED.code,
    )
    keep(node, tx, row)


def require_its_own(node: Node, tx: Tx, card: Card) -> None:
    """A node's name is whose logs these are, and a certificate is who calls: no two parties have
    one of them in common. Raises: Conflict `card.taken`.
    """
    held = [newest_of(node, tx, one.party) for one in node.partners(tx) if one.party != card.party]
    for other in (node.own_card(), *held):
        if card.node == other.node:
            raise TAKEN(party=card.party, what="node", other=other.party)
        if any(card.tls.split() == one.tls.split() for one in other.line):
            raise TAKEN(party=card.party, what="tls", other=other.party)


def waiting(node: Node, tx: Tx, party: str) -> HeldCard | None:
    """The newest card of a partner, where its statement keys wait for people."""
    rows = line_of(node, tx, party)
    return rows[0] if rows and rows[0].accepted is None else None


def accept(node: Node, tx: Tx, party: str) -> bytes:
    """Let the statement keys of a partner's waiting cards count, and tell it; the newest of them.
    Whether the two may is asked before, and the partner's row is the caller's. Raises: NotFound
    `card.none_waits`.
    """
    row = waiting(node, tx, party)
    if row is None:
        raise NONE_WAITS(party=party)
    at = node.now()[1]
    for one in line_of(node, tx, party):
        if one.accepted is None:
            keep(node, tx, replace(one, accepted=at))
    say_accepted(node, tx, read_card(bytes(row.data)))
    return bytes(row.data)


def say_accepted(node: Node, tx: Tx, card: Card) -> None:
    """Tell a partner which of its cards counts here, where the two share an agreement; nothing is
    told while this node may be older than what it said.
    """
    agreement = agreement_with(node, tx, card.party)
    if agreement is not None and node.newness(tx) == Newness.CURRENT:
        body = bodies.CardAccepted(card=card.digest, number=card.number)
        tell(node, tx, body, to=card.party, agreement=agreement, item=None)


def begin_anew(node: Node, tx: Tx, data: bytes, card: Card) -> None:
    """People put a card in the place of all that a partner had; what those said stays proven."""
    at = node.now()[1]
    begin(node, tx, card.party)
    for row in node.records.cards.find(tx, order="number", party=card.party, ended=None):
        keep(node, tx, replace(row, ended=at))
    put(node, tx, data, card, accepted=True)


def told_accepted(node: Node, tx: Tx, heard: Said) -> Said:
    """A partner says that two people there accepted a card of ours: from now on it is spoken to by
    that card's keys.
    """
    log_statement(node, tx, heard)
    if not note_accepted(node, tx, heard):
        number = heard.statement.saying(bodies.CardAccepted).number
        return reject(node, tx, heard, NOT_OURS(party=heard.statement.by, number=number))
    return acknowledge(node, tx, heard)


def note_accepted(node: Node, tx: Tx, heard: Said) -> bool:
    """Remember which card of ours a partner accepted; whether it is one of ours."""
    said = heard.statement
    body = said.saying(bodies.CardAccepted)
    line = read_line(node.records, node.bound, tx, node.card)
    ours = any((one.digest, one.number) == (body.card, body.number) for one in line.cards)
    if ours:
        word = CardStanding(party=said.by, known=body.number, accepted=body.number)
        note_standing(node, tx, word)
    return ours


def take_again(node: Node, tx: Tx, kept: Said) -> None:
    """After a loss: a partner's next card, as our log tells. Raises: as `card_chain.place`."""
    data = base64.b64decode(kept.statement.saying(bodies.CardRenewed).card)
    newest = newest_of(node, tx, kept.statement.by)
    place, card = card_chain.place(data, newest)
    if place is CardPlace.NEXT:
        take(node, tx, data, card, newest)


def accept_again(node: Node, tx: Tx, kept: Said) -> None:
    """After a loss: the acceptance of a partner's card, which we told it then."""
    said = kept.statement
    body = said.saying(bodies.CardAccepted)
    at, newest = node.now()[1], None
    for row in line_of(node, tx, said.to):
        if row.number <= body.number and row.accepted is None:
            newest = newest or row
            keep(node, tx, replace(row, accepted=at))
    held = node.records.partners.get(tx, party=said.to)
    if newest is not None and held is not None:
        _enrolled(node, tx, replace(held, card=bytes(newest.data)))


def _enrolled(node: Node, tx: Tx, row: Partner) -> None:
    """A partner's row as it stands from now on, bound to the ledger."""
    record_row(node, tx, "partners", row)
    node.records.partners.change(tx, {"party": row.party}, url=row.url, card=row.card)


def pinned_cards(node: Node, tx: Tx, party: str) -> list[Card]:
    """The cards of a partner whose certificates let in now, newest first. Raises: Misconfigured
    `partner.unknown`.
    """
    rows = line_of(node, tx, party)
    if not rows:
        return [newest_of(node, tx, party)]
    return [read_card(bytes(row.data)) for row in rows if row.unpinned is None]


def seen(node: Node, party: str, certificate: str) -> None:
    """A partner showed its newest certificate: the older ones let in no longer."""
    with node.store.writing() as tx:
        rows = line_of(node, tx, party)
        if not rows or read_card(bytes(rows[0].data)).tls != certificate:
            return
        older = [
            row
            for row in rows[1:]
            if row.unpinned is None and read_card(bytes(row.data)).tls != certificate
        ]
        for row in older:
            record(node, tx, "peer.unpinned", party=party, count=row.number)
            keep(node, tx, replace(row, unpinned=node.now()[1]))


def told(node: Node, tx: Tx) -> dict[str, list[dict[str, Any]]]:
    """What people here have to see to: cards that wait for two of them, and cards that fork."""
    parties = sorted(node.records.partners.column(tx, "party"))
    rows = [row for row in (waiting(node, tx, party) for party in parties) if row is not None]
    forks = [
        row
        for party in parties
        for row in node.records.cards.find(
            tx, order="number", party=party, refused=FORKED.code, ended=None
        )
    ]
    return {"cards_waiting": _shown(rows), "cards_forked": _shown(forks)}


def _shown(rows: list[HeldCard]) -> list[dict[str, Any]]:
    return [
        {
            "party": row.party,
            "number": row.number,
            "since": row.since,
            "fingerprint": read_card(bytes(row.data)).fingerprint(),
        }
        for row in rows
    ]
