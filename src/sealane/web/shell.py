"""What every page has in common: who visits, in which language, with what form; headers, errors and
rendering.

Spec: R57, R63, R66; docs/console.md §Every page.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
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
    declare,
)
from sealane.services.node import Node
from sealane.services.register import accounts, views
from sealane.services.register.accounts import Accounts, Ticket
from sealane.web import shown
from sealane.web.words import LANGUAGES, name_of, say

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
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MAX_FIELD, MAX_FIELDS, MAX_FORM = 16 * 1024, 64, 64 * 1024
LANG_COOKIE = "sealane_lang"

logger = logging.getLogger("sealane.web")

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request as pages see it."""

    lang: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    file: UploadFile | None = None
    ticket: Ticket | None = None
    person: Mapping[str, Any] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)

    def t(self, key: str, /, **facts: object) -> str:
        return say(self.lang, key, **facts)

    def toggled(self) -> str:
        """This very place in the other language."""
        other = LANGUAGES[1 - LANGUAGES.index(self.lang)]
        kept = [
            (name, value)
            for name in self.query
            if name != "lang"
            for value in self.several.get(name, (self.query[name],))
        ]
        return f"{self.path}?{urlencode([*kept, ('lang', other)])}"


@dataclass(frozen=True, slots=True)
class Page:
    """A template and what it shows."""

    template: str
    data: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Reply = Page | Response
Handler = Callable[[Visit], Reply]
Endpoint = Callable[[Request], Awaitable[Response]]


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
            if (early := await run_in_threadpool(self._unread, request, door, upload)) is not None:
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
            **page.data,
        )
        return HTMLResponse(html, status_code=page.status, headers=dict(page.headers))

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
        visit = self._visit(request, form)
        try:
            self._own_address(request)
            if visit.ticket is None and not door:
                return self._finish(request, visit, RedirectResponse("/sign-in", 303))
            if form is not None:
                self._own_form(request, visit, door)
            reply = handler(visit)
            response = reply if isinstance(reply, Response) else self.render(visit, reply)
        except SealaneError as error:
            response = self.failed(visit, error, self._back(visit))
        except Exception as error:
            logger.exception("the console met a fault of its own at %s", request.url.path)
            response = self.failed(visit, INTERNAL(kind=type(error).__name__))
        return self._finish(request, visit, response)

    def _unread(self, request: Request, door: bool, upload: bool) -> Response | None:
        """What is answered before a byte of the form is read: nobody signed in, another site's
        form, one too large.
        """
        visit = self._visit(request, None)
        if visit.ticket is None and not door:
            return self._finish(request, visit, RedirectResponse("/sign-in", 303))
        size = request.headers.get("content-length", "")
        if not _same_site(request) or (
            not upload and (not size.isascii() or not size.isdigit() or int(size) > MAX_FORM)
        ):
            return self._finish(request, visit, self.failed(visit, FORM_KEY()))
        return None

    def _broken(self, request: Request) -> Response:
        visit = self._visit(request, None)
        return self._finish(request, visit, self.failed(visit, FORM_KEY()))

    def _finish(self, request: Request, visit: Visit, response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if "lang" in visit.query:
            response.set_cookie(
                LANG_COOKIE, visit.lang, max_age=365 * 86_400, httponly=True, samesite="strict"
            )
        return response

    def _visit(self, request: Request, form: FormData | None) -> Visit:
        query = dict(request.query_params)
        asked = query.get("lang") or request.cookies.get(LANG_COOKIE)
        lang = asked if asked in LANGUAGES else self.node.settings.language
        ticket: Ticket | None = None
        person: dict[str, Any] = {}
        try:
            ticket, person = self.accounts.who(
                request.cookies.get(self.accounts.cookie), accounts.SESSION
            )
        except Refused:
            person = {}
        pairs = (
            request.query_params.multi_items()[:MAX_FIELDS] if form is None else form.multi_items()
        )
        texts = [(name, value) for name, value in pairs if isinstance(value, str)]
        files = [value for _, value in pairs if isinstance(value, UploadFile)]
        names = {name for name, _ in texts}
        return Visit(
            lang=lang,
            path=request.url.path,
            query=query,
            form={} if form is None else dict(texts),
            ticket=ticket,
            person=person,
            several={name: tuple(value for key, value in texts if key == name) for name in names},
            file=files[0] if files else None,
            params=dict(request.path_params),
        )

    def _own_address(self, request: Request) -> None:
        """A name that resolves to loopback is not ours: stops pages elsewhere from rebinding onto
        the console.
        """
        if (request.url.hostname or "") not in LOOPBACK | {self.node.settings.host}:
            raise ELSEWHERE()

    def _own_form(self, request: Request, visit: Visit, door: bool) -> None:
        if not _same_site(request):
            raise FORM_KEY()
        if door or visit.ticket is None:
            return
        if not hmac.compare_digest(
            visit.form.get("form_key", "").encode(), self.accounts.form_key(visit.ticket).encode()
        ):
            raise FORM_KEY()

    @staticmethod
    def _back(visit: Visit) -> str:
        name = visit.params.get("item")
        return f"/items/{name}" if name else "/"


def _same_site(request: Request) -> bool:
    """Whether a form comes from this very console, by what the browser says of it."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    return site in (None, "same-origin", "none") and (
        origin is None or urlsplit(origin).netloc == request.url.netloc
    )
