"""Cards: one for each thing to mend, in both languages; the requester's name nobody and nothing but
themselves.
"""

from __future__ import annotations

import json
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.agreements.parse import scenario_requests
from sealane.decisions.explain import card_text, cards
from tests import cases
from tests.decisions import decided, the_agreement, unmet

SEEDS = st.integers(min_value=0, max_value=(1 << 48) - 1)
OTHERS = ["p-originator", "p-officer", "p-signer", "JC-7", "JC-1", "p-clerk"]


@settings(max_examples=100, deadline=None, database=None)
@given(SEEDS, st.sampled_from(["en", "ja"]))
def test_every_unmet_clause_has_one_card_that_says_who_can_mend_it(seed: int, lang: str) -> None:
    decision = decided(cases.case(random.Random(seed)))
    made = cards(decision, the_agreement(), lang=lang)  # type: ignore[arg-type]
    assert [card.clause for card in made] == unmet(decision)
    for card in made:
        assert card.text
        assert card.clause == "default" or (card.mend and card.title)
        if lang == "ja":
            assert re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", card.text)
            assert not card.missing or re.search(r"[\u3040-\u30ff\u4e00-\u9fff]", card.missing)


@settings(max_examples=150, deadline=None, database=None)
@given(SEEDS)
def test_the_requesters_cards_reveal_only_the_requesters_own_facts(seed: int) -> None:
    request = cases.case(random.Random(seed))
    request["subject"]["id"] = "p-reader"
    decision = decided(request)
    whole = json.dumps(
        [card.as_json() for card in cards(decision, the_agreement(), audience="requester")]
    )
    whole += card_text(decision, the_agreement(), audience="requester") + json.dumps(
        decision.as_json("requester")
    )
    for other in OTHERS:
        assert other not in whole
    own_choice = {"3.4"}  # the purpose is the requester's own statement
    hidden = {
        clause for clause in unmet(decision) if clause.startswith(("2.", "3.", "6.", "7."))
    } - own_choice
    shown = {card.clause for card in cards(decision, the_agreement(), audience="requester")}
    assert not hidden & shown
    assert ("withheld" in shown) == bool(set(unmet(decision)) - shown)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["REFUSE", "4.5 Opening", "missing:", "who can mend it:"]),
        ("ja", ["拒否", "4.5 閲覧", "足りないもの", "対処できる者"]),
    ],
)
def test_a_refusal_reads_as_cards(lang: str, words: list[str]) -> None:
    request = next(
        request
        for one, request in scenario_requests(the_agreement())
        if one.name.en == "Rank opens nothing"
    )
    text = card_text(decided(request), the_agreement(), lang=lang)  # type: ignore[arg-type]
    for word in words:
        assert word in text


def test_a_clearance_card_says_why_each_one_does_not_count() -> None:
    request = next(
        request
        for one, request in scenario_requests(the_agreement())
        if one.base == "open" and one.expect == "permit"
    )
    clearance = request["subject"]["clearances"][0]
    for change, words in [
        ({"sponsor": None}, "no sponsor"),
        ({"status": "suspended"}, "voids all"),
        ({"status": "revoked"}, "is revoked"),
        ({"issuer": "AUS"}, "own state"),
        ({"expires": None}, "ended -"),
        ({"granted": "2027-01-01T00:00:00Z"}, "begins only"),
        ({"level": "取扱注意"}, "does not reach"),
    ]:
        changed = json.loads(json.dumps(request))
        changed["subject"]["clearances"] = [{**clearance, **change}]
        (card,) = cards(decided(changed), the_agreement())
        assert card.clause == "5.1"
        assert words in card.missing
