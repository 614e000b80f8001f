"""The node's own API for programs on this machine: what the console shows and some of what it does,
as JSON; refused without a person.

A session of the console or a bearer token made by `sealane people token` says who asks; what each
may see is `register.views`, the same as on the pages. Only a token acts.
Spec: spec/openapi.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from inspect import iscoroutinefunction
from pathlib import PurePath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.http import releases
from sealane.http.feeds import Feeding
from sealane.http.problem import problem
from sealane.registry.records import Duty
from sealane.registry.who_may import WHO_MAY, Act, PersonProof
from sealane.services.exchange import arrival, outbox, recall, release, withdrawal
from sealane.services.node import WRONG_DUTY, Node
from sealane.services.register import accounts, acts, equivocations, views
from sealane.services.register.accounts import Accounts
from sealane.services.register.acts import Actor
from sealane.services.statements import partner_counts
from sealane.services.watch import monthly

MOST, USUAL = 1000, 100
MAX_ACT, MAX_REASON = 16_384, 500

BAD_LIMIT = declare(
    "api.limit",
    Malformed,
    "limit is a number from 1 to {most}.",
    "limit は 1～{most} の数です。",
    "Send a smaller page.",
    "一度に求める数を減らしてください。",
)

BAD_ACT = declare(
    "api.act",
    Malformed,
    'The body of this act is {{"reason": TEXT}}, with 1 to {most} characters.',
    'この操作の本文は {{"reason": 文字列}} で、1～{most} 字です。',
    "Say why.",
    "理由を書いてください。",
)

NO_WORDS = declare(
    "api.no_words",
    Malformed,
    "This act takes no body, or {{}}.",
    "この操作に本文はありません。空か {{}} だけです。",
    "Send nothing.",
    "本文を送らないでください。",
)

Person = dict[str, Any]
Marks = Callable[[], list[dict[str, Any]]]
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(
    node: Node,
    *,
    accounts: Accounts,
    cookie: str,
    marks: Marks = list,
    feeding: Feeding | None = None,
) -> list[Route]:
    """The resources and the acts on an item; `cookie` is the console's session cookie."""

    def over(answer: Callable[[Request, Person], dict[str, Any]]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            return await run_in_threadpool(_answered, request, accounts, cookie, answer)

        return endpoint

    def acting(act: Deed) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            data = await _body(request)

            def answer(request: Request, person: Person) -> dict[str, Any]:
                item = request.path_params["item"]
                done = act(node, item, _by_token(person), data)
                outbox.deliver_at_once(node, item=item)
                return done

            return await run_in_threadpool(_answered, request, accounts, cookie, answer)

        return endpoint

    return [
        Route("/api/v1/status", over(partial(_status, node, marks)), methods=["GET"]),
        Route("/api/v1/items", over(partial(_items, node)), methods=["GET"]),
        Route("/api/v1/items/{item}", over(partial(_item, node)), methods=["GET"]),
        Route("/api/v1/items/{item}/history", over(partial(_history, node)), methods=["GET"]),
        *_feeding(feeding, accounts, cookie),
        Route("/api/v1/releases", _releasing(node, accounts, cookie), methods=["POST"]),
        *(
            Route(str(WHO_MAY[act].api), acting(deed), methods=["POST"])
            for act, deed in DEEDS.items()
        ),
    ]


def _status(node: Node, marks: Marks, _: Request, person: Person) -> dict[str, Any]:
    """The node's state, and for staff what waits and what was refused."""
    settings = node.settings
    with node.store.reading() as tx:
        newness, refused = node.newness(tx), partner_counts.told(node, tx)
        caught = equivocations.standing(node, tx)
        verification = monthly.standing(node, tx).as_json(node.host.now())
    told = {
        "node": settings.node,
        "party": settings.party,
        "current": newness.value,
        "accredited": settings.accredited or None,
        "accept_unverified": settings.accept_unverified,
        "ledgers": marks(),
        "verification": verification,
        **caught,
    }
    if views.is_staff(person):
        told |= {"outbox": outbox.waiting(node), "refused": refused}
    return told


def _feeding(feeding: Feeding | None, accounts: Accounts, cookie: str) -> list[Route]:
    """The ledger as a feed, to whom the table lets."""
    if feeding is None:
        return []

    async def endpoint(request: Request) -> Response:
        try:
            person = await run_in_threadpool(_who, request, accounts, cookie)
            page = await feeding.answer(request, _by_token(person))
        except SealaneError as error:
            return _refused(error)
        return _told(page)

    return [Route(str(WHO_MAY[Act.READ_FEED].api), endpoint, methods=["GET"])]


def _releasing(node: Node, accounts: Accounts, cookie: str) -> Endpoint:
    """A release to one or several recipients, by a token alone."""

    def answer(form: FormData, request: Request, person: Person) -> dict[str, Any]:
        terms, file = form.get("release"), form.get("file")
        if not isinstance(terms, str) or not isinstance(file, UploadFile):
            raise releases.BAD_RELEASE(member="release, file")
        name = PurePath(file.filename or "file").name
        key = request.headers.get("idempotency-key")
        upload = releases.Posted(terms.encode(), name, file.file, key)
        return releases.made(node, _by_token(person), upload)

    async def endpoint(request: Request) -> Response:
        # 1. who asks is known before a byte of the file is taken
        try:
            person = await run_in_threadpool(_who, request, accounts, cookie)
        except SealaneError as error:
            return _refused(error)
        # 2. one file and the terms, and nothing else
        try:
            form = await request.form(max_files=1, max_fields=1, max_part_size=releases.MAX_TERMS)
        except HTTPException:
            return _refused(releases.BAD_RELEASE(member="multipart/form-data"))
        try:
            return await run_in_threadpool(_answer_to, request, person, partial(answer, form))
        finally:
            await form.close()

    return endpoint


def _by_token(person: Person) -> Actor:
    return Actor(str(person["id"]), PersonProof.TOKEN)


def _withdraw(node: Node, item: str, who: Actor, data: bytes) -> dict[str, Any]:
    words = canonical.parse(data, limit=MAX_ACT)
    to = words.get("to") if isinstance(words, dict) else None
    if to is not None and not isinstance(to, str):
        raise BAD_ACT(most=MAX_REASON)
    alone = {name: word for name, word in words.items() if name != "to"} if to else words
    return withdrawal.withdraw(node, item, who, reason=_reason_in(alone), to=to)


def _reject(node: Node, item: str, who: Actor, data: bytes) -> dict[str, Any]:
    arrival.reject(node, item, who, reason=_reason(data))
    return {"item": item, "state": "rejected"}


def _accept(node: Node, item: str, who: Actor, data: bytes) -> dict[str, Any]:
    _nothing(data)
    arrival.accept(node, item, who)
    return {"item": item, "state": "accepted"}


def _countersign(node: Node, item: str, who: Actor, data: bytes) -> dict[str, Any]:
    _nothing(data)
    return {"item": item, "state": str(release.countersign(node, item, who).state)}


def _recall(node: Node, item: str, who: Actor, data: bytes) -> dict[str, Any]:
    return recall.recall(node, item, reason=_reason(data), person=who)


Deed = Callable[[Node, str, Actor, bytes], dict[str, Any]]
DEEDS: Mapping[Act, Deed] = {
    Act.COUNTERSIGN: _countersign,
    Act.WITHDRAW: _withdraw,
    Act.RECALL: _recall,
    Act.ACCEPT: _accept,
    Act.REJECT: _reject,
}
"""The acts on an item that a token does, at the path that the table of who may gives."""


async def _body(request: Request) -> bytes:
    """The whole body, as long as an act's words may be; a longer one is cut, and then malformed."""
    held = b""
    async for piece in request.stream():
        held += piece
        if len(held) > MAX_ACT:
            break
    return held


def _nothing(data: bytes) -> None:
    """No body, or an empty object: the act needs no words. Raises: Malformed `api.no_words`."""
    if data and canonical.parse(data, limit=MAX_ACT) != {}:
        raise NO_WORDS()


def _reason(data: bytes) -> str:
    """The reason of an act. Raises: Malformed `api.act`, `json.*`."""
    return _reason_in(canonical.parse(data, limit=MAX_ACT))


def _reason_in(words: Any) -> str:
    reason = words.get("reason") if isinstance(words, dict) and len(words) == 1 else None
    if not isinstance(reason, str) or not 0 < len(reason) <= MAX_REASON:
        raise BAD_ACT(most=MAX_REASON)
    return reason


def _items(node: Node, request: Request, person: Person) -> dict[str, Any]:
    limit, now = _limit(request), node.host.now()
    with node.store.reading() as tx:
        items = views.items(node, tx, limit=limit + 1, after=request.query_params.get("after"))
    shown = [views.edition(person, item, now) for item in items[:limit]]
    return {"items": shown, "after": shown[-1]["id"] if len(items) > limit else None}


def _item(node: Node, request: Request, person: Person) -> dict[str, Any]:
    with node.store.reading() as tx:
        item = views.item(node, tx, request.path_params["item"])
    return views.edition(person, item, node.host.now())


def _history(node: Node, request: Request, person: Person) -> dict[str, Any]:
    name = request.path_params["item"]
    with node.store.reading() as tx:
        node.item(tx, name)
        acts.require(node, tx, Act.SEE_HISTORY, _by_token(person))
        return {"item": name, "history": views.history(node, tx, name)}


def guarded(
    open_routes: Iterable[Route],
    *,
    accounts: Accounts,
    cookie: str,
    free: tuple[str, ...] = (),
    staff: bool = False,
) -> list[Route]:
    """The same routes, each refused unless somebody is signed in, or with `staff` somebody whose
    duty the register is; `free` paths stay open.
    """

    def behind(endpoint: Callable[[Request], Any]) -> Endpoint:
        async def guard(request: Request) -> Response:
            try:
                person = await run_in_threadpool(_who, request, accounts, cookie)
                if staff and not views.is_staff(person):
                    raise WRONG_DUTY(person=person["id"], duty=Duty.AUDITOR)
            except SealaneError as error:
                return _refused(error)
            if iscoroutinefunction(endpoint):
                answer: Response = await endpoint(request)
            else:
                answer = await run_in_threadpool(endpoint, request)
            return answer

        return guard

    closed = []
    for route in open_routes:
        if route.path in free:
            closed.append(route)
        else:
            methods = sorted(route.methods or ())
            closed.append(Route(route.path, behind(route.endpoint), methods=methods))
    return closed


def _answered(
    request: Request,
    held: Accounts,
    cookie: str,
    answer: Callable[[Request, Person], dict[str, Any]],
) -> Response:
    try:
        person = _who(request, held, cookie)
    except SealaneError as error:
        return _refused(error)
    return _answer_to(request, person, answer)


def _answer_to(
    request: Request, person: Person, answer: Callable[[Request, Person], dict[str, Any]]
) -> Response:
    try:
        body = answer(request, person)
    except SealaneError as error:
        return _refused(error)
    return _told(body)


def _told(body: dict[str, Any]) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False),
        media_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


