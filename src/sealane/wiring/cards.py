"""A node's cards as its folder and its books have them: what it says of itself, and by which
certificates it and its partners know one another.

Spec: spec/exchange.md §2, §2.1; R62.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sealane.adapters import nodefolder
from sealane.adapters.key_making import KeyTerms
from sealane.adapters.keys import NodeKeys
from sealane.adapters.peers import PARTNER_AWAY
from sealane.adapters.tls import Address, der
from sealane.base.values import parse_instant
from sealane.protocol.card import Card, Validity, kids_of
from sealane.services.exercise import lines
from sealane.services.node import Node
from sealane.services.register import partner_cards
from sealane.settings import Settings


def address(node: Node, keys: NodeKeys, party: str) -> Address:
    """Where a partner is, by which certificates it is known now, and which of ours it knows.

    Raises: Misconfigured `partner.unknown`; Unavailable `partner.unavailable`: an exercise lost the
    line.
    """
    with node.store.reading() as tx:
        partner = node.partner(tx, party)
        if lines.lost(node, tx, party) is not None:
            raise PARTNER_AWAY(party=party, why="exercise")
        pins = [one.tls for one in partner_cards.pinned_cards(node, tx, party)]
    own = nodefolder.identity(node.own_card(party).tls, keys)
    return Address(url=partner.url, certificates=tuple(pins), own=own)


def note_seen(node: Node, party: str, shown: bytes) -> None:
    """A partner showed a certificate (DER): where it is its newest, older ones let in no longer."""
    with node.store.reading() as tx:
        cards = partner_cards.pinned_cards(node, tx, party)
    if len({one.tls for one in cards}) > 1 and der(cards[0].tls) == shown:
        partner_cards.seen(node, party, cards[0].tls)


def validity(keys: NodeKeys, terms: KeyTerms) -> dict[str, Validity]:
    """When every key of the keystore counts, by its id; one of a time when keys had no end ends as
    if it had been made under these terms.
    """
    found = {}
    for key in keys.inventory():
        if key["kid"] is not None:
            born = str(key["born"])
            until = key["until"] or terms.until(str(key["role"]), parse_instant(born))
            found[key["kid"]] = Validity(kid=key["kid"], since=born, until=until)
    return found


def stated(card: Card, keys: NodeKeys, terms: KeyTerms) -> Card:
    """The card with when each of its keys counts."""
    ends = validity(keys, terms)
    return replace(card, validity=tuple(ends[kid] for kid in sorted(set(kids_of(card)))))


def terms_of(settings: Settings) -> KeyTerms:
    """How long keys count that are made here."""
    return KeyTerms(key_days=settings.key_days, tls_days=settings.tls_days)


def first_card(folder: Path, settings: Settings, keys: NodeKeys) -> Card:
    """What partners are told of this node before any card is on record. Where the keystore is of a
    time when keys had no end, it states none, as it was enrolled.
    """
    card = _named(settings, nodefolder.certificate(folder), keys)
    ends = all(key["until"] for key in keys.inventory() if key["kid"])
    return stated(card, keys, terms_of(settings)) if ends else card


def _named(settings: Settings, certificate: str, keys: NodeKeys) -> Card:
    return Card(
        party=settings.party,
        node=settings.node,
        url=settings.peer_origin,
        tls=certificate,
        statement=tuple(key.public for key in keys.signers("statement")),
        head=tuple(key.public for key in keys.signers("head")),
        log=keys.signers("log")[0].public,
        witness=keys.signers("witness")[0].public,
        mirror=keys.signers("mirror")[0].public,
        kas=keys.kas_publics(),
        opentdf=settings.kas_origin,
    )
