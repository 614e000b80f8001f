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
from sealane.registry.effects import Holding
from sealane.registry.records import Copy, Given, Item
from sealane.registry.transfer import standing
from sealane.services import holding
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


def line(row: Given, copies: Iterable[Copy]) -> dict[str, Any]:
    """One item as an inventory tells of it, as it is between two parties: states and digests, never
    a title or a label.
    """
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


def between(node: Node, tx: Tx, row: Item, partner: str) -> dict[str, Any] | None:
    """The line of an item between a partner and us; None where it does not go between the two, or
    was offered to the partner never.
    """
    taker = partner if row.provider == node.party else node.party
    if partner not in (row.provider, taker):
        return None
    held = holding.whole(node.records, tx, row)
    given = held.given(taker)
    if given is None or given.offer is None:
        return None
    told = line(given, held.copies_of(taker))
    if row.state != standing(one.state for one in held.transfers):
        # Altered by hand: both are told as they stand, and no statement makes them so.
        told["state"] = f"{row.state} / {given.state}"
    return told


def onward_line(leg: Holding) -> dict[str, Any] | None:
    """The line of what this nation passed on; None where it did not, or offered it to nobody."""
    given = None if leg.onward is None else leg.given(leg.onward.to)
    if given is None or given.offer is None:
        return None
    return line(given, leg.copies_of(given.to))


def page_of(
    node: Node, tx: Tx, partner: str, agreement: str, after: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """The lines of the items between a partner and us under an agreement, in order of their
    numbers: a page of them from beyond `after`, and from beyond which the next one begins.
    """
    found = node.records.items.find(tx, order="id", limit=PAGE, after=after, agreement=agreement)
    passed = node.records.onwards.find(
        tx,
        order="item",
        limit=PAGE,
        after=after,
        agreement=agreement,
        by=node.party,
        to=partner,
    )
    rows, beyond = {row.id: row for row in found}, {one.item for one in passed}
    names = sorted({*rows, *beyond})[:PAGE]
    lines = []
    for name in names:
        told = between(node, tx, rows[name], partner) if name in rows else None
        if told is None and name in beyond:
            leg = holding.between(node.records, tx, name, (node.party, partner))
            told = None if leg is None else onward_line(leg)
        if told is not None:
            lines.append(told)
    return lines, names[-1] if len(names) == PAGE else None


def answer(node: Node, tx: Tx, heard: Said) -> Said:
    """Our signed page of the items between the asker and us, from beyond `after`."""
    log_statement(node, tx, heard)
    said = heard.statement
    after = said.saying(bodies.InventoryRequest).after
    told, after = page_of(node, tx, said.by, said.agreement, after)
    lines = tuple(bodies.InventoryLine(**one) for one in told)
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
