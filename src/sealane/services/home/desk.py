"""One person's home: all that waits for that person's duties, the oldest and overdue first.

Spec: docs/console.md §Home; R42, R44.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import Any

from sealane.ports import Tx
from sealane.services.home.kinds import KINDS, HomeAsked, HomeFound
from sealane.services.home.rows import HomeRow, by_due
from sealane.services.node import Node

USUAL, MOST = 50, 1000


def waiting(
    node: Node,
    tx: Tx,
    person: Mapping[str, Any],
    *,
    limit: int = USUAL,
    only: str | None = None,
) -> tuple[list[HomeRow], dict[str, int]]:
    """The first so many things that wait for a person, and how many there are of each kind.

    Args:
        only: the one kind of which things are shown; all are counted.
    """
    counts, found = dict[str, int](), list[HomeRow]()
    for kind, here in by_kind(node, tx, person, limit=limit):
        counts[kind] = here.count
        found += here.rows if only in (None, kind) else ()
    return heapq.nsmallest(limit, found, key=by_due), counts


def by_kind(
    node: Node, tx: Tx, person: Mapping[str, Any], *, limit: int = MOST
) -> Iterator[tuple[str, HomeFound]]:
    """Each kind of which something waits for a person: its name, the first so many and how many
    there are; the gravest kind first.
    """
    asked = HomeAsked(node, tx, person, limit)
    for kind in KINDS:
        if kind.duties is None or kind.duties & asked.duties:
            here = kind.find(asked)
            if here.count:
                yield kind.name, here


def home(
    node: Node, person: Mapping[str, Any], *, limit: int = USUAL, only: str | None = None
) -> dict[str, Any]:
    """The same as everybody is told of it."""
    now, at = node.now()
    with node.store.reading() as tx:
        rows, counts = waiting(node, tx, person, limit=limit, only=only)
    return {
        "at": at,
        "person": person["id"],
        "waiting": [one.as_json(now) for one in rows],
        "counts": counts,
        "total": sum(counts.values()),
    }
