"""With which members each operation of the API is tried, about an item that is over."""

from __future__ import annotations

from typing import Any

from sealane.office.operation import Operation
from sealane.registry.who_may import Act
from tests import within_world
from tests.case_world import CASE
from tests.nations import AGREEMENT

GONE = "t.gone"
"""Who has left; what ends access is tried about them, so that nobody of the matrix loses any."""


def stated(operation: Operation, item: str, party: str) -> dict[str, Any]:
    """What is named in an operation's address and body: its example, about this item."""
    place = f"{party.lower()}.registry"
    named = {
        "party": "USA",
        "person": "t.reader",
        "facility": place,
        "agreement": AGREEMENT,
        "form": "F-000001",
        "request": "ar-none",
        "case": CASE,
        "act": "W-none",
        "name": "limits",
    }
    says = {**named, **(operation.example or {})}
    says |= {"item": item, "purpose": "assessment", "reason": "r", "place": place}
    says |= within_world.stated(operation.act, party)
    if operation.act is Act.SPEAK:
        says["kind"] = "none"  # which duty is needed is the kind's own table's to say
    if operation.act in (Act.DISMISS, Act.LET_IN):
        # nobody of the matrix loses access, and no client is let in by it
        says |= {"person": GONE, "client": "t.none"}
    elif operation.act is Act.INVITE:
        says["person"] = "t.reader"
    return says
