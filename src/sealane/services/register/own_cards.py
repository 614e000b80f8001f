"""This node's cards, one after another, and how far each partner knows them.

A partner judges us by what it knows. So what is signed, sealed or shown for a partner is done with
the keys of the card that it has, by its own signed word, and nothing is refused between two cards.
Spec: spec/exchange.md §2.1; R62.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.values import Instant
from sealane.ports import Host, Records, Store, Tx
from sealane.protocol.card import Card, certificate_until, read_card
from sealane.protocol.card_chain import with_before
from sealane.registry.card_records import CardStanding

CHANGED = "cards"
"""The series that grows whenever a card or a standing changes."""


@dataclass(frozen=True, slots=True)
class OwnLine:
    """This node's cards, oldest first, and the partners with what they know of them."""

    cards: tuple[Card, ...]
    standings: dict[str, CardStanding]

    def newest(self) -> Card:
        """The newest card with all before it."""
        return with_before(tuple(reversed(self.cards)))

    def for_partner(self, party: str, now: Instant) -> Card:
        """The card as a partner knows it: of the newest that it has everything but the statement
        keys, and of these the newest that people there accepted.
        """
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

    def __init__(self, store: Store, records: Records, host: Host, first: Card) -> None:
        """Args: first: the card made of the keystore, which counts where none is on record."""
        self._store, self._records, self._host, self.first = store, records, host, first
        self._read: tuple[int, OwnLine] | None = None

    def __call__(self, partner: str | None) -> Card:
        """The newest card, or the one that this partner knows."""
        line = self.line()
        return line.newest() if partner is None else line.for_partner(partner, self._host.now())

    def served(self) -> Card:
        """The card whose certificate the partners' door shows now."""
        return self.line().served(self._host.now())

    def line(self) -> OwnLine:
        """All cards of this node and the partners' standings."""
        with self._store.reading() as tx:
            serial = self._records.serials.get(tx, name=CHANGED)
            version = 0 if serial is None else serial.last
            if self._read is None or self._read[0] != version:
                self._read = version, read_line(self._records, tx, self.first)
        return self._read[1]


def read_line(records: Records, tx: Tx, first: Card) -> OwnLine:
    """The cards and standings on record; the first card alone where there are none."""
    rows = records.cards.find(tx, order="number", party=first.party)
    cards = tuple(read_card(bytes(row.data)) for row in rows) or (first,)
    enrolled: Sequence[str] = records.partners.column(tx, "party")
    standings = {
        party: records.card_standings.get(tx, party=party)
        or CardStanding(party=party, known=cards[0].number, accepted=cards[0].number)
        for party in enrolled
    }
    return OwnLine(cards, standings)


def note_standing(
    records: Records,
    tx: Tx,
    party: str,
    *,
    known: int,
    accepted: int | None = None,
    refused: str | None = None,
) -> None:
    """A partner's own word of how far it knows this node's cards; never less than before."""
    held = records.card_standings.get(tx, party=party)
    records.card_standings.put(
        tx,
        {"party": party},
        known=max(known, held.known if held else 1),
        accepted=max(accepted or 1, held.accepted if held else 1),
        refused=refused,
    )
    records.serial(tx, CHANGED)


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
        ],
    }
