"""Several agreements on one act: every forbid and duty holds, one permit is enough."""

from __future__ import annotations

import dataclasses
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane import shipped
from sealane.agreements.agreement import Agreement, Bilingual, Clause
from sealane.base.errors import Malformed
from sealane.decisions.asked import Request
from sealane.decisions.decide import decide
from sealane.decisions.request import request_from_bytes
from sealane.decisions.several import decide_several
from tests import cases
from tests.decisions import NAME, schemes, the_agreement

SEEDS = st.integers(min_value=0, max_value=(1 << 48) - 1)


def parsed(seed: int) -> Request:
    return request_from_bytes(
        json.dumps(cases.case(random.Random(seed)), ensure_ascii=False).encode()
    )


def second(*clauses: Clause) -> Agreement:
    return dataclasses.replace(
        the_agreement(), id="second", digest="0" * 96, succeeds=None, clauses=clauses
    )


def clause(effect: str, **parts: str) -> Clause:
    return Clause(
        id="1.9",
        article="1",
        effect=effect,
        actions=the_agreement().actions,  # type: ignore[arg-type]
        text=Bilingual(en="x", ja="あ"),
        **parts,
    )  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None, database=None)
@given(SEEDS)
def test_one_agreement_alone_decides_as_it_always_does(seed: int) -> None:
    request = parsed(seed)
    alone = decide(request, agreements=shipped.agreements(), schemes=schemes())
    combined = decide_several(request, [NAME], agreements=shipped.agreements(), schemes=schemes())
    assert combined.permit == alone.permit
    assert [one.clause.removeprefix(f"{NAME}:") for one in combined.unmet] == [
        one.clause for one in alone.unmet
    ]


@settings(max_examples=100, deadline=None, database=None)
@given(SEEDS)
def test_a_second_agreement_that_only_forbids_what_is_met_changes_nothing(seed: int) -> None:
    request = parsed(seed)
    agreements = shipped.agreements().with_(second(clause("forbid", unless="not-recalled")))
    combined = decide_several(request, ["second", NAME], agreements=agreements, schemes=schemes())
    alone = decide(request, agreements=agreements, schemes=schemes())
    assert combined.permit == (alone.permit and not request.item.recalled)


@settings(max_examples=100, deadline=None, database=None)
@given(SEEDS)
def test_a_forbid_of_any_agreement_refuses(seed: int) -> None:
    agreements = shipped.agreements().with_(second(clause("forbid")))
    combined = decide_several(
        parsed(seed), [NAME, "second"], agreements=agreements, schemes=schemes()
    )
    assert not combined.permit
    assert "second:1.9" in {one.clause for one in combined.unmet}


@settings(max_examples=50, deadline=None, database=None)
@given(SEEDS)
def test_adding_an_agreement_that_permits_all_never_overrides_a_forbid(seed: int) -> None:
    request = parsed(seed)
    agreements = shipped.agreements().with_(second(clause("permit")))
    alone = decide(request, agreements=agreements, schemes=schemes())
    combined = decide_several(request, [NAME, "second"], agreements=agreements, schemes=schemes())
    forbidden = any(one.clause != "default" for one in alone.unmet)
    assert combined.permit == (not forbidden)


def test_obligations_of_all_hold_and_an_unknown_agreement_refuses() -> None:
    request = next(
        parsed(seed)
        for seed in range(1000)
        if decide(parsed(seed), agreements=shipped.agreements(), schemes=schemes()).permit
    )
    agreements = shipped.agreements().with_(second(clause("oblige", duty="mark")))
    combined = decide_several(request, [NAME, "second"], agreements=agreements, schemes=schemes())
    assert combined.permit
    assert "second:1.9" in {one.clause for one in combined.obligations}
    assert any(one.clause.startswith(NAME) for one in combined.obligations)
    missing = decide_several(request, [NAME, "nowhere"], agreements=agreements, schemes=schemes())
    assert not missing.permit
    assert missing.obligations == ()


def test_no_agreement_permits_nothing_and_the_order_of_names_is_irrelevant() -> None:
    request = parsed(1)
    with pytest.raises(Malformed):
        decide_several(request, [], agreements=shipped.agreements(), schemes=schemes())
    first = decide_several(
        request, [NAME, "jpn-aus-2007"], agreements=shipped.agreements(), schemes=schemes()
    )
    turned = decide_several(
        request, ["jpn-aus-2007", NAME, NAME], agreements=shipped.agreements(), schemes=schemes()
    )
    assert first.digest == turned.digest
    assert first.as_json() == turned.as_json()
    assert len(first.as_json("requester")["reasons"]) <= len(first.reasons)
