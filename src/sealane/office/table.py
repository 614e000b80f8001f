"""Every operation of a node, by its id: the one list from which the API, its specification and the
command line's questions come.

Spec: docs/adr/0038-one-operation-an-act.md; spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.office import (
    agreements,
    assessing,
    cases,
    clients,
    copies,
    credentials,
    desk,
    enrolling,
    exercises,
    exports,
    feeds,
    home,
    imports,
    inventories,
    item_acts,
    items,
    joining,
    leases,
    ledgers,
    made,
    node_state,
    openings,
    people,
    posts,
    releases,
    reminders,
    searches,
    settling,
    vetting,
    waiting_acts,
)
from sealane.office.beside import FEED_PATH, HOME_FEED_PATH
from sealane.office.operation import Operation
from sealane.registry.who_may import Act

WINGS = (
    node_state,
    credentials,
    items,
    made,
    searches,
    releases,
    desk,
    item_acts,
    leases,
    copies,
    openings,
    people,
    imports,
    vetting,
    joining,
    clients,
    enrolling,
    agreements,
    settling,
    ledgers,
    home,
    reminders,
    cases,
    inventories,
    exercises,
    posts,
    assessing,
    exports,
    feeds,
    waiting_acts,
)
OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {one.id: one for wing in WINGS for one in wing.OPERATIONS}
)


def waiting() -> dict[Act, list[str]]:
    """Where the API lets each act of two wait for the second person."""
    found: dict[Act, list[str]] = {}
    for one in OPERATIONS.values():
        if one.by_two is not None and one.can_wait:
            found.setdefault(one.by_two, []).append(f"{one.method} {one.path}")
    return found


def addresses() -> dict[Act, list[str]]:
    """Where the API does each act, and what it serves beside operations."""
    found: dict[Act, list[str]] = {
        Act.READ_FEED: [f"GET {FEED_PATH}"],
        Act.SEE_HOME: [f"GET {HOME_FEED_PATH}"],
    }
    for one in OPERATIONS.values():
        for act in dict.fromkeys((one.act, one.by_two)):
            if act is not None:
                found.setdefault(act, []).append(f"{one.method} {one.path}")
    return found
