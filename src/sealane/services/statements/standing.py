"""What this node's own books say of an item and of a speaker, for the table of authority to judge a
statement by.

Spec: spec/exchange.md §3.1; docs/authority.md.
"""

from __future__ import annotations

from sealane.agreements.agreement import Agreement
from sealane.base.values import Instant
from sealane.ledger import telling
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.protocol import authority
from sealane.protocol.authority import Seen
from sealane.registry.effects import Holding
from sealane.registry.records import Given
from sealane.services import holding
from sealane.services.node import Node

STATED = ("offer", "rewrapped")
"""Types by which a provider states an item's container."""


def version_of(node: Node, tx: Tx, said: Statement) -> Agreement | None:
    """The agreement version that a statement names, as it is held here; None where it is not."""
    return node.agreements(tx).version(said.agreement, said.agreement_digest)


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
    whole = None
    if said.item is not None:
        whole = holding.between(node.records, tx, said.item, (said.by, node.party))
    about = None if whole is None else _between(node, said, whole)
    answers = said.answers
    return Seen(
        party=node.party,
        parties=frozenset(party.id for party in agreement.parties) if agreement else frozenset(),
        governing=governing is not None and governing.digest == said.agreement_digest,
        item=about,
        copies=() if whole is None or about is None else whole.copies_of(about.to),
        transfer=None if whole is None or about is None else whole.transfer_to(about.to),
        referred=None if answers is None else node.records.statements.get(tx, digest=answers),
        containers=frozenset() if about is None else _containers(node, tx, about),
    )


def _between(node: Node, said: Statement, whole: Holding) -> Given | None:
    """The item as it goes between the two: to the speaker if it is ours, or we passed it on, else
    to us. What was not offered to the speaker is not there for it.
    """
    ours = node.party in (whole.item.provider, whole.item.origin)
    about = whole.given(said.by if ours else node.party)
    return None if about is None or about.offer is None else about


def _containers(node: Node, tx: Tx, about: Given) -> frozenset[str]:
    """The containers that this node stated to a party for an item of its own, the present one
    included: a holder may not know yet of a new suite, or know of it before us. Our log tells of
    each.
    """
    found = {about.container}
    for kind in STATED:
        refs = node.records.entry_refs.find(
            tx, order="index", item=about.id, kind=f"statement.{kind}"
        )
        for ref in refs:
            told = telling.told(node.log(ref.origin).entry(tx, ref.index))
            if told is None or told.container is None:
                continue
            if (told.by, told.to) == (node.party, about.to):
                found.add(told.container)
    return frozenset(found)
