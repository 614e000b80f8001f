"""Consents between two nodes: a provider's yes counts in both nations' decisions at once, a no and
silence do not; nothing that is changed by hand grants. Spec: spec/case.md §7; R32.
"""

from __future__ import annotations

import pytest

from sealane.base.values import SECOND, Instant, format_instant
from sealane.services.audit.reconcile import directory_rows
from sealane.services.deciding.consents import all_consents, standing_consents
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import dialogue, several
from tests.lane.dialogue import at, opened, said, settled, shown
from tests.lane.made import code_of
from tests.nations_three import TRILATERAL

DAY = 86_400
NEW = {"act": "new-purpose", "purpose": "training", "reason": "a course"}
OTHER = {"act": "new-purpose", "purpose": "exercise"}
BY_TWO = Actor("aus.release", second=Actor("aus.second"))


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


@pytest.fixture
def item(two):
    found = nations.share(two)
    settled(two, 2)
    return found


def asked(two, item, form=None):
    case = opened(two.jpn, "consent", form or NEW, item)["id"]
    settled(two)
    return case


def granted(two, case, days=10):
    said(two.aus, case, "grant", person=BY_TWO, until=at(two, days * DAY))
    settled(two)


def read(two, item, purpose="training"):
    return nations.read(two, item, purpose=purpose)


def test_a_yes_opens_an_item_for_the_purpose_that_it_names_and_for_no_other(two, item):
    assert code_of(lambda: read(two, item)) == "decision.refused"
    case = asked(two, item)
    assert code_of(lambda: read(two, item)) == "decision.refused"
    granted(two, case)
    assert read(two, item) == b"harbour"
    assert code_of(lambda: read(two, item, "research")) == "decision.refused"
    assert read(two, item, "assessment") == b"harbour"


def test_a_yes_ends_when_it_says_and_when_its_provider_says(two, item):
    case = asked(two, item)
    granted(two, case, days=2)
    two.clock.pass_(3 * DAY)
    assert code_of(lambda: read(two, item)) == "decision.refused"
    again = asked(two, item)
    granted(two, again)
    assert read(two, item) == b"harbour"
    said(two.aus, again, "end")
    settled(two)
    assert code_of(lambda: read(two, item)) == "decision.refused"


def test_a_yes_that_has_not_arrived_opens_nothing(two, item):
    case = asked(two, item)
    two.line.down = {"JPN"}
    said(two.aus, case, "grant", person=BY_TWO, until=at(two, DAY))
    settled(two, 1)
    two.line.down = set()
    assert code_of(lambda: read(two, item)) == "decision.refused"


def test_a_no_stands_until_it_says(two, item):
    refused = asked(two, item)
    said(two.aus, refused, "refuse", reason="source-protection", until=at(two, 5 * DAY))
    settled(two)
    granted(two, asked(two, item), days=20)
    assert code_of(lambda: read(two, item)) == "decision.refused"
    two.clock.pass_(6 * DAY)
    assert read(two, item) == b"harbour"


def test_a_high_level_takes_two(two, item):
    case = asked(two, item)
    until = at(two, DAY)
    assert code_of(lambda: said(two.aus, case, "grant", until=until)) == "person.second_needed"


@pytest.mark.parametrize(
    ("act", "field"),
    [
        ("onward", "to"),
        ("new-purpose", "purpose"),
        ("downgrade", "level"),
        ("exempt-by-law", "person"),
        ("temporary", "person"),
    ],
)
def test_a_question_names_what_its_act_is_about(two, item, act, field):
    case = code_of(lambda: opened(two.jpn, "consent", {"act": act}, item))
    assert case == "case.form", field


def test_only_its_provider_is_asked_about_an_item(two, item):
    assert code_of(lambda: opened(two.aus, "consent", NEW, item)) == "item.not_yours"
    assert code_of(lambda: opened(two.jpn, "consent", NEW)) == "case.form"
    assert code_of(lambda: opened(two.jpn, "consent", NEW, "AUS-2026-000777")) == "item.unknown"


def consents(node, item, holder="JPN"):
    with node.store.reading() as tx:
        return [one["answer"] for one in standing_consents(node, tx, item, holder)]


def by_hand(node, **tables):
    with node.store.writing() as tx:
        for name, (where, values) in tables.items():
            getattr(node.records, name).change(tx, where, **values)


def test_a_case_that_is_changed_by_hand_grants_nothing_and_is_found(two, item):
    case = asked(two, item)
    said(two.aus, case, "refuse", reason="national-law")
    settled(two)
    until = at(two, DAY)
    by_hand(
        two.jpn,
        case_events=({"case": case, "place": 0}, {"event": "grant", "form": {"until": until}}),
        cases=({"id": case}, {"state": "granted"}),
    )
    assert consents(two.jpn, item) == []
    with two.jpn.store.reading() as tx:
        assert all_consents(two.jpn, tx) == {}


def test_a_grant_that_ended_is_not_brought_back_by_hand(two, item):
    case = asked(two, item)
    granted(two, case)
    assert consents(two.aus, item) == ["yes"]
    said(two.aus, case, "end")
    settled(two)
    by_hand(
        two.aus,
        case_events=({"case": case, "place": 1}, {"counting": "crossed"}),
        cases=({"id": case}, {"state": "granted"}),
    )
    assert consents(two.aus, item) == []
    with two.aus.store.reading() as tx:
        row = two.aus.records.cases.get(tx, id=case)
    by_hand(two.aus, cases=({"id": case}, {"digest": "0" * 96}))
    assert ("directory.altered", case) in found(two.aus)
    by_hand(two.aus, cases=({"id": case}, {"digest": row.digest}))


def found(node):
    with node.store.reading() as tx:
        return [(one.kind, one.about.get("name")) for one in directory_rows(node, tx)]


def test_the_holder_cannot_keep_a_grant_from_ending(two, item):
    """Whatever it answers to the provider's word that ended it."""
    case = asked(two, item)
    granted(two, case)
    said(two.aus, case, "end")
    by_hand(two.jpn, cases=({"id": case}, {"agreement_digest": "0" * 96}))
    settled(two)
    assert (consents(two.aus, item), shown(two.aus, case)["state"]) == ([], "ended")
    with two.aus.store.reading() as tx:
        (word,) = two.aus.records.case_events.find(tx, order="place", case=case, event="end")
    assert word.code == "case.unknown"


def test_what_one_holder_was_told_counts_for_no_other(three):
    """A third nation opens as before, and learns nothing of what its neighbour asked."""
    item = several.share(three)
    three.settle()
    aus = three.line.nodes["AUS"]
    case = acting.open_case(
        three.line.nodes["JPN"],
        CaseAsked(kind="consent", with_="AUS", agreement=TRILATERAL, form=OTHER, items=[item]),
        person="jpn.release",
    )
    three.settle()
    acting.say(
        aus,
        case,
        "grant",
        form={"until": format_instant(Instant(three.clock.now() + DAY * SECOND))},
        person=BY_TWO,
    )
    three.settle()
    assert (consents(aus, item, "JPN"), consents(aus, item, "USA")) == (["yes"], [])
    assert several.opened(three.usa, item) == several.TEXT


def test_a_consent_rests_on_the_agreement_of_its_item(three):
    item = nations.share(three, data=b"x")
    three.settle()
    question = CaseAsked(
        kind="consent", with_="AUS", agreement=TRILATERAL, form=OTHER, items=[item]
    )
    jpn = three.line.nodes["JPN"]
    assert code_of(lambda: acting.open_case(jpn, question, person="jpn.release")) == (
        "case.other_agreement"
    )
