"""Signing in and out, by each means that this deployment takes. Spec: R57; docs/console.md §Signing
in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.responses import RedirectResponse

from sealane.base.errors import Malformed, Refused, SealaneError, Unavailable, Untrusted
from sealane.registry.means import Means
from sealane.services.register.credentials import Credentials
from sealane.services.register.invitations import Invitations
from sealane.services.register.passkeys import Passkeys
from sealane.services.register.recovering import by_code
from sealane.services.register.sign_in_tries import BUSY
from sealane.web import browser, done_lines, guard
from sealane.web.shell import SCRIPTS, Shell
from sealane.web.visit import Kept, Page, Reply, Visit

ASKED, PATH = "asked", "/sign-in"
"""The cookie of a passkey's question at the door, and where it is sent."""
FAILED = (Refused, Malformed, Unavailable, Untrusted)


def sign_in_page(shell: Shell, visit: Visit) -> Reply:
    """The door; who is in already goes on, unless they came to prove themselves again."""
    to = guard.onward(visit.query.get("to", "/"))
    if visit.ticket is not None and "again" not in visit.query:
        return RedirectResponse(to, 303)
    return _door(shell, to=to)


def _door(shell: Shell, *, trouble: str | None = None, to: str = "/") -> Page:
    """The door, with what went wrong at it."""
    taken = shell.node.settings.means
    kept: tuple[Kept, ...] = ()
    options = ""
    if Means.PASSKEY in taken:
        asked = passkeys(shell).ask()
        options, kept = asked.options, (Kept(ASKED, asked.secret, PATH),)
    shown: dict[str, Any] = {
        "trouble": trouble,
        "to": to,
        "taken": [str(means) for means in taken],
        "options": options,
        "provider_out": shell.provider_out(),
        "card_door": shell.card_door(to),
    }
    headers = SCRIPTS if options else {}
    return Page("signin.html", shown, headers=headers, kept=kept)


def passkeys(shell: Shell) -> Passkeys:
    """The node's passkeys."""
    held = Credentials(shell.node, shell.accounts.secret)
    return Passkeys(shell.node, shell.accounts, held)


def refused(shell: Shell, visit: Visit, error: SealaneError, to: str = "/") -> Page:
    """The door again, with why."""
    said = error.message_ja if visit.lang == "ja" else error.message
    seconds = (error.details or {}).get("retry_after")
    later = {"retry-after": str(seconds)} if seconds else {}
    status = 503 if isinstance(error, Unavailable) else 403
    if later and error.code != BUSY.code:
        status = 429
    page = _door(shell, trouble=said, to=to)
    return replace(page, status=status, headers={**page.headers, **later})


def sign_in(shell: Shell, visit: Visit) -> Reply:
    """By a passphrase: check, record, and give a session."""
    person = visit.form.get("person", "").strip()[:128]

    def proven() -> tuple[str, str]:
        return person, shell.accounts.sign_in(
            person,
            visit.form.get("passphrase", ""),
            address=visit.address,
            device=visit.device,
            agent=visit.agent,
        )

    return _entered(shell, visit, proven)


def by_passkey(shell: Shell, visit: Visit) -> Reply:
    """By a passkey: whose, the authenticator says."""

    def proven() -> tuple[str, str]:
        return passkeys(shell).sign_in(
            visit.kept.get(ASKED, ""),
            visit.form.get("answer", ""),
            address=visit.address,
            device=visit.device,
            agent=visit.agent,
        )

    return _entered(shell, visit, proven)


def by_recovery(shell: Shell, visit: Visit) -> Reply:
    """By a recovery code, which is used up."""
    person = visit.form.get("person", "").strip()[:128]

    def proven() -> tuple[str, str]:
        return person, by_code(
            shell.accounts,
            person,
            visit.form.get("code", ""),
            address=visit.address,
            device=visit.device,
            agent=visit.agent,
        )

    return _entered(shell, visit, proven, to="/account")


def _entered(
    shell: Shell, visit: Visit, proven: Callable[[], tuple[str, str]], to: str = ""
) -> Reply:
    """A session for whom this proves; a wrong try shows the door again with its reason."""
    to = to or guard.onward(visit.form.get("to", "/"))
    try:
        person, session = proven()
    except FAILED as error:
        return refused(shell, visit, error, to)
    # a browser has one session: what it had before, whoever's it was, is over
    if visit.ticket is not None:
        shell.accounts.sign_out(visit.ticket)
    return browser.signed_in(shell.accounts, RedirectResponse(to, 303), person, session)


def invitation_page(_: Shell, __: Visit) -> Reply:
    """Where an invitation is redeemed."""
    return Page("invitation.html", {"trouble": None})


def redeem(shell: Shell, visit: Visit) -> Reply:
    """Set the passphrase of whom an invitation is for; where the deployment takes none, let them in
    once, to make a passkey. What is wrong with it is told on the page, and nothing is hashed before
    the invitation is proven.
    """
    issued = Invitations(shell.node, shell.accounts.secret)
    text = visit.form.get("invitation", "")
    person = visit.form.get("person", "").strip()[:128]
    try:
        if Means.PASSPHRASE not in shell.node.settings.means:
            session = issued.admit(shell.accounts, text, person, agent=visit.agent)
            return browser.signed_in(
                shell.accounts, RedirectResponse("/account", 303), person, session
            )
        issued.set_passphrase(text, person, visit.form.get("passphrase", ""))
    except (Refused, Malformed) as error:
        said = error.message_ja if visit.lang == "ja" else error.message
        status = 403 if isinstance(error, Refused) else 400
        return Page("invitation.html", {"trouble": said}, status)
    return RedirectResponse(
        done_lines.leading(shell.node, visit, "/sign-in", "signin.set", at_the_door=True), 303
    )


def sign_out(shell: Shell, visit: Visit) -> Reply:
    """End the session on both sides."""
    if visit.ticket is not None:
        shell.accounts.sign_out(visit.ticket)
    to = done_lines.leading(shell.node, visit, "/sign-in", "signin.ended", at_the_door=True)
    reply = RedirectResponse(to, 303)
    reply.delete_cookie(
        shell.accounts.cookie,
        path="/",
        httponly=True,
        samesite="strict",
        secure=shell.accounts.secure,
    )
    return reply
