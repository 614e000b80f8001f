"""The way by the nation's identity provider, and back. Spec: R57; docs/console.md §Signing in.

The browser comes back from another site, so the session's cookie, which is strict, does not come
with it, nor with any page that it is sent on to at once. So the answer is a page of ours that goes
on by itself.
"""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from sealane.base.errors import SealaneError
from sealane.services.register.provider import BACK, Provider
from sealane.web import browser, guard
from sealane.web.pages.sign_in import FAILED, refused
from sealane.web.shell import Shell
from sealane.web.visit import Kept, Page, Reply, Visit

WAY = "way"


def begin(shell: Shell, visit: Visit, provider: Provider) -> Reply:
    """Send the browser to the provider."""
    to = guard.onward(visit.query.get("to", "/"))
    try:
        way = provider.begin(to)
    except FAILED as error:
        return refused(shell, visit, error, to)
    reply = RedirectResponse(way.url, 303)
    browser.keep(shell.accounts, reply, Kept(WAY, way.kept, BACK, lax=True))
    return reply


def back(shell: Shell, visit: Visit, provider: Provider) -> Reply:
    """Take the browser back; who the provider says it is, is in."""
    gone = Kept(WAY, "", BACK, lax=True)
    try:
        arrived = provider.finish(
            visit.kept.get(WAY, ""),
            visit.query,
            address=visit.address,
            device=visit.device,
            agent=visit.agent,
        )
    except FAILED as error:
        reply = shell.render(visit, refused(shell, visit, error))
        browser.keep(shell.accounts, reply, gone)
        return reply
    reply = shell.render(visit, Page("again.html", {"to": guard.onward(arrived.to)}))
    browser.keep(shell.accounts, reply, gone)
    return browser.signed_in(shell.accounts, reply, arrived.person, arrived.session)


def logged_out(provider: Provider, text: str) -> Response:
    """What the provider tells of a session that ended there. Spec: OpenID
    Connect Back-Channel Logout 1.0 §2.8.
    """
    headers = {"Cache-Control": "no-store"}
    try:
        provider.logged_out(text)
    except SealaneError:
        return Response(status_code=400, headers=headers)
    return Response(status_code=200, headers=headers)
