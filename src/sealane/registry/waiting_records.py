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
