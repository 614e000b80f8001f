"""What lists, previews, cards and commands say of items that were released for an activity.

Spec: spec/case.md §10.
"""

from __future__ import annotations

import pytest

from sealane.base.values import DAY as DAY_TICKS
from sealane.decisions import explain
from sealane.decisions.outlook import holdings
from sealane.registry import access_life
from sealane.services.deciding import decision, previews
from sealane.services.deciding.lapsing import horizon
from sealane.services.deciding.request import own_request
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import said, settled, shown
from tests.lane.trials import (
    UNTIL,
    joined,
    released,
    under_way,
)
from tests.lane.within import one_more, typing
from tests.nations import AGREEMENT, share


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


def test_lists_and_previews_say_what_an_opening_would(two):
    case = under_way(two)
    item = released(two, case)
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    with two.jpn.store.reading() as tx:
        row = two.jpn.held(tx, item)
        asked = {"purpose": "assessment"}
        who = {one["id"] for one in previews.readers(two.jpn, tx, row, **asked)}
        told = previews.told(two.jpn, tx, item, **asked, action="open")
        of_both = {
            person: [str(one.id) for one in previews.readable(two.jpn, tx, person, **asked).rows]
            for person in ("jpn.sato", other)
        }
        until = previews.readable(two.jpn, tx, "jpn.sato", **asked).holds_until
    assert who == {"jpn.sato"} == set(told["may"])
    assert {"id": other, "clauses": ["activity"]} in told["may_not"]
    assert of_both == {"jpn.sato": [item], other: []}
    assert until is not None
    assert until <= two.clock.now() + UNTIL * DAY_TICKS
    assert until != holdings.FOREVER
    # nothing closes for whom it never was open
    with two.jpn.store.reading() as tx:
        lapses = horizon(two.jpn, tx, days=500)["lapses"]
    closing = {one["person"]: one["items"] for one in lapses if one["what"] == "clearance"}
    assert item not in closing[other]


def test_the_partner_is_told_who_reads_an_activity_as_it_stands(two):
    case = under_way(two)
    there = share_readers(two, case)
    assert len(there) == 1
    one_more(two.jpn, "jpn.sato", "jpn.ito")
    joined(two, case, "jpn.ito")
    assert len(share_readers(two, case)) == 2


def share_readers(two, case):
    """The posts in Japan that could read something of the activity now."""
    with two.jpn.store.reading() as tx:
        return previews.posts(
            two.jpn,
            tx,
            agreement=nations.AGREEMENT,
            provider="AUS",
            label=nations.wanted(two.aus).label,
            area="maritime",
            project=case,
            purpose="assessment",
        ).posts


def test_each_side_shows_its_own_people_and_the_others_count(two):
    case = under_way(two)
    item = released(two, case)
    here = shown(two.jpn, case)["own"]["taking_part"]
    assert here == {
        "counts": {"AUS": 0, "JPN": 1},
        "people": ["jpn.sato"],
        "items": [item],
        "left": [],
    }
    there = shown(two.aus, case)["own"]["taking_part"]
    assert (there["counts"], there["people"], there["items"]) == (here["counts"], [], [item])


def test_a_recipient_takes_nothing_for_an_activity_that_it_ended(two):
    case = under_way(two)
    two.line.down = {"AUS"}
    said(two.jpn, case, "end")
    settled(two, 1)
    two.line.down = set()
    item = share(two, project=case)
    with two.aus.store.reading() as tx:
        (given,) = two.aus.holding(tx, item).transfers
    assert given.state == "rejected"


def test_an_activity_is_named_when_a_file_is_released_and_is_no_other_project(two, monkeypatch):
    typed = typing(two, monkeypatch)
    case = under_way(two)
    file = two.root / "paper.pdf"
    file.write_bytes(b"%PDF-1.4 harbour")
    words = ("release", str(file), "--to", "JPN", "--label", "SECRET//REL AUS/JPN")
    words = (*words, "--purpose", "assessment", "--area", "maritime", "--agreement", AGREEMENT)
    signed = ("--second", "aus.second", "--originator", "aus.analyst")

    def released_for(*said):
        status, told = typed("AUS", *words, *signed, *said, person="aus.release")
        return status, told.get("error", {}).get("code", told.get("item"))

    assert released_for("--activity", "AUS-JPN-2026-C00099") == (1, "case.unknown")
    assert released_for("--activity", case, "--project", "x") == (2, "release.two_projects")
    status, item = released_for("--activity", case)
    assert status == 0
    with two.aus.store.reading() as tx:
        assert two.aus.item(tx, item).facts["project"] == case


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_refusal_card_says_who_can_let_a_reader_take_part(two, lang):
    case = under_way(two)
    item = released(two, case)
    other = one_more(two.jpn, "jpn.sato", "jpn.ito")
    with two.jpn.store.reading() as tx:
        request = own_request(
            two.jpn,
            tx,
            two.jpn.held(tx, item),
            person=other,
            purpose="assessment",
            action="open",
        )
        found = decision.decide_now(two.jpn, tx, request)
        agreement = two.jpn.agreements(tx)[AGREEMENT]
    for audience in ("officer", "partner", "requester"):
        (card,) = explain.cards(found, agreement, lang=lang, audience=audience)
        assert (card.clause, card.code) == ("activity", "activity.not_joined")
        assert "case join" in card.mend
        assert case in card.missing
    assert access_life.mending("activity.not_joined").by == "security-officer"
