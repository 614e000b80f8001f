"""Incidents: what a loss or its possibility reaches, worked out from the register each time it is
asked, and what of that the provider is told: counts and posts, no names.

Spec: spec/case.md §7; R53.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sealane.cases.course import Course
from sealane.ports import Tx
from sealane.registry.records import Copy
from sealane.services.cases.books import Consequence
from sealane.services.custody import disclosures
from sealane.services.dialogue import disclosing, mis_sent
from sealane.services.node import NO_ITEM, Node
from sealane.services.register import sources

KIND = "incident"
MOST = 100_000


def reach(node: Node, tx: Tx, items: Sequence[str]) -> dict[str, Any]:
    """Everything that these items are in, as this nation's register has it now: their copies beyond
    their providers, who of this nation had one, read it or
    was told it, the parties that hold any, and what was
    made from them with its own copies.
    """
    derived = list(dict.fromkeys(one for item in items for one in _made_from(node, tx, item)))
    every = list(dict.fromkeys([*items, *derived]))
    copies = [(item, copy) for item in every for copy in _copies(node, tx, item)]
    people = {copy.person for _, copy in copies if copy.person is not None}
    for item in every:
        read = disclosures.of_item(node, tx, item)["readers"]
        people |= {one["person"] for one in read if one["person"] is not None}
        people |= disclosing.heard_of(node, tx, item)
    return {
        "items": list(items),
        "copies": [
            {"item": item, "number": copy.number, "holder": copy.holder} for item, copy in copies
        ],
        "people": sorted(people),
        "parties": sorted({copy.holder for _, copy in copies}),
        "derived": derived,
    }


def _made_from(node: Node, tx: Tx, item: str) -> list[str]:
    return sources.made_from(node.records, tx, item)


def _copies(node: Node, tx: Tx, item: str) -> Iterable[Copy]:
    provider = node.item(tx, item).provider
    for copy in node.records.copies.find(tx, order="number", limit=MOST, item=item):
        if copy.holder != provider and copy.state not in mis_sent.NEVER:
            yield copy


def filling(node: Node, tx: Tx, items: Sequence[str]) -> dict[str, Any]:
    """What the notice tells of the reach where whoever reports it says nothing else: how many
    copies and readers, and the readers' posts.
    """
    found = reach(node, tx, [one for one in items if node.records.items.get(tx, id=one)])
    if not items:
        return {}
    told: dict[str, Any] = {"copies": len(found["copies"]), "readers": len(found["people"])}
    posts = sorted({_post(node, tx, person) for person in found["people"]})
    return told | ({"posts": posts} if posts else {})


def _post(node: Node, tx: Tx, person: str) -> str:
    row = node.records.people.get(tx, id=person)
    return "-" if row is None else str(row.data["post"])[:200]


def own(node: Node, tx: Tx, found: Course) -> dict[str, Any]:
    """The reach as this nation sees it now."""
    reached = reach(node, tx, mis_sent.named(found))
    if found.head.form["what"] == mis_sent.WHAT:
        every = (*reached["items"], *reached["derived"])
        reached["authorised"] = mis_sent.authorised(node, tx, every)
    return {"reach": reached}


def opening(node: Node, tx: Tx, begun: Course) -> None:
    """What the nation told is said to have is between the two, under the agreement of the case.
    Raises: NotFound `item.unknown`.
    """
    head = begun.head
    for item in head.form.get(mis_sent.HELD, ()):
        shared = mis_sent.shared_with(node, tx, item)
        if shared.get(head.other(node.party)) != head.agreement:
            raise NO_ITEM(item=item)


CONSEQUENCE = Consequence(filling=filling, opening=opening, following=mis_sent.following, own=own)
