"""Items as the register's tables have them together: whole, or as one party was given them.

Spec: R39, R42; spec/exchange.md §4.
"""

from __future__ import annotations

from sealane.ports import Records, Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Given, Item


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
