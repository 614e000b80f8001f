"""Couriers between two nodes: notice, three receipts, the alarm, and contents that differ.

Spec: spec/case.md §7; R43, R44, R53.
"""

from __future__ import annotations

import pytest

from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.services.home import desk
from sealane.services.register import directory
from tests import nations
from tests.lane import journeys
from tests.lane.dialogue import alike, at, said, settled, shown
from tests.lane.journeys import DAY, HOUR, announced, arrived, clerk, speaks, under_way
from tests.lane.made import code_of, register, release


@pytest.fixture
def two(pair):
    journeys.clerks(pair)
    return pair


@pytest.fixture
def papers(two):
    """Two paper items of Australia's that Japan was given."""
    found = [register(two.aus, "paper", title=title) for title in ("Chart 海図", "Plan 計画書")]
    for item in found:
        release(two.aus, item)
    settled(two, 1)
    return found


def incidents(node):
    with node.store.reading() as tx:
        rows = node.records.cases.find(tx, order="id", kind="incident")
    return [(row.opener, row.form["what"], list(row.items)) for row in rows]


def at_home(node, person):
    with node.store.reading() as tx:
        record = node.person(tx, person)
    waiting = desk.home(node, record, limit=50)["waiting"]
    return {one["about"]: one["due"] for one in waiting if one["kind"] == "case"}


def test_a_journey_ends_with_three_receipts_that_both_nations_hold(two, papers):
    case = arrived(two, *papers)
    speaks(two, two.jpn, case, "receive", *papers)
    whole = alike(two, case)
    assert whole["state"] == "received"
    assert [(one["event"], one["by"]) for one in whole["events"]] == [
        ("expect", "JPN"),
        ("hand-over", "AUS"),
        ("arrive", "JPN"),
        ("receive", "JPN"),
    ]
    assert incidents(two.aus) == incidents(two.jpn) == []
    with two.jpn.store.reading() as tx:
        kept = [
            two.jpn.records.statements.get(tx, digest=one["statement"]) for one in whole["events"]
        ]
    assert None not in kept


def test_a_courier_is_announced_a_day_before(two, papers):
    soon = {"from": at(two, 24 * HOUR - 1), "until": at(two, 2 * DAY)}
    assert code_of(lambda: announced(two, *papers, **soon)) == "courier.notice"
    announced(two, *papers, **{**soon, "from": at(two, 24 * HOUR + 1)})


def test_a_certificate_is_for_one_journey(two, papers):
    for until in (at(two, 2 * DAY), at(two, DAY), at(two, 34 * DAY)):
        assert code_of(lambda until=until: announced(two, *papers, until=until)) == "case.form"
    case = announced(two, *papers)
    assert code_of(lambda: speaks(two, two.aus, case, "hand-over")) == "life.no_such_step"
    speaks(two, two.jpn, case, "expect")
    assert code_of(lambda: speaks(two, two.aus, case, "hand-over")) == "life.too_early"
    two.clock.pass_(4 * DAY)
    settled(two)
    assert alike(two, case)["state"] == "lapsed"
    assert code_of(lambda: speaks(two, two.aus, case, "hand-over")) == "life.no_such_step"


def test_nobody_travels_who_is_not_expected(two, papers):
    case = announced(two, *papers)
    two.clock.pass_(3 * DAY)
    settled(two)
    assert alike(two, case)["state"] == "lapsed"
    other = announced(two, *papers)
    speaks(two, two.jpn, other, "refuse", reason="a holiday")
    assert alike(two, other)["state"] == "refused"