def _who(request: Request, held: Accounts, cookie: str) -> Person:
    """The person that a bearer token or a session names. Raises: Refused `login.required`."""
    # 1. an address of ours: a name elsewhere that resolves to us asks for another site's page
    if (request.url.hostname or "") not in held.node.settings.console_names:
        raise accounts.NOT_SIGNED_IN()
    # 2. a token was given to a program on purpose: it may act
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return held.who(token.strip(), accounts.TOKEN)[1]
    # 3. a browser sends the session's cookie with whatever any page asks: it may only look
    if request.method not in ("GET", "HEAD"):
        raise accounts.NOT_SIGNED_IN()
    return held.who(request.cookies.get(cookie), accounts.SESSION)[1]


def _refused(error: SealaneError) -> Response:
    """The problem; where nobody is signed in, with the way to be."""
    reply = problem(error)
    if isinstance(error, Refused) and error.code == accounts.NOT_SIGNED_IN.code:
        reply.status_code = 401
        reply.headers["WWW-Authenticate"] = "Bearer"
    reply.headers["Cache-Control"] = "no-store"
    return reply


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(USUAL))
    number = text.isascii() and text.isdigit() and len(text) <= 4
    if not number or not 1 <= int(text) <= MOST:
        raise BAD_LIMIT(most=MOST)
    return int(text)
