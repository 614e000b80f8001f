"""How the console's pages and forms stand at their addresses.

Spec: docs/console.md §Every page.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from sealane.web.shell import Shell
from sealane.web.visit import Handler, Reply, Visit


def page_at(shell: Shell, path: str, page: Callable[[Shell, Visit], Reply]) -> BaseRoute:
    """A page that a visitor who is signed in reads at a path."""
    return Route(path, shell.get(over_at(shell, page)), methods=["GET"])


def act_at(shell: Shell, path: str, act: Callable[[Shell, Visit], Reply]) -> BaseRoute:
    """A form that a visitor who is signed in sends to a path."""
    return Route(path, shell.post(over_at(shell, act)), methods=["POST"])


def over_at(shell: Shell, act: Callable[[Shell, Visit], Reply]) -> Handler:
    """A page or an act over this shell."""
    return lambda visit: act(shell, visit)


def file_at(name: str, kind: str) -> Callable[[Request], Awaitable[Response]]:
    """A file that pages name: the style sheet, a script."""
    data = files("sealane.web").joinpath(name).read_bytes()

    async def given(_: Request) -> Response:
        headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "max-age=300"}
        return Response(data, media_type=kind, headers=headers)

    return given


def back_at(path: str, to: str) -> BaseRoute:
    """A toggled or reloaded answer to a form leads back to the page that the form stands on."""

    async def back(request: Request) -> Response:
        return RedirectResponse(to.format_map(request.path_params), 303)

    return Route(path, back, methods=["GET"])
