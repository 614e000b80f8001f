"""Signing in and out. Spec: R57; docs/console.md §Signing in."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import RedirectResponse

from sealane.base.errors import Malformed, Refused, Unavailable, Untrusted
from sealane.services.register.accounts import DEVICE_SECONDS
from sealane.services.register.invitations import Invitations
from sealane.services.register.sessions import SESSION_SECONDS
from sealane.services.register.sign_in_tries import BUSY
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit


def sign_in_page(_: Shell, visit: Visit) -> Reply:
    """The door."""
    if visit.ticket is not None:
        return RedirectResponse("/", 303)
    return _door(visit.query.get("done", ""))


def _door(done: str = "", trouble: str | None = None) -> Page:
    """The door, with what was done before it or went wrong at it."""
    shown = {"trouble": trouble, "ended": done == "ended", "invited": done == "set"}
    return Page("signin.html", shown)


def invitation_page(_: Shell, __: Visit) -> Reply:
    """Where an invitation is redeemed."""
    return Page("invitation.html", {"trouble": None})


def redeem(shell: Shell, visit: Visit) -> Reply:
    """Set the passphrase of whom an invitation is for; what is wrong with it is told on the page,
    and nothing is hashed before the invitation is proven.
    """
    issued = Invitations(shell.node, shell.accounts.secret)
    try:
        issued.set_passphrase(
            visit.form.get("invitation", ""),
            visit.form.get("person", "").strip()[:128],
            visit.form.get("passphrase", ""),
        )
    except (Refused, Malformed) as error:
        said = error.message_ja if visit.lang == "ja" else error.message
        status = 403 if isinstance(error, Refused) else 400
        return Page("invitation.html", {"trouble": said}, status)
    return RedirectResponse("/sign-in?done=set", 303)


def sign_in(shell: Shell, visit: Visit) -> Reply:
    """Check, record, and give a session; a wrong try shows the door again with its reason."""
    try:
        person = visit.form.get("person", "").strip()[:128]
        ticket = shell.accounts.sign_in(
            person,
            visit.form.get("passphrase", ""),
            address=visit.address,
            device=visit.device,
        )
    except (Refused, Unavailable, Untrusted) as error:
        said = error.message_ja if visit.lang == "ja" else error.message
        seconds = (error.details or {}).get("retry_after")
        later = {"retry-after": str(seconds)} if seconds else {}
        status = 503 if isinstance(error, Unavailable) else 403
        if later and error.code != BUSY.code:
            status = 429
        return replace(_door(trouble=said), status=status, headers=later)
    reply = RedirectResponse("/", 303)
    reply.set_cookie(
        shell.accounts.cookie,
        ticket,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        secure=shell.accounts.secure,
        path="/",
    )
    reply.set_cookie(
        shell.accounts.device_cookie,
        shell.accounts.device(person),
        max_age=DEVICE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=shell.accounts.secure,
        path="/sign-in",
    )
    return reply


def sign_out(shell: Shell, visit: Visit) -> Reply:
    """End the session on both sides."""
    if visit.ticket is not None:
        shell.accounts.sign_out(visit.ticket)
    reply = RedirectResponse("/sign-in?done=ended", 303)
    reply.delete_cookie(
        shell.accounts.cookie,
        path="/",
        httponly=True,
        samesite="strict",
        secure=shell.accounts.secure,
    )
    return reply
