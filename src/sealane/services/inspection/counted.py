"""Inventories as they are read: each line as it counts.

Spec: spec/inventory.md §1; R39, R52.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sealane.base.errors import NotFound, declare
from sealane.ports import Tx
from sealane.registry.inventory_records import CountLine, Inventory, InventoryState, LineState
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor

LINES_MOST, LIST_MOST = 100_000, 1000

NO_INVENTORY = declare(
    "inventory.unknown",
    NotFound,
    "There is no inventory {inventory!r} here.",
    "棚卸し {inventory!r} はありません。",
    "List them with `sealane inventory list`.",
    "`sealane inventory list` で一覧を見てください。",
)


def show(node: Node, inventory: str, *, by: Actor) -> dict[str, Any]:
    """An inventory with its lines. Raises: NotFound `person.unknown`, `inventory.unknown`; Refused
    `person.duty`.
    """
    with node.store.reading() as tx:
        acts.known(node, tx, Act.SEE_INVENTORIES, by)
        row = kept(node, tx, inventory)
        acts.require(node, tx, Act.SEE_INVENTORIES, by)
        return told(node, tx, row)


def listed(
    node: Node, *, by: Actor, open_alone: bool = False, limit: int, after: str | None = None
) -> dict[str, Any]:
    """A page of inventories, the newest first. Raises: as `show`."""
    where: dict[str, Any] = {"state": InventoryState.OPEN} if open_alone else {}
    with node.store.reading() as tx:
        acts.require(node, tx, Act.SEE_INVENTORIES, by)
        rows = node.records.inventories.find(
            tx, order="id", newest=True, limit=limit + 1, after=after, **where
        )
        found = [_in_short(node, tx, row) for row in rows[:limit]]
    return {"inventories": found, "after": rows[limit - 1].id if len(rows) > limit else None}


def told(node: Node, tx: Tx, row: Inventory) -> dict[str, Any]:
    """An inventory as it is shown, with each line as it counts."""
    lines = [
        {**asdict(line), "copy": line.number, "state": str(standing(node, tx, line))}
        for line in lines_of(node, tx, row.id)
    ]
    for line in lines:
        del line["inventory"], line["number"]
    incidents = [line["incident"] for line in lines if line["incident"] is not None]
    return {**_in_short(node, tx, row), "lines": lines, "incidents": incidents}


def _in_short(node: Node, tx: Tx, row: Inventory) -> dict[str, Any]:
    counts = {
        str(state): node.records.inventory_lines.count(tx, inventory=row.id, state=str(state))
        for state in LineState
    }
    return {**asdict(row), "state": str(row.state), "counts": counts}


def kept(node: Node, tx: Tx, inventory: str) -> Inventory:
    """An inventory's row. Raises: NotFound `inventory.unknown`."""
    row = node.records.inventories.get(tx, id=inventory)
    if row is None:
        raise NO_INVENTORY(inventory=inventory[:60])
    return row


def lines_of(node: Node, tx: Tx, inventory: str) -> list[CountLine]:
    """Its lines, by item and copy."""
    rows = node.records.inventory_lines.find(
        tx, order="item", limit=LINES_MOST, inventory=inventory
    )
    return sorted(rows, key=lambda row: (row.item, row.number))


def standing(node: Node, tx: Tx, line: CountLine) -> LineState:
    """What counts as found: a line that was changed by hand was seen by nobody."""
    if line.by is None or not node.entered(tx, "inventory_lines", line):
        return LineState.UNSEEN
    return line.state
