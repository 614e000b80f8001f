"""Every act that can wait for a second person is told in a sentence of each language, and each
thing that it asks has a name in both; nothing secret is kept meanwhile.
"""

from __future__ import annotations

import re
from string import Formatter

import pytest

from sealane.office.two_words import SENTENCES, VALUE_MOST, sentences
from sealane.office.waiting_acts import CAN_WAIT
from sealane.web.words import catalogue


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", CAN_WAIT)
def test_it_is_told_in_both_languages_by_what_its_question_says(name: str) -> None:
    operation = CAN_WAIT[name]
    english, japanese = SENTENCES[name]
    members = {one.name for one in operation.members}
    assert facts(english) == facts(japanese) <= members
    needed = {one.name for one in operation.members if one.needed}
    told = sentences(operation, {one: one for one in members})
    assert all(one in told["en"] and one in told["ja"] for one in needed & facts(english))
    assert re.search("[\u3041-\u30ff\u4e00-\u9fff]", told["ja"])
    words = catalogue()
    assert [
        one for one in members if f"asked.{one}" not in words and f"fact.{one}" not in words
    ] == []


def test_every_sentence_is_of_an_act_that_can_wait() -> None:
    assert set(SENTENCES) == set(CAN_WAIT)


def test_no_act_that_can_wait_is_asked_with_a_secret() -> None:
    secret = re.compile("pass|secret|token|code|invitation|key")
    asked = {(name, one.name) for name, act in CAN_WAIT.items() for one in act.members}
    assert [one for one in sorted(asked) if secret.search(one[1])] == []


def test_a_long_value_is_cut_and_what_is_missing_is_a_dash() -> None:
    says = {"person": "x" * 500, "level": None, "until": "", "reference": ["a", "b"]}
    told = sentences(CAN_WAIT["people.extend"], says)["en"]
    assert f"{'x' * (VALUE_MOST - 1)}…" in told
    assert "x" * VALUE_MOST not in told
    assert "clearance – of" in told
    assert "by a, b." in told
