"""What every page has in common: who visits, in which language, with what form; headers, errors and
rendering.

Spec: R57, R63, R66; docs/console.md §Every page.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sealane.base.errors import INTERNAL, Refused, SealaneError
from sealane.base.origins import bracketed, host_of
from sealane.base.visible import visible
from sealane.office.operation import NodeOffice
from sealane.office.statuses import status_of
from sealane.protocol.client_certificate import CERTIFICATE
from sealane.registry.means import Means
from sealane.registry.who_may import Act, may
from sealane.services.exchange.asked_release import NOT_KEPT
from sealane.services.node import Node
from sealane.services.register import (
    accounts,
)
from sealane.services.register import preferences as liking
from sealane.services.register.accounts import Accounts
from sealane.services.register.provider import Provider
from sealane.services.register.sessions import Ticket
from sealane.services.sight import is_staff
from sealane.web import beside, browser, done_lines, guard, shown
from sealane.web.visit import Handler, Page, Visit
from sealane.web.words import LANGUAGES, code_words, name_of

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri"
    " 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SCRIPTS = {"Content-Security-Policy": f"{CSP}; script-src 'self'"}
"""For the few pages with a script of ours: a passkey cannot be asked without."""
MAX_FIELD, MAX_FIELDS = 16 * 1024, 64
LANG_COOKIE = "sealane_lang"
logger = logging.getLogger("sealane.web")

Endpoint = Callable[[Request], Awaitable[Response]]


def shown_whole(value: object) -> object:
    """What every expression of a page goes through: nothing in it acts without being seen."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value, keep="\n\t\r")
    return value


