"""What can be proven of the clause vocabulary, proven: no clause can widen but a permit, and no
permit beats a forbid.

The rest of an agreement, however long, enters as two free truths: one of its permits applies; one
of its forbids stands. Because `decide` is a fold over clauses, a theorem about "the rest and one
clause more" is one about every agreement.
"""

import dataclasses
import random
from types import SimpleNamespace

import pytest
import z3

from sealane import shipped
from sealane.agreements.coverage import GUARDS, LIGHT
from sealane.agreements.vocabulary import KINDS
from sealane.base.values import Instant
from sealane.decisions import clauses
from sealane.decisions.asked import Consent
from sealane.decisions.compiled import terms_of
from tests.properties import clause_model as model
from tests.properties.clause_model import (
    PERMIT,
    any_case,
    any_clause,
    any_record,
    permitted,
    possible,
    prove,
)

X = any_case()
C = any_clause("c")
REST_PERMITS, REST_FORBIDS = z3.Bools("rest_permits rest_forbids")
REST = z3.And(REST_PERMITS, z3.Not(REST_FORBIDS))
WITH = z3.And(z3.Or(REST_PERMITS, C.permits(X)), z3.Not(z3.Or(REST_FORBIDS, C.stands(X))))
SHIPPED = [shipped.agreements()[name] for name in shipped.agreements()]


def test_the_default_refuses():
    prove(z3.Not(permitted([], X)))


def test_the_rest_and_one_more_is_what_the_whole_list_says():
    several = [any_clause(f"c{place}") for place in range(4)]
    rest = z3.And(
        z3.Or([one.permits(X) for one in several]) == REST_PERMITS,
        z3.Or([one.stands(X) for one in several]) == REST_FORBIDS,
    )
    prove(z3.Implies(rest, permitted([*several, C], X) == WITH))


def test_no_forbid_and_no_obligation_can_widen():
    prove(z3.Implies(z3.And(C.effect != PERMIT, WITH), REST))


def test_only_a_permit_that_applies_can_widen_and_only_where_no_forbid_stands():
    prove(z3.Implies(z3.And(WITH, z3.Not(REST)), z3.And(C.permits(X), z3.Not(REST_FORBIDS))))
    possible(z3.And(WITH, z3.Not(REST)))


def test_forbid_beats_permit_whatever_is_added():
    prove(z3.Implies(REST_FORBIDS, z3.Not(WITH)))


def test_leaving_a_forbid_out_can_widen_so_the_model_does_not_refuse_everything():
    possible(z3.And(C.effect == model.FORBID, REST, z3.Not(WITH)))


def test_the_order_of_clauses_is_irrelevant():
    first, second, third = (any_clause(f"c{place}") for place in range(3))
    for order in ([second, first, third], [third, second, first], [second, third, first]):
        prove(permitted([first, second, third], X) == permitted(order, X))


def test_a_check_that_turns_to_no_never_permits_more():
    several = [any_clause(f"c{place}") for place in range(4)]
    weaker = dataclasses.replace(X, checks=z3.BitVec("weaker", model.WIDTH))
    fewer = weaker.checks & ~X.checks == 0
    prove(z3.Implies(z3.And(fewer, permitted(several, weaker)), permitted(several, X)))


def test_an_unknown_level_never_permits_what_a_known_one_would_not():
    several = [any_clause(f"c{place}") for place in range(4)]
    unknown = dataclasses.replace(X, known=z3.BoolVal(False))
    prove(z3.Implies(permitted(several, unknown), permitted(several, X)))


def test_widening_what_a_forbid_covers_never_permits_more_and_narrowing_a_permit_neither():
    wider = dataclasses.replace(
        C,
        actions=C.actions | z3.BitVec("more", model.WIDTH),
        limits_levels=z3.BoolVal(False),
        limits_areas=z3.BoolVal(False),
        limits_kinds=z3.BoolVal(False),
    )
    narrower = dataclasses.replace(
        C, actions=C.actions & z3.BitVec("less", model.WIDTH), limits_areas=z3.BoolVal(True)
    )
    several = [any_clause(f"c{place}") for place in range(3)]
    prove(
        z3.Implies(
            z3.And(C.effect == model.FORBID, permitted([*several, wider], X)),
            permitted([*several, C], X),
        )
    )
    narrowed = z3.Implies(C.limits_areas, narrower.areas == C.areas)
    prove(
        z3.Implies(
            z3.And(C.effect == PERMIT, narrowed, permitted([*several, narrower], X)),
            permitted([*several, C], X),
        )
    )


def test_taking_away_the_check_of_a_forbid_never_permits_more():
    several = [any_clause(f"c{place}") for place in range(3)]
    bare = dataclasses.replace(C, has_unless=z3.BoolVal(False))
    prove(z3.Implies(permitted([*several, bare], X), permitted([*several, C], X)))


@pytest.mark.parametrize("agreement", SHIPPED, ids=lambda one: one.id)
def test_every_act_that_a_shipped_agreement_can_permit_asks_what_treaties_ask(agreement):
    clauses_ = model.of_agreement(agreement)
    levels = z3.Or([X.level == row.level for row in agreement.rows])
    within = z3.And(
        X.known, z3.ULT(X.area, len(agreement.areas)), z3.ULT(X.kind, len(KINDS)), levels
    )
    for place, action in enumerate(model.ACTION_NAMES):
        one = dataclasses.replace(X, action=z3.BitVecVal(place, model.WIDTH))
        if action not in GUARDS:
            prove(z3.Not(permitted(clauses_, one)))
            continue
        asked = [
            z3.Or(
                model.bit(X.checks, z3.BitVecVal(model.CHECK_NAMES.index(check), model.WIDTH)),
                z3.And(z3.BoolVal(check in LIGHT), z3.ULE(X.level, 1)),
            )
            for check in GUARDS[action]
        ]
        prove(z3.Implies(z3.And(within, permitted(clauses_, one)), z3.And(asked)))


