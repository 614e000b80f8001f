"""What a register keeps of inventories: which copies were to be counted, by whom, and what was
found.

Spec: spec/inventory.md; R39, R40, R52.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class InventoryState(StrEnum):
    """Where an inventory stands."""

    OPEN = "open"
    CLOSED = "closed"


class LineState(StrEnum):
    """What was found of one copy: the states of a line's life."""

    UNSEEN = "unseen"
    """Nobody looked yet."""
    PRESENT = "present"
    ABSENT = "absent"
    MISSING = "missing"
    """The inventory was closed without it; somebody has to answer for it."""
    SETTLED = "settled"
    """The security officer said what became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """One count of the copies that this nation holds, all or those of one level or place."""

    id: str
    level: str | None
    """A word under which items are handled here, or their label's own; None: every level."""
    place: str | None
    """A facility; None: every place."""
    assigned: str
    """Who counts."""
    opened_by: str
    since: str
    due: str
    state: InventoryState
    closed: str | None = None
    closed_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountLine:
    """One copy that is to be found, as the register had it when the inventory was opened."""

    inventory: str
    item: str
    number: int
    """The copy's, among this nation's own."""
    provider: str
    level: str
    """Under which it is handled here."""
    place: str
    person: str | None = None
    """Who of this nation was to have it in their hands; None: the registry."""
    state: LineState = LineState.UNSEEN
    by: str | None = None
    """Who found so, or settled it."""
    at: str | None = None
    incident: str | None = None
    """The case with the item's provider that a missing copy opened; None for an own item."""
    finding: str | None = None
    """What the security officer found to have become of it."""
