"""What a person does to an item at the console: accept, reject, countersign, withdraw, recall.

Each act is the use case's own; the partner is told at once where it answers.
Spec: R30, R42, R44; docs/console.md §Recall.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse

from sealane.services.deciding.decision import DecisionRefused
from sealane.services.exchange import arrival, outbox, release, withdrawal
from sealane.services.exchange import recall as recalling
from sealane.web.pages.refusals import Refusals
from sealane.web.shell import Shell
from sealane.web.visit import Reply, Visit


def accept(shell: Shell, visit: Visit) -> Reply:
    """The clerk's acceptance; the provider is told at once where it answers."""
    name = visit.params["item"]
    arrival.accept(shell.node, name, visit.actor)
    outbox.deliver_at_once(shell.node, item=name)
    return RedirectResponse(f"/items/{name}?done=accepted", 303)


def countersign(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """The second signer's own act."""
    name = visit.params["item"]
    try:
        release.countersign(shell.node, name, visit.actor)
    except DecisionRefused as error:
        return refusals.keep(visit, error, item=name, action="countersign")
    outbox.deliver_at_once(shell.node, item=name)
    return RedirectResponse(f"/items/{name}?done=signed", 303)


def reject(shell: Shell, visit: Visit) -> Reply:
    """The clerk's no; the provider is told at once where it answers."""
    name = visit.params["item"]
    arrival.reject(shell.node, name, visit.actor, reason=_reason(visit))
    outbox.deliver_at_once(shell.node, item=name)
    return RedirectResponse(f"/items/{name}?done=rejected", 303)


def withdraw(shell: Shell, visit: Visit) -> Reply:
    """Take back what has not been delivered."""
    name = visit.params["item"]
    to = visit.form.get("from") or None
    withdrawal.withdraw(shell.node, name, visit.actor, reason=_reason(visit), to=to)
    outbox.deliver_at_once(shell.node, item=name)
    return RedirectResponse(f"/items/{name}?done=withdrawn", 303)


def recall(shell: Shell, visit: Visit) -> Reply:
    """Order every copy back."""
    node, name = shell.node, visit.params["item"]
    recalling.recall(node, name, reason=_reason(visit), person=visit.actor)
    outbox.deliver_at_once(node, item=name)
    return RedirectResponse(f"/items/{name}?done=recalled", 303)


def _reason(visit: Visit) -> str:
    return visit.form.get("reason", "").strip()[:500] or "-"
