"""Clauses that can never matter, that contradict one another, or that permit an act unguarded.

Exact over every cell and over all facts that a request can carry; nothing is sampled.
Spec: spec/agreement.md §4; R1, R20, R30, R32, R64.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sealane.agreements.agreement import Agreement, Clause
from sealane.agreements.cells import Space
from sealane.agreements.remarks import CONTRADICTION, DEAD, UNGUARDED, CheckFinding

_BASE = ("in-force", "row", "row-accepted", "ceiling", "separation")
_HELD = (
    *_BASE,
    "released",
    "not-recalled",
    "time-limit",
    "cleared",
    "authorised",
    "briefed",
    "nationality",
    "facility",
)
_READ = (*_HELD, "purpose")
GUARDS: Mapping[str, tuple[str, ...]] = {
    "release": (
        *_BASE,
        "label-of-provider",
        "recipient-party",
        "recipient-releasable",
        "purpose",
        "time-limit",
        "not-recalled",
        "assurance",
        "release-officer",
    ),
    "open": _READ,
    "view": _READ,
    "copy": _READ,
    "translate": _READ,
    "visit": (*_BASE, "cleared", "purpose", "visit-approved"),
    "onward": (*_READ, "consent", "third-agreement"),
    "new-purpose": (*_HELD, "listed-purpose", "consent"),
    "downgrade": (*_READ, "lower-level", "consent"),
}
"""The questions that treaties always ask of an act; an agreement may ask more, and none of these
can be left out.
"""
LIGHT = frozenset({"cleared", "briefed", "facility"})
"""What a sensitive-unclassified tier (level 1) may leave out. Spec: R67."""


def idle_and_contrary(agreement: Agreement, space: Space) -> Iterator[CheckFinding]:
    """Clauses that no request could meet, that say again what another says, or that permit what
    another always forbids.
    """
    cover = {clause.id: space.of(clause) & space.possible for clause in agreement.clauses}
    permitted = 0
    for clause in agreement.clauses:
        if clause.effect == "permit":
            permitted |= cover[clause.id]
    always = [one for one in agreement.clauses if one.effect == "forbid" and one.unless is None]
    said: dict[Any, list[str]] = {}
    for place, clause in enumerate(agreement.clauses):
        path, cells = ("clause", place), cover[clause.id]
        says = (clause.effect, clause.unless, clause.duty, clause.clock)
        before = said.setdefault(says, [])
        twin = next((other for other in before if _within(cells, cover[other])), None)
        before.append(clause.id)
        if not cells:
            why = "no row and ceiling allow what it applies to"
            yield _dead(clause, path, why, "適用対象を認める行も上限もありません")
        elif clause.effect == "permit":
            for forbid in always:
                if _within(cells, cover[forbid.id]):
                    error = CONTRADICTION(clause=clause.id, other=forbid.id)
                    yield CheckFinding(severity="error", error=error, path=path)
        elif permitted and not cells & permitted and not _refuses_by_name(clause):
            why = "nothing it applies to is permitted anyway"
            yield _dead(clause, path, why, "適用対象がそもそも認められていません")
        elif twin:
            why = f"clause {twin} already says it"
            yield _dead(clause, path, why, f"条項 {twin} が既に定めています")


def _within(cells: int, others: int) -> bool:
    """Whether every cell of the first is one of the second."""
    return not cells & ~others


def _refuses_by_name(clause: Clause) -> bool:
    """An unconditional forbid of an act that nothing permits says on its face what silence would
    say too.
    """
    return clause.effect == "forbid" and clause.unless is None


def unguarded(agreement: Agreement, space: Space) -> Iterator[CheckFinding]:
    """Acts that a clause permits where no forbid asks one of the questions of `GUARDS`."""
    asked = dict.fromkeys(_all_checks(), 0)
    for clause in agreement.clauses:
        if clause.effect == "forbid":
            # A forbid without a question refuses whatever the answer to any of them would be.
            for check in [clause.unless] if clause.unless else list(asked):
                asked[check] = asked.get(check, 0) | space.of(clause)
    for place, clause in enumerate(agreement.clauses):
        if clause.effect != "permit":
            continue
        mine = space.of(clause) & space.possible
        for action in clause.actions:
            for check in GUARDS.get(action, ()):
                spared = asked[check] | (space.light if check in LIGHT else 0)
                bare = next(space.cells(mine & space.doing(action) & ~spared), None)
                if bare is not None:
                    error = UNGUARDED(clause=clause.id, action=action, area=bare[2], check=check)
                    yield CheckFinding(severity="error", error=error, path=("clause", place))


def _all_checks() -> list[str]:
    return sorted({check for checks in GUARDS.values() for check in checks})


def _dead(clause: Clause, path: tuple[str | int, ...], why: str, why_ja: str) -> CheckFinding:
    return CheckFinding(
        severity="error", error=DEAD(clause=clause.id, why=why, why_ja=why_ja), path=path
    )
