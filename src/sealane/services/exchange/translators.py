"""Whoever makes something from a received item is authorised for it as for an opening of it.

A translation is its source's secret in other words, and nobody makes one who may not read it: the
agreement under which the source came decides, for the maker, with the maker's own facts.
Spec: R13, R41; spec/exchange.md §4.2.
"""

from __future__ import annotations

from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.registry.who_may import Act
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import own_request
from sealane.services.node import Node
from sealane.services.opening.open_item import permitted
from sealane.services.register.acts import Actor

OPEN = "open"


def require_authorised(
    node: Node, sources: tuple[str, ...], actor: Actor, purposes: tuple[str, ...]
) -> None:
    """Silence where the maker may open every source that another nation provided, for one of these
    purposes or, where none is named, of the source's own; a refusal is on record and told to the
    provider, as that of an opening.

    Raises: Refused `decision.refused`; as `open_item.permitted`.
    """
    for item in dict.fromkeys(sources):
        with node.store.reading() as tx:
            if node.item(tx, item).provider == node.party:
                continue
            row = node.held(tx, item)
            purpose = _purpose(node, tx, row, actor, purposes or tuple(row.facts["purposes"]))
        permitted(node, row, person=actor, purpose=purpose, action=OPEN, act=Act.DERIVE)


def _purpose(node: Node, tx: Tx, row: Given, actor: Actor, purposes: tuple[str, ...]) -> str:
    """The first purpose for which the maker may open it; where there is none, the first."""
    person = str(actor.person)
    for purpose in purposes:
        request = own_request(node, tx, row, person=person, purpose=purpose, action=OPEN)
        if decide_now(node, tx, request).permit:
            return purpose
    return purposes[0] if purposes else ""
