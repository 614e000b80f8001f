"""decide against the agreement's own scenarios, the naive oracle, and whole small lattices."""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

from sealane.agreements.parse import scenario_requests
from sealane.base.errors import Malformed
from tests import cases, oracle
from tests.decisions import decided, the_agreement, unmet

CLAUSES = {
    "in force": "1.1",
    "row": "2.1",
    "accepted": "2.2",
    "ceiling": "2.3",
    "separation": "7.1",
    "no permit": "default",
    "consent": "6.1",
    "third agreement": "6.3",
    "lower": "6.5",
}
OPENING = {
    "released": "4.1",
    "recalled": "4.2",
    "until": "4.3",
    "clearance": "5.1",
    "authorisation": "4.5",
    "briefing": "4.6",
    "releasable": "4.7",
    "purpose": "4.8",
    "facility": "4.9",
}
RELEASE = {
    "label": "3.1",
    "recipient": "3.2",
    "releasable": "3.3",
    "purpose": "3.4",
    "until": "3.5",
    "assurance": "3.6",
    "officer": "3.7",
    "second": "3.8",
    "committee": "3.9",
    "recalled": "3.10",
}


def expected(request: dict[str, Any]) -> list[str]:
    """The clauses that the oracle finds unmet, in clause order."""
    names = {**CLAUSES, **(RELEASE if request["action"] == "release" else OPENING)}
    if request["action"] == "copy":
        names["consent"] = "6.2"
    if request["action"] == "new-purpose":
        names["purpose"] = "6.4"
    failed = [names[one] for one in oracle.unmet(request)]
    return sorted(
        failed,
        key=lambda one: (
            one != "default",
            *(int(part) for part in one.split(".") if part.isdigit()),
        ),
    )


def compare(seed: int, count: int) -> int:
    rng, permits = random.Random(seed), 0
    for _ in range(count):
        request = cases.any_case(rng)
        if oracle.malformed(request):
            with pytest.raises(Malformed):
                decided(request)
            continue
        decision = decided(request)
        assert unmet(decision) == expected(request), request
        assert decision.permit == (not decision.unmet)
        assert not any(one.code == "decision.clause_erred" for one in decision.reasons), request
        permits += decision.permit
    return permits


@pytest.mark.parametrize("index", range(len(the_agreement().scenarios)))
def test_each_scenario_of_the_agreement_comes_out_as_its_file_says(index: int) -> None:
    scenario, request = list(scenario_requests(the_agreement()))[index]
    decision = decided(request, known_words_only=False)
    assert ("permit" if decision.permit else "refuse") == scenario.expect, scenario.name.en
    assert sorted(unmet(decision)) == sorted(scenario.clauses), scenario.name.en


def test_decide_and_the_naive_oracle_agree_on_every_unmet_clause() -> None:
    permits = compare(seed=20221022, count=5_000)
    assert permits > 1_000, "the generator must reach permits, or agreement means little"


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(8))
def test_decide_and_the_naive_oracle_agree_on_many_more(seed: int) -> None:
    assert compare(seed=seed, count=25_000) > 5_000


def test_every_word_in_every_area_from_either_side_is_as_the_table_says() -> None:
    for provider, word, area, action in itertools.product(
        ("AUS", "JPN", "USA"), cases.WORDS, cases.AREAS, ("release", "open")
    ):
        request = cases.complete(random.Random(1))
        reader = "JPN" if provider == "AUS" else "AUS"
        state = {
            "issuer": reader,
            "policy": reader,
            "level": "TOP SECRET" if reader == "AUS" else "機密",
        }
        request["action"], request["recipient"] = action, reader
        request.pop("target", None)
        request["label"].update(policy=provider, originator=provider, classification=word)
        request["item"].update(provider=provider, area=area, released_to=[reader])
        request["subject"].update(nationality=[reader], organisation_country=reader)
        request["subject"]["clearances"][0].update(state)
        request["facility"].update(
            country=reader, accredited={"policy": reader, "level": state["level"]}
        )
        request["assurance"]["by"] = reader
        decision = decided(request)
        assert unmet(decision) == expected(request), (provider, word, area, action)


