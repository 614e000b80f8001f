"""What rests on an approved visit: the decision `visit` at the visitors' nation, and a visitor's
way into a room of the host's. Spec: spec/case.md §7; spec/post.md §2; R37, R49, R50.
"""

from __future__ import annotations

import json

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.decisions.request import request_from_json
from sealane.registry.post_records import PostKind
from sealane.services.deciding import previews
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import own_request
from sealane.services.dialogue import keeping
from sealane.services.exchange import assurance
from sealane.services.opentdf import authzen
from sealane.services.placing import posts, reading
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests import engines, nations
from tests.lane import dialogue, visits
from tests.lane.dialogue import at, said, settled
from tests.lane.made import code_of, register, release
from tests.lane.visits import ASKS, BASE, DAY, HOSTS
from tests.lane.within import changed

RAA = "jpn-aus-raa-2022"
OFFICER = Actor(HOSTS)


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


@pytest.fixture
def briefed(two):
    """An oral item of the host's that is under the agreement on visiting forces, and a visitor who
    is named and briefed for it.
    """
    nations.adopted(RAA, (two.aus, two.jpn), two.clock)
    assurance.give(
        two.jpn,
        agreement=RAA,
        area="exercises",
        level="SECRET",
        officer=ASKS,
        until=parse_instant(at(two, 300 * DAY)),
    )
    with two.jpn.store.reading() as tx:
        (held,) = two.jpn.person(tx, "jpn.sato")["briefings"]
    changed(two.jpn, "jpn.sato", briefings=[held, {**held, "agreement": RAA}])
    terms = {"area": "exercises", "purposes": ("exercise",)}
    item = register(two.aus, "oral", **terms)
    release(two.aus, item, agreement=RAA, purpose="exercise", **terms)
    settled(two)
    return item


def decided(two, item, person="jpn.sato"):
    """The decision of the act `visit` at the visitors' nation, and the clauses that are not met."""
    node = two.jpn
    with node.store.reading() as tx:
        asked = own_request(
            node, tx, node.item(tx, item), person=person, purpose="exercise", action="visit"
        )
        decision = decide_now(node, tx, asked)
    return asked, [one.clause for one in decision.unmet]


def test_the_node_fills_in_the_visit_that_was_approved_and_no_other(two, briefed):
    refused = ["5.9"]
    asked, unmet = decided(two, briefed)
    assert ("visit" in asked, unmet) == (False, refused)
    case = visits.asked(two, RAA)
    assert decided(two, briefed)[1] == refused  # it was not approved
    visits.approve(two, case)
    assert decided(two, briefed)[1] == refused  # and its day has not come
    two.clock.pass_(41 * DAY)
    settled(two)
    asked, unmet = decided(two, briefed)
    assert unmet == []
    form = dialogue.alike(two, case)["form"]
    assert asked["visit"] == {
        "case": case,
        "level": "SECRET",
        "subject": "Port security",
        "from": form["from"],
        "until": form["until"],
        "facility": BASE,
        "people": ["jpn.sato"],
    }
    assert asked["facility"]["country"] == "AUS"
    assert "5.9" in decided(two, briefed, "jpn.tanaka")[1]
    two.clock.pass_(3 * DAY)
    assert decided(two, briefed)[1] == refused  # it is over


def test_a_visit_under_another_agreement_permits_nothing_under_this_one(two, briefed):
    visits.begun(two)
    assert decided(two, briefed)[1] == ["5.9"]


def test_a_visit_approved_at_a_lower_level_permits_nothing_above_it(two, briefed):
    case = visits.asked(two, RAA)
    visits.approve(two, case, "OFFICIAL: Sensitive")
    two.clock.pass_(41 * DAY)
    settled(two)
    asked, unmet = decided(two, briefed)
    assert (asked["visit"]["level"], unmet) == ("OFFICIAL: Sensitive", ["5.9"])


def test_what_was_amended_permits_nothing_until_the_host_looked_again(two, briefed):
    case = visits.asked(two, RAA)
    visits.approve(two, case)
    said(two.jpn, case, "amend", person=ASKS, until=at(two, 44 * DAY))
    settled(two)
    two.clock.pass_(41 * DAY)
    settled(two)
    assert decided(two, briefed)[1] == ["5.9"]
    visits.approve(two, case)
    assert decided(two, briefed)[1] == []


def test_a_case_changed_by_hand_is_no_approval(two, briefed):
    case = visits.asked(two, RAA)
    with two.jpn.store.writing() as tx:
        engines.by_hand(tx, "UPDATE cases SET state = 'approved' WHERE id = ?", case)
    two.clock.pass_(41 * DAY)
    assert decided(two, briefed)[1] == ["5.9"]


def test_both_doors_that_ask_about_people_ask_the_same(two, briefed):
    visits.begun(two, agreement=RAA)
    with two.jpn.store.reading() as tx:
        told = previews.told(two.jpn, tx, briefed, purpose="exercise", action="visit")
    assert told["may"] == ["jpn.sato"]
    assert parse_instant(told["holds_until"]) <= parse_instant(at(two, 3 * DAY))
    asked = {
        "subject": {"type": "person", "id": "jpn.sato"},
        "action": {"name": "visit"},
        "resource": {"type": "item", "id": briefed},
        "context": {"purpose": "exercise", "visit": {"people": ["anybody"]}},
    }
    assert authzen.evaluate(two.jpn, asked).permit
    assert not authzen.evaluate(
        two.jpn, {**asked, "subject": {"type": "person", "id": "jpn.tanaka"}}
    ).permit


