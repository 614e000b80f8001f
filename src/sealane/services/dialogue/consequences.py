"""What each kind of case does beyond talking, by its name; a kind that is not here only talks.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sealane.cases.course import Course
from sealane.cases.kind import CaseEvent
from sealane.ports import Tx
from sealane.services.cases.books import TALK, Consequence
from sealane.services.dialogue import (
    activities,
    challenges,
    committees,
    consenting,
    couriers,
    disclosing,
    earlier,
    incidents,
    visits,
)
from sealane.services.node import Node

CONSEQUENCES: Mapping[str, Consequence] = MappingProxyType(
    {
        "activity": activities.CONSEQUENCE,
        "challenge": challenges.CONSEQUENCE,
        "consent": consenting.CONSEQUENCE,
        "courier": couriers.CONSEQUENCE,
        "disclosure": disclosing.CONSEQUENCE,
        "earlier": earlier.CONSEQUENCE,
        "incident": incidents.CONSEQUENCE,
        "transfer-decision": committees.CONSEQUENCE,
        "visit": visits.CONSEQUENCE,
    }
)


def is_by_two(node: Node, tx: Tx, found: Course, event: CaseEvent) -> bool:
    """Whether another person stands beside for an event, whoever says it."""
    consequence = CONSEQUENCES.get(found.head.kind, TALK)
    return bool(event.second) or consequence.by_two(node, tx, found, event.name)
