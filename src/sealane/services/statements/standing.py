"""What this node's own books say of an item and of a speaker, for the table of authority to judge a
statement by.

Spec: spec/exchange.md §3.1; docs/authority.md.
"""

from __future__ import annotations

from sealane.agreements.agreement import Agreement
from sealane.base.values import Instant
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.protocol import authority
from sealane.protocol.authority import Seen
from sealane.registry.records import Item
from sealane.services.node import Node

STATED = ("offer", "rewrapped")
"""Types by which a provider states an item's container."""


def version_of(node: Node, tx: Tx, said: Statement) -> Agreement | None:
    """The agreement version that a statement names, as it is held here; None where it is not."""
    for version in node.agreements(tx).versions(said.agreement):
        if version.digest == said.agreement_digest:
            return version
    return None


def too_late(agreement: Agreement | None, at: Instant) -> Instant:
    """When a statement of this instant is too old, by the agreement's clock or without one."""
    agreed = None if agreement is None else agreement.due("late", at)
    return authority.too_late(at) if agreed is None else agreed


def seen(node: Node, tx: Tx, said: Statement) -> Seen:
    """What the register and the kept statements hold that bears on a statement; nothing of it is
    taken from the statement but what it is about.
    """
    agreement = version_of(node, tx, said)
    governing = node.agreements(tx).at(said.agreement, node.host.now())
    about = None if said.item is None else node.records.items.get(tx, id=said.item)
    speaker_has = {"item": str(said.item), "to": _taker(node, said, about)}
    answers = said.answers
    return Seen(
        party=node.party,
        parties=frozenset(party.id for party in agreement.parties) if agreement else frozenset(),
        governing=governing is not None and governing.digest == said.agreement_digest,
        item=about,
        copies=()
        if about is None
        else tuple(node.records.copies.find(tx, order="number", item=about.id)),
        transfer=None if about is None else node.records.transfers.get(tx, **speaker_has),
        referred=None if answers is None else node.records.statements.get(tx, digest=answers),
        containers=frozenset() if about is None else _containers(node, tx, about),
    )


def _taker(node: Node, said: Statement, about: Item | None) -> str:
    """To whom the item goes between the two: to us, if it is the speaker's."""
    ours = about is not None and about.provider == node.party
    return said.by if ours else node.party


def _containers(node: Node, tx: Tx, about: Item) -> frozenset[str]:
    """The containers that this node stated for an item of its own, the present one included: a
    holder may not know yet of a new suite, or know of it before us.
    """
    found = {about.container}
    for kind in STATED:
        for kept in node.records.statements.find(tx, order="kept", item=about.id, type=kind):
            if kept.by != node.party or kept.data is None:
                continue
            body = receipt.peek(bytes(kept.data)).body
            if isinstance(body, bodies.Offer | bodies.Rewrapped):
                found.add(body.container)
    return frozenset(found)
