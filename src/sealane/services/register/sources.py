"""What an item was made from, and what was made from it, as this nation's register has it.

A recipient has the binding alone, and reads by it that the item is bound to sources which its
provider registered, and not to which.
Spec: R13, R34, R41; spec/exchange.md §4.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sealane.base import canonical
from sealane.base.canonical import sha384
from sealane.crypto import jws
from sealane.ledger import bodies
from sealane.ports import Records, Tx
from sealane.registry import binding
from sealane.registry.records import Item
from sealane.services.node import Node
from sealane.services.statements.journal import held_statement


def of(records: Records, tx: Tx, item: str) -> list[str]:
    """The items that this one was made from, in order of their numbers."""
    return sorted(records.sources.column(tx, "source", item=item))


def grades_of(records: Records, tx: Tx, item: str) -> dict[str, str]:
    """How far the sources of an item are to be believed, of those that somebody graded."""
    rows = records.sources.find(tx, order="source", item=item)
    return {row.source: row.grade for row in rows if row.grade is not None}


def made_from(records: Records, tx: Tx, item: str) -> list[str]:
    """Every item that was made from this one, and from those, and so on."""
    return _closed(item, lambda one: records.sources.column(tx, "item", source=one))


def all_of(records: Records, tx: Tx, item: str) -> list[str]:
    """Every item that this one was made from, and the sources of those, and so on."""
    return _closed(item, lambda one: records.sources.column(tx, "source", item=one))


def _closed(start: str, step: Callable[[str], list[str]]) -> list[str]:
    found: dict[str, None] = {}
    waiting = [start]
    while waiting:
        for one in sorted(step(waiting.pop())):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return list(found)


def foreign(node: Node, tx: Tx, item: str) -> list[Item]:
    """The items of other providers that this one holds something of, however far back."""
    rows = [node.item(tx, one) for one in all_of(node.records, tx, item)]
    return [row for row in rows if row.provider != node.party]


def told(node: Node, tx: Tx, item: str) -> dict[str, Any]:
    """Whether an item is bound to registered sources, and by whom; at the nation that made it also
    to which, with the opening that proves it. Raises: NotFound `item.unknown`.
    """
    row = node.item(tx, item)
    by = None if row.binding is None else row.origin
    if row.provider != node.party:
        return {"bound": _is_signed(node, tx, row), "by": by}
    made, named = node.records.derivations.get(tx, item=item), of(node.records, tx, item)
    if made is None or row.binding is None:
        return {"bound": False, "by": None, "sources": []}
    return {
        "bound": binding.opens(row.binding, bytes.fromhex(made.opening), named),
        "by": by,
        "kind": made.kind,
        "sources": named,
        "grades": grades_of(node.records, tx, item),
        "binding": row.binding,
        "opening": made.opening,
        "check": None if made.checked is None else canonical.parse(jws.peek(made.checked.encode())),
        "report": made.checked,
    }


def _is_signed(node: Node, tx: Tx, row: Item) -> bool:
    """Whether the offer that the provider signed binds the item as the register says; of an offer
    whose bytes were disposed of, the register alone tells.
    """
    given = node.given(tx, row.id, node.party)
    offer = None if given.offer is None else held_statement(node, tx, given.offer)
    if row.binding is None or offer is None:
        return row.binding is not None
    signed = bodies.stated(offer.statement.saying(bodies.Offer).binding)
    return sha384(offer.data) == given.offer and signed == row.binding
