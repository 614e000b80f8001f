"""Whether an agreement lets a suite carry an item now; what it does not name, or no longer, is
refused.

Spec: spec/container.md §6; R62.
"""

from __future__ import annotations

from collections.abc import Iterable

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Refused, declare
from sealane.base.values import Instant, parse_instant
from sealane.sealing.container import Container
from sealane.sealing.plan import SealPlan

SUITE_REFUSED = declare(
    "container.suite_not_allowed",
    Refused,
    "{agreement} does not allow the suite {suite} at this time (last use: {ended}).",
    "{agreement} は現在、方式 {suite} を認めていません（最終使用：{ended}）。",
    "Seal or re-wrap with a suite the agreement names: {allowed}.",
    "取決めが定める方式（{allowed}）で封緘または再包装してください。",
)


def allowed_suites(agreement: Agreement, at: Instant) -> tuple[str, ...]:
    """The suites in use at an instant, in the agreement's order; one whose last use is T has ended
    at T.
    """
    return tuple(
        suite.id
        for suite in agreement.suites
        if suite.last_use is None or at < parse_instant(suite.last_use)
    )


def check_suites(suites: Iterable[str], agreement: Agreement, at: Instant) -> None:
    """Refuse a suite that the agreement does not name, or whose last use is over. Raises: Refused
    `container.suite_not_allowed`.
    """
    allowed = allowed_suites(agreement, at)
    for suite in suites:
        if suite not in allowed:
            ended = next((one.last_use for one in agreement.suites if one.id == suite), None)
            raise SUITE_REFUSED(
                agreement=agreement.id,
                suite=suite,
                allowed=", ".join(allowed) or "-",
                ended=ended or "-",
                details={"agreement": agreement.id, "clause": f"suite {suite}", "last_use": ended},
            )


def check_plan(plan: SealPlan, agreement: Agreement, at: Instant) -> None:
    """`check_suites` for what is about to be sealed."""
    check_suites([service.key.suite for service in plan.services], agreement, at)


def check_container(container: Container, agreement: Agreement, at: Instant) -> None:
    """`check_suites` for what arrived or is about to be opened. Raises: also Untrusted
    `container.unknown_wrapping`.
    """
    check_suites([kao.suite for kao in container.manifest.key_access], agreement, at)


def due_for_rewrap(suites: Iterable[str], agreement: Agreement, by: Instant) -> tuple[str, ...]:
    """Those of an item's suites that will no longer be allowed
    at `by`: the re-wrap job's question.
    """
    allowed = allowed_suites(agreement, by)
    return tuple(dict.fromkeys(suite for suite in suites if suite not in allowed))
