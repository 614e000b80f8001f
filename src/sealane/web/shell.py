"""What every page has in common: who visits, in which language, with what form; headers, errors and
rendering.

Spec: R57, R63, R66; docs/console.md §Every page.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sealane.base.errors import (
    INTERNAL,
    Conflict,
    Malformed,
    Misconfigured,
    NotFound,
    Refused,
    SealaneError,
    Unavailable,
    Untrusted,
)
from sealane.base.visible import visible
from sealane.registry.records import Duty
from sealane.services.node import REFUSED_WHILE, Node
from sealane.services.register import (
    accounts,
    equivocations,
    key_ends,
    partner_cards,
    sign_in_tries,
    views,
)
from sealane.services.register.accounts import Accounts, Ticket
from sealane.web import guard, shown
from sealane.web.visit import Handler, Page, Visit
from sealane.web.words import LANGUAGES, name_of

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
STATUS: tuple[tuple[type[SealaneError], int], ...] = (
    (Malformed, 400),
    (Untrusted, 403),
    (Refused, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Unavailable, 503),
    (Misconfigured, 500),
)
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

    def post(self, handler: Handler, *, door: bool = False, upload: bool = False) -> Endpoint:
        """An endpoint that acts; only forms of this very console and session are accepted."""

        async def endpoint(request: Request) -> Response:
            early = await run_in_threadpool(self._unread, request, door, upload)
            if early is not None:
                return early
            try:
                async with request.form(
                    max_files=int(upload), max_fields=MAX_FIELDS, max_part_size=MAX_FIELD
                ) as form:
                    return await run_in_threadpool(self._answer, request, handler, form, door)
            except HTTPException:
                return await run_in_threadpool(self._broken, request)

        return endpoint

    def render(self, visit: Visit, page: Page) -> Response:
        """The page in the visitor's language."""
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
            when=lambda text: shown.when(lang, text),
            day=lambda text: shown.day(lang, text),
            readable=lambda text: shown.readable(lang, text),
            age=lambda seconds: shown.age(lang, seconds),
            size=shown.size,
            staff=bool(visit.person) and views.is_staff(visit.person),
            stopped=self._stopped() if visit.person else [],
            closed=self._closed(visit),
            alarms=self._alarms(visit),
            keys=self._keys(visit),
            **page.data,
        )
        return HTMLResponse(html, status_code=page.status, headers=dict(page.headers))

    def _stopped(self) -> list[str]:
        """The partners to which no key goes; said on every page."""
        with self.node.store.reading() as tx:
            return equivocations.open_ones(self.node, tx)

    def _closed(self, visit: Visit) -> dict[str, str] | None:
        """What a node that may be older than what it said tells on every page; None when it is
        current.
        """
        with self.node.store.reading() as tx:
            refusal = REFUSED_WHILE.get(self.node.newness(tx))
        if refusal is None or not visit.person:
            return None
        error, ja = refusal(), visit.lang == "ja"
        return {
            "code": error.code,
            "message": error.message_ja if ja else error.message,
            "remedy": error.remedy_ja if ja else error.remedy,
        }

    def _alarms(self, visit: Visit) -> list[dict[str, Any]]:
        """Attacks on the sign-in door, told to those who keep it."""
        if not {Duty.SECURITY_OFFICER, Duty.OPERATOR} & set(visit.person.get("duties", ())):
            return []
        with self.node.store.reading() as tx:
            return sign_in_tries.alarms(self.node, tx)

    def _keys(self, visit: Visit) -> dict[str, Any]:
        """Keys of ours that end and cards of partners to be seen to, on the first page of those who
        see to them.
        """
        keepers = {Duty.SECURITY_OFFICER, Duty.OPERATOR} & set(visit.person.get("duties", ()))
        if visit.path != "/" or not keepers:
            return {"cards_waiting": [], "cards_forked": [], "ending": []}
        with self.node.store.reading() as tx:
            cards = partner_cards.told(self.node, tx)
        return {**cards, "ending": key_ends.keys_ending(self.node)}

    def failed(self, visit: Visit, error: SealaneError, back: str = "/") -> Response:
        """An error as a page: what happened, what to do, its code."""
        status = next((number for kind, number in STATUS if isinstance(error, kind)), 500)
        ja = visit.lang == "ja"
        data = {
            "message": error.message_ja if ja else error.message,
            "remedy": error.remedy_ja if ja else error.remedy,
            "code": error.code,
            "back": back,
        }
        return self.render(visit, Page("error.html", data, status))

    def _answer(
        self, request: Request, handler: Handler, form: FormData | None, door: bool
    ) -> Response:
        """The page or the act, whoever asks; what goes wrong is a page too. The numbers are those
        of `guard`.
        """
        visit = self._visit(request, form)
        try:
            # 4. an address of ours, for pages that only show as well
            guard.require_own_address(request, self.node.settings)
            # 1. somebody is signed in
            if visit.ticket is None and not door:
                return self._finish(request, visit, RedirectResponse("/sign-in", 303))
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

    def _unread(self, request: Request, door: bool, upload: bool) -> Response | None:
        """What is answered before a byte of the form is read; None: read it. The numbers are those
        of `guard`.
        """
        visit = self._visit(request, None)
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

    def _broken(self, request: Request) -> Response:
        """The answer to a form that cannot be read: too many fields, or too long ones."""
        visit = self._visit(request, None)
        return self._finish(request, visit, self.failed(visit, guard.FORM_KEY()))

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
        try:
            cookie = request.cookies.get(self.accounts.cookie)
            ticket, person = self.accounts.who(cookie, accounts.SESSION)
        except Refused:
            person = {}
        pairs: Sequence[tuple[str, str | UploadFile]]
        if form is None:
            pairs = request.query_params.multi_items()[:MAX_FIELDS]
        else:
            pairs = form.multi_items()
        texts = [(name, value) for name, value in pairs if isinstance(value, str)]
        uploads = [value for _, value in pairs if isinstance(value, UploadFile)]
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
            file=uploads[0] if uploads else None,
            params=dict(request.path_params),
            address=request.client.host if request.client else "",
            device=request.cookies.get(self.accounts.device_cookie, ""),
        )

    @staticmethod
    def _back(visit: Visit) -> str:
        name = visit.params.get("item")
        return f"/items/{name}" if name else "/"
