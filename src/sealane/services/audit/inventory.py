"""A register as its node signs it for the partner: the items between the two, page by page, without
content.

Spec: spec/receipt.md §3 (`inventory.request`, `inventory`); R45, R52, R59.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.records import Copy, Direction, Item, ItemState
from sealane.services.node import Node
from sealane.services.statements import talk
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import reply

PAGE, PAGES = 1000, 1000


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the partner says its register holds, and the digest of its last signed page."""

    items: list[dict[str, Any]]
    statement: str


def between(node: Node, tx: Tx, row: Item, partner: str) -> dict[str, Any] | None:
    """One item as an inventory tells a partner of it, with the movement to that partner and the
    copies of the two alone; None where it is none of theirs.
    """
    if row.direction == Direction.OWN or partner not in (row.provider, *row.facts["released_to"]):
        return None
    copies = node.records.copies.find(tx, order="number", item=row.id)
    moved = node.records.transfers.find(tx, order="to", item=row.id)
    theirs = next((one.state for one in moved if one.to == partner), row.state)
    return line(
        row,
        [one for one in copies if one.holder in (node.party, partner)],
        theirs if len(moved) > 1 else row.state,
    )


def line(row: Item, copies: Iterable[Copy], state: ItemState) -> dict[str, Any]:
    """States and digests of one item, never a title or a label."""
    return {
        "id": row.id,
        "state": state,
        "recalled": row.recalled is not None,
        "container": row.container,
        "policy_uuid": row.policy_uuid,
        "decision": row.decision,
        "label": canonical.digest(row.label),
        "copies": {str(one.number): one.state for one in copies},
    }


def answer(node: Node, tx: Tx, heard: Said) -> Said:
    """Our signed page of the items between the asker and us, from beyond `after`."""
    log_statement(node, tx, heard)
    said = heard.statement
    after = said.saying(bodies.InventoryRequest).after
    rows = node.records.items.find(
        tx, order="id", limit=PAGE, after=after, agreement=said.agreement
    )
    told = (between(node, tx, row, said.by) for row in rows)
    lines = tuple(bodies.InventoryLine(**one) for one in told if one is not None)
    after = str(rows[-1].id) if len(rows) == PAGE else None
    page = bodies.InventoryPage(answers=heard.digest, items=lines, next=after)
    return reply(node, tx, heard, page)


def ask(node: Node, partner: str, agreement: str) -> Claimed:
    """The partner's whole inventory of what is between the two. Raises: as `talk.ask`."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    for _ in range(PAGES):
        with node.store.reading() as tx:
            digest = str(node.agreement_row(tx, agreement).digest)
        question = bodies.InventoryRequest(after=after)
        answer = talk.ask(node, question, to=partner, agreement=(agreement, digest))
        page = answer.statement.saying(bodies.InventoryPage)
        items += [bodies.as_json(line_) for line_ in page.items]
        if page.next is None:
            return Claimed(items, answer.digest)
        after = page.next
    raise talk.OTHER_ANSWER(party=partner, what="an inventory without an end")
