"""The lives of an inventory and of each of its lines, and how often what is counted.

Spec: spec/inventory.md §1, §2; R39, R40, R52.
"""

from __future__ import annotations

from sealane.base.table import Row, Table
from sealane.registry.inventory_records import InventoryState, LineState

CLERK, SECURITY = "registry clerk", "security officer"
YEARS = 1
"""How often a top level is counted, where nothing else was ordered."""
TOP_ROW = 3
"""The row of an agreement from which on its levels are top levels."""
COUNT_DAYS = 30
"""How long a count may take, where its opening says nothing."""
_OPEN, _CLOSED = InventoryState.OPEN, InventoryState.CLOSED
INVENTORY = Table(
    life="inventory",
    start=_OPEN,
    rows=(
        Row(_OPEN, "tick", _OPEN, CLERK, "inventory.ticked"),
        Row(_OPEN, "close", _CLOSED, CLERK, "inventory.closed"),
    ),
)
_UNSEEN, _PRESENT, _ABSENT = LineState.UNSEEN, LineState.PRESENT, LineState.ABSENT
_MISSING, _SETTLED = LineState.MISSING, LineState.SETTLED
LINE = Table(
    life="line of an inventory",
    start=_UNSEEN,
    rows=(
        Row(_UNSEEN, "present", _PRESENT, CLERK, "inventory.ticked"),
        Row(_UNSEEN, "absent", _ABSENT, CLERK, "inventory.ticked"),
        Row(_PRESENT, "present", _PRESENT, CLERK, "inventory.ticked"),
        Row(_PRESENT, "absent", _ABSENT, CLERK, "inventory.ticked"),
        Row(_ABSENT, "absent", _ABSENT, CLERK, "inventory.ticked"),
        Row(_ABSENT, "present", _PRESENT, CLERK, "inventory.ticked"),
        Row(_UNSEEN, "miss", _MISSING, CLERK, "inventory.missing"),
        Row(_ABSENT, "miss", _MISSING, CLERK, "inventory.missing"),
        Row(_MISSING, "settle", _SETTLED, SECURITY, "inventory.settled"),
    ),
)
