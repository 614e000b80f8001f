"""The clause vocabulary as z3 sees it: symbolic clauses over finite dimensions, and the fold that
`decide` is.

A request is an action, a level (or an unknown one), an area, a kind, and one truth value per check.
The facts behind the checks are not modelled here; that each check is monotone in its facts is a
matter of the generated laws and, for consent and time, of the second half of this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import z3

from sealane.agreements.agreement import Agreement
from sealane.agreements.vocabulary import ACTIONS, CHECKS, KINDS

WIDTH = 32
CHECK_NAMES, ACTION_NAMES = sorted(CHECKS), sorted(ACTIONS)
assert len(CHECK_NAMES) <= WIDTH
PERMIT, FORBID, OBLIGE = 0, 1, 2


def bit(mask: Any, place: Any) -> Any:
    """Whether the place's bit of the mask is set."""
    return z3.Extract(0, 0, z3.LShR(mask, place)) == 1


@dataclass
class Case:
    """What a clause can be limited to, and what the checks answered."""

    action: object
    known: object
    level: object
    area: object
    kind: object
    checks: object


def any_case(name: str = "x") -> Any:
    place = [
        z3.BitVec(f"{name}.{part}", WIDTH) for part in ("action", "level", "area", "kind", "checks")
    ]
    return Case(place[0], z3.Bool(f"{name}.known"), place[1], place[2], place[3], place[4])


@dataclass
class Clause:
    """One clause: its effect, its masks (None: not limited), and the check it asks (None: always
    stands).
    """

    effect: object
    actions: object
    levels: object
    limits_levels: object
    areas: object
    limits_areas: object
    kinds: object
    limits_kinds: object
    unless: object
    has_unless: object

    def applies(self, case: Any) -> Any:
        forbid = self.effect == FORBID
        return z3.And(
            bit(self.actions, case.action),
            z3.Or(
                z3.Not(self.limits_levels), z3.If(case.known, bit(self.levels, case.level), forbid)
            ),
            z3.Or(z3.Not(self.limits_areas), bit(self.areas, case.area)),
            z3.Or(z3.Not(self.limits_kinds), bit(self.kinds, case.kind)),
        )

    def permits(self, case: Any) -> Any:
        return z3.And(self.effect == PERMIT, self.applies(case))

    def stands(self, case: Any) -> Any:
        """A forbid that its check does not lift."""
        return z3.And(
            self.effect == FORBID,
            self.applies(case),
            z3.Not(z3.And(self.has_unless, bit(case.checks, self.unless))),
        )


def any_clause(name: str) -> Any:
    masks = [
        z3.BitVec(f"{name}.{part}", WIDTH)
        for part in ("effect", "actions", "levels", "areas", "kinds", "unless")
    ]
    limits = [
        z3.Bool(f"{name}.{part}")
        for part in ("limits_levels", "limits_areas", "limits_kinds", "has_unless")
    ]
    return Clause(
        masks[0],
        masks[1],
        masks[2],
        limits[0],
        masks[3],
        limits[1],
        masks[4],
        limits[2],
        masks[5],
        limits[3],
    )


def permitted(clauses: Any, case: Any) -> Any:
    """Default refuses, forbid beats permit: the whole of `decide` over outcomes of checks."""
    return z3.And(
        z3.Or([one.permits(case) for one in clauses]),
        z3.Not(z3.Or([one.stands(case) for one in clauses])),
    )


def of_agreement(agreement: Agreement) -> Any:
    """The clauses of a file as constants of the model."""
    areas = [area.id for area in agreement.areas]

    def mask(names: Any, order: Any) -> Any:
        return z3.BitVecVal(sum(1 << order.index(name) for name in names or ()), WIDTH)

    return [
        Clause(
            effect=z3.BitVecVal(
                {"permit": PERMIT, "forbid": FORBID, "oblige": OBLIGE}[one.effect], WIDTH
            ),
            actions=mask(one.actions, ACTION_NAMES),
            levels=z3.BitVecVal(sum(1 << level for level in one.when.levels or ()), WIDTH),
            limits_levels=z3.BoolVal(one.when.levels is not None),
            areas=mask(one.when.areas, areas),
            limits_areas=z3.BoolVal(one.when.areas is not None),
            kinds=mask(one.when.kinds, list(KINDS)),
            limits_kinds=z3.BoolVal(one.when.kinds is not None),
            unless=z3.BitVecVal(CHECK_NAMES.index(one.unless) if one.unless else 0, WIDTH),
            has_unless=z3.BoolVal(one.unless is not None),
        )
        for one in agreement.clauses
    ]


def prove(claim: Any) -> None:
    """The claim holds for every value of its symbols, or the counterexample fails the test."""
    solver = z3.Solver()
    solver.set("timeout", 60_000)
    solver.add(z3.Not(claim))
    answer = solver.check()
    assert answer == z3.unsat, f"{answer}: {solver.model() if answer == z3.sat else 'not decided'}"


def possible(claim: Any) -> None:
    """Some value of the symbols makes the claim true: what is proven
    beside it is not empty talk.
    """
    solver = z3.Solver()
    solver.add(claim)
    assert solver.check() == z3.sat


@dataclass
class Record:
    """One consent: whether it is there, about this act and item and by the provider, what it says,
    from when, until when.
    """

    there: object
    right: object
    yes: object
    at: object
    has_until: object
    until: object


def any_record(name: str) -> Any:
    flags = [z3.Bool(f"{name}.{part}") for part in ("there", "right", "yes", "has_until")]
    return Record(
        flags[0], flags[1], flags[2], z3.Int(f"{name}.at"), flags[3], z3.Int(f"{name}.until")
    )


def consented(records: Any, now: Any) -> Any:
    """`clauses.consented`: among the answers that stand, a yes and no no."""
    standing = [
        z3.And(one.there, one.right, one.at <= now, one.has_until, now < one.until)
        for one in records
    ]
    no = z3.Or([z3.And(seen, z3.Not(one.yes)) for seen, one in zip(standing, records, strict=True)])
    yes = z3.Or([z3.And(seen, one.yes) for seen, one in zip(standing, records, strict=True)])
    return z3.And(yes, z3.Not(no))
