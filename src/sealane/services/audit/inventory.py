"""A register as its node signs it for the partner: the items between the two, page by page, without
content.

Spec: spec/receipt.md §3 (`inventory.request`, `inventory`); R45, R52, R59.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import Copy, Item
from sealane.services.node import Node
from sealane.services.statements.journal import compose, log_statement

PAGE, PAGES = 1000, 1000

BAD_INVENTORY = declare(
    "inventory.malformed",
    Malformed,
    "{party}'s inventory cannot be read: {why}.",
    "{party} の目録を読み取れません：{why}。",
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """What the partner says its register holds, and the digest of its last signed page."""

    items: list[dict[str, Any]]
    statement: str


def line(row: Item, copies: Iterable[Copy]) -> dict[str, Any]:
    """One item as an inventory tells of it: states and digests, never a title or a label."""
    return {
        "id": row.id,
        "state": row.state,
        "recalled": row.recalled is not None,
        "container": row.container,
        "policy_uuid": row.policy_uuid,
        "decision": row.decision,
        "label": canonical.digest(row.label),
        "copies": {str(one.number): one.state for one in copies},
    }


def answer(node: Node, tx: Tx, data: bytes, said: Statement) -> bytes:
    """Our signed page of the items between the asker and us, from beyond `after`."""
    name = log_statement(node, tx, data, said)
    after = said.saying(bodies.InventoryRequest).after
    rows = node.records.items.find(
        tx, order="id", limit=PAGE, after=after, agreement=said.agreement
    )
    items = [
        line(row, node.records.copies.find(tx, order="number", item=row.id))
        for row in rows
        if row.direction != "own" and said.by in (row.provider, *row.facts["released_to"])
    ]
    made = compose(
        node,
        "inventory",
        to=said.by,
        agreement=(said.agreement, said.agreement_digest),
        item=None,
        body={
            "answers": name,
            "items": items,
            "next": str(rows[-1].id) if len(rows) == PAGE else None,
        },
    )
    log_statement(node, tx, made, receipt.peek(made))
    return made


def ask(node: Node, partner: str, agreement: str) -> Claimed:
    """The partner's whole inventory of what is between the two. Raises: Unavailable; Untrusted;
    Malformed `inventory.malformed`.
    """
    items: list[dict[str, Any]] = []
    after: str | None = None
    for _ in range(PAGES):
        with node.store.writing() as tx:
            digest = str(node.agreement_row(tx, agreement).digest)
            asked = compose(
                node,
                "inventory.request",
                to=partner,
                agreement=(agreement, digest),
                item=None,
                body={"after": after},
            )
            log_statement(node, tx, asked, receipt.peek(asked))
        data = node.peers.say(partner, asked)
        with node.store.writing() as tx:
            said = receipt.verify(data, node.partner(tx, partner).statement)
            if said.answers != receipt.digest(asked) or said.to != node.party:
                raise BAD_INVENTORY(party=partner, why=said.type)
            page = said.saying(bodies.InventoryPage)
            name = log_statement(node, tx, data, said)
        items += [bodies.as_json(line_) for line_ in page.items]
        if page.next is None:
            return Claimed(items, name)
        after = page.next
    raise BAD_INVENTORY(party=partner, why="it does not end")
