"""`GET /api/v1/home/feed`: what waits for who asks, as an Atom feed: of each kind how many and
since when. No item, title or party is in it; it leads to the console, where people sign in.

Feed readers ask again and again, from wherever they run: an answer that did not change is 304, and
a token of the kind that a person makes for it opens nothing else.
Spec: RFC 4287; RFC 7617 (Basic); RFC 9110 §13 (conditional requests); docs/console.md §Reminders.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from lxml import etree
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, format_instant
from sealane.http.callers import Callers, refused
from sealane.office.beside import HOME_FEED_PATH
from sealane.services.node import Node
from sealane.services.register.accounts import NOT_SIGNED_IN
from sealane.services.register.acts import Actor
from sealane.services.reminders.feed import FeedKind, HomeFeed, feed

ATOM = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml; charset=utf-8"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
REALM = 'Basic realm="Sealane", charset="UTF-8"'
HEADERS = {
    # whoever reads it keeps it, so as to ask whether it changed; nobody between does
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Cookie",
    "X-Content-Type-Options": "nosniff",
}
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class HomeFeedDoor:
    """The feed of one node's people."""

    node: Node
    callers: Callers
    say: Say
    """The console's words: language, key and facts."""

    def route(self) -> Route:
        """Where it is."""
        return Route(HOME_FEED_PATH, self.answer, methods=["GET"])

    async def answer(self, request: Request) -> Response:
        """The feed, or that it did not change, or the problem."""
        try:
            return await run_in_threadpool(self._answer, request)
        except SealaneError as error:
            reply = refused(error)
            if error.code == NOT_SIGNED_IN.code:
                reply.headers.append("WWW-Authenticate", REALM)
            return reply

    def _answer(self, request: Request) -> Response:
        person, proof = self.callers.feed_reader(request)
        secret = self.callers.accounts.secret
        told = feed(self.node, secret, Actor(str(person["id"]), proof))
        tag, changed = f'"{told.digest[:32]}"', told.since // SECOND
        headers = {
            **HEADERS,
            "ETag": tag,
            "Last-Modified": format_datetime(datetime.fromtimestamp(changed, UTC), usegmt=True),
            "Content-Language": told.lang,
        }
        if _is_known(request, tag, changed):
            return Response(status_code=304, headers=headers)
        return Response(self._written(told), headers={**headers, "Content-Type": TYPE})

    def _written(self, told: HomeFeed) -> bytes:
        """The document. Spec: RFC 4287 §4.1.1."""
        origin, lang = self.node.settings.console_origin, told.lang
        root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM}, attrib={XML_LANG: lang})
        _add(root, "id", told.id)
        _add(root, "title", self.say(lang, "feed.title", node=self.node.settings.node))
        _add(root, "updated", format_instant(told.since))
        _add(root, "link", rel="self", type="application/atom+xml", href=origin + HOME_FEED_PATH)
        _add(root, "link", rel="alternate", type="text/html", hreflang=lang, href=f"{origin}/")
        _add(etree.SubElement(root, f"{{{ATOM}}}author"), "name", "Sealane")
        for one in told.kinds:
            self._entry(root, one, lang)
        made: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
        return made

    def _entry(self, root: etree._Element, one: FeedKind, lang: str) -> None:
        origin = self.node.settings.console_origin
        kind = self.say(lang, f"home_kind.{one.kind}")
        facts = {"count": one.count, "since": _day(one.since), "due": _day(one.due or one.since)}
        entry = etree.SubElement(root, f"{{{ATOM}}}entry")
        _add(entry, "id", one.id)
        _add(entry, "title", self.say(lang, "feed.entry", kind=kind, count=one.count))
        _add(entry, "published", one.since)
        _add(entry, "updated", one.newest)
        link = f"{origin}/?kind={quote(one.kind)}"
        _add(entry, "link", rel="alternate", type="text/html", hreflang=lang, href=link)
        key = "feed.due" if one.due else "feed.summary"
        _add(entry, "summary", self.say(lang, key, **facts), type="text")


def _add(to: etree._Element, name: str, text: str | None = None, **attributes: str) -> None:
    etree.SubElement(to, f"{{{ATOM}}}{name}", attrib=attributes).text = text


def _day(instant: str) -> str:
    """An instant as a reader anywhere reads it, to the minute."""
    return f"{instant[:10]} {instant[11:16]} UTC"


def _is_known(request: Request, tag: str, changed: int) -> bool:
    """Whether who asks has it already; the tag goes before the instant. Spec: RFC 9110 §13.2.2."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        held = {one.strip().removeprefix("W/") for one in tags.split(",")}
        return tag in held or "*" in held
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
        return changed <= since.timestamp()
    except (ValueError, TypeError, OverflowError):
        return False
