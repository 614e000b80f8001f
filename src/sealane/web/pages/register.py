"""The acknowledging inbox: items in and out, what is delivered, opened and accepted, what is
overdue, what waits.

Spec: R42, R44; docs/console.md §The board.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import Instant, parse_instant
from sealane.ports import Tx
from sealane.registry.records import Direction, Duty, Item, ItemState
from sealane.services.exchange import outbox
from sealane.services.node import Node
from sealane.services.register import views
from sealane.web import shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

PAGE = 50
DIRECTIONS = {"in": {"direction": "in"}, "out": {"direction": "out"}, "all": {}}


def register(shell: Shell, visit: Visit) -> Reply:
    """The register, newest first, as this person may read it."""
    node, which = shell.node, visit.query.get("show", "all")
    where = DIRECTIONS.get(which, {})
    after = visit.query.get("after") or None
    now = node.host.now()
    with node.store.reading() as tx:
        rows = node.records.items.find(
            tx, order="created", limit=PAGE + 1, after=after, newest=True, **where
        )
        lines = [line(node, tx, views.summary(node, tx, row), visit, now) for row in rows[:PAGE]]
        to_do = [
            shown
            for row in _may_wait(node, tx, visit.person)
            if (shown := line(node, tx, views.summary(node, tx, row), visit, now))["todo"]
        ]
    staff = views.is_staff(visit.person)
    return Page(
        "register.html",
        {
            "lines": lines,
            "which": which if which in DIRECTIONS else "all",
            "older": rows[PAGE - 1].created if len(rows) > PAGE else None,
            "todo": to_do,
            "waiting": outbox.waiting(node)[:PAGE] if staff else None,
        },
    )


def line(node: Node, tx: Tx, item: dict[str, Any], visit: Visit, now: Instant) -> dict[str, Any]:
    """One row: both marks, the three acknowledgements apart, and whether it is overdue."""
    steps = acknowledgements(node, tx, item)
    under_way = (ItemState.QUEUED, ItemState.DELIVERED)
    dues = [one["due"] for one in item["transfers"] if one["due"] and one["state"] in under_way]
    due = min(dues, key=parse_instant, default=None)
    open_ = due is not None and item["recalled"] is None
    return {
        **views.edition(visit.person, item, now),
        "mark": shown.mark_of(node.schemes, item["label"]),
        "ours": (
            None
            if item["handle_as"] is None
            else shown.level_mark(node.schemes, node.party, item["handle_as"])
        ),
        "party": item["provider"]
        if item["direction"] == Direction.IN
        else ", ".join(item["released_to"]),
        "steps": steps,
        "due": due if open_ else None,
        "overdue": bool(open_ and due and parse_instant(due) <= now),
        "todo": todo(visit.person, item),
    }


def _may_wait(node: Node, tx: Tx, person: Any) -> list[Item]:
    """Items that may wait for this very person, oldest first, wherever in the register they
    stand.
    """
    items, duties, found = node.records.items, person["duties"], []
    if Duty.REGISTRY_CLERK in duties:
        found += items.find(tx, order="created", direction=Direction.IN, state=ItemState.DELIVERED)
    if Duty.SECOND_SIGNER in duties:
        waiting = {
            one.item
            for one in node.records.transfers.find(
                tx, order="item", state=ItemState.AWAITING_SECOND_SIGNER
            )
        }
        found += [one for one in (items.get(tx, id=name) for name in sorted(waiting)) if one]
    return found


def acknowledgements(node: Node, tx: Tx, item: dict[str, Any]) -> list[dict[str, Any]]:
    """For each recipient when it was delivered, how often opened, when accepted: three different
    receipts, each by that party's own word. Spec: R44.
    """
    parties = [one["to"] for one in item["transfers"]]
    return [_receipts(node, tx, item["id"], party) for party in parties or [node.party]]


def _receipts(node: Node, tx: Tx, item: str, party: str) -> dict[str, Any]:
    def said(kind: str) -> list[str]:
        kept = node.records.statements.find(tx, order="kept", item=item, type=kind, by=party)
        return [one.said for one in kept]

    opened = said("opened")
    return {
        "party": party,
        "delivered": next(iter(said("transfer.received")), None),
        "opened": next(iter(opened), None),
        "accepted": next(iter(said("transfer.accepted")), None),
        "times": len(opened),
    }


def todo(person: Any, item: dict[str, Any]) -> str | None:
    """What waits for this very person."""
    duties = person["duties"]
    if item["recalled"] is not None:
        return None
    if (
        item["direction"] == Direction.IN
        and item["state"] == ItemState.DELIVERED
        and Duty.REGISTRY_CLERK in duties
    ):
        return "register.todo_accept"
    if (
        item["direction"] == Direction.OUT
        and any(one["state"] == ItemState.AWAITING_SECOND_SIGNER for one in item["transfers"])
        and Duty.SECOND_SIGNER in duties
    ):
        return "register.todo_sign"
    return None
