"""Signing in and out. Spec: R57; docs/console.md §Signing in."""

from __future__ import annotations

from starlette.responses import RedirectResponse

from sealane.base.errors import Refused, Unavailable, Untrusted
from sealane.services.register.accounts import DEVICE_SECONDS, SESSION_SECONDS
from sealane.services.register.sign_in_tries import BUSY
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit


def sign_in_page(_: Shell, visit: Visit) -> Reply:
    """The door."""
    if visit.ticket is not None:
        return RedirectResponse("/", 303)
    return Page("signin.html", {"trouble": None, "ended": visit.query.get("done") == "ended"})


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
        return Page("signin.html", {"trouble": said, "ended": False}, status, later)
    reply = RedirectResponse("/", 303)
    reply.set_cookie(
        shell.accounts.cookie,
        ticket,
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="strict",
        path="/",
    )
    reply.set_cookie(
        shell.accounts.device_cookie,
        shell.accounts.device(person),
        max_age=DEVICE_SECONDS,
        httponly=True,
        samesite="strict",
        path="/sign-in",
    )
    return reply


def sign_out(shell: Shell, visit: Visit) -> Reply:
    """End the session on both sides."""
    if visit.ticket is not None:
        shell.accounts.sign_out(visit.ticket)
    reply = RedirectResponse("/sign-in?done=ended", 303)
    reply.delete_cookie(shell.accounts.cookie, path="/", httponly=True, samesite="strict")
    return reply
