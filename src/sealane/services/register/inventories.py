"""Which inventories are due, which are under way, and which missing copies nobody has answered for.

An inventory of a top level is due a year after the last that counted all of it, or after the first
copy came; worked out at each reading, so that nothing is missed while a node was down.
Spec: spec/inventory.md §3; R39, R40, R52.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sealane.base.values import Instant, format_instant, parse_instant, years_later
from sealane.ports import Tx
from sealane.registry.inventory_life import TOP_ROW, YEARS
from sealane.registry.inventory_records import (
    CountLine,
    Inventory,
    InventoryState,
    LineState,
)
from sealane.services.node import Node, OpenRegister
from sealane.services.register import duties

MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CountDue:
    """A level whose copies are to be counted, since when and by when."""

    level: str
    since: str
    due: str


def due(node: Node | OpenRegister, tx: Tx) -> Iterator[CountDue]:
    """Every top level of which this nation holds copies, with when the next inventory is due."""
    had = node.records.waits.levels(tx, node.party)
    for level in top_levels(node, tx):
        if level in had:
            since = _last(node, tx, level) or had[level]
            until = years_later(parse_instant(since), YEARS)
            yield CountDue(level=level, since=since, due=format_instant(until))


def under_way(node: Node | OpenRegister, tx: Tx) -> list[Inventory]:
    """The inventories that are still open."""
    return node.records.inventories.find(tx, order="id", limit=MOST, state=InventoryState.OPEN)


def missing(node: Node | OpenRegister, tx: Tx) -> list[CountLine]:
    """Missing copies of own items that the security officer has not answered for; those of a
    partner's are cases of their own.
    """
    return node.records.inventory_lines.find(
        tx, order="item", limit=MOST, state=LineState.MISSING, incident=None
    )


def top_levels(node: Node | OpenRegister, tx: Tx) -> list[str]:
    """The words, in this nation's scheme, of the highest rows of the agreements held here."""
    found: dict[str, None] = {}
    agreements = duties.agreements_of(node, tx)
    for name in agreements:
        for version in agreements.versions(name):
            for row in version.rows:
                if row.level >= TOP_ROW:
                    words = (*row.holds.get(node.party, ()), *row.gives.get(node.party, ()))
                    found.update(dict.fromkeys(words))
    return list(found)


def _last(node: Node | OpenRegister, tx: Tx, level: str) -> str | None:
    """When a level was counted whole the last time: by an inventory of it or of every level, of
    every place.
    """
    ended: list[Instant] = []
    for one in (level, None):
        rows = node.records.inventories.find(
            tx,
            order="closed",
            newest=True,
            limit=1,
            state=InventoryState.CLOSED,
            level=one,
            place=None,
        )
        ended += [parse_instant(row.closed) for row in rows if row.closed is not None]
    return format_instant(max(ended)) if ended else None
