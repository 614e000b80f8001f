"""Items as the register's tables have them together: whole, leg by leg, or as one party was given
them.

An item goes from its provider to parties, which is its first leg; where a holder passed it on, each
third party is a leg of its own, with a container, a transfer and copies that no other leg has.
Spec: R39, R42; spec/exchange.md §4; spec/onward.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from sealane.ports import Records, Tx
from sealane.registry.effects import Holding
from sealane.registry.onward_records import Onward
from sealane.registry.records import Copy, Given, Item, ItemContainer, Transfer

R = TypeVar("R", Copy, ItemContainer, Onward, Transfer)

PAGE = 1000


def of(records: Records, tx: Tx, item: str) -> Holding | None:
    """An item with its containers, copies and transfers; None where it is not registered."""
    row = records.items.get(tx, id=item)
    return None if row is None else whole(records, tx, row)


def whole(records: Records, tx: Tx, row: Item) -> Holding:
    """An item's row with its containers, copies and transfers."""
    return by_legs(records, tx, row)[0]


def legs(records: Records, tx: Tx, row: Item) -> list[Holding]:
    """The legs on which an item was passed on, by their third parties."""
    return by_legs(records, tx, row)[1:]


def between(records: Records, tx: Tx, item: str, parties: Iterable[str]) -> Holding | None:
    """The item as it goes between two parties, of which one is a third party's holder or the nation
    whose item it is; None where it is not registered.
    """
    row, two = records.items.get(tx, id=item), set(parties)
    if row is None:
        return None
    first, *beyond = by_legs(records, tx, row)
    for leg in beyond:
        onward = leg.onward
        if onward is not None and onward.to in two and two & {onward.by, row.provider}:
            return leg
    return first


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
    onwards = _by_item(records.onwards.among(tx, "item", names), "to")
    return [
        _parted(
            Holding(
                item=row,
                containers=tuple(containers.get(row.id, ())),
                copies=tuple(copies.get(row.id, ())),
                transfers=tuple(transfers.get(row.id, ())),
            ),
            onwards.get(row.id, ()),
        )[0]
        for row in rows
    ]


def by_legs(records: Records, tx: Tx, row: Item) -> list[Holding]:
    """The first leg of an item, then those beyond it."""
    everything = Holding(
        item=row,
        containers=tuple(records.containers.find(tx, order="to", item=row.id)),
        copies=tuple(records.copies.find(tx, order="number", item=row.id)),
        transfers=tuple(records.transfers.find(tx, order="to", item=row.id)),
    )
    return _parted(everything, records.onwards.find(tx, order="to", item=row.id))


def _parted(everything: Holding, onwards: Iterable[Onward]) -> list[Holding]:
    """What stands in the tables of one item, by its legs."""
    beyond = {one.to: one for one in onwards}
    if not beyond:
        return [everything]

    def leg(item: Item, parties: set[str] | None, onward: Onward | None) -> Holding:
        def on_it(party: str) -> bool:
            return party not in beyond if parties is None else party in parties

        return Holding(
            item=item,
            containers=tuple(one for one in everything.containers if on_it(one.to)),
            copies=tuple(one for one in everything.copies if on_it(one.holder)),
            transfers=tuple(one for one in everything.transfers if on_it(one.to)),
            onward=onward,
        )

    first = leg(everything.item, None, None)
    return [first, *(leg(one.seen(first.item), {to}, one) for to, one in beyond.items())]


def _by_item(rows: Iterable[R], order: str) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for row in sorted(rows, key=lambda one: getattr(one, order)):
        found.setdefault(row.item, []).append(row)
    return found


def given(records: Records, tx: Tx, item: str, party: str) -> Given | None:
    """An item as a party has it, by this register, from its provider or from a holder; None where
    nothing of it was sealed for that party.
    """
    row = records.items.get(tx, id=item)
    found = () if row is None else by_legs(records, tx, row)
    return next((one for leg in found if (one := leg.given(party)) is not None), None)


def given_by_policy(records: Records, tx: Tx, policy_uuid: str) -> Given | None:
    """The item that was sealed under a policy, as the party has it that its provider sealed it for.
    What a holder passed on opens between nodes alone.
    """
    sealed = records.containers.get(tx, policy_uuid=policy_uuid)
    found = None if sealed is None else given(records, tx, sealed.item, sealed.to)
    return None if found is None or found.onward else found
