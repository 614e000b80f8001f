"""Pages about the node itself: its ledgers, its people, its agreements. Spec: R7, R20, R57, R59."""

from __future__ import annotations

from typing import Any

from sealane.base.errors import NotFound, declare
from sealane.base.values import format_instant
from sealane.registry.regime import counts_until
from sealane.services.register import agreement_life, equivocations, views
from sealane.services.register.accounts import has_passphrase
from sealane.services.statements.journal import record
from sealane.services.watch import monthly
from sealane.web import shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

MOST = 500

NO_AGREEMENT = declare(
    "web.no_agreement",
    NotFound,
    "This node holds no agreement of that name.",
    "その名の取決めはこのノードにありません。",
    "Choose one from the list.",
    "一覧から選んでください。",
)


def ledger(shell: Shell, _: Visit) -> Reply:
    """Every log with how far it is proven to both, and every partner that signed two histories."""
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
        },
    )


def people(shell: Shell, visit: Visit) -> Reply:
    """The directory; clearances only to those who vet, and their reading is recorded. Spec: R57."""
    node, vets = shell.node, views.sees_clearances(visit.person)
    with node.store.reading() as tx:
        rows = [
            {**row.data, "signs_in": has_passphrase(node, tx, row.id)}
            for row in node.records.people.find(tx, order="id", limit=MOST)
        ]
    if vets:
        with node.store.writing() as tx:
            record(
                node,
                tx,
                "record.read",
                actor=visit.person["id"],
                register="people",
                count=len(rows),
            )
    now = node.host.now()
    for one in rows:
        one["clearances"] = (
            [_clearance(shell, held, now) for held in one["clearances"]] if vets else []
        )
    return Page("people.html", {"rows": rows, "vets": vets})


def _clearance(shell: Shell, held: dict[str, Any], now: int) -> dict[str, Any]:
    until = counts_until(shell.node.regimes, held)
    ended = until is None or until <= now
    state = "expired" if ended and held["status"] == "active" else held["status"]
    return {
        "mark": shown.level_mark(shell.node.schemes, held["policy"], held["level"]),
        "expires": None if until is None else format_instant(until),
        "state": state,
    }


def agreements(shell: Shell, _: Visit) -> Reply:
    """The agreements this node holds."""
    node = shell.node
    with node.store.reading() as tx:
        held = node.agreements(tx)
        rows = [
            {
                "one": held[name],
                "state": agreement_life.standing(node, tx, node.agreement_row(tx, name)).state,
                "since": format_instant(held[name].period.since),
            }
            for name in held
        ]
    return Page("agreements.html", {"rows": rows})


def agreement(shell: Shell, visit: Visit) -> Reply:
    """One agreement for reading: levels side by side, then its articles. Raises: NotFound
    `web.no_agreement`.
    """
    node, name = shell.node, visit.params["name"]
    with node.store.reading() as tx:
        found = node.agreements(tx).get(name)
        if found is None:
            raise NO_AGREEMENT()
        state = agreement_life.standing(node, tx, node.agreement_row(tx, name)).state
    marks = {
        (party.id, name): shown.level_mark(node.schemes, party.policy, name)
        for party in found.parties
        for row in found.rows
        for name in (*row.gives.get(party.id, ()), *row.holds.get(party.id, ()))
    }
    return Page(
        "agreement.html",
        {"one": found, "state": state, "marks": marks, "since": format_instant(found.period.since)},
    )
