"""What waits, as the register's own query finds it. Spec: spec/interfaces.md §5 (suspense list)."""

from __future__ import annotations

from dataclasses import dataclass

from sealane.registry.records import ItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferWaiting:
    """One movement of an item that waits for somebody's word."""

    item: str
    to: str
    state: ItemState
    since: str
    due: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWaiting:
    """One open case in which somebody's word is waited for."""

    case: str
    since: str
    due: str | None
    party: str
    """Whose word; empty: either side's."""


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """Open cases that wait alike: of one kind, in one state, opened by one party, with their date
    ahead, or come.
    """

    kind: str
    state: str
    opener: str
    has_come: bool
