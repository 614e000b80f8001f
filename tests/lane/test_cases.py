"""A case between two nodes: both show the same, whatever the line does. Spec: spec/case.md §4."""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.services.dialogue import seeing
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import RFI, alike, opened, said, settled, shown
from tests.lane.made import code_of

DAY = 86_400


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def test_a_request_is_asked_accepted_answered_and_closed(two):
    case = opened(two.aus, "rfi", RFI)["id"]
    settled(two)
    assert alike(two, case)["state"] == "asked"
    said(two.jpn, case, "accept")
    said(two.jpn, case, "interim", note="two of three sources answered")
    settled(two)
    said(two.jpn, case, "answer", text="Three vessels")
    settled(two)
    said(two.aus, case, "close", rating="4")
    settled(two)
    whole = alike(two, case)
    assert (whole["state"], whole["due"]) == ("closed", None)
    assert [one["event"] for one in whole["events"]] == ["accept", "interim", "answer", "close"]
    assert [one["by"] for one in whole["events"]] == ["JPN", "JPN", "JPN", "AUS"]
    assert whole["events"][3]["form"] == {"rating": 4}
    assert code_of(lambda: said(two.aus, case, "reopen")) == "life.no_such_step"


def test_what_is_said_while_the_line_is_cut_arrives_in_order(two):
    two.line.down = {"JPN"}
    case = opened(two.aus, "rfi", RFI)["id"]
    settled(two)
    assert code_of(lambda: shown(two.jpn, case)) == "case.unknown"
    two.line.down = set()
    settled(two)
    two.line.down = {"AUS"}
    for event, form in (("accept", {}), ("interim", {"note": "soon"}), ("answer", {})):
        said(two.jpn, case, event, **form)
    settled(two)
    assert shown(two.aus, case)["state"] == "asked"
    two.line.down = set()
    settled(two)
    assert alike(two, case)["state"] == "answered"


@pytest.mark.parametrize("first", ["AUS", "JPN"])
def test_of_two_words_that_crossed_the_one_that_did_not_open_the_case_stands(two, first):
    case = opened(two.aus, "rfi", RFI)["id"]
    settled(two)
    said(two.aus, case, "withdraw")
    said(two.jpn, case, "accept")
    other = {"AUS": "JPN", "JPN": "AUS"}[first]
    two.line.down = {other}
    settled(two, 1)
    two.line.down = set()
    settled(two)
    whole = alike(two, case)
    assert (whole["state"], [one["event"] for one in whole["events"]]) == ("accepted", ["accept"])
    for node in (two.aus, two.jpn):
        assert [one["event"] for one in shown(node, case)["own"]["crossed"]] == ["withdraw"]
    said(two.aus, case, "withdraw")
    settled(two)
    assert alike(two, case)["state"] == "withdrawn"


def test_several_words_that_crossed_are_all_beside(two):
    case = opened(two.jpn, "consultation", {"subject": "next year"})["id"]
    settled(two)
    said(two.aus, case, "agree")
    settled(two)
    said(two.jpn, case, "hold", record="in Tokyo")
    said(two.jpn, case, "close")
    said(two.aus, case, "hold", record="in Canberra")
    settled(two)
    whole = alike(two, case)
    assert whole["events"][-1]["form"] == {"record": "in Canberra"}
    assert whole["state"] == "held"
    for node in (two.aus, two.jpn):
        crossed = shown(node, case)["own"]["crossed"]
        assert [one["event"] for one in crossed] == ["hold", "close"]


def test_silence_is_no_and_one_side_signs_that_it_was(two):
    item = _given(two)
    case = opened(two.jpn, "consent", {"act": "copy", "reason": "for the fleet"}, item)["id"]
    settled(two)
    due = alike(two, case)["due"]
    two.line.down = {"JPN"}
    two.clock.pass_(31 * DAY)
    assert shown(two.aus, case)["state"] == "lapsed"
    assert (
        code_of(lambda: said(two.aus, case, "grant", until=dialogue.at(two, DAY)))
        == "life.no_such_step"
    )
    two.line.down = set()
    settled(two)
    whole = alike(two, case)
    assert [(one["event"], one["by"], one["at"]) for one in whole["events"]] == [
        ("lapse", "JPN", due)
    ]


def _given(two):
    item = nations.share(two)
    settled(two)
    return item


def test_nobody_says_what_is_not_theirs(two):
    case = opened(two.aus, "rfi", RFI)["id"]
    settled(two)
    assert code_of(lambda: said(two.aus, case, "accept")) == "life.not_yours"
    assert code_of(lambda: said(two.jpn, case, "close", rating=3)) == "life.no_such_step"
    assert code_of(lambda: said(two.jpn, case, "answer")) == "life.no_such_step"
    assert code_of(lambda: said(two.jpn, case, "accept", person="jpn.auditor")) == "person.duty"
    assert code_of(lambda: said(two.jpn, case, "accept", person="nobody")) == "person.unknown"
    assert code_of(lambda: said(two.jpn, f"{case}1", "accept")) == "case.unknown"
    assert code_of(lambda: said(two.jpn, case, "accept", "AUS-2026-999999")) == "item.unknown"


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("question", {"subject": "x", "urgency": "routine"}),
        ("urgency", {**RFI, "urgency": "soon"}),
        ("other", {**RFI, "other": "x"}),
        ("subject", {**RFI, "subject": "x" * 201}),
        ("subject", {**RFI, "subject": ["a", "b"]}),
        ("subject", {**RFI, "subject": " "}),
    ],
)
def test_a_field_that_is_wrong_is_named(two, field, form):
    with pytest.raises(SealaneError) as caught:
        opened(two.aus, "rfi", form)
    assert (caught.value.code, caught.value.details) == ("case.form", {"field": field})
    assert seeing.listed(two.aus, seeing.CasesAsked(), person="aus.release")["cases"] == []


def test_a_kind_that_the_agreement_does_not_carry_is_refused(two):
    assert code_of(lambda: opened(two.aus, "wedding", {})) == "case.kind"
