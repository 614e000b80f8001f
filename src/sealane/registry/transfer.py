"""The life of one transfer, the same table on both nodes, and of each copy that it makes.

Spec: R42, R44, R47, R48; spec/exchange.md §4 and §6.
"""

from __future__ import annotations

from collections.abc import Iterable

from sealane.agreements.agreement import Agreement
from sealane.base.table import Row, Table
from sealane.base.values import DAY, Instant
from sealane.registry.records import CopyState, ItemState

PROVIDER, HOLDER = "provider", "holder"
SUSPENSE = "receipt"
"""The agreement's clock that runs while an item is under way."""
SUSPENSE_DAYS = 45
"""How long it runs where the agreement states no such clock."""

WAITING, QUEUED = ItemState.AWAITING_SECOND_SIGNER, ItemState.QUEUED
DELIVERED, ACCEPTED = ItemState.DELIVERED, ItemState.ACCEPTED
WITHDRAWN, REJECTED = ItemState.WITHDRAWN, ItemState.REJECTED
HELD, RECALLED = CopyState.HELD, CopyState.RECALLED
DESTROYED, NOT_DESTROYED = CopyState.DESTROYED, CopyState.NOT_DESTROYED

TRANSFER = Table(
    life="transfer",
    start=WAITING,
    rows=(
        # from, event, to, who may, entry to record, clock
        Row(WAITING, "countersign", QUEUED, PROVIDER, "release.countersigned", starts=SUSPENSE),
        Row(WAITING, "withdraw", WITHDRAWN, PROVIDER, "release.withdrawn"),
        Row(QUEUED, "deliver", DELIVERED, HOLDER, "statement.transfer.received", starts=SUSPENSE),
        Row(QUEUED, "reject", REJECTED, HOLDER, "statement.transfer.rejected", stops=SUSPENSE),
        Row(QUEUED, "withdraw", WITHDRAWN, PROVIDER, "statement.withdrawn", stops=SUSPENSE),
        Row(DELIVERED, "accept", ACCEPTED, HOLDER, "statement.transfer.accepted", stops=SUSPENSE),
        Row(DELIVERED, "reject", REJECTED, HOLDER, "statement.transfer.rejected", stops=SUSPENSE),
        # The provider took it back before it knew of the delivery, so only the holder steps these.
        Row(DELIVERED, "withdraw", WITHDRAWN, PROVIDER, "statement.withdrawn", stops=SUSPENSE),
        Row(ACCEPTED, "withdraw", WITHDRAWN, PROVIDER, "statement.withdrawn"),
    ),
)

COPY = Table(
    life="copy",
    start=HELD,
    rows=(
        Row(HELD, "reject", CopyState.REJECTED, HOLDER, "statement.transfer.rejected"),
        Row(HELD, "withdraw", CopyState.WITHDRAWN, PROVIDER, "statement.withdrawn"),
        Row(HELD, "recall", RECALLED, PROVIDER, "statement.recall.ordered"),
        # An order crossed with what became of the offer: nothing is there to be called back.
        Row(RECALLED, "reject", CopyState.REJECTED, HOLDER, "statement.transfer.rejected"),
        Row(RECALLED, "withdraw", CopyState.WITHDRAWN, PROVIDER, "statement.withdrawn"),
        Row(RECALLED, "destroy", DESTROYED, HOLDER, "statement.destroyed"),
        Row(RECALLED, "fail", NOT_DESTROYED, HOLDER, "statement.destroy.failed"),
        Row(NOT_DESTROYED, "destroy", DESTROYED, HOLDER, "statement.destroyed"),
    ),
)

TAKEN_BACK = frozenset({WITHDRAWN, REJECTED})
"""States in which no key of an item leaves, at either node."""


UNDER_WAY = (WAITING, QUEUED, DELIVERED, ACCEPTED)
"""States of a transfer that nobody ended, from the furthest behind on."""


def standing(states: Iterable[ItemState]) -> ItemState:
    """Where an item stands, by its transfers: with the one that is furthest behind of those that
    nobody ended. One party's no never hides what goes on with another.
    """
    found = frozenset(states)
    for state in UNDER_WAY:
        if state in found:
            return state
    return REJECTED if REJECTED in found else WITHDRAWN


def suspense_ends(agreement: Agreement | None, since: Instant) -> Instant:
    """When an item that is under way since then stands on the suspense list as overdue."""
    agreed = None if agreement is None else agreement.due(SUSPENSE, since)
    return Instant(since + SUSPENSE_DAYS * DAY) if agreed is None else agreed