def test_the_horizon_of_a_request_knows_when_its_visit_ends(two, briefed):
    visits.begun(two, agreement=RAA)
    asked, _ = decided(two, briefed)
    request = request_from_json(asked)
    assert request.visit is not None
    assert request.visit.until == parse_instant(asked["visit"]["until"])


# --- rooms


def enter(two, *people, room=BASE, exception=None):
    return posts.place(two.aus, room, people, kind=PostKind.ROOM, by=OFFICER, exception=exception)


def gaps(two, *people, room=BASE):
    with pytest.raises(SealaneError) as caught:
        enter(two, *people, room=room)
    assert caught.value.code == "room.gap"
    return [(one["person"], one["what"]) for one in caught.value.details["gaps"]]


def there(two, room=BASE):
    with two.aus.store.reading() as tx:
        told = reading.told(two.aus, tx, reading.require(two.aus, tx, room, PostKind.ROOM))
    return [(one["person"], [gap["what"] for gap in one["gaps"]]) for one in told["people"]]


def define(two, room="aus.briefing", **asks):
    wanted = {"level": "SECRET", "facility": BASE} | asks
    posts.define(two.aus, posts.Defining(id=room, kind=PostKind.ROOM, **wanted), by=OFFICER)


def test_a_visitor_enters_on_the_approved_days_and_is_told_of_afterwards(two):
    assert code_of(lambda: enter(two, "jpn.sato")) == "person.unknown"
    case = visits.asked(two)
    assert gaps(two, "jpn.sato") == [("JPN:jpn.sato", "visit")]
    visits.approve(two, case)
    assert gaps(two, "jpn.sato") == [("JPN:jpn.sato", "visit")]
    two.clock.pass_(41 * DAY)
    settled(two)
    enter(two, "jpn.sato")
    assert there(two) == [("JPN:jpn.sato", [])]
    assert code_of(lambda: enter(two, "jpn.tanaka")) == "person.unknown"
    two.clock.pass_(3 * DAY)
    settled(two)
    assert there(two) == [("JPN:jpn.sato", ["visit"])]
    posts.leave(two.aus, BASE, ["jpn.sato"], kind=PostKind.ROOM, by=OFFICER)
    assert there(two) == []


@pytest.mark.parametrize(
    ("asks", "lacks"),
    [
        ({}, None),
        ({"agreement": nations.AGREEMENT}, None),
        ({"level": "TOP SECRET"}, "clearance"),
        ({"agreement": "jpn-aus-2012-isa"}, "briefing"),
        ({"project": "harbour"}, "authorisation"),
        ({"facility": None}, "visit"),
    ],
)
def test_what_a_room_asks_of_a_visitor(two, asks, lacks):
    visits.begun(two)
    define(two, **asks)
    if lacks is None:
        enter(two, "JPN:jpn.sato", room="aus.briefing")
        assert there(two, "aus.briefing") == [("JPN:jpn.sato", [])]
    else:
        assert ("JPN:jpn.sato", lacks) in gaps(two, "jpn.sato", room="aus.briefing")


def test_a_room_that_the_limits_do_not_name_is_closed_to_the_visitor(two):
    case = visits.begun(two)
    define(two)
    keeping.keep(two.aus, case, "limits", form={"rooms": ["aus.mess"]}, kind=None, person=HOSTS)
    assert gaps(two, "jpn.sato", room="aus.briefing") == [("JPN:jpn.sato", "limits")]
    keeping.keep(two.aus, case, "limits", form={"rooms": None}, kind=None, person=HOSTS)
    enter(two, "jpn.sato", room="aus.briefing")


def test_limits_changed_by_hand_let_nobody_in(two):
    case = visits.begun(two)
    keeping.keep(two.aus, case, "limits", form={"rooms": ["x"]}, kind=None, person=HOSTS)
    with two.aus.store.writing() as tx:
        engines.by_hand(tx, "UPDATE case_own SET form = ?", json.dumps({"rooms": [BASE]}))
    assert code_of(lambda: enter(two, "jpn.sato")) == "directory.altered"


def test_a_visitor_fills_no_post_and_is_excepted_by_name(two):
    visits.begun(two)
    define(two, level="TOP SECRET")
    posts.define(two.aus, posts.Defining(id="desk", kind=PostKind.POST, level="SECRET"), by=OFFICER)
    placed = lambda: posts.place(  # noqa: E731
        two.aus, "desk", ["jpn.sato"], kind=PostKind.POST, by=OFFICER
    )
    assert code_of(placed) == "person.unknown"
    told = enter(two, "jpn.sato", room="aus.briefing", exception="escorted throughout")
    (one,) = told["people"]
    assert (one["person"], one["excepted"], one["gaps"]) == (
        "JPN:jpn.sato",
        ["clearance", "accreditation"],
        [],
    )


def test_an_own_person_goes_before_a_visitor_of_the_same_name(two):
    visits.begun(two)
    with two.aus.store.reading() as tx:
        held = two.aus.person(tx, "aus.second")
    directory.enter(two.aus, {**held, "id": "jpn.sato", "clearances": []})
    assert gaps(two, "jpn.sato") == [("jpn.sato", "clearance")]
    enter(two, "JPN:jpn.sato")
    assert there(two) == [("JPN:jpn.sato", [])]
