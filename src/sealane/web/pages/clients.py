"""The clients that the node lets in, and invitations to a person's own credential.

What is shown once stands on the page that answers the form, and nowhere else.
Spec: R57; docs/console.md §Enrolling and clients.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.errors import SealaneError
from sealane.office.clients import KINDS
from sealane.office.statuses import status_of
from sealane.services.register.invitations import PASSPHRASE, TOKEN
from sealane.web import acting
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

SHOWN_ONCE = ("secret", "token", "invitation")
MOST = 500


def clients(shell: Shell, visit: Visit) -> Reply:
    """Every client, and the forms. Raises: Refused `person.duty`."""
    return _shown(shell, visit)


def add(shell: Shell, visit: Visit) -> Reply:
    """Let a client in; its secret is on this page alone. Raises: Refused `person.duty`."""
    says = {name: acting.text(visit, name) for name in ("id", "person", "purpose")}
    kind = visit.form.get("kind", "none")
    return _done(shell, visit, "clients.add", kind=kind, **says)


def invite(shell: Shell, visit: Visit) -> Reply:
    """Invite a person to a credential. Raises: Refused `person.duty`."""
    says = {"person": acting.text(visit, "person"), "what": visit.form.get("what", PASSPHRASE)}
    return _done(shell, visit, "invitations.issue", **says)


def end(shell: Shell, visit: Visit) -> Reply:
    """Let a client go. Raises: Refused `person.duty`."""
    return _done(shell, visit, "clients.end", client=acting.text(visit, "client"))


def _done(shell: Shell, visit: Visit, name: str, **says: Any) -> Reply:
    """The page with what came of the act, or with what was wrong. Raises: Refused `person.duty`."""
    stated = {member: value for member, value in says.items() if value is not None}
    try:
        told = acting.acted(shell, visit, name, **stated)
    except SealaneError as error:
        if error.code in acting.ELSEWHERE_TOLD:
            raise
        page = _shown(shell, visit, trouble=acting.told_of(visit, error))
        return replace(page, status=status_of(error, page=True))
    once = next(((one, told[one]) for one in SHOWN_ONCE if told.get(one)), None)
    return _shown(shell, visit, let_in={"what": name, "told": told, "once": once})


def _shown(
    shell: Shell,
    visit: Visit,
    *,
    trouble: dict[str, Any] | None = None,
    let_in: dict[str, Any] | None = None,
) -> Page:
    told = acting.asked(shell, visit, "clients.list")
    with shell.node.store.reading() as tx:
        people = [str(row.id) for row in shell.node.people(tx, limit=MOST)]
    data = {
        "rows": told["clients"],
        "kinds": KINDS,
        "whats": (PASSPHRASE, TOKEN),
        "people": people,
        "production": shell.node.settings.profile == "production",
        "trouble": trouble,
        "let_in": let_in,
    }
    return Page("clients.html", data)
