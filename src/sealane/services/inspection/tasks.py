"""What this nation has still to do, or waits for: everything of the suspense list, inventories that
come, posts whose holders lack something by now, and facilities where copies lie that these are not
accredited for. A task stands until its end is certified.

Spec: spec/inventory.md §4; R8, R42, R47, R52.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import parse_instant
from sealane.services.deciding.national_rule import place_accredited
from sealane.services.node import Node
from sealane.services.placing import reading
from sealane.services.register import suspense
from sealane.services.register.suspense import Waiting


def tasks(node: Node) -> dict[str, Any]:
    """Every task, the earliest due first, and whether each is overdue."""
    now, at = node.now()
    with node.store.reading() as tx:
        found = [
            *suspense.waiting(node, tx, ahead=None),
            *_lacking(node, tx),
            *_misplaced(node, tx),
        ]
    ordered = sorted(found, key=suspense.by_due)
    return {
        "at": at,
        "duties": [
            {
                **one.as_json(),
                "overdue": one.due is not None and parse_instant(one.due) <= now,
                "ours": one.party == node.party,
            }
            for one in ordered
        ],
    }


def _misplaced(node: Node, tx: Any) -> list[Waiting]:
    """Facilities where copies lie that they are not accredited for by now: an accreditation lapsed
    or was lowered, or a level was raised. What the node keeps itself lies in no facility.
    """
    found: dict[str, str] = {}
    for place, level, since in node.records.waits.places(tx, node.party):
        row = node.records.facilities.get(tx, id=place)
        if row is None or node.schemes[node.party].level(level) is None:
            continue
        entered = node.entered(tx, "facilities", row)
        if not entered or not place_accredited(node, row.data, node.party, level):
            found[place] = min(found.get(place, since), since)
    return [
        Waiting(what="misplaced", about=place, since=since, due=since, party=node.party)
        for place, since in found.items()
    ]


def _lacking(node: Node, tx: Any) -> list[Waiting]:
    """Posts and rooms in which somebody lacks something now; who and what, the security officer
    reads.
    """
    posts: dict[str, str] = {}
    for placing, _ in reading.lapsed(node, tx):
        posts.setdefault(placing.post, placing.since)
    return [
        Waiting(what="post-gap", about=post, since=since, due=since, party=node.party)
        for post, since in posts.items()
    ]
