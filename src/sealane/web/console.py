"""The console: pages in Japanese and English over the node's use cases; plain HTML that works
without scripts.

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
from sealane.services.node import Node
from sealane.services.register.accounts import Accounts
from sealane.web import entrance, item, opening, register, release, state
from sealane.web.refusals import Refusals
from sealane.web.shell import Handler, Reply, Shell, Visit

NO_PAGE = declare(
    "web.no_page",
    NotFound,
    "There is no such page.",
    "そのページはありません。",
    "Start from the register.",
    "登録簿から始めてください。",
)

Marks = Callable[[], list[dict[str, Any]]]


def routes(
    node: Node, *, secret: bytes, marks: Marks = list, accounts: Accounts | None = None
) -> list[BaseRoute]:
    """Every page of the console.

    Args:
        secret: what sessions are signed with.
        marks: the state of every shared log: `agreement`, `partner`, and the members of
            `ledger.marks.Marks.as_json`.
        accounts: where another surface of this process signs people in too.
    """
    shell = Shell(node, accounts or Accounts(node, secret), marks)
    refusals = Refusals(node)

    def nowhere(_: Visit) -> Reply:
        raise NO_PAGE()

    return [
        Route("/console.css", _style, methods=["GET"]),
        *_door(shell),
        *_acts(shell, refusals),
        *_node(shell),
        Route("/{path:path}", shell.get(nowhere, door=True), methods=["GET"]),
    ]


def _door(shell: Shell) -> list[BaseRoute]:
    return [
        Route(
            "/sign-in", shell.get(_over(shell, entrance.sign_in_page), door=True), methods=["GET"]
        ),
        Route("/sign-in", shell.post(_over(shell, entrance.sign_in), door=True), methods=["POST"]),
        Route("/sign-out", shell.post(_over(shell, entrance.sign_out)), methods=["POST"]),
    ]


def _acts(shell: Shell, refusals: Refusals) -> list[BaseRoute]:
    """The register, the items, the release desk; a refused act leads to its card."""

    def judged(act: Callable[[Shell, Visit, Refusals], Reply]) -> Handler:
        return lambda visit: act(shell, visit, refusals)

    return [
        Route("/", shell.get(_over(shell, register.register)), methods=["GET"]),
        Route("/items/{item}", shell.get(_over(shell, item.item)), methods=["GET"]),
        Route("/items/{item}/open", shell.post(judged(opening.open_item)), methods=["POST"]),
        Route("/items/{item}/accept", shell.post(_over(shell, item.accept)), methods=["POST"]),
        Route("/items/{item}/countersign", shell.post(judged(item.countersign)), methods=["POST"]),
        Route("/items/{item}/reject", shell.post(_over(shell, item.reject)), methods=["POST"]),
        Route("/items/{item}/withdraw", shell.post(_over(shell, item.withdraw)), methods=["POST"]),
        Route("/items/{item}/recall", shell.post(_over(shell, item.recall)), methods=["POST"]),
        Route("/refusals/{name}", shell.get(refusals.show), methods=["GET"]),
        Route("/release", shell.get(_over(shell, release.desk)), methods=["GET"]),
        Route("/release", shell.post(judged(release.release), upload=True), methods=["POST"]),
        Route("/release/ask", shell.post(_over(shell, release.ask)), methods=["POST"]),
        *(
            Route(f"/items/{{item}}/{act}", _to_item, methods=["GET"])
            for act in ("open", "accept", "reject", "countersign", "withdraw", "recall")
        ),
    ]


def _node(shell: Shell) -> list[BaseRoute]:
    return [
        Route("/ledger", shell.get(_over(shell, state.ledger)), methods=["GET"]),
        Route("/people", shell.get(_over(shell, state.people)), methods=["GET"]),
        Route("/agreements", shell.get(_over(shell, state.agreements)), methods=["GET"]),
        Route("/agreements/{name}", shell.get(_over(shell, state.agreement)), methods=["GET"]),
    ]


def _over(shell: Shell, act: Callable[[Shell, Visit], Reply]) -> Handler:
    return lambda visit: act(shell, visit)


async def _style(_: Request) -> Response:
    return Response(
        files("sealane.web").joinpath("console.css").read_bytes(),
        media_type="text/css",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=300"},
    )


async def _to_item(request: Request) -> Response:
    """A toggled or reloaded answer to a form leads back to its item."""
    return RedirectResponse(f"/items/{request.path_params['item']}", 303)
