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
SENT_BACK, DECLINED = ItemState.SENT_BACK, ItemState.DECLINED
HELD, RECALLED = CopyState.HELD, CopyState.RECALLED
DESTROYED, NOT_DESTROYED = CopyState.DESTROYED, CopyState.NOT_DESTROYED
RETURNED = CopyState.RETURNED

TRANSFER = Table(
    life="transfer",
    start=WAITING,
    rows=(
        # from, event, to, who may, entry to record, clock
        Row(WAITING, "countersign", QUEUED, PROVIDER, "release.countersigned", starts=SUSPENSE),
        Row(WAITING, "send-back", SENT_BACK, PROVIDER, "release.sent_back"),
        Row(SENT_BACK, "resubmit", WAITING, PROVIDER, "release.resubmitted"),
        Row(WAITING, "decline", DECLINED, PROVIDER, "release.declined"),
        Row(WAITING, "withdraw", WITHDRAWN, PROVIDER, "release.withdrawn"),
        Row(SENT_BACK, "withdraw", WITHDRAWN, PROVIDER, "release.withdrawn"),
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

ENDABLE = (HELD, RECALLED, NOT_DESTROYED, CopyState.REJECTED, CopyState.WITHDRAWN)
"""States in which a copy can still lie in somebody's hands: those of people end by people's acts,
also after its offer ended.
"""
GONE = frozenset({DESTROYED, RETURNED})
"""States of a copy that its holder has no more."""

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
        # The holder's clerk ends a copy, whether or not somebody called it back.
        *(Row(it, "certify", DESTROYED, HOLDER, "statement.copy.destroyed") for it in ENDABLE),
        *(Row(it, "move", it, HOLDER, "copy.entered") for it in ENDABLE),
        *(Row(it, "return", RETURNED, HOLDER, "statement.copy.returned") for it in ENDABLE),
    ),
)

TAKEN_BACK = frozenset({WITHDRAWN, REJECTED, DECLINED})
"""States in which no key of an item leaves, at either node."""


PREPARED = frozenset({WAITING, SENT_BACK})
"""States of a transfer that its partner knows nothing of, and that may still be signed."""
UNDER_WAY = (SENT_BACK, WAITING, QUEUED, DELIVERED, ACCEPTED)
"""States of a transfer that nobody ended, from the furthest behind on."""


def standing(states: Iterable[ItemState]) -> ItemState:
    """Where an item stands, by its transfers: with the one that is furthest behind of those that
    nobody ended. One party's no never hides what goes on with another.
    """
    found = frozenset(states)
    for state in UNDER_WAY:
        if state in found:
            return state
    return next((state for state in (REJECTED, DECLINED) if state in found), WITHDRAWN)


def suspense_ends(agreement: Agreement | None, since: Instant) -> Instant:
    """When an item that is under way since then stands on the suspense list as overdue."""
    agreed = None if agreement is None else agreement.due(SUSPENSE, since)
    return Instant(since + SUSPENSE_DAYS * DAY) if agreed is None else agreed
