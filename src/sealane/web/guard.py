"""What a request must be before the console acts on it; each check has its number in the shell.

A browser sends what any page asks it to send, with this console's cookie if it has one. So a form
is believed only when every one of these holds:

1. Somebody is signed in: the cookie is a ticket that this process gave. (Only the door needs none.)
2. The browser says that the form stands on this very site: `Sec-Fetch-Site` and `Origin`.
3. It says how long it is, and is short enough to be held in memory; an upload alone may be longer.
   Up to here not a byte of the form has been read.
4. It was sent to an address of ours. A name elsewhere that resolves to loopback would let that
   site's page read our answers (DNS rebinding). Pages that only show are held to this too.
5. It carries the key of this session's forms, which no other site can read; compared in constant
   time.

Spec: R57, R63; docs/console.md §Every page.
"""

from __future__ import annotations

import hmac
import re
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request

from sealane.base.errors import Refused, declare
from sealane.settings import Settings

MAX_FORM, MAX_ONWARD = 64 * 1024, 1000
_ONWARD = re.compile(r"/(?!/)[A-Za-z0-9._~%!$&'()*+,;=:@/?-]*", re.ASCII)
DOORS = ("/sign-", "/invitation")

FORM_KEY = declare(
    "web.form",
    Refused,
    "This form is no longer valid.",
    "このフォームは有効ではありません。",
    "Open the page again and repeat.",
    "ページを開き直して、やり直してください。",
)
ELSEWHERE = declare(
    "web.host",
    Refused,
    "The console answers on its own address only.",
    "コンソールは自身のアドレスでのみ応答します。",
    "Use the address that `sealane node status` prints.",
    "`sealane node status` が示すアドレスを使ってください。",
)


def require_same_site(request: Request, settings: Settings) -> None:
    """Check 2. A browser too old for `Sec-Fetch-Site` is held to `Origin`; behind a proxy that is
    the proxy's own, scheme and port included. Raises: Refused `web.form`.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin", "none"):
        raise FORM_KEY()
    if origin is None:
        return
    if settings.console_url:
        same = origin in settings.console_origins
    else:
        same = urlsplit(origin).netloc == request.url.netloc
    if not same:
        raise FORM_KEY()


def require_short(request: Request) -> None:
    """Check 3. A form whose length is not stated is not read at all. Raises: Refused `web.form`."""
    size = request.headers.get("content-length", "")
    if not size.isascii() or not size.isdigit() or int(size) > MAX_FORM:
        raise FORM_KEY()


def require_own_address(request: Request, settings: Settings) -> None:
    """Check 4. Raises: Refused `web.host`."""
    if (request.url.hostname or "") not in settings.console_names:
        raise ELSEWHERE()


def here(request: Request) -> str:
    """This page, as somebody comes back to it after signing in."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    text = request.url.path + (f"?{urlencode(query)}" if query else "")
    return onward(text)


def onward(text: str) -> str:
    """A page of this very console to go on to; the first one for whatever is none: another site,
    something that a browser reads as one, the door itself.
    """
    if len(text) > MAX_ONWARD or not _ONWARD.fullmatch(text) or text.startswith(DOORS):
        return "/"
    return text


def require_form_key(given: str, expected: str) -> None:
    """Check 5. Raises: Refused `web.form`."""
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise FORM_KEY()
