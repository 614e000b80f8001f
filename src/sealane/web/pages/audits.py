"""An auditor's pages: two registers and ledgers held against each other, difference by difference;
what was refused and how long decisions took; and an item's evidence.

Spec: R36, R52, R57, R59; docs/console.md §Auditor.
"""

from __future__ import annotations

import io
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.web import acting
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit, saved

SPANS = (30, 90, 365)
"""How many days back a page counts, as it is chosen."""


def reconcile(shell: Shell, visit: Visit) -> Reply:
    """With whom registers and ledgers can be compared. Raises: Refused `person.duty`."""
    acting.require(shell, visit, "audit.reconcile")
    return _compared(shell, None)


def compare(shell: Shell, visit: Visit) -> Reply:
    """The comparison, made now. Raises: Refused `person.duty`."""
    party, agreement = visit.form.get("with", ""), acting.text(visit, "agreement")
    says: dict[str, Any] = {"with": party, "agreement": agreement}
    return _compared(shell, acting.acted(shell, visit, "audit.reconcile", **says))


def _compared(shell: Shell, told: dict[str, Any] | None) -> Reply:
    pairs = [(party, name) for party, name, _ in shell.office.logs.partnerships()]
    with shell.node.store.reading() as tx:
        held = shell.node.agreements(tx)
    shown = [
        {"party": party, "agreement": name, "title": held[name].title, "key": f"{party} {name}"}
        for party, name in pairs
    ]
    return Page("reconcile.html", {"pairs": shown, "told": told})


def statistics(shell: Shell, visit: Visit) -> Reply:
    """Refusals and times of the last days. Raises: Refused `person.duty`."""
    days = days_of(visit)
    told = acting.asked(shell, visit, "audit.statistics", days=days)
    most = max(told["by_code"].values(), default=1)
    with shell.node.store.reading() as tx:
        held = dict(shell.node.agreements(tx))
    data = {
        "told": told,
        "days": days,
        "spans": SPANS,
        "most": most,
        "clause_text": lambda one: _clause(held.get(one["agreement"] or ""), one["clause"], visit),
    }
    return Page("statistics.html", data)


def _clause(agreement: Agreement | None, name: str, visit: Visit) -> str:
    """What a clause says; nothing of an agreement that is not held here."""
    clauses = () if agreement is None else agreement.clauses
    found = next((one.text for one in clauses if one.id == name), None)
    return "" if found is None else found.ja if visit.lang == "ja" else found.en


def evidence(shell: Shell, visit: Visit) -> Reply:
    """The file that proves an item's history. Raises: as `items.evidence`."""
    sink, item = io.BytesIO(), visit.params["item"]
    says: dict[str, Any] = {"item": item, "with": acting.text(visit, "with")}
    acting.acted(shell, visit, "items.evidence", sink=sink, **says)
    return saved(sink.getvalue(), f"{item}.evidence.zip", "application/zip")


def days_of(visit: Visit) -> int:
    """How many days were chosen, one of `SPANS`; the middle one where none was."""
    given = acting.number_of(visit.query.get("days"))
    return given if given in SPANS else SPANS[1]
