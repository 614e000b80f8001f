"""An agreement made ready to decide by: rules in stable order, levels and reaches as tables.

Compiling never changes what the file says; it is done once per agreement and kept beside it.
Spec: spec/agreement.md §3 and §4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from sealane.agreements.agreement import Agreement, Clause, EquivalenceRow, Reach

if TYPE_CHECKING:
    from sealane.decisions.clauses import Case


OwnGroups = tuple[tuple[str, frozenset[str]], ...]
"""Groups of countries that an agreement defines, with their members."""


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


NO_PERMIT = Reason(
    "default",
    "decision.no_permit",
    False,
    "No clause of the agreement permits this act.",
    "この行為を許可する条項は協定にありません。",
)


@lru_cache(maxsize=256)
def terms(agreement: Agreement) -> Terms:
    """The agreement, compiled; kept for as long as it is in use."""
    reaches = {(reach.party, reach.level): reach for reach in agreement.clearances}
    holds = {
        (party, name): row.level
        for row in agreement.rows
        for party, names in row.holds.items()
        for name in names
    }
    for (party, name), level in holds.items():
        reaches.setdefault((party, name), Reach(party=party, level=name, covers=level))
    policy_of = {party.id: party.policy for party in agreement.parties}
    return Terms(
        agreement=agreement,
        ref=AgreementRef(agreement.id, agreement.version, agreement.digest),
        policy_of=policy_of,
        holds=holds,
        reaches=reaches,
        gives={
            (policy_of[party], name): row
            for row in agreement.rows
            for party, names in row.gives.items()
            for name in names
        },
        ceilings={area.id: area.ceiling for area in agreement.areas},
        purposes=frozenset(purpose.id for purpose in agreement.purposes),
        groups=tuple((group.id, frozenset(group.members)) for group in agreement.groups),
        clauses=tuple(
            _ready(clause)
            for clause in sorted(agreement.clauses, key=lambda clause: natural(clause.id))
        ),
        areas=frozenset(area for clause in agreement.clauses for area in clause.when.areas or ()),
        kinds=frozenset(kind for clause in agreement.clauses for kind in clause.when.kinds or ()),
        narrowed={},
    )


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key under which 3.10 comes after 3.9."""
    return tuple(
        (0, int(part)) if part.isdigit() else (1, part)
        for part in re.split(r"[.\s]+|(?<=\d)(?=\D)", name)
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


def _ready(clause: Clause) -> Ready:
    return Ready(
        clause,
        _reason(clause, True, "decision.permitted"),
        _rule(clause),
        Obligation(clause.id, clause.duty or "", clause.clock, clause.text.en, clause.text.ja),
    )


def _rule(clause: Clause) -> Rule:
    from sealane.decisions.clauses import CHECKS, never

    code, check = CHECKS[clause.unless] if clause.unless else ("decision.forbidden", never)
    return Rule(
        clause.id,
        check,
        _reason(clause, True, code),
        _reason(clause, False, code),
        _reason(clause, False, "decision.clause_erred"),
    )


def _reason(clause: Clause, met: bool, code: str) -> Reason:
    return Reason(clause.id, code, met, clause.text.en, clause.text.ja)
