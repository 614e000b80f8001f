"""What two logs do not both tell and is no difference: what lapsed, and what is under way.

Under way is what mends itself by a queue or by the next cosignature. What the partner's signed log
shows that it has and did not answer, and what stands in its log alone without being an answer to
ours, stay differences: there is proof, and nothing here brings it about.
Spec: spec/ledger.md §11; R52, R59.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sealane.ledger.telling import Told
from sealane.services.audit.compare_logs import Difference

QUESTIONS = frozenset({"assurance.request", "open.request", "rewrap.request", "claim"})
"""Asked and answered in one breath: one that never arrived had no effect at either side, and is
listed as lapsed.
"""
ENDED_WITH_ITS_OFFER = ("recall.ordered", "relabelled", "rewrapped")
"""Types that a holder without the item would refuse for ever."""


def lapsed(told: Iterable[Told], alone: set[str]) -> dict[str, Told]:
    """Questions that only the asker's log holds and nobody answered; offers that were taken back,
    with receipts that never came home; and what waited to be said about an item when its offer
    ended: nothing came of them.
    """
    every = list(told)
    ended = {one.item for one in every if one.type in ("withdrawn", "transfer.rejected")}
    answered = {one.answers for one in every}
    withdrawn = {one.answers for one in every if one.type == "withdrawn"}
    return {
        one.statement: one
        for one in every
        if one.statement in alone
        and (
            (one.type in QUESTIONS and one.statement not in answered)
            or (one.type == "offer" and one.statement in withdrawn)
            or one.answers in withdrawn
            or (one.type in ENDED_WITH_ITS_OFFER and one.item in ended)
        )
    }


def under_way(
    differences: Iterable[Difference],
    told: tuple[Iterable[Told], Iterable[Told]],
    waiting: Collection[str],
) -> dict[str, Told]:
    """The statements under way, by digest.

    Args:
        differences: those of the two logs.
        told: what our log tells, and what the partner's does.
        waiting: statements of ours that wait in the outbox for this partner.
    """
    unproven = {one.statement for one in differences if one.kind == "not_yet_proven"}
    ours, theirs = ({one.statement: one for one in side} for side in told)
    found = {name: ours[name] for name in unproven if name in ours}
    # A queued statement leaves again and again until its answer is here.
    found |= {name: one for name, one in ours.items() if name in waiting and name not in theirs}
    # The answer to it lies there already: the next try brings it home.
    found |= {
        name: one for name, one in theirs.items() if one.answers in waiting and name not in ours
    }
    return found


def half_done_here(coming: Mapping[str, Told], ours: Iterable[Told], party: str) -> set[str | None]:
    """The items of orders to us that are under way and that we have not answered: the order is in
    our log, and the register follows with the answer.
    """
    answered = {one.answers for one in ours if one.by == party}
    return {one.item for name, one in coming.items() if one.to == party and name not in answered}
