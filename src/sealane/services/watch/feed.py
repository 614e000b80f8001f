"""The ledger as a feed: entries of the own logs in bounded pages, from a cursor that the consumer
keeps.

Nothing is kept here of who read how far: a consumer that is slow, or away for a week, asks again
from where it was, and nobody waits for it. What a page shows is what the reader's duty may see.
Spec: docs/operators.md "The ledger as a feed"; R57, R58.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, NotFound, SealaneError, declare
from sealane.ledger import entries
from sealane.ledger.log import merkle
from sealane.ledger.siem import cef, ocsf
from sealane.ledger.siem.fed import Fed
from sealane.ports import Log, Tx
from sealane.registry.records import Duty
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record, shared

FORMATS: Mapping[str, Callable[[Fed, str], str]] = {"ocsf": ocsf.line, "cef": cef.line}
MOST, USUAL, MAX_CURSOR = 1000, 200, 65_536

BAD_CURSOR = declare(
    "feed.cursor",
    Malformed,
    "The cursor is none that this feed gave.",
    "カーソルがこのフィードの発行したものではありません。",
    "Send the last `after` as it came, or none to begin anew.",
    "直前の `after` をそのまま送るか、最初から始める場合は省略してください。",
)


@dataclass(frozen=True, slots=True)
class FeedPage:
    """A page: its events, and the cursor after them."""

    events: tuple[Fed, ...]
    after: str
    more: bool
    """Whether more is there now."""


def opened(node: Node, who: Actor, *, anew: bool) -> bool:
    """Whether who reads sees the whole of each entry, or the operator's edition. That somebody
    began to read is on record, once for each beginning.

    Raises: as `acts.require`.
    """
    with node.store.reading() as tx:
        acts.require(node, tx, Act.READ_FEED, who)
        whole = who.person is None or Duty.AUDITOR in node.person(tx, who.person)["duties"]
    if anew:
        with node.store.writing() as tx:
            record(node, tx, "record.read", register="ledger.feed", **who.told())
    return whole


def page(
    node: Node, tx: Tx, logs: Sequence[Log], *, after: str | None, limit: int, whole: bool
) -> FeedPage:
    """The entries that follow a cursor, of each log in its order; no log waits for another to end.

    Args:
        logs: own ones.
        whole: else the operator's edition.
    Raises: Malformed `feed.cursor`.
    """
    at = _read(after)
    sizes = {log.origin: _size(tx, log) for log in logs}
    places = {log.origin: at.get(_mark(log.origin), 0) for log in logs}
    if any(places[origin] > size for origin, size in sizes.items()):
        raise BAD_CURSOR()
    taken: list[Fed] = []
    for share in (max(1, limit // max(1, len(logs))), limit):
        for log in logs:
            start = places[log.origin]
            end = min(start + share, start + limit - len(taken), sizes[log.origin])
            for index, data in enumerate(log.entries(tx, start, end), start):
                fed = _fed(node, log, index, data)
                if fed is not None and (shown := _edition(fed, whole=whole)) is not None:
                    taken.append(shown)
            places[log.origin] = max(start, end)
    more = any(places[origin] < size for origin, size in sizes.items())
    return FeedPage(tuple(taken), _written(places), more)


def _fed(node: Node, log: Log, index: int, data: bytes) -> Fed | None:
    try:
        entry = entries.read(data)
    except SealaneError:
        return None
    return Fed(
        origin=log.origin,
        index=index,
        leaf=merkle.leaf_hash(data).hex(),
        kind=entry.kind,
        at=entry.at,
        node=node.settings.node,
        fields=entry.fields,
    )


def _edition(fed: Fed, *, whole: bool) -> Fed | None:
    """An operator reads what is about no item and no partner's statement, and of that no person."""
    if whole:
        return fed
    if fed.fields.get("object") or fed.fields.get("items") or fed.kind.startswith("statement."):
        return None
    told: dict[str, Any] = shared(fed.fields)
    return Fed(
        origin=fed.origin,
        index=fed.index,
        leaf=fed.leaf,
        kind=fed.kind,
        at=fed.at,
        node=fed.node,
        fields={name: value for name, value in told.items() if name not in ("clauses", "purpose")},
    )


def _size(tx: Tx, log: Log) -> int:
    try:
        return log.size(tx)
    except NotFound:
        return 0


def _mark(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()[:16]


def _written(places: Mapping[str, int]) -> str:
    held = {_mark(origin): place for origin, place in places.items() if place}
    return base64url.encode(canonical.encode({"v": 1, "at": held}))


def _read(text: str | None) -> dict[str, int]:
    if not text:
        return {}
    try:
        if len(text) > MAX_CURSOR:
            raise BAD_CURSOR()
        value = canonical.decode(base64url.decode(text), limit=MAX_CURSOR)
    except (SealaneError, ValueError):
        raise BAD_CURSOR() from None
    held = value.get("at") if isinstance(value, dict) and value.get("v") == 1 else None
    if not isinstance(held, dict) or not all(
        type(place) is int and place >= 0 for place in held.values()
    ):
        raise BAD_CURSOR()
    return held
