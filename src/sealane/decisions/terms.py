"""An agreement made ready to decide by: rules in stable order, levels and reaches as tables; and a
case, one request under one agreement, as its rules see it.
Spec: spec/agreement.md §3 and §4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sealane.agreements.agreement import Agreement, Clause, EquivalenceRow, Reach
from sealane.agreements.loaded import Agreements
from sealane.decisions.asked import Request
from sealane.decisions.markings import LabelRules, OwnGroups
from sealane.labels.model.label import Label


@dataclass(frozen=True, slots=True)
class Reason:
    """One clause as it came out for one request: what it asks, and whether that was so."""

    clause: str
    code: str
    met: bool
    text: str
    text_ja: str
    encoded: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoded", msgspec.json.encode(self.as_json()))

    def as_json(self) -> dict[str, Any]:
        """The contract's form. Spec: spec/interfaces.md §1 (a decision)."""
        return {
            "clause": self.clause,
            "code": self.code,
            "met": self.met,
            "text": self.text,
            "text_ja": self.text_ja,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A forbid made ready: it is met when its check holds; a
    forbid without a check is never met.
    """

    clause: str
    check: Callable[[Case], bool]
    met: Reason
    unmet: Reason
    erred: Reason


@dataclass(frozen=True, slots=True)
class AgreementRef:
    """Which agreement decided, to the byte; version and digest are None when it is not loaded."""

    id: str
    version: int | None
    digest: str | None

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "version": self.version, "digest": self.digest}


@dataclass(frozen=True, slots=True)
class Obligation:
    """What whoever is permitted takes on. The clock is named in the agreement."""

    clause: str
    duty: str
    clock: str | None
    text: str
    text_ja: str
    encoded: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "encoded", msgspec.json.encode(self.as_json()))

    def as_json(self) -> dict[str, Any]:
        """The contract's form."""
        return {
            "clause": self.clause,
            "duty": self.duty,
            "clock": self.clock,
            "text": self.text,
            "text_ja": self.text_ja,
        }


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that applies to one action at one level in one area for one kind of item."""

    permits: tuple[Reason, ...]
    forbids: tuple[Rule, ...]
    obligations: tuple[Obligation, ...]
    questions: tuple[tuple[int, Callable[[Case], bool]], ...]
    best: tuple[Reason, ...]
    """The reasons when every forbid is met; `questions` holds each check with its place among them.
    """


@dataclass(frozen=True, slots=True)
class Ready:
    """A clause with its sentences encoded once."""

    clause: Clause
    permit: Reason
    rule: Rule
    obligation: Obligation


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Terms:
    """One agreement's tables; rules are narrowed to a case on first use and kept (the cases are
    few).
    """

    agreement: Agreement
    ref: AgreementRef
    policy_of: Mapping[str, str]
    gives: Mapping[tuple[str, str], EquivalenceRow]
    holds: Mapping[tuple[str, str], int]
    reaches: Mapping[tuple[str, str], Reach]
    ceilings: Mapping[str, int]
    purposes: frozenset[str]
    groups: OwnGroups
    clauses: tuple[Ready, ...]
    areas: frozenset[str]
    kinds: frozenset[str]
    narrowed: dict[tuple[str, int | None, str, str], Rules]
    """`areas` and `kinds` are those that some clause is limited to; all others are alike."""

    def rules(self, action: str, level: int | None, area: str, kind: str) -> Rules:
        """The rules of a case, in stable order; an unknown level escapes no clause."""
        key = (
            action,
            level,
            area if area in self.areas else "",
            kind if kind in self.kinds else "",
        )
        found = self.narrowed.get(key)
        if found is None:
            found = self.narrowed[key] = _narrow(self.clauses, *key)
        return found

    def level_of(self, label: Label, provider: str, area: str) -> int | None:
        """The level of the label's row, or None: no row for this word, this area, this provider, or
        with a caveat.

        A permissive category other than Releasable To has no holder in a request, so it too has no
        row.
        """
        row = self.gives.get((label.policy, label.classification))
        if row is None or provider not in self.policy_of:
            return None
        if row.areas is not None and area not in row.areas:
            return None
        return None if label.caveated else row.level


class Case:
    """One request under one agreement, with what several checks need worked out once."""

    __slots__ = (
        "accepted",
        "agreements",
        "at",
        "bases",
        "groups",
        "holder",
        "item",
        "level",
        "request",
        "schemes",
        "subject",
        "terms",
    )

    def __init__(
        self,
        request: Request,
        terms: Terms,
        agreements: Agreements,
        schemes: LabelRules,
        accepted: bool,
    ) -> None:
        self.request = request
        self.terms = terms
        self.agreements = agreements
        self.schemes = schemes
        self.groups = schemes.groups
        self.accepted = accepted
        self.bases: dict[str, bool] = {}
        self.at = request.at
        self.item = request.item
        self.subject = request.subject
        self.holder = request.subject.organisation_country
        self.level = terms.level_of(request.label, request.item.provider, request.item.area)


NO_PERMIT = Reason(
    "default",
    "decision.no_permit",
    False,
    "No clause of the agreement permits this act.",
    "この行為を許可する条項は取決めにありません。",
)


def _narrow(
    clauses: tuple[Ready, ...], action: str, level: int | None, area: str, kind: str
) -> Rules:
    applying = [
        one
        for one in clauses
        if action in one.clause.actions and _applies(one.clause, level, area, kind)
    ]
    permits = tuple(one.permit for one in applying if one.clause.effect == "permit")
    forbids = tuple(one.rule for one in applying if one.clause.effect == "forbid")
    best = (*(permits or (NO_PERMIT,)), *(rule.met for rule in forbids))
    first = len(best) - len(forbids)
    return Rules(
        permits=permits,
        forbids=forbids,
        best=best,
        questions=tuple((first + place, rule.check) for place, rule in enumerate(forbids)),
        obligations=tuple(one.obligation for one in applying if one.clause.effect == "oblige"),
    )


def _applies(clause: Clause, level: int | None, area: str, kind: str) -> bool:
    """Whether the clause is about this case. What is unknown is caught by a forbid and never helped
    by a permit.
    """
    when, caught = clause.when, clause.effect == "forbid"
    return (
        (when.levels is None or (caught if level is None else level in when.levels))
        and (when.areas is None or area in when.areas)
        and (when.kinds is None or kind in when.kinds)
    )
