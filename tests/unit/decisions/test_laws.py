"""The laws, each a test with an English name, over generated requests."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.agreements.agreement import Agreement, Bilingual, Clause
from sealane.agreements.loaded import Agreements
from sealane.base.values import parse_instant
from sealane.decisions.decide import decide
from sealane.decisions.request import request_from_json
from tests import cases, oracle
from tests.decisions import decided, the_agreement, unmet

SEEDS = st.integers(min_value=0, max_value=(1 << 48) - 1)
many = settings(max_examples=150, deadline=None, database=None)


def under(agreement: Agreement) -> Agreements:
    return shipped.agreements().with_(agreement)


def changed(**parts: Any) -> Agreements:
    return under(dataclasses.replace(the_agreement(), **parts))


@many
@given(SEEDS)
def test_default_refuses(seed: int) -> None:
    without = changed(
        clauses=tuple(one for one in the_agreement().clauses if one.effect != "permit")
    )
    decision = decided(cases.case(random.Random(seed)), without)
    assert not decision.permit
    assert "default" in unmet(decision)


@many
@given(SEEDS)
def test_forbid_beats_permit(seed: int) -> None:
    bar = Clause(
        id="99.1",
        article="1",
        effect="forbid",
        actions=the_agreement().actions,
        text=Bilingual(en="No.", ja="否。"),
    )
    decision = decided(
        cases.case(random.Random(seed)), changed(clauses=(*the_agreement().clauses, bar))
    )
    assert not decision.permit
    assert unmet(decision)[-1] == "99.1"


class Broken:
    """Schemes and groups whose data is at fault."""

    @staticmethod
    def check(label: Any) -> None:
        raise RuntimeError("broken")

    class groups:  # noqa: N801 - stands where an attribute does
        @staticmethod
        def expand(tokens: Any, *, at: Any, created: Any = None) -> frozenset[str]:
            raise RuntimeError("broken")


@many
@given(SEEDS)
def test_an_error_refuses_and_is_named(seed: int) -> None:
    request = cases.complete(random.Random(seed))
    if request["action"] in ("export", "visit", "translate"):
        return
    decision = decide(request_from_json(request), agreements=shipped.agreements(), schemes=Broken())
    assert not decision.permit
    assert {one.clause for one in decision.reasons if one.code == "decision.clause_erred"} <= {
        "2.1",
        "3.3",
        "4.7",
    }
    assert any(one.code == "decision.clause_erred" for one in decision.unmet)


@many
@given(SEEDS)
def test_clause_order_is_irrelevant(seed: int) -> None:
    rng = random.Random(seed)
    request = cases.case(rng)
    clauses = list(the_agreement().clauses)
    rng.shuffle(clauses)
    first, second = decided(request), decided(request, changed(clauses=tuple(clauses)))
    assert first.reasons == second.reasons
    assert first.digest == second.digest


@many
@given(SEEDS)
def test_less_releasability_never_permits_more(seed: int) -> None:
    rng = random.Random(seed)
    request = cases.case(rng)
    fewer = copy.deepcopy(request)
    for category in fewer["label"]["categories"]:
        if category["tag"] == "Releasable To" and category["values"]:
            category["values"].remove(rng.choice(category["values"]))
    if not decided(request).permit:
        assert not decided(fewer).permit


@many
@given(SEEDS)
def test_a_higher_level_with_a_row_never_permits_more(seed: int) -> None:
    request = cases.case(random.Random(seed))
    policy, word = request["label"]["policy"], request["label"]["classification"]
    ladder = {
        "AUS": ["OFFICIAL: Sensitive", "PROTECTED", "SECRET", "TOP SECRET"],
        "JPN": ["取扱注意", "極秘", "機密"],
    }
    if word not in ladder.get(policy, []) or request["action"] == "downgrade":
        return  # of a downgrade it is the new level that has to be below
    permits = []
    for step in ladder[policy]:
        request["label"]["classification"] = step
        decision = decided(request)
        if "2.1" not in unmet(decision):
            permits.append(decision.permit)
    assert permits == sorted(permits, reverse=True)


@many
@given(SEEDS)
def test_an_earlier_end_never_permits_more(seed: int) -> None:
    rng = random.Random(seed)
    request = cases.case(rng)
    earlier = copy.deepcopy(request)
    records = [
        earlier["item"],
        *earlier["subject"]["clearances"],
        *earlier["subject"]["briefings"],
        *earlier["subject"]["authorisations"],
        *(one for one in earlier["consents"] if one["answer"] == "yes"),
        *filter(None, [earlier["facility"]]),
    ]
    record = rng.choice(records)
    name = "expires" if "expires" in record else "until"
    new = rng.choice([None, *cases.TIMES])
    if (
        new is not None
        and record[name] is not None
        and parse_instant(new) > parse_instant(record[name])
    ):
        return
    if record[name] is None and new is not None:
        return
    record[name] = new
    if not decided(request).permit:
        assert not decided(earlier).permit


@many
@given(SEEDS)
def test_a_fact_taken_away_never_permits_more(seed: int) -> None:
    rng = random.Random(seed)
    request = cases.case(rng)
    poorer = copy.deepcopy(request)
    subject = poorer["subject"]
    lists = [
        subject["briefings"],
        subject["authorisations"],
        subject["nationality"],
        [one for one in subject["clearances"] if one["status"] != "suspended"],
        [one for one in poorer["consents"] if one["answer"] == "yes"],
    ]
    chosen = rng.choice(lists)
    if not chosen:
        return
    lost = rng.choice(chosen)
    for facts in (
        subject["briefings"],
        subject["authorisations"],
        subject["nationality"],
        subject["clearances"],
        poorer["consents"],
    ):
        if any(one is lost for one in facts):
            facts[:] = [one for one in facts if one is not lost]
    if not decided(request).permit:
        assert not decided(poorer).permit


@many
@given(SEEDS)
def test_an_empty_recipient_set_is_nobody(seed: int) -> None:
    request = cases.case(random.Random(seed))
    for category in request["label"]["categories"]:
        if category["tag"] == "Releasable To":
            category["values"] = []
    assert not decided(request).permit


@many
@given(SEEDS)
def test_without_its_determining_clauses_the_verdict_changes(seed: int) -> None:
    request = cases.case(random.Random(seed))
    decision = decided(request)
    determining = (
        set(unmet(decision))
        if decision.unmet
        else {one.clause for one in decision.reasons if one.code == "decision.permitted"}
    )
    if "default" in determining:
        return
    other = decided(
        request,
        changed(clauses=tuple(one for one in the_agreement().clauses if one.id not in determining)),
    )
    assert other.permit != decision.permit


@many
@given(SEEDS)
def test_both_parties_compute_the_same_digest_whatever_the_order_of_sets(seed: int) -> None:
    rng = random.Random(seed)
    request = cases.case(rng)
    mirrored = shuffled(request, rng)
    first, second = decided(request), decided(mirrored)
    assert first.digest == second.digest
    assert first.as_json() == second.as_json()
    assert json.loads(first.encoded()) == first.as_json()


@many
@given(SEEDS)
def test_different_requests_have_different_digests(seed: int) -> None:
    rng = random.Random(seed)
    request = cases.case(rng)
    other = copy.deepcopy(request)
    rng.choice(cases.CHANGES)(rng, other)
    if oracle.malformed(other):
        return
    same = canonical_sets(request) == canonical_sets(other)
    assert (decided(request).digest == decided(other).digest) == same


@many
@given(SEEDS)
def test_rank_roles_and_administration_count_for_nothing(seed: int) -> None:
    request = cases.case(random.Random(seed))
    ranked = copy.deepcopy(request)
    ranked["subject"]["roles"] = ["administrator", "minister", "general", "root"]
    assert unmet(decided(request)) == unmet(decided(ranked))


@many
@given(SEEDS, SEEDS)
def test_a_release_asks_nothing_of_the_subject(seed: int, other: int) -> None:
    request = cases.case(random.Random(seed))
    request["action"] = "release"
    request.pop("target", None)
    swapped = {**request, "subject": cases.case(random.Random(other))["subject"]}
    assert unmet(decided(request)) == unmet(decided(swapped))


def test_equivalence_there_and_back_never_lowers() -> None:
    agreement = the_agreement()
    for row in agreement.rows:
        for party, names in row.gives.items():
            other = "JPN" if party == "AUS" else "AUS"
            for name in names:
                there = agreement.equivalent(party, name, other)
                if there is None:
                    continue
                assert there.level == row.level
                backs = [agreement.equivalent(other, one, party) for one in there.names]
                assert all(back is None or back.level >= row.level for back in backs)
    assert agreement.equivalent("JPN", "秘", "AUS") is None
    handled = agreement.equivalent("AUS", "PROTECTED", "JPN")
    assert handled is not None
    assert handled.handle_as
    assert handled.names == ("秘",)
    assert not handled.verified


def test_the_requesters_edition_names_only_their_own_attributes() -> None:
    for seed in range(300):
        decision = decided(cases.case(random.Random(seed)))
        seen = decision.as_json("requester")
        assert seen["decision"] == decision.as_json()["decision"]
        assert seen["digest"] == decision.digest
        codes = {one["code"] for one in seen["reasons"]}
        assert not any(
            code.startswith(("release.", "consent.", "duties.", "label.", "item."))
            for code in codes
        )
        assert any(not one["met"] for one in seen["reasons"]) == (not decision.permit)


def shuffled(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        return {name: shuffled(value[name], rng) for name in rng.sample(sorted(value), len(value))}
    if isinstance(value, list):
        return rng.sample([shuffled(one, rng) for one in value], len(value))
    return value


def canonical_sets(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: canonical_sets(member) for name, member in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(canonical_sets(one), sort_keys=True) for one in value})
    return value
