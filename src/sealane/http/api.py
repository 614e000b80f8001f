"""The node's own API for people's programs: the operations of its office, the ledger as a feed, and
what else is served only to who is signed in.

Spec: spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from inspect import iscoroutinefunction
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sealane.base.errors import SealaneError
from sealane.http import operations
from sealane.http.callers import Callers, refused
from sealane.http.feeds import Feeding
from sealane.http.home_feed import HomeFeedDoor
from sealane.office.beside import FEED_PATH
from sealane.office.operation import NodeOffice
from sealane.registry.records import Duty
from sealane.services.node import WRONG_DUTY
from sealane.services.register.acts import Actor
from sealane.services.sight import is_staff

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(
    office: NodeOffice,
    callers: Callers,
    *,
    feeding: Feeding | None = None,
    home: HomeFeedDoor | None = None,
) -> list[Route]:
    """The operations, and the feeds where there are any."""
    own = [] if home is None else [home.route()]
    return [*_feeding(feeding, callers), *own, *operations.routes(office, callers)]


def _feeding(feeding: Feeding | None, callers: Callers) -> list[Route]:
    """The ledger as a feed, to whom the table lets."""
    if feeding is None:
        return []

    async def endpoint(request: Request) -> Response:
        try:
            person, proof = await run_in_threadpool(callers.who, request)
            page = await feeding.answer(request, Actor(str(person["id"]), proof))
        except SealaneError as error:
            return refused(error)
        return JSONResponse(page, headers=dict(operations.HEADERS))

    return [Route(FEED_PATH, endpoint, methods=["GET"])]


def guarded(
    open_routes: Iterable[Route],
    callers: Callers,
    *,
    free: tuple[str, ...] = (),
    staff: bool = False,
) -> list[Route]:
    """The same routes, each refused unless somebody is signed in, or with `staff` somebody whose
    duty the register is; `free` paths stay open.
    """

    def behind(endpoint: Callable[[Request], Any]) -> Endpoint:
        async def guard(request: Request) -> Response:
            try:
                person, _ = await run_in_threadpool(callers.who, request)
                if staff and not is_staff(person):
                    raise WRONG_DUTY(person=person["id"], duty=Duty.AUDITOR)
            except SealaneError as error:
                return refused(error)
            if iscoroutinefunction(endpoint):
                answer: Response = await endpoint(request)
            else:
                answer = await run_in_threadpool(endpoint, request)
            return answer

        return guard

    return [
        route
        if route.path in free
        else Route(route.path, behind(route.endpoint), methods=sorted(route.methods or ()))
        for route in open_routes
    ]
