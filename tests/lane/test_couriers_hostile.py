"""A partner whose signatures hold announces couriers whom nobody may carry with, and says of a
journey what is not so: a signed refusal, and nothing of it is kept.

Spec: spec/case.md §5, §7; docs/threat-model.md.
"""

from __future__ import annotations

import pytest

from sealane.ledger import bodies
from tests import nations
from tests.lane import journeys
from tests.lane.dialogue import alike, at, hears, settled, shown
from tests.lane.journeys import DAY, arrived, under_way

ASSURED = {
    "person": "aus.second",
    "name": "Alex Second",
    "name_ja": None,
    "position": "aus.second",
    "position_ja": None,
    "organisation": "department-of-defence",
    "nationality": ["AUS"],
    "policy": "AUS",
    "level": "NV2",
    "until": "2028-01-01T00:00:00Z",
}


@pytest.fixture
def two(pair):
    journeys.clerks(pair)
    return pair


@pytest.fixture
def item(two):
    found = nations.share(two)
    settled(two, 1)
    return found


def announced(two, item, **changes):
    form = journeys.form(two, two.aus) | {"assurances": [ASSURED]} | changes
    return bodies.CaseOpened(
        case="AUS-JPN-2026-C00001", kind="courier", form=form, items=(item,) if item else ()
    )


def test_a_well_announced_journey_is_taken(two, item):
    assert hears(two, announced(two, item), by="AUS") == "acknowledged"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"assurances": []}, "case.form"),
        ({"assurances": [ASSURED, ASSURED]}, "case.form"),
        ({"assurances": [{**ASSURED, "person": "aus.release"}]}, "case.form"),
        ({"assurances": [{**ASSURED, "vetting": "all of it"}]}, "case.form"),
        ({"assurances": [{**ASSURED, "until": "tomorrow"}]}, "case.form"),
        ({"assurances": [{**ASSURED, "nationality": ["Mars"]}]}, "case.form"),
        ({"assurances": [{**ASSURED, "level": "Baseline"}]}, "courier.clearance"),
        ({"assurances": [{**ASSURED, "level": "COSMIC"}]}, "courier.clearance"),
        ({"assurances": [{**ASSURED, "policy": "JPN"}]}, "courier.clearance"),
        ({"assurances": [{**ASSURED, "until": "2026-11-24T00:00:00Z"}]}, "courier.clearance"),
        ({"from": "2026-11-22T06:00:00Z"}, "courier.notice"),
        ({"until": "2026-11-23T00:00:00Z"}, "case.form"),
        ({"until": "2027-11-23T00:00:00Z"}, "case.form"),
        ({"packages": []}, "case.form"),
        ({"packages": ["x" * 201]}, "case.form"),
        ({"more": "x"}, "case.form"),
    ],
)
def test_a_journey_that_is_not_well_announced_is_refused_and_not_kept(two, item, changes, code):
    assert hears(two, announced(two, item, **changes), by="AUS") == code
    with two.jpn.store.reading() as tx:
        assert two.jpn.records.cases.column(tx, "id") == []


@pytest.mark.parametrize(
    ("named", "code"), [("AUS-2026-000777", "item.unknown"), ("", "case.form")]
)
def test_a_list_holds_what_is_between_the_two(two, named, code):
    assert hears(two, announced(two, named), by="AUS") == code


def word(two, case, event, *items, **form):
    whole = shown(two.jpn, case)
    return bodies.CaseSaid(case=case, follows=whole["digest"], event=event, form=form, items=items)


@pytest.mark.parametrize(
    ("event", "form", "code"),
    [
        ("arrive", {"seals": "intact"}, "life.not_yours"),
        ("receive", {}, "life.no_such_step"),
        ("overdue", {}, "life.not_yours"),
        ("hand-over", {}, "life.no_such_step"),
        ("lose", {}, "case.form"),
    ],
)
def test_the_sender_says_nothing_that_is_the_receivers(two, item, event, form, code):
    case = under_way(two, item)
    before = alike(two, case)
    assert hears(two, word(two, case, event, **form), by="AUS") == code
    assert shown(two.jpn, case)["events"] == before["events"]


def test_a_receipt_that_does_not_name_the_list_is_refused_by_the_sender_too(two, item):
    case = arrived(two, item)
    other = nations.share(two, b"another", reference="another")
    settled(two, 1)
    assert hears(two, word(two, case, "receive"), by="JPN") == "case.not_the_list"
    assert hears(two, word(two, case, "differ", other, text="x"), by="JPN") == "case.not_the_list"
    assert hears(two, word(two, case, "receive", item), by="JPN") == "acknowledged"


def test_a_broken_seal_is_received_by_nobody(two, item):
    case = arrived(two, item, seals="broken")
    assert hears(two, word(two, case, "receive", item), by="JPN") == "courier.seal_broken"


def test_the_alarm_is_signed_by_its_side_at_its_instant_alone(two, item):
    case = under_way(two, item)
    due = alike(two, case)["due"]
    alarm = word(two, case, "overdue")
    two.clock.pass_(3 * DAY)
    assert hears(two, alarm, by="AUS", at=due) == "life.not_yours"
    assert hears(two, alarm, by="JPN", at=at(two, 0)) == "life.not_yours"
    assert hears(two, alarm, by="JPN", at=due) == "acknowledged"
