"""An entry on its way to a collector: its place, which event it is, how grave, how it came out.

Spec: docs/operators.md "The ledger as a feed".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from sealane.base.values import Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """An entry with its place; `fields` are those that the reader may see."""

    origin: str
    index: int
    leaf: str
    """The entry's leaf hash in hex, by which it is proven: `sealane ledger prove`."""
    kind: str
    at: Instant
    node: str
    fields: Mapping[str, Any]

    @property
    def uid(self) -> str:
        """The entry's name in all logs of all nodes."""
        return f"{self.origin}#{self.index}"


class EventClass(Enum):
    """The classes of OCSF that entries are told as: (class, category, name, category's name)."""

    ACCOUNT_CHANGE = (3001, 3, "Account Change", "Identity & Access Management")
    AUTHENTICATION = (3002, 3, "Authentication", "Identity & Access Management")
    ENTITY_MANAGEMENT = (3004, 3, "Entity Management", "Identity & Access Management")
    DETECTION_FINDING = (2004, 2, "Detection Finding", "Findings")
    APPLICATION_LIFECYCLE = (6002, 6, "Application Lifecycle", "Application Activity")


class Severity(IntEnum):
    """OCSF's `severity_id`."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


@dataclass(frozen=True, slots=True)
class Sort:
    """Which event an entry is: its class, the activity's number and name there, and how grave."""

    of: EventClass
    activity: int
    named: str
    severity: Severity = Severity.INFORMATIONAL


_ENTITY, _ACCOUNT, _FINDING = (
    EventClass.ENTITY_MANAGEMENT,
    EventClass.ACCOUNT_CHANGE,
    EventClass.DETECTION_FINDING,
)
OTHER = Sort(_ENTITY, 99, "Other")
CREATE, READ, UPDATE, DELETE = (
    Sort(_ENTITY, number, name)
    for number, name in ((1, "Create"), (2, "Read"), (3, "Update"), (4, "Delete"))
)
DENIED = Sort(_ENTITY, 2, "Read", Severity.LOW)
SORTS: Mapping[str, Sort] = {
    "login.done": Sort(EventClass.AUTHENTICATION, 1, "Logon"),
    "login.denied": Sort(EventClass.AUTHENTICATION, 1, "Logon", Severity.LOW),
    "login.alarm": Sort(_FINDING, 1, "Create", Severity.HIGH),
    "calls.limited": Sort(_FINDING, 1, "Create", Severity.LOW),
    "peer.limited": Sort(_FINDING, 1, "Create", Severity.LOW),
    "peer.refused": Sort(_FINDING, 1, "Create", Severity.MEDIUM),
    "head.conflict": Sort(_FINDING, 1, "Create", Severity.CRITICAL),
    "equivocation.settled": Sort(_FINDING, 3, "Close"),
    "node.behind": Sort(_FINDING, 1, "Create", Severity.CRITICAL),
    "node.started": Sort(EventClass.APPLICATION_LIFECYCLE, 3, "Start"),
    "node.current": Sort(EventClass.APPLICATION_LIFECYCLE, 6, "Enable"),
    "settings.changed": Sort(EventClass.APPLICATION_LIFECYCLE, 8, "Update", Severity.MEDIUM),
    "person.enrolled": Sort(_ACCOUNT, 1, "Create"),
    "client.enrolled": Sort(_ACCOUNT, 1, "Create"),
    "client.ended": Sort(_ACCOUNT, 5, "Disable"),
    "person.changed": Sort(_ACCOUNT, 99, "Other"),
    "person.invited": Sort(_ACCOUNT, 99, "Other"),
    "person.debriefed": Sort(_ACCOUNT, 99, "Other"),
    "clearance.extended": Sort(_ACCOUNT, 99, "Other"),
    "clearance.warned": Sort(_ACCOUNT, 99, "Other"),
    "access.asked": Sort(_ENTITY, 99, "Other"),
    "access.granted": Sort(_ENTITY, 99, "Other"),
    "access.refused": DENIED,
    "key.born": CREATE,
    "key.rotated": Sort(_ENTITY, 3, "Update", Severity.MEDIUM),
    "key.retired": DELETE,
    "key.released": READ,
    "key.refused": DENIED,
    "decision.permit": READ,
    "decision.refuse": DENIED,
    "record.read": READ,
    "item.sealed": CREATE,
    "item.recorded": UPDATE,
    "item.level_changed": UPDATE,
    "log.opened": CREATE,
    "log.pruned": DELETE,
    "log.restored": Sort(_ENTITY, 3, "Update", Severity.MEDIUM),
    "statements.disposed": DELETE,
    "evidence.exported": READ,
    "peer.enrolled": Sort(_ENTITY, 6, "Enroll", Severity.MEDIUM),
    "services.accepted": Sort(_ENTITY, 6, "Enroll", Severity.MEDIUM),
    "services.ended": Sort(_ENTITY, 7, "Unenroll"),
    "agreement.in_force": Sort(_ENTITY, 8, "Enable"),
    "agreement.suspended": Sort(_ENTITY, 12, "Suspend"),
    "agreement.resumed": Sort(_ENTITY, 13, "Resume"),
    "statement.offer": CREATE,
    "statement.opened": READ,
    "statement.key.released": READ,
    "statement.key.refused": DENIED,
    "statement.open.denied": DENIED,
    "statement.open.request": READ,
    "statement.destroyed": DELETE,
    "statement.destroy.failed": Sort(_ENTITY, 4, "Delete", Severity.MEDIUM),
    "statement.relabelled": UPDATE,
    "statement.rewrapped": UPDATE,
}
"""What the kinds are told as; any other is an entity's, of another activity."""
FAILED = frozenset(
    {
        "login.denied",
        "key.refused",
        "decision.refuse",
        "peer.refused",
        "statement.key.refused",
        "statement.open.denied",
        "statement.rejected",
        "statement.transfer.rejected",
        "statement.destroy.failed",
    }
)
"""Kinds that tell of something that was not done."""


def sort_of(entry: Fed) -> Sort:
    """Which event an entry is. A verification that did not hold is a finding."""
    if entry.kind == "log.verified" and entry.fields.get("settled") is False:
        return Sort(_FINDING, 1, "Create", Severity.CRITICAL)
    return SORTS.get(entry.kind, OTHER)


def succeeded(entry: Fed) -> bool:
    """Whether what the entry tells of was done."""
    return entry.kind not in FAILED and entry.fields.get("settled") is not False


def thing(entry: Fed) -> tuple[str, str]:
    """What the entry is about: its type, and its identifier."""
    for field, kind in (
        ("object", "item"),
        ("kid", "key"),
        ("facility", "facility"),
        ("party", "partner"),
        ("agreement", "agreement"),
        ("register", "register"),
        ("statement", "statement"),
        ("record", "record"),
    ):
        if isinstance(held := entry.fields.get(field), str):
            return kind, held
    return "log", entry.origin


def actor(entry: Fed) -> str | None:
    """The person who acted, where the entry and the reader's duty say so."""
    held = entry.fields.get("actor")
    return held if isinstance(held, str) else None
