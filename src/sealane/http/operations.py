"""The operations of a node's office over HTTP: who asks is known first, then what, then it is done.

A token of the person's own acts and reads; a session of the console only reads, since a browser
sends its cookie with whatever any page asks.
Spec: spec/openapi.yaml; RFC 9110.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sealane.base import base64url
from sealane.base.errors import Malformed, NotFound, SealaneError, declare
from sealane.base.exercise import HEADER
from sealane.base.inputs import given_out
from sealane.http.asked import Posted, posted, question
from sealane.http.callers import Callers, refused
from sealane.http.problem import problem
from sealane.office.description import document
from sealane.office.operation import Carries, NodeOffice, OfficeQuestion, Operation
from sealane.office.table import OPERATIONS
from sealane.office.waiting_acts import WAITS, answered
from sealane.services.register import keyed
from sealane.services.register.acts import Actor

DESCRIPTION = "/api/v1/openapi.json"
ANSWER = "Sealane-Answer"
NO_OPERATION = declare(
    "api.no_operation",
    NotFound,
    "No operation of this node is at {path}.",
    "{path} にこのノードの操作はありません。",
    "The node describes each operation at /api/v1/openapi.json.",
    "各操作の説明は /api/v1/openapi.json にあります。",
)
NO_VERB = declare(
    "api.no_verb",
    Malformed,
    "{path} is asked with {verbs} only.",
    "{path} は {verbs} でのみ受け付けます。",
    "The node describes each operation at /api/v1/openapi.json.",
    "各操作の説明は /api/v1/openapi.json にあります。",
)
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def routes(office: NodeOffice, callers: Callers) -> list[Route]:
    """Every operation at its address, and their description."""
    described = _described(office)
    return [
        Route(DESCRIPTION, described, methods=["GET"]),
        *(
            Route(one.path, OperationDoor(office, callers, one).answer, methods=[one.method])
            for one in OPERATIONS.values()
        ),
        Route("/api/{path:path}", Nowhere()),
    ]


class Nowhere:
    """Every address and verb below the API's that no operation has: a problem, as all errors are,
    and no page. Spec: RFC 9110 §15.5.6.
    """

    def __init__(self) -> None:
        operations = OPERATIONS.values()
        self._known = [(Route(one.path, self), one.method) for one in operations]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        verbs = sorted({verb for route, verb in self._known if route.path_regex.match(path)})
        if verbs:
            reply = problem(NO_VERB(path=path[:200], verbs=", ".join(verbs)))
            reply.headers["Allow"] = ", ".join(verbs)
        else:
            reply = problem(NO_OPERATION(path=path[:200]))
        await reply(scope, receive, send)


def _described(office: NodeOffice) -> Any:
    body = document(OPERATIONS.values(), office.node.settings.console_origin)
    text = json.dumps(body, ensure_ascii=False)

    async def described(_: Request) -> Response:
        return Response(text, media_type="application/json", headers=dict(HEADERS))

    return described


@dataclass(frozen=True, slots=True)
class OperationDoor:
    """One operation at its address."""

    office: NodeOffice
    callers: Callers
    operation: Operation

    async def answer(self, request: Request) -> Response:
        """What the operation answers, or the problem; of an exercise's node each says so."""
        reply = await self._answered(request)
        if self.office.node.settings.exercise:
            reply.headers[HEADER] = "yes"
        return reply

    async def _answered(self, request: Request) -> Response:
        body = Posted({})
        try:
            actor = await run_in_threadpool(self.callers.actor, request, self.operation)
            body = await posted(request, self.operation)
            return await run_in_threadpool(self._done, request, actor, body)
        except SealaneError as error:
            return refused(error)
        finally:
            await body.close()

    def _done(self, request: Request, actor: Actor, body: Posted) -> Response:
        asked, second = question(request, self.operation, body)
        if second is not None:
            actor = replace(actor, second=self.callers.second(request, second))
        if self.operation.carries is Carries.OUT:
            return self._with_file(actor, asked)
        key = request.headers.get("idempotency-key")
        # a key is a person's; of a question with a passphrase no digest is kept either
        if key is None or self.operation.reads or self.operation.open_to_all:
            told = answered(self.office, self.operation, actor, asked)
        else:
            told = self._once(actor, asked, key)
        return self._told(told)

    def _once(self, actor: Actor, asked: OfficeQuestion, key: str) -> dict[str, Any]:
        """The same answer for the same key; a release finds itself again by its reference."""
        one = self.operation

        def do(node: Any, name: str) -> dict[str, Any]:
            question = asked.by_key(name) if one.by_reference else asked
            return answered(replace(self.office, node=node), one, actor, question)

        digest = asked.digest(one.id)
        node, kept = self.office.node, not one.secret
        return keyed.once(node, actor, key, digest, do, again=one.by_reference, kept=kept)

    def _told(self, told: Mapping[str, Any]) -> Response:
        headers, status = dict(HEADERS), 200
        if set(told) == {WAITS}:
            status, headers["Location"] = 202, f"/api/v1/acts/{told[WAITS]['id']}"
        elif self.operation.version is not None:
            headers["ETag"] = f'"{self.operation.version(told)}"'
        text = json.dumps(told, ensure_ascii=False)
        return Response(text, status, headers, media_type="application/json")

    def _with_file(self, actor: Actor, asked: OfficeQuestion) -> Response:
        """The file, once the whole of it is verified and its opening recorded."""
        spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with the answer
        try:
            told = self.operation.do(self.office, actor, replace(asked, sink=spool))
        except BaseException:
            spool.close()
            raise
        size = spool.seek(0, 2)
        spool.seek(0)
        words = base64url.encode(json.dumps(told, ensure_ascii=False).encode())
        return StreamingResponse(
            given_out(spool),
            media_type="application/octet-stream",
            headers={**HEADERS, "Content-Length": str(size), ANSWER: words},
        )
