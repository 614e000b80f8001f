"""The cards of a party as a node's books have them: each as the ledger says it was entered, or
nobody's.

Spec: spec/exchange.md §2.1; spec/ledger.md §3; R59, R62.
"""

from __future__ import annotations

from sealane.ports import Records, Tx
from sealane.protocol.card import Card, read_card
from sealane.protocol.card_chain import known_card
from sealane.registry.card_records import HeldCard
from sealane.registry.records import Partner
from sealane.services.bound_rows import BoundRows, altered

CARDS, PARTNERS = "cards", "partners"


def counting(records: Records, bound: BoundRows | None, tx: Tx, row: Partner) -> Card:
    """An enrolled partner's card with those before it: of its newest card everything but the
    statement keys, and of these the newest that people accepted.

    Raises: Untrusted `directory.altered`: a card was changed by hand, or taken away.
    """
    held = line(records, bound, tx, row.party)
    if not held:
        return read_card(bytes(row.card))
    accepted = next((bytes(one.data) for one in held if one.accepted is not None), b"")
    if accepted != bytes(row.card):
        raise altered(PARTNERS, row.party)
    return known_card(tuple((bytes(one.data), one.accepted is not None) for one in held))


def line(records: Records, bound: BoundRows | None, tx: Tx, party: str) -> list[HeldCard]:
    """A party's cards that count, newest first, those that wait included. Raises: Untrusted
    `directory.altered`.
    """
    rows = records.cards.find(
        tx, order="number", newest=True, party=party, ended=None, refused=None
    )
    for row in rows:
        if bound is not None:
            bound.require(tx, CARDS, row)
    return rows


def ever(records: Records, bound: BoundRows | None, tx: Tx, party: str) -> list[HeldCard]:
    """Every card that ever counted as a party's, newest first: what it said long ago is proven by
    these. One that was changed by hand proves nothing.
    """
    rows = records.cards.find(tx, order="number", newest=True, party=party, refused=None)
    return [row for row in rows if bound is None or bound.holds(tx, CARDS, row)]
