"""Several agreements on one act: all of their forbids and obligations hold, and at least one must
permit.

Spec: spec/agreement.md §5 (several at once).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import msgspec

from sealane.agreements.loaded import Agreements
from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.decisions.asked import Request
from sealane.decisions.decide import Audience, Decision, decide
from sealane.decisions.markings import LabelRules
from sealane.decisions.terms import NO_PERMIT, Obligation, Reason

NONE_NAMED = declare(
    "agreement.none_named",
    Malformed,
    "No agreement is named for this act.",
    "この行為に適用する取決めが示されていません。",
    "Name every agreement that applies.",
    "適用されるすべての取決めを示してください。",
)


class Combined(msgspec.Struct, frozen=True, eq=False):
    """The decisions of every agreement that applies, ordered by id, and the one verdict they make
    together.
    """

    decisions: tuple[Decision, ...]

    @property
    def permit(self) -> bool:
        """At least one permits by a clause of its own, and no clause of any is unmet."""
        return not self.unmet

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Every agreement's reasons, each clause preceded by its agreement's id.

        That one agreement has no permitting clause is no reason while another has one.
        """
        permitted = any(_permits(one) for one in self.decisions)
        out = [] if permitted else [NO_PERMIT]
        out += [
            replace(reason, clause=f"{one.agreement.id}:{reason.clause}")
            for one in self.decisions
            for reason in one.reasons
            if reason.clause != NO_PERMIT.clause
        ]
        return tuple(out)

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """The reasons of a refusal; empty when permitted."""
        return tuple(reason for reason in self.reasons if not reason.met)

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """The obligations of all of them, once the act is permitted."""
        if not self.permit:
            return ()
        return tuple(
            replace(duty, clause=f"{one.agreement.id}:{duty.clause}")
            for one in self.decisions
            for duty in one.duties
        )

    @property
    def digest(self) -> str:
        """SHA-384 hex over the digests of the single decisions, in the order of their agreements'
        ids.
        """
        return canonical.digest({"decisions": [one.digest for one in self.decisions]})

    def as_json(self, audience: Audience = "officer") -> dict[str, Any]:
        """The form of one decision, with every agreement named."""
        return {
            "decision": "permit" if self.permit else "refuse",
            "reasons": [reason.as_json() for reason in self._edition(audience)],
            "obligations": [duty.as_json() for duty in self.obligations],
            "agreements": [one.agreement.as_json() for one in self.decisions],
            "digest": self.digest,
        }

    def _edition(self, audience: Audience) -> tuple[Reason, ...]:
        first = self.decisions[0]
        whole = msgspec.structs.replace(first, reasons=self.reasons, permit=self.permit)
        return whole.edition(audience)


def decide_several(
    request: Request,
    names: Iterable[str],
    *,
    agreements: Agreements,
    schemes: LabelRules,
    accept_unverified: bool = False,
) -> Combined:
    """One verdict under every agreement that applies to an act; the order in which they are named
    has no part in it.

    Raises: Malformed `agreement.none_named`.
    """
    applying = sorted(set(names))
    if not applying:
        raise NONE_NAMED()
    return Combined(
        tuple(
            decide(
                msgspec.structs.replace(request, agreement=name),
                agreements=agreements,
                schemes=schemes,
                accept_unverified=accept_unverified,
            )
            for name in applying
        )
    )


def _permits(decision: Decision) -> bool:
    return any(reason.code == "decision.permitted" for reason in decision.reasons)
