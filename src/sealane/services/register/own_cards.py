"""This node's cards, one after another, and how far each partner knows them.

A partner judges us by what it knows. So what is signed, sealed or shown for a partner is done with
the keys of the card that it has, by its own signed word, and nothing is refused between two cards.
Cards and standings count as the ledger says they were entered.
Spec: spec/exchange.md §2.1; R62.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Untrusted
from sealane.base.values import Instant
from sealane.ports import Host, Records, Store, Tx
from sealane.protocol.card import Card, certificate_until, read_card
from sealane.protocol.card_chain import with_before
from sealane.registry.card_records import CardStanding
from sealane.services import held_cards
from sealane.services.bound_rows import ALTERED, BoundRows, altered
from sealane.services.node import Node
from sealane.services.statements.journal import record_row

STANDINGS = "card_standings"
CHANGED = "cards"
"""The series that grows whenever a card or a standing changes."""


@dataclass(frozen=True, slots=True)
class OwnLine:
    """This node's cards, oldest first, and the partners with what they know of them."""

    cards: tuple[Card, ...]
    standings: dict[str, CardStanding]
    altered: frozenset[str] = frozenset()
    """Partners of whom it is not known: that row was changed by hand, or taken away."""

    def require_standings(self, *parties: str) -> None:
        """That it is known of these, or of all. Raises: Untrusted `directory.altered`."""
        for party in sorted(self.altered.intersection(parties or self.altered)):
            raise altered(STANDINGS, party)

    def newest(self) -> Card:
        """The newest card with all before it."""
        return with_before(tuple(reversed(self.cards)))

    def for_partner(self, party: str, now: Instant) -> Card:
        """The card as a partner knows it: of the newest that it has everything but the statement
        keys, and of these the newest that people there accepted.

        Raises: Untrusted `directory.altered`.
        """
        self.require_standings(party)
        standing = self.standings.get(party)
        known = self._at(standing.known if standing else self.cards[0].number)
        accepted = self._at(standing.accepted if standing else self.cards[0].number)
        line = [one for one in reversed(self.cards) if one.number <= known.number]
        shown = min(known, self.served(now), key=lambda one: one.number)
        base = replace(known, statement=accepted.statement, tls=shown.tls)
        return with_before([base, *line[1:]])

    def served(self, now: Instant) -> Card:
        """The card whose certificate the door shows: the newest that every partner knows; once the
        certificate of an older one has ended, the newest of all.
        """
        least = min((one.known for one in self.standings.values()), default=self.cards[-1].number)
        shown = self._at(least)
        return self.cards[-1] if certificate_until(shown.tls) <= now else shown

    def _at(self, number: int) -> Card:
        found = [one for one in self.cards if one.number <= number]
        return found[-1] if found else self.cards[0]


class OwnCards:
    """This node's card as each partner knows it; read again when another process changed it."""

    def __init__(
        self, store: Store, records: Records, bound: BoundRows, host: Host, first: Card
    ) -> None:
        """Args: first: the card made of the keystore, which counts where none is on record."""
        self._store, self._records, self._host, self.first = store, records, host, first
        self._bound = bound
        self._read: tuple[int, OwnLine] | None = None

    def __call__(self, partner: str | None) -> Card:
        """The newest card, or the one that this partner knows."""
        line = self.line()
        return line.newest() if partner is None else line.for_partner(partner, self._host.now())

    def served(self) -> Card:
        """The card whose certificate the partners' door shows now."""
        return self.line().served(self._host.now())

    def line(self) -> OwnLine:
        """All cards of this node and the partners' standings. Raises: Untrusted
        `directory.altered`.
        """
        with self._store.reading() as tx:
            serial = self._records.serials.get(tx, name=CHANGED)
            version = 0 if serial is None else serial.last
            if self._read is None or self._read[0] != version:
                self._read = version, read_line(self._records, self._bound, tx, self.first)
        return self._read[1]


def read_line(records: Records, bound: BoundRows | None, tx: Tx, first: Card) -> OwnLine:
    """The cards and standings on record; the first card alone where there are none. Raises:
    Untrusted `directory.altered`: a card of ours was changed by hand.
    """
    rows = held_cards.line(records, bound, tx, first.party)
    cards = tuple(read_card(bytes(row.data)) for row in reversed(rows)) or (first,)
    enrolled: Sequence[str] = records.partners.column(tx, "party")
    standings, unknown = {}, set()
    for party in enrolled:
        try:
            held = standing_of(records, bound, tx, party)
        except Untrusted:
            unknown.add(party)
            continue
        least = cards[0].number
        standings[party] = held or CardStanding(party=party, known=least, accepted=least)
    return OwnLine(cards, standings, frozenset(unknown))


def standing_of(
    records: Records, bound: BoundRows | None, tx: Tx, party: str
) -> CardStanding | None:
    """What is on record of a partner; None: nothing yet. Raises: Untrusted `directory.altered`: it
    was changed by hand, or taken away.
    """
    held: CardStanding | None = records.card_standings.get(tx, party=party)
    if bound is not None and held is not None:
        bound.require(tx, STANDINGS, held)
    elif bound is not None and bound.tells(tx, STANDINGS, party):
        raise altered(STANDINGS, party)
    return held


def note_standing(node: Node, tx: Tx, word: CardStanding) -> None:
    """A partner's own word of how far it knows this node's cards, on record before it counts; never
    less than before. It takes the place of a row that was changed by hand.
    """
    try:
        held = standing_of(node.records, node.bound, tx, word.party)
    except Untrusted:
        held = None
    before = held or CardStanding(party=word.party, known=1, accepted=1)
    row = replace(
        word,
        known=max(word.known, before.known),
        accepted=max(word.accepted, before.accepted),
    )
    if row == held:
        return
    record_row(node, tx, STANDINGS, row)
    node.records.card_standings.put(
        tx, {"party": row.party}, known=row.known, accepted=row.accepted, refused=row.refused
    )
    node.records.serial(tx, CHANGED)


def mended(node: Node, tx: Tx, party: str) -> bool:
    """Begin anew what is known of a partner where it was changed by hand; whether it was."""
    try:
        standing_of(node.records, node.bound, tx, party)
    except Untrusted:
        begin_standing(node, tx, party)
        return True
    return False


def begin_standing(node: Node, tx: Tx, party: str) -> None:
    """People exchanged cards: the partner has our newest."""
    newest = read_line(node.records, node.bound, tx, node.card).newest().number
    note_standing(node, tx, CardStanding(party=party, known=newest, accepted=newest))


def told(line: OwnLine) -> dict[str, Any]:
    """The newest card's number and fingerprint, and how far each partner knows the cards."""
    return {
        "number": line.cards[-1].number,
        "fingerprint": line.cards[-1].fingerprint(),
        "partners": [
            {
                "party": one.party,
                "known": one.known,
                "accepted": one.accepted,
                "refused": one.refused,
            }
            for _, one in sorted(line.standings.items())
        ]
        + [
            {"party": party, "known": None, "accepted": None, "refused": ALTERED.code}
            for party in sorted(line.altered)
        ],
    }
