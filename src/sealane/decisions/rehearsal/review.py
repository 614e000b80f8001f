"""Everything that `agreement check` asks of one agreement: lint, words, scenarios, clauses that
err.

Spec: spec/agreement.md §4; R4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealane.agreements import chain, check
from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.agreements.remarks import CAN_ERR, CheckFinding
from sealane.base.errors import Malformed, declare
from sealane.decisions.markings import LabelRules
from sealane.decisions.rehearsal import scenarios
from sealane.decisions.rehearsal.erring import erring as can_err
from sealane.decisions.rehearsal.scenarios import ScenarioOutcome

FAILED = declare(
    "agreement.check_failed",
    Malformed,
    "{errors} errors and {failing} failing scenarios were found.",
    "{errors} 件の誤りと {failing} 件の失敗したシナリオがあります。",
    "Mend what is listed and check again.",
    "示された箇所を直し、再度確認してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What was found, and how every scenario came out.

    Example:
        >>> review = sealane.check_agreement(sealane.shipped_agreements()["jpn-aus-2022"])
        >>> review.passed, review.failing, review.counts()["articles"]
        (True, (), 8)
    """

    agreement: Agreement
    findings: tuple[CheckFinding, ...]
    outcomes: tuple[ScenarioOutcome, ...]

    @property
    def errors(self) -> tuple[CheckFinding, ...]:
        """The findings that fail the check."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def failing(self) -> tuple[ScenarioOutcome, ...]:
        """The scenarios that came out otherwise than told."""
        return tuple(outcome for outcome in self.outcomes if not outcome.as_told)

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.errors and not self.failing

    def counts(self) -> dict[str, Any]:
        """How much of each part there is."""
        one = self.agreement
        return {
            "parties": len(one.parties),
            "articles": len(one.articles),
            "clauses": len(one.clauses),
            "rows": len(one.rows),
            "areas": len(one.areas),
            "scenarios": len(self.outcomes),
        }


def review(
    agreement: Agreement,
    *,
    agreements: Agreements,
    schemes: LabelRules,
    level_of: Mapping[str, Mapping[str, bool]],
    in_use: bool = False,
) -> Review:
    """Judge one agreement among others; what the file as a whole violates is raised, what it
    contains is listed.

    Args:
        agreements: the others that are loaded; this one stands in for its own id.
        level_of: by scheme, its classifications and whether each is retired.
        in_use: judge it as one to be signed and used: even a model's unverified rows are errors
            then.
    Raises: Malformed `agreement.circular`, `agreement.overlap`, `agreement.succession_overlap`;
    Untrusted
        `agreement.chain_broken`.
    """
    among = agreements.with_(agreement)
    chain.verify(among)
    outcomes = tuple(scenarios.run(agreement, agreements=among, schemes=schemes))
    shown = {clause for outcome in outcomes if outcome.as_told for clause in outcome.unmet}
    place_of = {clause.id: place for place, clause in enumerate(agreement.clauses)}
    erring = dict.fromkeys(
        (clause for outcome in outcomes for clause in outcome.erring), "in a scenario"
    )
    erring = {**can_err(agreement, agreements=among, schemes=schemes), **erring}
    findings = (
        *check.lint(agreement, in_use=in_use),
        *check.lint_words(agreement, level_of),
        *(
            CheckFinding(
                severity="error",
                path=("clause", place_of[clause]),
                error=CAN_ERR(
                    clause=clause, why=f"it errs ({why})", why_ja=f"評価に失敗します（{why}）"
                ),
            )
            for clause, why in erring.items()
        ),
        *check.not_shown(agreement, shown),
    )
    return Review(agreement=agreement, findings=findings, outcomes=outcomes)
