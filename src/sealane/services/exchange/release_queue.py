"""What lies on the release desk: what the second signer has to see, what came back from there, and
what went out. Found by query, never from a page of the register.

What waits stands oldest first, what went out newest first.
Spec: R35, R42; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sealane.ports import Tx
from sealane.registry.records import Direction, Item
from sealane.registry.transfer import PREPARED, SENT_BACK, WAITING
from sealane.services.node import Node
from sealane.services.register import remarks, views

WAITS, HELD, SENT = "waiting", "held", "sent"
SHELVES: Mapping[str, Any] = MappingProxyType({WAITS: WAITING, HELD: SENT_BACK})
"""What waits, by the state of its item; everything else has been sent or is over."""


def queue(
    node: Node, tx: Tx, shelf: str, *, limit: int, after: str | None = None
) -> dict[str, Any]:
    """A page of one shelf: each release as the register shows it, with what its people said to one
    another of it.
    """
    rows = (
        _sent(node, tx, limit + 1, after) if shelf == SENT else _rows(node, tx, shelf, limit, after)
    )
    shown = views.lines(node, tx, rows[:limit])
    return {
        "releases": [{**one, "remarks": remarks.of(node, tx, str(one["id"]))} for one in shown],
        "after": rows[limit - 1].id if len(rows) > limit else None,
        "counts": {name: node.records.items.count(tx, **_on(name)) for name in SHELVES},
    }


def _rows(node: Node, tx: Tx, shelf: str, limit: int, after: str | None) -> list[Item]:
    return node.records.items.find(
        tx,
        order="id",
        limit=limit + 1,
        after=after,
        **_on(shelf),
    )


def _on(shelf: str) -> dict[str, Any]:
    """What lies on a shelf of what waits, as it is found by query."""
    return {"direction": Direction.OUT, "state": SHELVES[shelf], "recalled": None}


def _sent(node: Node, tx: Tx, wanted: int, after: str | None) -> list[Item]:
    """What left, or is over, the newest first."""
    found: list[Item] = []
    while len(found) < wanted:
        rows = node.records.items.find(
            tx, order="id", newest=True, limit=wanted, after=after, direction=Direction.OUT
        )
        found += [one for one in rows if one.state not in PREPARED or one.recalled is not None]
        if len(rows) < wanted:
            break
        after = rows[-1].id
    return found[:wanted]
