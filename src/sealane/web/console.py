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
from sealane.web.pages import item, item_acts, node_facts, opening, register, release, sign_in
from sealane.web.pages.refusals import Refusals
from sealane.web.shell import Shell
from sealane.web.visit import Handler, Reply, Visit

NO_PAGE = declare(
    "web.no_page",
    NotFound,
    "There is no such page.",
    "そのページはありません。",
    "Start from the register.",
    "登録簿から始めてください。",
)

ITEM_ACTS = ("open", "accept", "reject", "countersign", "withdraw", "recall")
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
    """Signing in and out; the only pages that need nobody signed in."""
    page = shell.get(_over(shell, sign_in.sign_in_page), door=True)
    act = shell.post(_over(shell, sign_in.sign_in), door=True)
    invitation = shell.get(_over(shell, sign_in.invitation_page), door=True)
    redeem = shell.post(_over(shell, sign_in.redeem), door=True)
    return [
        Route("/invitation", invitation, methods=["GET"]),
        Route("/invitation", redeem, methods=["POST"]),
        Route("/sign-in", page, methods=["GET"]),
        Route("/sign-in", act, methods=["POST"]),
        _act(shell, "/sign-out", sign_in.sign_out),
    ]


def _acts(shell: Shell, refusals: Refusals) -> list[BaseRoute]:
    """The register, the items, the release desk; a refused act leads to its card."""

    def judged(act: Callable[[Shell, Visit, Refusals], Reply]) -> Callable[[Shell, Visit], Reply]:
        return lambda shell, visit: act(shell, visit, refusals)

    release_act = shell.post(_over(shell, judged(release.release)), upload=True)
    return [
        _page(shell, "/", register.register),
        _page(shell, "/items/{item}", item.item),
        _act(shell, "/items/{item}/open", judged(opening.open_item)),
        _act(shell, "/items/{item}/accept", item_acts.accept),
        _act(shell, "/items/{item}/countersign", judged(item_acts.countersign)),
        _act(shell, "/items/{item}/reject", item_acts.reject),
        _act(shell, "/items/{item}/withdraw", item_acts.withdraw),
        _act(shell, "/items/{item}/recall", item_acts.recall),
        Route("/refusals/{name}", shell.get(refusals.show), methods=["GET"]),
        _page(shell, "/release", release.desk),
        Route("/release", release_act, methods=["POST"]),
        _act(shell, "/release/ask", release.ask),
        *(Route(f"/items/{{item}}/{act}", _to_item, methods=["GET"]) for act in ITEM_ACTS),
    ]


def _node(shell: Shell) -> list[BaseRoute]:
    """What the node itself is: its ledgers, its people, its agreements."""
    return [
        _page(shell, "/ledger", node_facts.ledger),
        _page(shell, "/people", node_facts.people),
        _page(shell, "/agreements", node_facts.agreements),
        _page(shell, "/agreements/{name}", node_facts.agreement),
    ]


def _page(shell: Shell, path: str, page: Callable[[Shell, Visit], Reply]) -> BaseRoute:
    return Route(path, shell.get(_over(shell, page)), methods=["GET"])


def _act(shell: Shell, path: str, act: Callable[[Shell, Visit], Reply]) -> BaseRoute:
    return Route(path, shell.post(_over(shell, act)), methods=["POST"])


def _over(shell: Shell, act: Callable[[Shell, Visit], Reply]) -> Handler:
    return lambda visit: act(shell, visit)


async def _style(_: Request) -> Response:
    """The one style sheet."""
    return Response(
        files("sealane.web").joinpath("console.css").read_bytes(),
        media_type="text/css",
        headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=300"},
    )


async def _to_item(request: Request) -> Response:
    """A toggled or reloaded answer to a form leads back to its item."""
    return RedirectResponse(f"/items/{request.path_params['item']}", 303)