def test_eight_hours_after_it_should_have_ended_both_nations_are_alarmed(two, papers):
    case = under_way(two, *papers)
    late = Instant(parse_instant(alike(two, case)["form"]["until"]) + 8 * HOUR * SECOND)
    assert alike(two, case)["due"] == format_instant(late)
    two.clock.pass_((late - two.clock.now()) // SECOND - 1)
    assert {shown(node, case)["state"] for node in (two.aus, two.jpn)} == {"under-way"}
    assert case not in at_home(two.aus, clerk(two.aus))
    two.clock.pass_(3)
    assert {shown(node, case)["state"] for node in (two.aus, two.jpn)} == {"overdue"}
    settled(two)
    for node in (two.aus, two.jpn):
        for person in (clerk(node), f"{node.party.lower()}.security"):
            assert case in at_home(node, person), person
    speaks(two, two.aus, case, "inquire", note="the flight was turned back over Guam")
    speaks(two, two.jpn, case, "arrive", seals="intact")
    speaks(two, two.jpn, case, "receive", *papers)
    assert alike(two, case)["state"] == "received"
    assert incidents(two.jpn) == []


def test_what_is_missing_opens_an_incident_with_its_provider(two, papers):
    case = arrived(two, *papers)
    there, missing = papers
    assert code_of(lambda: speaks(two, two.jpn, case, "receive", there)) == "case.not_the_list"
    speaks(two, two.jpn, case, "differ", there, text="package 2 held old newspapers")
    settled(two)
    assert alike(two, case)["state"] == "differs"
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "loss", [missing])]
    speaks(two, two.aus, case, "settle", text="it had stayed in the safe")
    assert alike(two, case)["state"] == "settled"


def test_a_broken_seal_is_no_receipt_and_opens_an_incident_of_everything(two, papers):
    case = arrived(two, *papers, seals="broken")
    assert code_of(lambda: speaks(two, two.jpn, case, "receive", *papers)) == "courier.seal_broken"
    speaks(two, two.jpn, case, "differ", *papers, text="seal A-1042 was cut")
    settled(two)
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "possible", papers)]


def test_what_the_provider_misses_on_the_way_back_its_holder_reports(two, papers):
    case = arrived(two, *papers, sender=two.jpn)
    speaks(two, two.aus, case, "differ", papers[0], text="one is missing")
    settled(two)
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "loss", [papers[1]])]


@pytest.mark.parametrize("says", ["AUS", "JPN"])
def test_a_loss_is_an_incident_once_whoever_says_so(two, papers, says):
    case = under_way(two, *papers)
    speaks(two, two.line.nodes[says], case, "lose", text="the car burned out")
    settled(two)
    assert alike(two, case)["state"] == "lost"
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "loss", papers)]


def test_a_difference_names_nothing_that_was_not_sent(two, papers):
    other = nations.share(two)
    case = arrived(two, *papers)
    word = lambda: speaks(two, two.jpn, case, "differ", other, text="x")  # noqa: E731
    assert code_of(word) == "case.not_the_list"
    assert incidents(two.jpn) == []


def test_nobody_carries_what_their_clearance_does_not_reach(two, papers):
    with two.aus.store.reading() as tx:
        record = two.aus.person(tx, "aus.second")
    for clearances in ([], [{**record["clearances"][0], "level": "Baseline"}]):
        directory.enter(two.aus, {**record, "clearances": clearances})
        assert code_of(lambda: announced(two, *papers)) == "courier.clearance"
    assert code_of(lambda: announced(two, *papers, couriers=["aus.nobody"])) == "courier.clearance"
    ends = {**record["clearances"][0], "expires": at(two, 60 * HOUR)}
    directory.enter(two.aus, {**record, "clearances": [ends]})
    assert code_of(lambda: announced(two, *papers)) == "courier.clearance"
    directory.enter(two.aus, record)
    case = announced(two, *papers)
    (assured,) = alike(two, case)["form"]["assurances"]
    assert (assured["person"], assured["policy"]) == ("aus.second", "AUS")
    assert not {"basis", "granted", "sponsor"} & set(assured)


def test_over_a_line_that_loses_answers_both_nations_come_to_the_same_receipts(two, papers):
    case = under_way(two, *papers)
    two.line.down = {"AUS"}
    two.clock.pass_(20 * HOUR)
    said(two.jpn, case, "arrive", person=clerk(two.jpn), seals="intact")
    said(two.jpn, case, "differ", papers[0], person=clerk(two.jpn), text="one is missing")
    settled(two)
    two.clock.pass_(7 * DAY)
    assert shown(two.aus, case)["state"] == "overdue"
    two.line.down, two.line.twice, two.line.lose_answers = set(), True, True
    settled(two, 4)
    two.line.lose_answers = False
    settled(two, 4)
    assert alike(two, case)["state"] == "differs"
    assert incidents(two.aus) == incidents(two.jpn) == [("JPN", "loss", [papers[1]])]