@pytest.mark.parametrize("agreement", SHIPPED, ids=lambda one: one.id)
def test_the_model_says_what_the_compiled_agreement_says(agreement):
    """The proofs are about the shipped code because the model and the code agree case by case."""
    rng = random.Random(agreement.id)
    compiled, clauses_ = terms_of(agreement), model.of_agreement(agreement)
    name_of = {check: name for name, (_, check) in clauses.CHECKS.items()}
    areas, levels = (
        [area.id for area in agreement.areas],
        [None, *(row.level for row in agreement.rows)],
    )
    verdicts = set()
    for _ in range(45):
        action, level, area, kind = (
            rng.choice(sorted(agreement.actions)),
            rng.choice(levels),
            rng.choice(areas),
            rng.choice(KINDS),
        )
        true = {name for name in model.CHECK_NAMES if rng.random() < 0.97}
        rules = compiled.rules(action, level, area, kind)
        code = bool(rules.permits) and all(
            rule.check is not None and name_of[rule.check] in true for rule in rules.forbids
        )
        case = model.Case(
            action=z3.BitVecVal(model.ACTION_NAMES.index(action), model.WIDTH),
            known=z3.BoolVal(level is not None),
            level=z3.BitVecVal(level or 0, model.WIDTH),
            area=z3.BitVecVal(areas.index(area), model.WIDTH),
            kind=z3.BitVecVal(KINDS.index(kind), model.WIDTH),
            checks=z3.BitVecVal(
                sum(1 << model.CHECK_NAMES.index(name) for name in true), model.WIDTH
            ),
        )
        assert z3.is_true(z3.simplify(permitted(clauses_, case))) == code
        verdicts.add(code)
    assert verdicts == (
        {True, False} if any(one.effect == "permit" for one in agreement.clauses) else {False}
    )


RECORDS = [any_record(f"r{place}") for place in range(3)]
NOW, LATER = z3.Ints("now later")


def test_a_consent_taken_away_or_a_refusal_added_never_grants():
    for place, record in enumerate(RECORDS):
        without = [
            *RECORDS[:place],
            dataclasses.replace(record, there=z3.BoolVal(False)),
            *RECORDS[place + 1 :],
        ]
        prove(
            z3.Implies(
                z3.And(record.yes, model.consented(without, NOW)), model.consented(RECORDS, NOW)
            )
        )
        prove(
            z3.Implies(
                z3.And(z3.Not(record.yes), model.consented(RECORDS, NOW)),
                model.consented(without, NOW),
            )
        )


def test_lapse_of_a_yes_never_grants_while_nothing_new_is_recorded():
    nothing_new = z3.And([z3.Or(record.at <= NOW, record.at > LATER) for record in RECORDS])
    no_no = z3.And([z3.Or(record.yes, z3.Not(record.there)) for record in RECORDS])
    prove(
        z3.Implies(
            z3.And(NOW <= LATER, nothing_new, no_no, model.consented(RECORDS, LATER)),
            model.consented(RECORDS, NOW),
        )
    )


def test_without_a_standing_yes_nothing_is_granted_whatever_lapses():
    standing_yes = [
        z3.And(one.there, one.right, one.yes, one.at <= NOW, one.has_until, one.until > NOW)
        for one in RECORDS
    ]
    prove(z3.Implies(z3.Not(z3.Or(standing_yes)), z3.Not(model.consented(RECORDS, NOW))))


def test_an_earlier_end_of_a_yes_never_grants_and_a_no_beside_a_yes_is_no():
    earlier = [dataclasses.replace(RECORDS[0], until=z3.Int("earlier")), *RECORDS[1:]]
    prove(
        z3.Implies(
            z3.And(
                RECORDS[0].yes,
                z3.Int("earlier") <= RECORDS[0].until,
                model.consented(earlier, NOW),
            ),
            model.consented(RECORDS, NOW),
        )
    )
    first = RECORDS[0]
    stands = z3.And(first.at <= NOW, first.has_until, first.until > NOW)
    no = z3.And(first.there, first.right, z3.Not(first.yes), stands)
    prove(z3.Implies(no, z3.Not(model.consented(RECORDS, NOW))))


def test_the_model_of_consent_says_what_the_code_says():
    rng = random.Random(7)
    verdicts = set()
    for _ in range(400):
        given, records, now = [], [], rng.randrange(6)
        for _ in range(3):
            there, right, yes = rng.random() < 0.8, rng.random() < 0.8, rng.random() < 0.8
            at, until = rng.randrange(6), rng.choice([None, rng.randrange(8)])
            records.append(
                model.Record(
                    *(z3.BoolVal(one) for one in (there, right, yes)),
                    z3.IntVal(at),
                    z3.BoolVal(until is not None),
                    z3.IntVal(until or 0),
                )
            )
            if there:
                given.append(
                    Consent(
                        act="onward",
                        item="i",
                        to="USA",
                        by="AUS" if right else "JPN",
                        answer="yes" if yes else "no",
                        at=Instant(at),
                        until=None if until is None else Instant(until),
                    )
                )
        case = SimpleNamespace(
            item=SimpleNamespace(id="i", provider="AUS"),
            subject=SimpleNamespace(id="r"),
            at=now,
            request=SimpleNamespace(
                consents=tuple(given),
                purpose="p",
                target=None,
                label=SimpleNamespace(classification="SECRET"),
            ),
        )
        code = clauses.consented(case, "onward", "USA")
        assert z3.is_true(z3.simplify(model.consented(records, z3.IntVal(now)))) == code
        verdicts.add(code)
    assert verdicts == {True, False}
