"""Items that were exchanged before the agreement: placed under it, acknowledged by their holder
item by item, and from then on under its duties. Spec: spec/case.md §7; R9.
"""

from __future__ import annotations

import pytest

from sealane.ledger import bodies
from sealane.services.exchange import recall
from tests import nations
from tests.lane import journeys
from tests.lane.dialogue import alike, hears, opened, said, settled, shown
from tests.lane.journeys import DAY, clerk
from tests.lane.made import code_of, register, release
from tests.lane.test_couriers import incidents

FORM = {
    "exchanged": "2011-05-01T00:00:00Z",
    "references": ["DEF-2011-0441", "防防調第 441 号"],
    "basis": "Handed over at the staff talks of May 2011",
}


@pytest.fixture
def two(pair):
    journeys.clerks(pair)
    return pair


@pytest.fixture
def papers(two):
    found = [register(two.aus, "paper"), register(two.aus, "equipment")]
    for item in found:
        release(two.aus, item)
    settled(two, 1)
    return found


def told(two, *items, **changes):
    case = opened(two.aus, "earlier", FORM | changes, *items)["id"]
    settled(two, 1)
    return case


def speaks(two, case, event, *items, **form):
    said(two.jpn, case, event, *items, person=clerk(two.jpn), **form)
    settled(two, 2)


def test_the_holder_acknowledges_the_whole_list_and_its_duties_follow(two, papers):
    case = told(two, *papers)
    part = lambda: speaks(two, case, "acknowledge", papers[0], where="safe 4")  # noqa: E731
    assert code_of(part) == "case.not_the_list"
    speaks(two, case, "acknowledge", *papers, where="safe 4 / 第四金庫")
    assert alike(two, case)["state"] == "acknowledged"
    assert incidents(two.jpn) == []
    recall.recall(two.aus, papers[0], reason="over", person="aus.release")
    two.settle(2)
    assert code_of(lambda: nations.read(two, papers[0])) == "decision.refused"


def test_what_is_not_held_any_more_is_an_incident_with_its_provider(two, papers):
    case = told(two, *papers)
    speaks(two, case, "deny", papers[0], text="the second was never entered here")
    assert alike(two, case)["state"] == "denied"
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "possible", [papers[1]])]
    said(two.aus, case, "settle", person="aus.security", text="found at the embassy")
    settled(two, 2)
    assert alike(two, case)["state"] == "settled"


def test_only_what_came_before_the_agreement_is_placed_under_it(two, papers):
    since = "2022-10-22T00:00:00Z"
    assert code_of(lambda: told(two, *papers, exchanged=since)) == "earlier.not_before"
    told(two, *papers, exchanged="2022-10-21T23:59:59Z")


@pytest.mark.parametrize(
    ("changes", "items", "code"),
    [
        ({"exchanged": "2024-01-01T00:00:00Z"}, True, "earlier.not_before"),
        ({"references": []}, True, "case.form"),
        ({}, False, "case.form"),
        ({"more": 1}, True, "case.form"),
    ],
)
def test_a_partner_places_nothing_else_under_it(two, papers, changes, items, code):
    body = bodies.CaseOpened(
        case="AUS-JPN-2026-C00001",
        kind="earlier",
        form=FORM | changes,
        items=tuple(papers) if items else (),
    )
    assert hears(two, body, by="AUS") == code
    with two.jpn.store.reading() as tx:
        assert two.jpn.records.cases.column(tx, "id") == []


def test_over_a_lost_line_both_come_to_the_same(two, papers):
    case = told(two, *papers)
    two.line.down = {"AUS"}
    said(two.jpn, case, "deny", papers[0], person=clerk(two.jpn), text="not here")
    two.clock.pass_(7 * DAY)
    assert shown(two.aus, case)["state"] == "told"
    two.line.down, two.line.twice, two.line.lose_answers = set(), True, True
    settled(two, 3)
    two.line.lose_answers = False
    settled(two, 3)
    assert alike(two, case)["state"] == "denied"
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "possible", [papers[1]])]
