"""Preview equals decision: over people one by one, and over items by class and join."""

from __future__ import annotations

import copy
import dataclasses
import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.agreements.vocabulary import CHECKS as WORDS
from sealane.decisions.asked import Request
from sealane.decisions.clauses import CHECKS
from sealane.decisions.decide import decide
from sealane.decisions.outlook.holdings import JOINED, READS, Holdings
from sealane.decisions.outlook.preview import Reader, question, who_can
from sealane.decisions.request import request_from_bytes
from tests import cases
from tests.decisions import NAME, the_agreement
from tests.decisions import schemes as shipped_schemes

SEEDS = st.integers(min_value=0, max_value=(1 << 48) - 1)


def parsed(value: dict[str, Any]) -> Request:
    return request_from_bytes(json.dumps(value, ensure_ascii=False).encode())


def registry(rng: random.Random, count: int) -> list[Request]:
    """Requests whose labels and items make a registry; ids and projects are few, so that namings
    hit.
    """
    out = []
    for number in range(count):
        value = cases.complete(rng) if rng.random() < 0.7 else cases.case(rng)
        value["item"]["id"] = f"item-{number % 40}"
        value["item"]["project"] = rng.choice(["project-1", "project-2", None])
        value["item"]["until"] = rng.choice([*cases.ENDS, *["2030-01-01T00:00:00Z"] * 10])
        value["item"]["recalled"] = rng.random() < 0.1
        value["item"]["purposes"] = rng.choice(
            [["assessment"], ["assessment", "policy"], ["policy"]]
        )
        if rng.random() < 0.8:
            value["consents"] = []
        out.append(parsed(value))
    return out


def reader(rng: random.Random, action: str) -> Reader:
    value = cases.complete(rng) if rng.random() < 0.6 else cases.case(rng)
    value["subject"]["authorisations"] = [
        {"project": one, "by": "x", "from": "2026-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"}
        for one in rng.sample(["project-1", "project-2"], rng.randint(0, 2))
    ]
    if rng.random() < 0.3:
        cases._project(rng, value)
    value["subject"]["authorisations"].append(
        {
            "item": f"item-{rng.randint(0, 39)}",
            "by": "x",
            "from": rng.choice(cases.TIMES),
            "until": rng.choice(cases.ENDS),
        }
    )
    value["purpose"] = rng.choice(["assessment", "policy"])
    value["at"] = rng.choice([*cases.TIMES[4:], *[cases.AT] * 12])
    request = parsed(value)
    return Reader(
        subject=request.subject,
        facility=request.facility,
        purpose=request.purpose,
        at=request.at,
        action=action,
        accept_unverified=rng.random() < 0.9,
    )


@settings(max_examples=60, deadline=None, database=None)
@given(SEEDS, st.sampled_from(["open", "view", "copy", "downgrade", "export"]))
def test_what_a_person_can_read_is_exactly_what_decide_permits(seed: int, action: str) -> None:
    rng = random.Random(seed)
    agreements, schemes = shipped.agreements(), shipped_schemes()
    held = registry(rng, 60)
    holdings = Holdings(NAME)
    for number, one in enumerate(held):
        holdings.add(number, one.label, one.item, one.consents)
    for _ in range(4):
        who = reader(rng, action)
        expected = [
            number
            for number, one in enumerate(held)
            if decide(
                question(NAME, one.label, one.item, who, one.consents),
                agreements=agreements,
                schemes=schemes,
            ).permit
        ]
        found = holdings.readable(who, agreements=agreements, schemes=schemes)
        assert sorted(found) == expected
        assert len(found) == len(expected)


def test_the_registry_test_reaches_readable_items() -> None:
    rng, total = random.Random(1), 0
    for _ in range(90):
        holdings = Holdings(NAME)
        for number, one in enumerate(registry(rng, 60)):
            holdings.add(number, one.label, one.item, one.consents)
        found = holdings.readable(
            reader(rng, "open"), agreements=shipped.agreements(), schemes=shipped_schemes()
        )
        total += len(found)
    assert total > 100


@pytest.mark.parametrize(
    "dropped", ["time-limit", "authorised", "not-recalled", "separation", "facility"]
)
def test_an_agreement_without_a_usual_clause_is_still_previewed_exactly(dropped: str) -> None:
    agreement = dataclasses.replace(
        the_agreement(),
        digest=f"{dropped:0>96}",
        clauses=tuple(one for one in the_agreement().clauses if one.unless != dropped),
    )
    agreements, schemes, rng = (
        shipped.agreements().with_(agreement),
        shipped_schemes(),
        random.Random(7),
    )
    held = registry(rng, 80)
    holdings = Holdings(NAME)
    for number, one in enumerate(held):
        holdings.add(number, one.label, one.item, one.consents)
    for _ in range(10):
        who = reader(rng, "open")
        expected = [
            number
            for number, one in enumerate(held)
            if decide(
                question(NAME, one.label, one.item, who, one.consents),
                agreements=agreements,
                schemes=schemes,
            ).permit
        ]
        assert sorted(holdings.readable(who, agreements=agreements, schemes=schemes)) == expected


@settings(max_examples=60, deadline=None, database=None)
@given(SEEDS)
def test_who_can_read_this_is_what_each_of_them_is_answered(seed: int) -> None:
    rng = random.Random(seed)
    value = cases.case(rng)
    people, answers = [], []
    for _ in range(8):
        other = cases.case(rng)
        asked = copy.deepcopy(value)
        asked.update(subject=other["subject"], facility=other["facility"])
        if value["action"] != "onward":
            asked["recipient"] = other["subject"]["organisation_country"]
        request = parsed(asked)
        people.append((request.subject, request.facility))
        answers.append(decide(request, agreements=shipped.agreements(), schemes=shipped_schemes()))
    found = list(
        who_can(parsed(value), people, agreements=shipped.agreements(), schemes=shipped_schemes())
    )
    assert [one.reasons for one in found] == [one.reasons for one in answers]
    assert [one.permit for one in found] == [one.permit for one in answers]


def test_numbers_are_what_iterating_gives_and_an_unknown_agreement_shows_nothing() -> None:
    rng, seen = random.Random(9), 0
    for _ in range(30):
        holdings = Holdings(NAME)
        for number, one in enumerate(registry(rng, 60)):
            holdings.add(number, one.label, one.item, one.consents)
        found = holdings.readable(
            reader(rng, "open"), agreements=shipped.agreements(), schemes=shipped_schemes()
        )
        assert sorted(found.numbers()) == sorted(found)
        seen += len(found)
    assert seen
    nowhere = Holdings("nowhere").readable(
        reader(rng, "open"), agreements=shipped.agreements(), schemes=shipped_schemes()
    )
    assert list(nowhere) == []


def test_groups_at_fault_show_nothing() -> None:
    class Broken:
        class groups:  # noqa: N801 - stands where an attribute does
            @staticmethod
            def expand(tokens: Any, *, at: Any, created: Any = None) -> frozenset[str]:
                raise RuntimeError

    rng, holdings = random.Random(9), Holdings(NAME)
    for number, one in enumerate(registry(rng, 60)):
        holdings.add(number, one.label, one.item, one.consents)
    for _ in range(20):
        assert not len(
            holdings.readable(
                reader(rng, "open"), agreements=shipped.agreements(), schemes=Broken()
            )
        )  # type: ignore[arg-type]


def test_every_word_of_the_vocabulary_has_one_meaning_and_the_preview_knows_its_facts() -> None:
    assert set(CHECKS) == set(WORDS)
    assert set(READS) <= set(CHECKS)
    assert set(CHECKS) >= JOINED