def test_every_grade_for_every_level_area_and_age_is_as_the_regimes_say() -> None:
    levels = {4: "TOP SECRET", 3: "SECRET", 2: "PROTECTED", 1: "OFFICIAL: Sensitive"}
    for (level, word), area, grade, granted in itertools.product(
        levels.items(),
        ("defence", "cyber", "logistics", "energy", "economic-security", "health"),
        cases.GRADES,
        cases.TIMES,
    ):
        request = reader_in_japan(area, word)
        request["subject"]["clearances"][0].update(level=grade, granted=granted)
        decision = decided(request)
        assert unmet(decision) == expected(request), (level, area, grade, granted)


def reader_in_japan(area: str, word: str) -> dict[str, Any]:
    rng = random.Random(2)
    request = cases.complete(rng)
    cases._economic(rng, request)
    request["action"] = "open"
    request.pop("target", None)
    request["label"]["classification"] = word
    request["item"]["area"] = area
    request["facility"]["accredited"]["level"] = "機密"
    request["subject"]["clearances"][0]["basis"] = "assessed"
    return request


def test_all_combinations_of_clearance_facts_agree_with_the_oracle() -> None:
    request = reader_in_japan("defence", "SECRET")
    one = request["subject"]["clearances"][0]
    facts = itertools.product(
        ("JPN", "AUS"),
        ("JPN", "AUS"),
        ("assessed", "temporary"),
        (None, "m"),
        ("active", "suspended", "revoked"),
        ("2024-01-01T00:00:00Z", cases.AT, "2026-11-22T00:00:01Z"),
        (None, cases.AT, "2026-11-22T00:00:01Z"),
        ("yes", "no"),
    )
    for issuer, policy, basis, sponsor, status, granted, expires, answer in facts:
        one.update(
            issuer=issuer,
            policy=policy,
            basis=basis,
            sponsor=sponsor,
            status=status,
            granted=granted,
            expires=expires,
            level="極秘",
        )
        for consent in request["consents"]:
            consent["answer"] = answer
        assert unmet(decided(request)) == expected(request), one


def test_an_unknown_agreement_is_answered_by_a_decision() -> None:
    request = cases.complete(random.Random(3))
    request["agreement"] = "jpn-mars-2099"
    decision = decided(request)
    assert not decision.permit
    assert unmet(decision) == ["agreement"]
    assert decision.as_json()["agreement"] == {
        "id": "jpn-mars-2099",
        "version": None,
        "digest": None,
    }


def test_onward_release_goes_to_a_third_party_and_never_back() -> None:
    request = cases.complete(random.Random(4))
    request.update(
        action="onward", recipient=request["item"]["provider"], third_agreement="jpn-aus-2022"
    )
    request.pop("target", None)
    for consent in request["consents"]:
        consent["to"] = request["recipient"]
    assert "6.3" in unmet(decided(request))


def test_onward_release_needs_consent_to_that_party_and_an_agreement_in_force_with_it() -> None:
    request = reader_in_japan("defence", "SECRET")
    request["subject"]["clearances"][0].update(level="極秘", granted="2024-01-01T00:00:00Z")
    request.update(action="onward", recipient="USA", third_agreement="aus-jpn-usa-trilateral")
    assert unmet(decided(request)) == ["6.1"]
    for consent in request["consents"]:
        consent["to"] = "USA"
    assert decided(request).permit
    request["third_agreement"] = "jpn-aus-2022"
    assert unmet(decided(request)) == ["6.3"]
    request["third_agreement"] = None
    assert unmet(decided(request)) == ["6.3"]
    request.update(third_agreement="aus-jpn-usa-trilateral", recipient="GBR")
    assert unmet(decided(request)) == ["6.1", "6.3"]
    for holder_or_provider in ("JPN", "AUS"):
        request["recipient"] = holder_or_provider
        assert "6.3" in unmet(decided(request))


def test_a_permit_names_its_clause_and_lays_down_duties() -> None:
    scenario = next(
        request for one, request in scenario_requests(the_agreement()) if one.expect == "permit"
    )
    found = decided(scenario).as_json()
    assert found["decision"] == "permit"
    assert found["reasons"][0]["clause"] == "3.0"
    assert {"receipt", "no-onward"} <= {duty["duty"] for duty in found["obligations"]}
