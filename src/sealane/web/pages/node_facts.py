"""Pages about the node itself: its ledgers and its people. Spec: R7, R20, R57, R59."""

from __future__ import annotations

from typing import Any

from sealane.base.values import format_instant
from sealane.registry.regime import counts_until
from sealane.registry.who_may import Act, may
from sealane.services.node import Node
from sealane.services.register import equivocations, identities, views
from sealane.services.register.acts import Actor
from sealane.services.register.credentials import can_sign_in
from sealane.services.statements.journal import record
from sealane.services.watch import monthly
from sealane.web import shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

MOST = 200
"""People on one page."""


def ledger(shell: Shell, _: Visit) -> Reply:
    """Every log with how far it is proven to both, and every partner that signed two histories."""
    return ledger_page(shell)


def ledger_page(shell: Shell) -> Page:
    """The same, for the form on it to come back to."""
    node = shell.node
    logs = shell.marks()
    with node.store.reading() as tx:
        internal = {"origin": node.internal.origin, "size": node.internal.size(tx)}
        contradictions = equivocations.told(node, tx)
        verification = monthly.standing(node, tx).as_json(node.host.now())
    return Page(
        "ledger.html",
        {
            "logs": logs,
            "internal": internal,
            "equivocations": contradictions,
            "verification": verification,
            "trouble": None,
        },
    )


def people(shell: Shell, visit: Visit) -> Reply:
    """The directory; clearances only to those who vet, and their reading is recorded. Spec: R57."""
    node, vets = shell.node, views.sees_clearances(visit.person)
    after = visit.query.get("after", "")[:128] or None
    with node.store.reading() as tx:
        rows = [
            {**row.data, "signs_in": can_sign_in(node, tx, row.id), "ended": row.ended}
            for row in node.records.people.find(tx, order="id", limit=MOST + 1, after=after)
        ]
        proposed = identities.proposals(node, tx) if vets else []
    more = len(rows) > MOST
    rows = rows[:MOST]
    if vets:
        note_reading(node, visit.actor, len(rows))
    now = node.host.now()
    for one in rows:
        one["clearances"] = (
            [_clearance(shell, held, now) for held in one["clearances"]] if vets else []
        )
    ends = may(Act.DISMISS, str(visit.person["id"]), visit.person["duties"])
    next_page = rows[-1]["id"] if more else None
    shown = {
        "rows": rows,
        "vets": vets,
        "ends": ends,
        "proposed": proposed,
        "next": next_page,
        "after": after,
    }
    return Page("people.html", shown)


def note_reading(node: Node, actor: Actor, count: int) -> None:
    """Enter that the records of so many people were read, and by whom, before they are shown."""
    with node.store.writing() as tx:
        record(node, tx, "record.read", actor=actor.person, register="people", count=count)


def _clearance(shell: Shell, held: dict[str, Any], now: int) -> dict[str, Any]:
    until = counts_until(shell.node.regimes, held)
    ended = until is None or until <= now
    state = "expired" if ended and held["status"] == "active" else held["status"]
    return {
        "mark": shown.level_mark(shell.node.schemes, held["policy"], held["level"]),
        "expires": None if until is None else format_instant(until),
        "state": state,
    }