@dataclass(slots=True)
class Shell:
    """The frame around every page of one node's console."""

    node: Node
    accounts: Accounts
    marks: Callable[[], list[dict[str, Any]]]
    office: NodeOffice
    """What the operations reach, for pages that ask them."""
    provider: Provider | None = None
    """The nation's identity provider, where the deployment takes it."""
    env: Environment = field(init=False)

    def __post_init__(self) -> None:
        self.env = Environment(
            loader=PackageLoader("sealane.web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=shown_whole,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def get(self, handler: Handler, *, door: bool = False) -> Endpoint:
        """An endpoint that shows a page; `door` pages need nobody signed in."""

        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(self._answer, request, handler, None, door)

        return endpoint

    def post(self, handler: Handler, *, door: bool = False, upload: int = 0) -> Endpoint:
        """An endpoint that acts; only forms of this very console and session are accepted.

        Args: upload: how many files may come with a form.
        """

        async def endpoint(request: Request) -> Response:
            early = await run_in_threadpool(self._unread, request, door, bool(upload))
            if early is not None:
                return early
            try:
                async with request.form(
                    max_files=upload, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD
                ) as form:
                    return await run_in_threadpool(self._answer, request, handler, form, door)
            except HTTPException:
                return await run_in_threadpool(self._broken, request, guard.FORM_KEY())
            except OSError as error:
                full = NOT_KEPT(why=error.strerror or "write failed")
                return await run_in_threadpool(self._broken, request, full)

        return endpoint

    def render(self, visit: Visit, page: Page, *, alone: bool = False) -> Response:
        """The page in the visitor's language; `alone`: without what every page tells beside it."""
        lang, settings = visit.lang, self.node.settings
        html = self.env.get_template(page.template).render(
            visit=visit,
            lang=lang,
            t=visit.t,
            node=settings,
            person=visit.person,
            toggle=visit.toggled(),
            form_key="" if visit.ticket is None else self.accounts.form_key(visit.ticket),
            name_of=lambda group, code: name_of(lang, group, code),
            code_words=lambda code: code_words(lang, code),
            titled=self._titles(lang),
            when=lambda text: shown.when(lang, text, visit.zone),
            day=lambda text: shown.day(lang, text),
            readable=lambda text: shown.readable(lang, text, visit.zone),
            age=lambda seconds: shown.age(lang, seconds),
            size=shown.size,
            passphrases=Means.PASSPHRASE in settings.means,
            staff=bool(visit.person) and is_staff(visit.person),
            may=lambda act: (
                bool(visit.person)
                and may(Act(act), str(visit.person["id"]), visit.person["duties"])
            ),
            shown_at=self.node.now()[1],
            done=None if alone else done_lines.told(self.node, visit),
            **(beside.NOTHING if alone else beside.told(self.node, visit, page)),
            **page.data,
        )
        reply = HTMLResponse(html, status_code=page.status, headers=dict(page.headers))
        for one in page.kept:
            browser.keep(self.accounts, reply, one)
        return reply

    def _titles(self, lang: str) -> Callable[[str | None], str]:
        """How agreements are called; one that is not held here by its own name, none by a dash."""

        def titled(name: str | None) -> str:
            with self.node.store.reading() as tx:
                held = self.node.agreements(tx).get(name or "")
            return (held.title.ja if lang == "ja" else held.title.en) if held else name or "–"

        return titled

    def provider_out(self) -> str | None:
        """Where a session at the provider is ended too, for who came by it."""
        return None if self.provider is None else self.provider.end_url()

    def card_door(self, to: str) -> str | None:
        """Where a client certificate is asked for; None: nowhere."""
        settings = self.node.settings
        if Means.CERTIFICATE not in settings.means:
            return None
        place = ""
        if settings.certificate_port:
            place = (
                f"https://{bracketed(host_of(settings.console_origin))}:{settings.certificate_port}"
            )
        return f"{place}/sign-in/certificate?{urlencode({'to': to})}"

    def failed(self, visit: Visit, error: SealaneError, back: str = "/") -> Response:
        """An error as a page: what happened, what to do, its code."""
        status = status_of(error, page=True)
        ja = visit.lang == "ja"
        data = {
            "message": error.message_ja if ja else error.message,
            "remedy": error.remedy_ja if ja else error.remedy,
            "code": error.code,
            "back": back,
        }
        page = Page("error.html", data, status)
        try:
            return self.render(visit, page)
        except SealaneError:  # the store is away, and what happened is told all the same
            return self.render(visit, page, alone=True)

    def _answer(
        self, request: Request, handler: Handler, form: FormData | None, door: bool
    ) -> Response:
        """The page or the act, whoever asks; what goes wrong is a page too. The numbers are those
        of `guard`.
        """
        visit = self._visit(request, form)
        try:
            # whether anybody is signed in can be told
            if visit.trouble is not None:
                raise visit.trouble
            # 4. an address of ours, for pages that only show as well
            guard.require_own_address(request, self.node.settings)
            # 1. somebody is signed in
            if visit.ticket is None and not door:
                return self._finish(request, visit, self._to_the_door(request, visit, form))
            if form is not None:
                # 2. once more, of the request that was read
                guard.require_same_site(request, self.node.settings)
                # 5. the key of this session's forms; at the door there is no session yet
                if not door and visit.ticket is not None:
                    expected = self.accounts.form_key(visit.ticket)
                    guard.require_form_key(visit.form.get("form_key", ""), expected)
            reply = handler(visit)
            response = reply if isinstance(reply, Response) else self.render(visit, reply)
        except SealaneError as error:
            response = self.failed(visit, error, self._back(visit))
        except Exception as error:
            logger.exception("console.fault")
            response = self.failed(visit, INTERNAL(kind=type(error).__name__))
        return self._finish(request, visit, response)

    def _to_the_door(self, request: Request, visit: Visit, form: FormData | None) -> Response:
        """Where somebody goes who is not signed in, to come back to this page afterwards."""
        # a link from another site comes without the session's cookie; the page itself asks again
        if form is None and request.headers.get("sec-fetch-site") == "cross-site":
            return self.render(visit, Page("again.html", {"to": guard.here(request)}))
        to = guard.here(request) if form is None else "/"
        query = "" if to == "/" else f"?{urlencode({'to': to})}"
        return RedirectResponse(f"/sign-in{query}", 303)

    def _unread(self, request: Request, door: bool, upload: bool) -> Response | None:
        """What is answered before a byte of the form is read; None: read it. The numbers are those
        of `guard`.
        """
        visit = self._visit(request, None)
        if visit.trouble is not None:
            return self._finish(request, visit, self.failed(visit, visit.trouble))
        # 1. nobody who is not signed in makes us read megabytes
        if visit.ticket is None and not door:
            return self._finish(request, visit, RedirectResponse("/sign-in", 303))
        try:
            # 2. no other site's form
            guard.require_same_site(request, self.node.settings)
            # 3. no long one, unless a file is to be uploaded
            if not upload:
                guard.require_short(request)
        except Refused as error:
            return self._finish(request, visit, self.failed(visit, error))
        return None

    def _broken(self, request: Request, error: SealaneError) -> Response:
        """The answer to a form that cannot be read: too many fields, too long ones, or no room."""
        visit = self._visit(request, None)
        return self._finish(request, visit, self.failed(visit, error))

    def _finish(self, request: Request, visit: Visit, response: Response) -> Response:
        """What every answer carries: the headers that keep other sites out, and the language that
        was chosen.
        """
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "lang" in visit.query:
            response.set_cookie(
                LANG_COOKIE,
                visit.lang,
                max_age=365 * 86_400,
                httponly=True,
                samesite="strict",
                secure=self.accounts.secure,
            )
        return response

    def _visit(self, request: Request, form: FormData | None) -> Visit:
        """Who asks for what, in which language; every list is cut where it grows too long."""
        query = dict(request.query_params)
        asked = query.get("lang") or request.cookies.get(LANG_COOKIE)
        lang = asked if asked in LANGUAGES else self.node.settings.language
        ticket: Ticket | None = None
        person: dict[str, Any] = {}
        trouble: SealaneError | None = None
        try:
            cookie = request.cookies.get(self.accounts.cookie)
            ticket, person = self.accounts.who(cookie, accounts.SESSION)
        except Refused:
            person = {}
        except SealaneError as error:
            trouble = error
        likes = liking.preferred(self.node, str(person["id"])) if person else liking.NONE
        if likes.lang and asked not in LANGUAGES:
            lang = likes.lang
        pairs: Sequence[tuple[str, str | UploadFile]]
        if form is None:
            pairs = request.query_params.multi_items()[:MAX_FIELDS]
        else:
            pairs = form.multi_items()
        texts = [(name, value) for name, value in pairs if isinstance(value, str)]
        files = {name: value for name, value in pairs if isinstance(value, UploadFile)}
        several: dict[str, tuple[str, ...]] = {}
        for name, value in texts:
            several[name] = (*several.get(name, ()), value)
        return Visit(
            lang=lang,
            path=request.url.path,
            query=query,
            form={} if form is None else dict(texts),
            ticket=ticket,
            person=person,
            several=several,
            file=next(iter(files.values()), None),
            files=files,
            params=dict(request.path_params),
            address=request.client.host if request.client else "",
            device=request.cookies.get(self.accounts.device_cookie, ""),
            certificate=request.scope.get("state", {}).get(CERTIFICATE) or b"",
            agent=shown.browser(request.headers.get("user-agent", "")),
            zone=likes.zone,
            kept={
                name.removeprefix(f"{self.accounts.cookie}_"): value
                for name, value in request.cookies.items()
                if name.startswith(f"{self.accounts.cookie}_")
            },
            trouble=trouble,
        )

    @staticmethod
    def _back(visit: Visit) -> str:
        name = visit.params.get("item")
        return f"/items/{name}" if name else "/"
