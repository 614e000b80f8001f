"""One pure answer with its reasons: default refuses, forbid beats permit, an error refuses and is
named.

`decide` is total: it reads nothing but its arguments, and policy never raises.
Spec: spec/interfaces.md §4; R1, R2, R20 to R37, R64.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base import canonical
from sealane.decisions import activity
from sealane.decisions.asked import Request
from sealane.decisions.compiled import terms_of
from sealane.decisions.markings import LabelRules
from sealane.decisions.terms import AgreementRef, Case, Obligation, Reason

Audience = Literal["officer", "partner", "requester"]
OWN_CODES = frozenset(
    {
        "agreement.not_in_force",
        "agreement.unknown",
        "access.not_cleared",
        "access.not_authorised",
        "access.not_briefed",
        "access.facility",
        "request.purpose_not_allowed",
        "request.purpose_not_listed",
        "visit.not_approved",
        "decision.no_permit",
        "decision.permitted",
    }
    | activity.CODES
)
"""Reasons about the requester's own attributes, or about nothing secret: all that their edition
names.
"""

WITHHELD = Reason(
    "withheld",
    "decision.withheld",
    False,
    "Conditions that do not concern your own attributes are not met; ask the holder's security"
    " officer.",
    "ご本人の属性以外の条件が満たされていません。保有側の保全責任者に照会してください。",
)
NATIONAL = Reason(
    "overlay",
    "overlay.forbidden",
    False,
    "A national rule of the deciding state forbids this.",
    "判断する国の国内規則により認められません。",
)
UNKNOWN = Reason(
    "agreement",
    "agreement.unknown",
    False,
    "The agreement must be one that is loaded.",
    "取決めが読み込まれたものであること。",
)

_encoder = msgspec.json.Encoder(order="sorted")


class Decision(msgspec.Struct, frozen=True, eq=False):
    """A verdict that carries its reasons; both parties compute the same digest for the same
    request.

    Example:
        >>> from pathlib import Path
        >>> decision = sealane.decide(Path("examples/release-secret-maritime.json").read_bytes())
        >>> decision.permit, [duty.clause for duty in decision.obligations][:2]
        (True, ['8.1', '8.2'])
        >>> decision.as_json()["digest"] == decision.digest
        True
    """

    permit: bool
    reasons: tuple[Reason, ...]
    obligations: tuple[Obligation, ...]
    agreement: AgreementRef
    request: Request
    accepted_unverified: bool
    duties: tuple[Obligation, ...] = ()
    """What the agreement lays down for such an act whether or not it permits it alone."""
    narrowed: tuple[Reason, ...] = ()
    """What keeps the act outside the activity that the item was released for; no part of the
    digest, for each nation judges by its own record. Spec: spec/case.md §10.
    """
    national: tuple[Reason, ...] = ()
    """The deciding nation's own forbids; no part of the digest, which both parties compute. Spec:
    spec/agreement.md §8.
    """

    @property
    def unmet(self) -> tuple[Reason, ...]:
        """The reasons of a refusal, in clause order, the activity's and the nation's own last;
        empty when permitted.
        """
        agreed = (reason for reason in self.reasons if not reason.met)
        return (*agreed, *self.narrowed, *self.national)

    @property
    def digest(self) -> str:
        """SHA-384 hex over the canonical request, the agreement, the verdict and every clause's
        outcome.

        The order of sets in the request has no part in it.
        Spec: spec/agreement.md §6.
        """
        return canonical.sha384(
            _encoder.encode(
                {
                    "accepted_unverified": self.accepted_unverified,
                    "agreement": self.agreement.as_json(),
                    "decision": (
                        "permit" if all(reason.met for reason in self.reasons) else "refuse"
                    ),
                    "reasons": [[reason.clause, reason.met] for reason in self.reasons],
                    "request": msgspec.Raw(self.request.normal()),
                }
            )
        )

    def edition(self, audience: Audience = "officer") -> tuple[Reason, ...]:
        """The reasons that an audience may read. Spec: R37.

        A partner is not told the nation's own rules, only that one forbids; a requester reads about
        their own attributes, and one line for all else.
        """
        shared = (*self.reasons, *self.narrowed)
        if audience == "officer":
            return (*shared, *self.national)
        if audience == "partner":
            return (*shared, *((NATIONAL,) if self.national else ()))
        own = tuple(reason for reason in shared if reason.code in OWN_CODES)
        hidden = bool(self.national) or any(
            not reason.met and reason.code not in OWN_CODES for reason in shared
        )
        return (*own, WITHHELD) if hidden else own

    def as_json(self, audience: Audience = "officer") -> dict[str, Any]:
        """The contract's form. Spec: spec/interfaces.md §1 (a decision)."""
        return {
            "decision": "permit" if self.permit else "refuse",
            "reasons": [one.as_json() for one in self.edition(audience)],
            "obligations": [one.as_json() for one in self.obligations],
            "agreement": self.agreement.as_json(),
            "digest": self.digest,
        }

    def encoded(self, audience: Audience = "officer") -> bytes:
        """The bytes of `as_json`, from sentences encoded once per agreement."""
        return (
            b'{"decision":"%s","reasons":[%s],"obligations":[%s],"agreement":%s,"digest":"%s"}'
            % (
                b"permit" if self.permit else b"refuse",
                b",".join([one.encoded for one in self.edition(audience)]),
                b",".join([one.encoded for one in self.obligations]),
                msgspec.json.encode(self.agreement.as_json()),
                self.digest.encode(),
            )
        )


def decide(
    request: Request,
    *,
    agreements: Agreements,
    schemes: LabelRules,
    accept_unverified: bool = False,
) -> Decision:
    """Permit or refuse one request under the agreement it names, with every clause's outcome in
    stable order.

    Args:
        agreements: all that are loaded; the version that governs at `request.at` decides.
        accept_unverified: the node's signed operator policy accepts unverified rows; the request
            may say so itself.
    Spec: spec/interfaces.md §4; docs/adr/0006-decision-in-own-code.md.
    """
    accepted = accept_unverified or request.accept_unverified
    agreement = agreements.at(request.agreement, request.at)
    if agreement is None:
        ref = AgreementRef(request.agreement, None, None)
        return Decision(False, (UNKNOWN,), (), ref, request, accepted)
    return decide_under(
        agreement, request, agreements=agreements, schemes=schemes, accepted=accepted
    )


def decide_under(
    agreement: Agreement,
    request: Request,
    *,
    agreements: Agreements,
    schemes: LabelRules,
    accepted: bool,
) -> Decision:
    """The same under one given version of an agreement."""
    compiled = terms_of(agreement)
    case = Case(request, compiled, agreements, schemes, accepted)
    item = request.item
    rules = compiled.rules(request.action, case.level, item.area, item.kind)
    # The reasons of a permit are ready made; each forbid that is not met takes its own place in
    # them. Forbids stand last, so a place counted from the end is the forbid's number.
    reasons, failed = rules.best, False
    for place, check in rules.questions:
        rule = rules.forbids[place - len(reasons)]
        try:
            if check(case):
                continue
            outcome = rule.unmet
        except Exception:  # noqa: BLE001 - a clause that errs refuses and is named
            outcome = rule.erred
        reasons = (*reasons[:place], outcome, *reasons[place + 1 :])
        failed = True
    permit = bool(rules.permits) and not failed
    return Decision(
        permit,
        reasons,
        rules.obligations if permit else (),
        compiled.ref,
        request,
        accepted,
        rules.obligations,
    )
