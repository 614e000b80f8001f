"""Items as the register's tables have them together: whole, or as one party was given them.

Spec: R39, R42; spec/exchange.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sealane.ports import Records, Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Copy, Given, Item, ItemContainer, Transfer

R = TypeVar("R", Copy, ItemContainer, Transfer)

PAGE = 1000


def of(records: Records, tx: Tx, item: str) -> Holding | None:
    """An item with its containers, copies and transfers; None where it is not registered."""
    row = records.items.get(tx, id=item)
    return None if row is None else whole(records, tx, row)


def whole(records: Records, tx: Tx, row: Item) -> Holding:
    """An item's row with its containers, copies and transfers."""
    return Holding(
        item=row,
        containers=tuple(records.containers.find(tx, order="to", item=row.id)),
        copies=tuple(records.copies.find(tx, order="number", item=row.id)),
        transfers=tuple(records.transfers.find(tx, order="to", item=row.id)),
    )


def every(records: Records, tx: Tx, **where: Any) -> Iterator[Item]:
    """Every matching item in the order of its id, however many; a page of them is held at a
    time.
    """
    after = None
    while True:
        page = records.items.find(tx, order="id", limit=PAGE, after=after, **where)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id


def several(records: Records, tx: Tx, rows: Sequence[Item]) -> list[Holding]:
    """The same of many rows, in their order, by as many steps as of one."""
    names = [row.id for row in rows]
    containers = _by_item(records.containers.among(tx, "item", names), "to")
    copies = _by_item(records.copies.among(tx, "item", names), "number")
    transfers = _by_item(records.transfers.among(tx, "item", names), "to")
    return [
        Holding(
            item=row,
            containers=tuple(containers.get(row.id, ())),
            copies=tuple(copies.get(row.id, ())),
            transfers=tuple(transfers.get(row.id, ())),
        )
        for row in rows
    ]


def _by_item(rows: Iterable[R], order: str) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for row in sorted(rows, key=lambda one: getattr(one, order)):
        found.setdefault(row.item, []).append(row)
    return found


def given(records: Records, tx: Tx, item: str, party: str) -> Given | None:
    """An item as a party has it, by this register; None where nothing of it was sealed for that
    party.
    """
    held = of(records, tx, item)
    return None if held is None else held.given(party)


def given_by_policy(records: Records, tx: Tx, policy_uuid: str) -> Given | None:
    """The item that was sealed under a policy, as the party has it that it was sealed for."""
    sealed = records.containers.get(tx, policy_uuid=policy_uuid)
    return None if sealed is None else given(records, tx, sealed.item, sealed.to)
