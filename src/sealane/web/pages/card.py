"""The door for client certificates: whom a card names, and a button to come in as that person.

Spec: R57; docs/operators.md "Smart cards".
"""

from __future__ import annotations

from starlette.responses import RedirectResponse

from sealane.base.errors import SealaneError
from sealane.services.register import smart_cards
from sealane.web import browser, guard
from sealane.web.pages.sign_in import FAILED
from sealane.web.shell import CSP, Shell
from sealane.web.visit import Page, Reply, Visit


def page(shell: Shell, visit: Visit) -> Reply:
    """Whose the card is; nothing happens before the button is pressed."""
    try:
        person = smart_cards.named(shell.accounts, visit.certificate)
    except SealaneError as error:
        return _shown(shell, visit, "", error)
    return _shown(shell, visit, person)


def sign_in(shell: Shell, visit: Visit) -> Reply:
    """A session for whom the card names."""
    try:
        person, session = smart_cards.sign_in(
            shell.accounts,
            visit.certificate,
            address=visit.address,
            device=visit.device,
            agent=visit.agent,
        )
    except FAILED as error:
        return _shown(shell, visit, "", error)
    to = guard.onward(visit.form.get("to", "/"))
    reply = RedirectResponse(shell.node.settings.console_origin + to, 303)
    return browser.signed_in(shell.accounts, reply, person, session)


def _shown(shell: Shell, visit: Visit, person: str, error: SealaneError | None = None) -> Page:
    origin = shell.node.settings.console_origin
    ja = visit.lang == "ja"
    trouble = None if error is None else (error.message_ja if ja else error.message)
    data = {
        "named": person,
        "trouble": trouble,
        "to": guard.onward(visit.query.get("to", "/")),
        "origin": origin,
    }
    # a browser holds the way that a form's answer leads on to the same rule
    headers = {
        "Content-Security-Policy": CSP.replace("form-action 'self'", f"form-action 'self' {origin}")
    }
    return Page("card.html", data, 200 if error is None else 403, headers)
