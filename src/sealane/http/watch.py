"""`/healthz`, `/readyz` and `/metrics`: what machines ask of a node, and when they are told.

Nothing here waits for the store: what is read of it is read apart, and what is known by the time of
an answer is told. Loopback is believed only where nothing stands before the door.
Spec: spec/interfaces.md §5; docs/operators.md "Watch".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sealane.base.errors import Refused, declare
from sealane.base.values import SECOND
from sealane.http import metrics
from sealane.http.problem import problem
from sealane.services.statements.refusal_limits import TOO_MANY, Crowd
from sealane.services.watch import health
from sealane.services.watch.health import Health, is_ready
from sealane.services.watch.sample import Sample, Sampler, Watched
from sealane.services.watch.window import Window
from sealane.settings import Settings

WAIT_SECONDS, KEYS_SECONDS = 2.0, 30
"""How long an answer waits for a reading; how old the last try of the keys may be."""
DOOR = "metrics"
FORWARDED = ("forwarded", "via", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip")

TOKEN_NEEDED = declare(
    "metrics.token",
    Refused,
    "This is told on loopback, with nothing before the door, or to whoever bears the token.",
    "直接のループバック接続、またはトークンの提示が必要です。",
    "Send `Authorization: Bearer` with the content of `metrics_token_file`.",
    "`metrics_token_file` の内容を `Authorization: Bearer` で送ってください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookout:
    """What stands behind the three addresses."""

    watched: Watched
    health: Health
    sample: Window[Sample]
    keys: Window[bool]
    token: Callable[[str], bool]
    """Whether these are the words of the token file, as it lies there now."""
    behind: bool
    """Whether a proxy stands before the door: then loopback proves nothing."""
    crowd: Crowd
    version: str
    """The program's."""


def lookout(
    watched: Watched,
    *,
    token: Callable[[str], bool],
    behind: bool,
    crowd: Crowd,
    version: str,
) -> Lookout:
    """A lookout; it counts from its first reading on."""
    elapsed = watched.node.host.elapsed
    return Lookout(
        watched=watched,
        health=Health(watched),
        sample=Window(Sampler(watched).read, elapsed),
        keys=Window(lambda: health.try_keys(watched.node), elapsed),
        token=token,
        behind=behind,
        crowd=crowd,
        version=version,
    )


def routes(out: Lookout) -> list[Route]:
    """The three addresses."""

    async def alive(_: Request) -> Response:
        return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})

    async def ready(request: Request) -> Response:
        checks = await _looked(out)
        well = is_ready(checks)
        told: dict[str, Any] = checks
        if not _may(out, request):
            # a balancer elsewhere learns where to send callers, and nothing else
            told = {name: {"state": one["state"]} for name, one in checks.items()}
        return Response(
            json.dumps({"ready": well, "checks": told}, ensure_ascii=False),
            status_code=200 if well else 503,
            media_type="application/json",
            headers={"cache-control": "no-store"},
        )

    async def measured(request: Request) -> Response:
        if not _may(out, request):
            return _refused(out, request)
        page = metrics.exposition(_reading(out, await _looked(out)))
        headers = {"content-type": metrics.CONTENT_TYPE, "cache-control": "no-store"}
        return Response(page, headers=headers)

    return [
        Route("/healthz", alive, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", measured, methods=["GET"]),
    ]


def checked(out: Lookout) -> dict[str, dict[str, Any]]:
    """The checks as `/readyz` makes them, for a thread that may wait."""
    wait(_tries(out), timeout=WAIT_SECONDS)
    return out.health.judge(out.sample.glimpse(), out.keys.glimpse())


async def _looked(out: Lookout) -> dict[str, dict[str, Any]]:
    """The checks by a reading that was begun now, or by the last there is if it takes too long."""
    await asyncio.wait([asyncio.wrap_future(one) for one in _tries(out)], timeout=WAIT_SECONDS)
    return out.health.judge(out.sample.glimpse(), out.keys.glimpse())


def _tries(out: Lookout) -> list[Future[None]]:
    tries = [out.sample.begin()]
    keys = out.keys.glimpse()
    if keys.value is None or keys.age > KEYS_SECONDS * SECOND:
        tries.append(out.keys.begin())
    return tries


def _reading(out: Lookout, checks: dict[str, dict[str, Any]]) -> metrics.Scrape:
    seen = out.sample.glimpse()
    return metrics.Scrape(
        now=out.watched.node.host.now(),
        version=out.version,
        party=out.watched.node.party,
        sample=seen.value,
        age_seconds=seen.age / SECOND,
        checks=checks,
        drift_seconds=out.health.drift(),
        free_bytes=out.watched.free(),
        keys=tuple(out.watched.key_ends()),
    )


def _may(out: Lookout, request: Request) -> bool:
    """Whether who asks is this machine, or bears the token."""
    scheme, _, word = request.headers.get("authorization", "").partition(" ")
    if word:
        return scheme.lower() == "bearer" and out.token(word.strip())
    return not out.behind and _is_here(request, out.watched.node.settings)


def _is_here(request: Request, settings: Settings) -> bool:
    """A connection from loopback, to an address of ours, that nobody passed on."""
    names = {name.lower() for name in request.headers}
    if names & set(FORWARDED) or any(name.startswith("x-forwarded") for name in names):
        return False
    if (request.url.hostname or "") not in settings.console_names:
        return False  # a name elsewhere that resolves to loopback is another site's page
    try:
        caller = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)
    return bool((mapped or caller).is_loopback)


def _refused(out: Lookout, request: Request) -> Response:
    place = request.client.host if request.client else ""
    if wait := out.crowd.spend(DOOR, place, out.watched.node.host.now()):
        return problem(TOO_MANY(seconds=wait, details={"retry_after": wait}))
    reply = problem(TOKEN_NEEDED())
    reply.status_code = 401
    reply.headers["www-authenticate"] = "Bearer"
    reply.headers["cache-control"] = "no-store"
    return reply
