"""An agreement's own scenarios, run by the same `decide` that answers real requests.

A scenario names a verdict and exactly the clauses that must be unmet; anything else fails, an
erring clause too.
Spec: spec/agreement.md §4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sealane.agreements.agreement import Agreement, Scenario
from sealane.agreements.loaded import Agreements
from sealane.agreements.parse import scenario_requests
from sealane.base.errors import SealaneError
from sealane.decisions.decide import Decision, decide_under
from sealane.decisions.markings import LabelCheck, LabelRules
from sealane.decisions.request import request_from_json

ERRED = "decision.clause_erred"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioOutcome:
    """What one scenario came to; `decision` is None when its request could not even be read."""

    place: int
    scenario: Scenario
    decision: Decision | None
    error: SealaneError | None = None

    @property
    def verdict(self) -> str:
        """What came out."""
        if self.decision is None:
            return "error"
        return "permit" if self.decision.permit else "refuse"

    @property
    def unmet(self) -> tuple[str, ...]:
        """The clauses that refused."""
        return (
            () if self.decision is None else tuple(reason.clause for reason in self.decision.unmet)
        )

    @property
    def erring(self) -> tuple[str, ...]:
        """Clauses that could not be evaluated: they refuse, and the agreement is turned away."""
        return (
            ()
            if self.decision is None
            else tuple(reason.clause for reason in self.decision.unmet if reason.code == ERRED)
        )

    @property
    def as_told(self) -> bool:
        """Whether the verdict and exactly the clauses named came out."""
        return (
            self.verdict == self.scenario.expect
            and set(self.unmet) == set(self.scenario.clauses)
            and not self.erring
        )

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "scenario": {"en": self.scenario.name.en, "ja": self.scenario.name.ja},
            "as_told": self.as_told,
            "expected": {
                "decision": self.scenario.expect,
                "clauses": sorted(self.scenario.clauses),
            },
            "found": {"decision": self.verdict, "clauses": sorted(self.unmet)},
        }
        return out if self.error is None else {**out, "error": self.error.as_json()}


def run(
    agreement: Agreement, *, agreements: Agreements, schemes: LabelRules
) -> Iterator[ScenarioOutcome]:
    """Every scenario of the file in its order, decided under this very version.

    Args:
        agreements: the others that this one may rest on or name; this version stands in for its own
            id.
    """
    reach = agreements.with_(agreement)
    for place, (scenario, value) in enumerate(scenario_requests(agreement)):
        try:
            request = request_from_json(value, labels=LabelCheck(schemes, reach))
        except SealaneError as error:
            yield ScenarioOutcome(place=place, scenario=scenario, decision=None, error=error)
            continue
        decision = decide_under(
            agreement,
            request,
            agreements=reach,
            schemes=schemes,
            accepted=request.accept_unverified,
        )
        yield ScenarioOutcome(place=place, scenario=scenario, decision=decision)
