"""What a browser keeps of this console: the session, what it is known again by, and questions that
wait for its answer.

Spec: docs/console.md §Signing in; R57.
"""

from __future__ import annotations

from starlette.responses import Response

from sealane.services.register.accounts import DEVICE_SECONDS, Accounts
from sealane.services.register.ceremonies import SECONDS as CEREMONY_SECONDS
from sealane.services.register.sessions import SESSION_SECONDS
from sealane.web.visit import Kept


def keep(accounts: Accounts, reply: Response, kept: Kept) -> None:
    """Have the browser keep what a question is answered with; an empty one is let go."""
    reply.set_cookie(
        f"{accounts.cookie}_{kept.name}",
        kept.value,
        max_age=CEREMONY_SECONDS if kept.value else 0,
        httponly=True,
        samesite="lax" if kept.lax else "strict",
        secure=accounts.secure,
        path=kept.path,
    )


def signed_in(accounts: Accounts, reply: Response, person: str, session: str) -> Response:
    """The same answer, with a session and what the browser is known again by."""
    for name, value, seconds, path in (
        (accounts.cookie, session, SESSION_SECONDS, "/"),
        (
            accounts.device_cookie,
            accounts.device(person),
            DEVICE_SECONDS,
            "/sign-in",
        ),
    ):
        reply.set_cookie(
            name,
            value,
            max_age=seconds,
            httponly=True,
            samesite="strict",
            secure=accounts.secure,
            path=path,
        )
    return reply
