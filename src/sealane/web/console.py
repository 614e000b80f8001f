"""The console: pages in Japanese and English over the node's use cases; plain HTML that works without scripts.

Spec: R12, R57, R63, R66.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sealane.base.errors import NotFound, declare
from sealane.services.accounts import Accounts
from sealane.services.node import Node
from sealane.web import entrance, item, opening, register, release, state
from sealane.web.refusals import Refusals
from sealane.web.shell import Handler, Reply, Shell, Visit

NO_PAGE = declare(
    "web.no_page", NotFound,
    "There is no such page.", "そのページはありません。",
    "Start from the register.", "登録簿から始めてください。",
)

Marks = Callable[[], list[dict[str, Any]]]


def routes(node: Node, *, secret: bytes, marks: Marks = list, accounts: Accounts | None = None) -> list[BaseRoute]:
    """Every page of the console.

    Args:
        secret: what sessions are signed with.
        marks: the state of every shared log: `agreement`, `partner`, and the members of `ledger.marks.Marks.as_json`.
        accounts: where another surface of this process signs people in too.
    """
    shell = Shell(node, accounts or Accounts(node, secret), marks)
    refusals = Refusals(node)

    def over(act: Callable[[Shell, Visit], Reply]) -> Handler:
        return lambda visit: act(shell, visit)

    def judged(act: Callable[[Shell, Visit, Refusals], Reply]) -> Handler:
        return lambda visit: act(shell, visit, refusals)

    def nowhere(_: Visit) -> Reply:
        raise NO_PAGE()

    return [
        Route("/console.css", _style, methods=["GET"]),
        Route("/sign-in", shell.get(over(entrance.sign_in_page), door=True), methods=["GET"]),
        Route("/sign-in", shell.post(over(entrance.sign_in), door=True), methods=["POST"]),
        Route("/sign-out", shell.post(over(entrance.sign_out)), methods=["POST"]),
        Route("/", shell.get(over(register.register)), methods=["GET"]),
        Route("/items/{item}", shell.get(over(item.item)), methods=["GET"]),
        Route("/items/{item}/open", shell.post(judged(opening.open_item)), methods=["POST"]),
        Route("/items/{item}/accept", shell.post(over(item.accept)), methods=["POST"]),
        Route("/items/{item}/countersign", shell.post(judged(item.countersign)), methods=["POST"]),
        Route("/items/{item}/recall", shell.post(over(item.recall)), methods=["POST"]),
        Route("/refusals/{name}", shell.get(refusals.show), methods=["GET"]),
        Route("/release", shell.get(over(release.desk)), methods=["GET"]),
        Route("/release", shell.post(judged(release.release), upload=True), methods=["POST"]),
        Route("/release/ask", shell.post(over(release.ask)), methods=["POST"]),
        Route("/ledger", shell.get(over(state.ledger)), methods=["GET"]),
        Route("/people", shell.get(over(state.people)), methods=["GET"]),
        Route("/agreements", shell.get(over(state.agreements)), methods=["GET"]),
        Route("/agreements/{name}", shell.get(over(state.agreement)), methods=["GET"]),
        *(Route(f"/items/{{item}}/{act}", _to_item, methods=["GET"]) for act in ("open", "accept", "countersign", "recall")),
        Route("/{path:path}", shell.get(nowhere, door=True), methods=["GET"]),
    ]


async def _style(_: Request) -> Response:
    return Response(files("sealane.web").joinpath("console.css").read_bytes(), media_type="text/css",
                    headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=300"})


async def _to_item(request: Request) -> Response:
    """A toggled or reloaded answer to a form leads back to its item."""
    return RedirectResponse(f"/items/{request.path_params['item']}", 303)
