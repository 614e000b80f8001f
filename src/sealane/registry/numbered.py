"""Numbers of copies, and which of them a node keeps itself.

Each nation counts its own copies. One of them may be the sealed container in the node's store,
which the machine erases; every other lies in people's hands, and ends by people's acts alone.
Spec: R39; spec/exchange.md §10.
"""

from __future__ import annotations

from collections.abc import Iterable

from sealane.registry.records import Copy, Item

ORIGINAL = 0
"""The number of the copy that stays with the originator; no statement moves it."""
FIRST = 1
"""The number of the copy that an offer makes; each party counts its own."""
IN_HANDS = frozenset({"paper", "equipment"})
"""Kinds of which every copy is a thing."""


def kept_number(item: Item, party: str) -> int | None:
    """The number of the copy that a party's node keeps itself; None where each is a thing."""
    if item.facts.get("kind") in IN_HANDS:
        return None
    return ORIGINAL if item.provider == party else FIRST


def in_hands(item: Item, copy: Copy) -> bool:
    """Whether a copy lies in people's hands, where no machine reaches it."""
    return copy.number != kept_number(item, copy.holder)


def next_number(item: Item, party: str, copies: Iterable[Copy]) -> int:
    """A number that no copy of this party ever had: rows of copies are never taken away."""
    used = {copy.number for copy in copies if copy.holder == party}
    return 1 + max(used, default=ORIGINAL if item.provider == party else FIRST)


def level_of(item: Item) -> str:
    """The classification of an item; empty where its label was lost."""
    return str(item.label.get("classification", ""))
