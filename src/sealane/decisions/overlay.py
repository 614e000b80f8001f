"""A nation's own forbids over the agreement: they can refuse what it permits, and never permit what
it refuses.

An overlay sees the label class and the act, never a person's record and never the single item, so
it is asked once per class. An overlay that errs refuses. Its reasons are the nation's own: the
partner's edition says only that a national rule forbids, because disclosure limits are themselves
restricted.
Spec: spec/agreement.md §8; R37.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from sealane.base import canonical
from sealane.decisions.asked import Request
from sealane.decisions.decide import Decision
from sealane.decisions.terms import Reason
from sealane.labels.model.label import RELEASABLE_TO, Label

FORBIDDEN, ERRED = "overlay.forbidden", "overlay.erred"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFacts:
    """What an overlay is told: the act and the label class, in the order-free form in which classes
    are compared.
    """

    action: str
    agreement: str
    provider: str
    recipient: str
    area: str
    purpose: str
    policy: str
    classification: str
    releasable_to: frozenset[str]
    caveats: frozenset[str]
    """Restrictive categories as `Tag:value`."""
    informative: frozenset[str]
    """Informative and other permissive categories as `Tag:value`."""

    def as_json(self) -> dict[str, Any]:
        """The same facts as canonical JSON values, sets sorted."""
        return {
            "action": self.action,
            "agreement": self.agreement,
            "provider": self.provider,
            "recipient": self.recipient,
            "area": self.area,
            "purpose": self.purpose,
            "policy": self.policy,
            "classification": self.classification,
            "releasable_to": sorted(self.releasable_to),
            "caveats": sorted(self.caveats),
            "informative": sorted(self.informative),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class NationalReason:
    """One national rule that forbids, or that could not be evaluated (`overlay.erred`)."""

    clause: str
    code: str
    text: str
    text_ja: str

    def as_json(self) -> dict[str, Any]:
        """A reason of the decision's shape, for the nation itself."""
        return {
            "clause": self.clause,
            "code": self.code,
            "met": False,
            "text": self.text,
            "text_ja": self.text_ja,
        }


class Overlay(Protocol):
    """One method where a nation plugs in: the rules that forbid this class of act; none when
    silent.
    """

    @property
    def digest(self) -> str: ...

    @property
    def rules(self) -> tuple[str, ...]:
        """The ids of its rules."""
        ...

    def forbids(self, facts: ClassFacts) -> tuple[NationalReason, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """A verdict under an agreement with the nation's own forbids upon it; permit only when both
    agree.
    """

    agreed: bool
    decision_digest: str
    overlay_digest: str
    reasons: tuple[NationalReason, ...]

    @property
    def permit(self) -> bool:
        return self.agreed and not self.reasons

    @property
    def digest(self) -> str:
        """Internal to the nation: the agreement's decision digest stays the one both parties
        compare.
        """
        return canonical.digest(
            {
                "decision": self.decision_digest,
                "overlay": self.overlay_digest,
                "permit": self.permit,
                "reasons": [reason.as_json() for reason in self.reasons],
            }
        )


def class_facts(
    label: Label,
    *,
    action: str,
    agreement: str,
    provider: str,
    recipient: str,
    area: str,
    purpose: str,
) -> ClassFacts:
    """The facts of one label class under one act."""
    caveats: set[str] = set()
    informative: set[str] = set()
    for category in label.categories:
        if category.type == "permissive" and category.tag == RELEASABLE_TO:
            continue
        target = caveats if category.type == "restrictive" else informative
        target.update(f"{category.tag}:{value}" for value in category.values)
    return ClassFacts(
        action=action,
        agreement=agreement,
        provider=provider,
        recipient=recipient,
        area=area,
        purpose=purpose,
        policy=label.policy,
        classification=label.classification,
        releasable_to=frozenset(label.values(RELEASABLE_TO)),
        caveats=frozenset(caveats),
        informative=frozenset(informative),
    )


def facts_of(request: Request) -> ClassFacts:
    """The facts of a request's label class and act."""
    return class_facts(
        request.label,
        action=request.action,
        agreement=request.agreement,
        provider=request.item.provider,
        recipient=request.recipient,
        area=request.item.area,
        purpose=request.purpose,
    )


def nationally(decision: Decision, overlays: Sequence[Overlay]) -> Decision:
    """The decision under the nation's own forbids too: they can refuse what it permits, never
    permit what it refuses.

    The digest stays the agreement's, which both parties compute.
    """
    if not overlays:
        return decision
    facts = facts_of(decision.request)
    found = tuple(
        Reason(reason.clause, reason.code, False, reason.text, reason.text_ja)
        for overlay in overlays
        for reason in overlay.forbids(facts)
    )
    if not found:
        return decision
    return msgspec.structs.replace(decision, permit=False, obligations=(), national=found)


def overlaid(
    permit: bool, decision_digest: str, facts: ClassFacts, overlays: Iterable[Overlay]
) -> Overlaid:
    """The verdict with every overlay upon it; each overlay is asked, so that all national reasons
    are known.
    """
    asked = tuple(overlays)
    return Overlaid(
        agreed=permit,
        decision_digest=decision_digest,
        overlay_digest=canonical.digest([overlay.digest for overlay in asked]),
        reasons=tuple(reason for overlay in asked for reason in overlay.forbids(facts)),
    )
