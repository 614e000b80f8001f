"""Whether a release of equipment or technology rests on a committee's decision that covers it.

Spec: spec/case.md §7; R9.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sealane.ports import Tx
from sealane.services.cases import books, checklist
from sealane.services.node import Node

KIND, DECIDED = "transfer-decision", "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferring:
    """What a release is of, to whom and for what, as far as a committee decides of it."""

    to: str
    agreement: str
    elements: Collection[str]
    purpose: str


def reference(node: Node, tx: Tx, stated: str | None, what: Transferring) -> str | None:
    """The reference as the release may cite it: where the agreement carries such decisions, only
    one between the two that stands and covers recipient, elements and purpose; elsewhere as it was
    stated.
    """
    if stated is None:
        return None
    agreement = node.agreements(tx).at(what.agreement, node.host.now())
    if agreement is None or KIND not in agreement.cases:
        return stated
    row = node.records.cases.get(tx, id=stated)
    if row is None or (row.kind, row.agreement, row.refused) != (KIND, what.agreement, None):
        return None
    found = books.course(node, tx, row)
    form = found.form()
    covers = (
        found.standing(node.host.now()).state == DECIDED
        and what.to in (found.head.opener, found.head.with_)
        and bool(what.elements)
        and set(what.elements) <= set(form["elements"])
        and form.get("purpose") in (None, what.purpose)
    )
    return stated if covers else None


def uninspected(node: Node, tx: Tx, stated: str | None) -> list[str]:
    """The subcontractors of a decision that no inspection covers now; none where it is no decision
    that is here.
    """
    row = None if stated is None else node.records.cases.get(tx, id=stated)
    if row is None or row.kind != KIND:
        return []
    return checklist.lacking(books.course(node, tx, row), node.host.now())
