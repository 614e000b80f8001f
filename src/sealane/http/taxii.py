"""TAXII 2.1 at `/taxii2/`: the node's feeds for programs, each question answered for the person for
whom the program calls.

One API root holds every feed of the node. What a caller may not read is not there: no status,
count, header or page tells of it.
Spec: TAXII 2.1 §4, §5; spec/feeds.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sealane.base.errors import SealaneError
from sealane.feeds.asked import FeedFilter, read_filter, read_limit
from sealane.http import taxii_answers
from sealane.http.callers import Callers, basic, bearer
from sealane.http.taxii_answers import MEDIA_TYPE, NO_VERB, NOWHERE, STIX_TYPE, told
from sealane.labels.stix.definitions import is_id
from sealane.registry.feed_records import Feed
from sealane.registry.person_proof import PersonProof
from sealane.services.feeds import adding, deleting, kept, reading, statuses
from sealane.services.feeds.reading import FeedCall, ObjectPage, added_text, feed_for
from sealane.services.feeds.refusing import NO_OBJECT, NOT_WRITER, TOO_LARGE
from sealane.services.node import Node
from sealane.services.register import accounts, feed_clients
from sealane.services.register.acts import Actor
from sealane.services.statements.refusal_limits import TOO_MANY, Crowd

PATH, ROOT = "/taxii2/", "/taxii2/feeds/"
COLLECTION = f"{ROOT}collections/{{feed}}/"
BODY_MOST = 100 << 20
DOOR = "taxii"
Person = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaxiiCaller:
    """For whom a program calls."""

    person: Person
    actor: Actor


Handler = Callable[["TaxiiDoor", TaxiiCaller, Request], Response]


@dataclass(frozen=True, slots=True)
class TaxiiDoor:
    """The TAXII server of one node."""

    node: Node
    callers: Callers
    crowd: Crowd

    @property
    def secret(self) -> bytes:
        return self.callers.accounts.secret

    def routes(self) -> list[BaseRoute]:
        """Every address below `/taxii2/`, and one for whatever has none."""
        return [
            self._at(PATH, GET=_discovery),
            self._at(ROOT, GET=_root),
            self._at(f"{ROOT}markings/", GET=_all_markings),
            self._at(f"{ROOT}status/{{status}}/", GET=_status),
            self._at(f"{ROOT}collections/", GET=_collections),
            self._at(COLLECTION, GET=_collection),
            self._at(f"{COLLECTION}markings/", GET=_markings),
            self._at(f"{COLLECTION}manifest/", GET=_manifest),
            self._at(f"{COLLECTION}objects/", GET=_objects, POST=_add),
            self._at(f"{COLLECTION}objects/{{object}}/", GET=_object, DELETE=_delete),
            self._at(f"{COLLECTION}objects/{{object}}/versions/", GET=_versions),
            self._at("/taxii2{rest:path}"),
        ]

    def _at(self, path: str, **verbs: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return await self._answered(request, verbs)
            except SealaneError as error:
                return taxii_answers.refused(error)

        return Route(path, endpoint, methods=["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])

    async def _answered(self, request: Request, verbs: dict[str, Handler]) -> Response:
        # 1. who calls, before anything else is told
        caller = await run_in_threadpool(self._caller, request)
        # 2. what is asked, in a form that is spoken here
        taxii_answers.require_acceptable(request)
        verb = "GET" if request.method == "HEAD" else request.method
        if not verbs:
            raise NOWHERE(path=request.url.path[:120])
        if verb not in verbs:
            raise NO_VERB(path=request.url.path[:120], verbs=", ".join(verbs))
        if verb != "POST":
            return await run_in_threadpool(verbs[verb], self, caller, request)
        # 3. a body, once it is known that it is taken
        taxii_answers.require_typed(request)
        await run_in_threadpool(_writable, self, caller, request)
        with tempfile.TemporaryFile() as spool:
            await _spooled(request, spool)
            request.state.body = spool
            return await run_in_threadpool(verbs[verb], self, caller, request)

    def _caller(self, request: Request) -> TaxiiCaller:
        """Raises: Refused `login.required`; Unavailable `call.too_many`."""
        try:
            self.callers.require_ours(request)
            return self._proven(request.headers.get("authorization", ""))
        except SealaneError as error:
            if not taxii_answers.is_login(error):
                raise
            address = request.client.host if request.client else ""
            wait = self.crowd.spend(DOOR, address, self.node.host.now())
            if wait:
                raise TOO_MANY(seconds=wait, details={"retry_after": wait}) from None
            raise

    def _proven(self, header: str) -> TaxiiCaller:
        token = bearer(header)
        if token is not None:
            _, person = self.callers.accounts.who(token, accounts.TOKEN)
            return _called(person)
        name, secret = basic(header)
        with self.node.store.reading() as tx:
            found = feed_clients.who(self.node, tx, name or "", secret or "")
        if found is None:
            raise accounts.NOT_SIGNED_IN()
        return _called(found)

    def feed(self, caller: TaxiiCaller, request: Request) -> Feed:
        """The feed of an address. Raises: NotFound `feed.unknown`."""
        with self.node.store.reading() as tx:
            return feed_for(self.node, tx, request.path_params["feed"], caller.person)

    def feeds(self, caller: TaxiiCaller) -> list[tuple[Feed, bool, bool]]:
        """Every feed that is there for the caller, with whether it may be read and written."""
        with self.node.store.reading() as tx:
            rows = [
                (
                    one,
                    kept.may_read(self.node, tx, one, caller.person),
                    kept.may_write(self.node, one, caller.person),
                )
                for one in kept.every(self.node, tx)
            ]
        return [row for row in rows if row[1] or row[2]]


def _called(person: Person) -> TaxiiCaller:
    return TaxiiCaller(person, Actor(str(person["id"]), PersonProof.TOKEN))


async def _spooled(request: Request, spool: BinaryIO) -> None:
    """The body, in a file without a name. Raises: Malformed `feed.too_large`."""
    length, size = request.headers.get("content-length", ""), 0
    if length.isdigit() and int(length[:18]) > BODY_MOST:
        raise TOO_LARGE(limit=BODY_MOST)
    async for piece in request.stream():
        size += len(piece)
        if size > BODY_MOST:
            raise TOO_LARGE(limit=BODY_MOST)
        await run_in_threadpool(spool.write, piece)
    spool.seek(0)


def _discovery(door: TaxiiDoor, _: TaxiiCaller, __: Request) -> Response:
    root = f"{door.node.settings.console_origin}{ROOT}"
    return told(
        {"title": f"Sealane {door.node.settings.node}", "default": root, "api_roots": [root]}
    )


def _root(door: TaxiiDoor, _: TaxiiCaller, __: Request) -> Response:
    return told(
        {
            "title": f"Feeds of {door.node.party}",
            "description": "Each object is decided for each caller at each read.",
            "versions": [MEDIA_TYPE],
            "max_content_length": BODY_MOST,
        }
    )


def _collections(door: TaxiiDoor, caller: TaxiiCaller, _: Request) -> Response:
    rows = [_resource(*row) for row in door.feeds(caller)]
    return told({"collections": rows} if rows else {})


def _collection(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    feed = door.feed(caller, request)
    return told(next(_resource(*row) for row in door.feeds(caller) if row[0].id == feed.id))


def _resource(feed: Feed, can_read: bool, can_write: bool) -> dict[str, Any]:
    return {
        "id": feed.id,
        "title": feed.name,
        "description": f"{feed.agreement}: {feed.area}",
        **({} if feed.alias is None else {"alias": feed.alias}),
        "can_read": can_read,
        "can_write": can_write,
        "media_types": [STIX_TYPE],
    }


def _all_markings(door: TaxiiDoor, caller: TaxiiCaller, _: Request) -> Response:
    feeds = [feed for feed, can_read, _ in door.feeds(caller) if can_read]
    return told(reading.markings(door.node, feeds, caller.person))


def _markings(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    call = _call(door, caller, request, FeedFilter())
    with door.node.store.reading() as tx:
        reading.require_reader(door.node, tx, call)
    return told(reading.markings(door.node, [call.feed], caller.person))


def _status(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    return told(statuses.of(door.node, request.path_params["status"], caller.actor))


def _objects(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    asked = read_filter(request.query_params.multi_items())
    page = reading.page(door.node, door.secret, _call(door, caller, request, asked))
    return taxii_answers.envelope(page.texts, page.next, _dates(page))


def _object(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    asked = _of_one(request, ("version", "spec_version"))
    page = _of_object(door, _call(door, caller, request, asked, what="object"))
    return taxii_answers.envelope(page.texts, page.next, _dates(page))


def _manifest(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    asked = read_filter(request.query_params.multi_items())
    call = _call(door, caller, request, asked, what="manifest", texts=False)
    page = reading.page(door.node, door.secret, call)
    rows = [
        {
            "id": one.object,
            "date_added": added_text(one.added),
            "version": one.version_text,
            "media_type": f"application/stix+json;version={one.spec}",
        }
        for one in page.keys
    ]
    return _listed("objects", rows, page)


def _versions(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    asked = _of_one(request, ("spec_version",), every=True)
    call = _call(door, caller, request, asked, what="versions", texts=False)
    page = _of_object(door, call)
    return _listed("versions", [one.version_text for one in page.keys], page)


def _listed(name: str, rows: Sequence[Any], page: ObjectPage) -> Response:
    more = {} if page.next is None else {"more": True, "next": page.next}
    return told({**more, name: rows} if rows else {}, dates=_dates(page))


def _of_object(door: TaxiiDoor, call: FeedCall) -> ObjectPage:
    """A page about one object. Raises: NotFound `feed.no_object`: none that the caller may read."""
    page = reading.page(door.node, door.secret, call)
    if not page.keys and not reading.is_there(door.node, call):
        raise NO_OBJECT(object=call.filter.ids[0][:120])
    return page


def _writable(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Feed:
    """Raises: NotFound `feed.unknown`; Refused `feed.not_writable`."""
    feed = door.feed(caller, request)
    if not kept.may_write(door.node, feed, caller.person):
        raise NOT_WRITER(person=caller.person["id"], feed=feed.name)
    return feed


def _add(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    feed, asked = _writable(door, caller, request), door.node.now()[1]
    done = adding.add(door.node, feed, request.state.body, by=caller.actor)
    return told(statuses.keep(door.node, done, asked, caller.actor), 202)


def _delete(door: TaxiiDoor, caller: TaxiiCaller, request: Request) -> Response:
    _writable(door, caller, request)
    asked = _of_one(request, ("version", "spec_version"), every=True)
    deleting.delete(door.node, _call(door, caller, request, asked, what="delete"))
    return told({})


def _of_one(request: Request, allowed: Sequence[str], *, every: bool = False) -> FeedFilter:
    """The filter of a question about the object of the address. Raises: Malformed `feed.filter`."""
    name, given = request.path_params["object"], request.query_params.multi_items()
    asked = read_filter(given, allowed=allowed, every=every)
    # an id that is none is no object's
    if not is_id(name):
        raise NO_OBJECT(object=name[:120])
    return replace(asked, ids=(name,))


def _call(
    door: TaxiiDoor, caller: TaxiiCaller, request: Request, asked: FeedFilter, **more: Any
) -> FeedCall:
    given = request.query_params
    return FeedCall(
        feed=door.feed(caller, request),
        person=caller.person,
        by=caller.actor,
        filter=asked,
        limit=read_limit(given.get("limit")),
        next=given.get("next"),
        **more,
    )


def _dates(page: ObjectPage) -> tuple[str, str] | None:
    if not page.keys:
        return None
    return added_text(page.keys[0].added), added_text(page.keys[-1].added)
