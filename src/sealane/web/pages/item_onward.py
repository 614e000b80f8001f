"""To whom a received item may be passed on, as the form of its page offers it.

Spec: R6, R32; docs/console.md §The item.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.ports import Tx
from sealane.registry.records import Direction
from sealane.services.node import Node
from sealane.web import shown
from sealane.web.visit import Visit

APART = " "
"""Between the agreement and the party in what a choice says."""


def ways(node: Node, tx: Tx, visit: Visit, held: Mapping[str, Any]) -> list[dict[str, str]]:
    """The third parties that are enrolled here, each under every agreement in force of this nation,
    the item's provider and that party; none for an item that was passed on itself.
    """
    if held["direction"] != Direction.IN or held["passed_on_by"] is not None:
        return []
    now, found = node.host.now(), []
    gone = {one["to"] for one in held["onward"]}
    enrolled = set(node.records.partners.column(tx, "party"))
    for agreement in node.agreements(tx).values():
        parties = {one.id for one in agreement.parties}
        if not agreement.in_force(now) or not {node.party, held["provider"]} <= parties:
            continue
        title = agreement.title.ja if visit.lang == "ja" else agreement.title.en
        named = shown.party_name(agreement, visit.lang)
        for to in sorted((parties & enrolled) - {node.party, held["provider"]} - gone):
            way = {"says": f"{agreement.id}{APART}{to}", "party": named(to), "agreement": title}
            found.append(way)
    return found


def passed(node: Node, tx: Tx, visit: Visit, held: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The third parties that have it, each with the names that its own agreement gives the two."""
    found, agreements = [], node.agreements(tx)
    for one in held["onward"]:
        named = shown.party_name(agreements.get(one["agreement"]), visit.lang)
        found.append({**one, "by": named(one["by"]), "to": named(one["to"])})
    return found


def stated(visit: Visit) -> dict[str, Any]:
    """What the form says: the party, the agreement, and the purpose where one was chosen."""
    agreement, _, to = visit.form.get("way", "").partition(APART)
    purpose = visit.form.get("purpose", "").strip() or None
    return {"to": to, "agreement": agreement or None, "purpose": purpose}
