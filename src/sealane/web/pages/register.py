"""The acknowledging inbox: items in and out, what is delivered, opened and accepted, what is
overdue, what waits.

Spec: R42, R44; docs/console.md §The board.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import Instant, parse_instant
from sealane.ports import Tx
from sealane.registry.records import Direction, Duty, ItemState
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
    staff = views.is_staff(visit.person)
    return Page(
        "register.html",
        {
            "lines": lines,
            "which": which if which in DIRECTIONS else "all",
            "older": rows[PAGE - 1].created if len(rows) > PAGE else None,
            "todo": [one for one in lines if one["todo"]],
            "waiting": outbox.waiting(node)[:PAGE] if staff else None,
        },
    )


def line(node: Node, tx: Tx, item: dict[str, Any], visit: Visit, now: Instant) -> dict[str, Any]:
    """One row: both marks, the three acknowledgements apart, and whether it is overdue."""
    steps = acknowledgements(node, tx, item)
    transfers = node.records.transfers.find(tx, order="to", item=item["id"])
    due = next((one.due for one in transfers if one.due), None)
    open_ = item["state"] in (ItemState.QUEUED, ItemState.DELIVERED) and item["recalled"] is None
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


def acknowledgements(node: Node, tx: Tx, item: dict[str, Any]) -> dict[str, Any]:
    """When it was delivered, how often opened, when accepted:
    three different receipts. Spec: R44.
    """
    found: dict[str, Any] = {"delivered": None, "opened": None, "accepted": None, "times": 0}
    for kind, name in (("transfer.received", "delivered"), ("transfer.accepted", "accepted")):
        rows = node.records.entry_refs.find(
            tx, order="at", limit=1, item=item["id"], kind=f"statement.{kind}"
        )
        found[name] = rows[0].at if rows else None
    opened = node.records.entry_refs.find(tx, order="at", item=item["id"], kind="statement.opened")
    return found | {"opened": opened[0].at if opened else None, "times": len(opened)}


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
        and item["state"] == ItemState.AWAITING_SECOND_SIGNER
        and Duty.SECOND_SIGNER in duties
    ):
        return "register.todo_sign"
    return None
