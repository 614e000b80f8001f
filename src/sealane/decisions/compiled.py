"""From an agreement to the terms that decisions are made by, each clause with the check it names.

Compiling never changes what the file says; it is done once per agreement and kept beside it.
Spec: spec/agreement.md §3 and §4.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sealane.agreements.agreement import Agreement, Clause, Reach
from sealane.decisions.clauses import CHECKS, never
from sealane.decisions.terms import AgreementRef, Obligation, Ready, Reason, Rule, Terms


@lru_cache(maxsize=256)
def terms_of(agreement: Agreement) -> Terms:
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


def _ready(clause: Clause) -> Ready:
    return Ready(
        clause,
        _reason(clause, True, "decision.permitted"),
        _rule(clause),
        Obligation(clause.id, clause.duty or "", clause.clock, clause.text.en, clause.text.ja),
    )


def _rule(clause: Clause) -> Rule:
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
