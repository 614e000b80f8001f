"""`GET /api/v1/ledger/feed`: a page of the ledger for a collector of security events, from the
cursor that it sends; with `wait`, as soon as there is something.

Who waits holds no thread and no transaction; so many wait at once, the rest is answered at once.
Spec: spec/openapi.yaml; docs/operators.md "The ledger as a feed".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from sealane.base.errors import Malformed, declare
from sealane.ports import Log
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.watch import feed
from sealane.services.watch.feed import FORMATS, MOST, USUAL, FeedPage

WAIT_MOST, LOOK_SECONDS, WAITING_MOST = 30, 0.5, 64

BAD_FEED = declare(
    "feed.asked",
    Malformed,
    "{what} is not as the feed takes it.",
    "{what} の指定が正しくありません。",
    "`format` is ocsf or cef, `limit` 1 to 1000, `wait` 0 to 30 seconds.",
    "`format` は ocsf か cef、`limit` は 1～1000、`wait` は 0～30 秒です。",
)


@dataclass(slots=True)
class Feeding:
    """The feed of one node at its API."""

    node: Node
    logs: Callable[[], Sequence[Log]]
    version: str
    _waiting: int = field(default=0)

    async def answer(self, request: Request, who: Actor) -> dict[str, Any]:
        """A page. Raises: Malformed `feed.*`; as `feed.opened`."""
        asked = request.query_params
        form, after = asked.get("format", "ocsf"), asked.get("after") or None
        if form not in FORMATS:
            raise BAD_FEED(what="format")
        limit = _number(asked.get("limit", str(USUAL)), "limit", 1, MOST)
        wait = _number(asked.get("wait", "0"), "wait", 0, WAIT_MOST)
        reader = await run_in_threadpool(feed.opened, self.node, who, after=after)

        def look() -> FeedPage:
            with self.node.store.reading() as tx:
                return feed.page(self.node, tx, self.logs(), reader, after=after, limit=limit)

        page = await run_in_threadpool(look)
        if wait and not page.events and not page.more and self._waiting < WAITING_MOST:
            page = await self._until(look, page, wait)
        write = FORMATS[form]
        return {
            "format": form,
            "events": [write(one, self.version) for one in page.events],
            "after": page.after,
            "more": page.more,
        }

    async def _until(self, look: Callable[[], FeedPage], page: FeedPage, wait: int) -> FeedPage:
        """The page once there is something on it, or as it was."""
        self._waiting += 1
        try:
            async with asyncio.timeout(wait):
                while not page.events and not page.more:
                    await asyncio.sleep(LOOK_SECONDS)
                    page = await run_in_threadpool(look)
        except TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return page


def _number(text: str, what: str, least: int, most: int) -> int:
    well = text.isascii() and text.isdigit() and len(text) <= 4
    if not well or not least <= int(text) <= most:
        raise BAD_FEED(what=what)
    return int(text)
