"""Activities between two nodes: what was released for one opens while it is under way, for those
whom their own nation let take part, and for nobody else; both key services judge, and nothing opens
that would not open without. Spec: spec/case.md §10.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.registry.post_records import PostKind
from sealane.services.deciding import decision, taking_part
from sealane.services.exchange import outbox
from sealane.services.placing import posts
from sealane.services.placing.posts import Defining
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests.lane import dialogue
from tests.lane.dialogue import alike, at, opened, said, settled, shown
from tests.lane.made import code_of
from tests.lane.trials import (
    DAY,
    FROM,
    SECURITY,
    UNTIL,
    joined,
    named,
    planned,
    reads,
    refused,
    released,
    under_way,
)
from tests.lane.within import changed, one_more
from tests.nations import share


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def test_what_is_released_for_an_activity_opens_while_it_is_under_way_and_not_before_or_after(two):
    case = planned(two)
    item = released(two, case)
    named(two, case, "jpn.sato")
    joined(two, case, "jpn.sato")
    assert refused(lambda: reads(two, item)) == ["activity.not_under_way"]
    two.clock.pass_(FROM)
    settled(two)
    assert reads(two, item) == b"harbour"
    two.clock.pass_(UNTIL)
    assert refused(lambda: reads(two, item)) == ["activity.not_under_way"]


def test_the_word_of_either_side_ends_it_at_both(two):
    case = under_way(two)
    item = released(two, case)
    said(two.jpn, case, "end")
    assert refused(lambda: reads(two, item)) == ["activity.not_under_way"]
    settled(two)
    with two.aus.store.reading() as tx:
        found = taking_part.Activities(two.aus, tx).at(case, two.clock.now())
    assert found is not None
    assert found.state == "ended"
    assert code_of(lambda: share(two, project=case, reference="late")) == "decision.refused"


def test_only_those_who_joined_on_their_own_side_gain_it_and_only_what_they_would_have_anyway(two):
    case = under_way(two)
    item = released(two, case)
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    assert refused(lambda: reads(two, item, other)) == ["activity.not_joined"]
    joined(two, case, other)
    assert reads(two, item, other) == b"harbour"
    said(two.jpn, case, "leave", person=SECURITY, people=[other])
    settled(two)
    assert refused(lambda: reads(two, item, other)) == ["activity.not_joined"]
    # who takes part and lacks anything else stays outside: it never grants
    changed(two.jpn, "jpn.sato", briefings=[])
    assert refused(lambda: reads(two, item)) == ["access.not_briefed"]
    assert code_of(lambda: reads(two, item, purpose="training")) == "decision.refused"


def test_the_other_side_lets_none_of_our_people_take_part(two):
    case = planned(two, people=["jpn.sato"])
    named(two, case, "jpn.sato")
    item = released(two, case)
    two.clock.pass_(FROM)
    settled(two)
    assert refused(lambda: reads(two, item)) == ["activity.not_joined"]
    joined(two, case, "jpn.sato")
    assert reads(two, item) == b"harbour"


def blind(monkeypatch, node):
    """A node that narrows nothing of what it decides."""
    narrowed = taking_part.narrowed

    def only_there(at_node, tx, decided):
        return decided if at_node.party == node.party else narrowed(at_node, tx, decided)

    monkeypatch.setattr(decision, "narrowed", only_there)


@pytest.mark.parametrize("party", ["AUS", "JPN"])
def test_each_key_service_judges_by_itself(two, monkeypatch, party):
    case = under_way(two)
    item = released(two, case)
    assert reads(two, item) == b"harbour"
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    blind(monkeypatch, two.line.nodes[party])
    wanted = "key.refused" if party == "JPN" else "decision.refused"
    assert code_of(lambda: reads(two, item, other)) == wanted
    assert refused(lambda: reads(two, item, other)) == ["activity.not_joined"]


def test_whom_the_provider_has_not_heard_of_waits_for_the_word_to_arrive(two):
    case = under_way(two)
    item = released(two, case)
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    said(two.jpn, case, "join", person=SECURITY, people=[other])
    assert code_of(lambda: reads(two, item, other)) == "key.refused"
    settled(two)
    assert reads(two, item, other) == b"harbour"


def test_a_post_takes_part_in_its_holders_place_and_their_names_stay_at_home(two):
    case = under_way(two)
    item = released(two, case)
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    wanted = Defining(id="trial.desk", kind=PostKind.POST, level="極秘")
    posts.define(two.jpn, wanted, by=Actor(SECURITY))
    joined(two, case, "trial.desk")
    assert refused(lambda: reads(two, item, other)) == ["activity.not_joined"]
    posts.place(two.jpn, "trial.desk", [other], kind=PostKind.POST, by=Actor(SECURITY))
    assert reads(two, item, other) == b"harbour"
    assert [one["form"] for one in alike(two, case)["events"] if one["event"] == "join"] == [
        {"people": ["jpn.sato"]},
        {"people": ["trial.desk"]},
    ]
    posts.leave(two.jpn, "trial.desk", [], kind=PostKind.POST, by=Actor(SECURITY))
    assert refused(lambda: reads(two, item, other)) == ["activity.not_joined"]


def test_only_a_sides_own_people_and_posts_take_part_by_its_word(two):
    case = planned(two)
    assert code_of(lambda: joined(two, case, "jpn.nobody")) == "person.unknown"
    assert code_of(lambda: joined(two, case, "aus.lee")) == "person.unknown"
    assert code_of(lambda: joined(two, case, "jpn.sato", facilities=["jpn.nowhere"])) == (
        "facility.unknown"
    )
    assert (
        code_of(lambda: said(two.jpn, case, "leave", person=SECURITY, people=["jpn.sato"]))
        == "case.form"
    )
    assert shown(two.jpn, case)["events"] == []


def test_who_lacks_anything_for_its_level_does_not_join_a_contractors_place_among_it(two):
    case = planned(two, level="SECRET")
    joined(two, case, "jpn.sato")
    place = {
        "id": "jpn.yard",
        "country": "JPN",
        "accredited": {"policy": "JPN", "level": "秘"},
        "until": at(two, 300 * DAY),
    }
    directory.enter_facility(two.jpn, place)
    worker = one_more(two.jpn, "jpn.sato", "jpn.worker", facility="jpn.yard", organisation="yard")
    with pytest.raises(SealaneError) as caught:
        joined(two, case, worker)
    gaps: Any = caught.value.details
    assert (caught.value.code, [one["what"] for one in gaps["gaps"]]) == (
        "activity.gap",
        ["accreditation"],
    )
    assert code_of(lambda: joined(two, case, "jpn.sato", facilities=["jpn.yard"])) == "activity.gap"
    raised = {**place, "accredited": {"policy": "JPN", "level": "極秘"}}
    directory.enter_facility(two.jpn, raised)
    joined(two, case, worker, facilities=["jpn.yard"])
    with two.aus.store.reading() as tx:
        found = taking_part.Activities(two.aus, tx).at(case, two.clock.now())
    assert found is not None
    assert found.facilities["JPN"] == {"jpn.yard"}


def test_where_a_side_named_places_its_people_read_there_alone(two):
    case = under_way(two)
    item = released(two, case)
    place = {
        "id": "jpn.yard",
        "country": "JPN",
        "accredited": {"policy": "JPN", "level": "極秘"},
        "until": at(two, 300 * DAY),
    }
    directory.enter_facility(two.jpn, place)
    joined(two, case, "jpn.sato", facilities=["jpn.yard"])
    assert refused(lambda: reads(two, item)) == ["activity.facility"]
    changed(two.jpn, "jpn.sato", facility="jpn.yard")
    assert reads(two, item) == b"harbour"


def test_a_level_and_a_purpose_narrow_what_is_released_for_it(two):
    case = planned(two, level="PROTECTED", purpose="training")
    assert refused(lambda: share(two, project=case)) == ["activity.purpose", "activity.level"]
    fitting = planned(two, level="極秘", purpose="assessment")
    assert released(two, fitting)
    form = {"title": "t", "from": at(two, FROM), "until": at(two, UNTIL), "level": "Secret"}
    assert code_of(lambda: opened(two.aus, "activity", form)) == "case.form"


def test_an_activity_is_a_project_that_is_on_record_between_the_two(two):
    for project in ("AUS-JPN-2026-C09999", "AUS-USA-2026-C00001"):
        assert refused(lambda project=project: share(two, project=project)) == ["activity.unknown"]
    rfi = opened(two.jpn, "rfi", dialogue.RFI)["id"]
    settled(two)
    assert refused(lambda: share(two, project=rfi)) == ["activity.unknown"]


def test_a_row_that_was_changed_by_hand_lets_nobody_take_part(two):
    case = under_way(two)
    item = released(two, case)
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    with two.jpn.store.writing() as tx:
        found = {"case": case, "event": "join"}
        people = {"people": ["jpn.sato", other]}
        two.jpn.records.case_events.change(tx, found, form=people)
    assert refused(lambda: reads(two, item, other)) == ["activity.unknown"]
    assert refused(lambda: reads(two, item)) == ["activity.unknown"]


def test_an_offer_that_overtakes_its_activity_waits_for_it(two):
    two.line.down = {"JPN"}
    case = planned(two)
    two.line.down = set()
    with two.aus.store.writing() as tx:
        (waiting,) = two.aus.records.outbox.find(tx, order="id", type="case.opened", done=None)
        two.aus.records.outbox.change(tx, {"id": waiting.id}, due=two.clock.now() + 60 * SECOND)
    item = share(two, project=case)
    outbox.deliver_due(two.aus, item=item)
    with two.jpn.store.reading() as tx:
        assert two.jpn.records.items.get(tx, id=item) is None
    two.clock.pass_(120)
    settled(two)
    with two.jpn.store.reading() as tx:
        assert two.jpn.records.items.get(tx, id=item) is not None
