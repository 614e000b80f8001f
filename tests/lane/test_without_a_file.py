"""What was said, shown or handed over is an item like any other, without a file.

Spec: spec/exchange.md §4.1; R18, R39.
"""

from __future__ import annotations

import dataclasses
import json

import pytest

from sealane.services.exchange import arrival, own_items, recall, relabel
from sealane.services.register import views
from sealane.services.register.acts import Actor
from tests import nations, nations_three
from tests.lane import several
from tests.lane.made import LABEL, code_of, register, release, staff, told
from tests.lane.test_lives import differences, states


@pytest.mark.parametrize("kind", own_items.WITHOUT_FILE)
def test_it_is_released_received_opened_accepted_and_called_back_as_a_file_is(pair, kind):
    item = register(pair.aus, kind)
    assert states(pair, item) == ("sealed", None)
    found = release(pair.aus, item)
    assert [(one.to, one.state) for one in found.transfers] == [("JPN", "queued")]
    assert states(pair, item) == ("delivered", "delivered")
    note = json.loads(nations.read(pair, item))
    assert (note["kind"], note["title"], note["pages"]) == (kind, "Harbour briefing", 3)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle(2)
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            line = views.item(node, tx, item)
        assert (line["kind"], line["pages"], line["title"]) == (kind, 3, "Harbour briefing")
    assert differences(pair) == []
    recall.recall(pair.aus, item, reason="over", person="aus.release")
    pair.settle(2)
    assert code_of(lambda: nations.read(pair, item)) == "decision.refused"
    pair.settle(2)
    assert differences(pair) == []


def test_a_copy_of_it_is_held_here_from_its_registration_on(pair):
    item = register(pair.aus)
    with pair.aus.store.reading() as tx:
        (copy,) = pair.aus.holding(tx, item).copies
    assert (copy.number, copy.holder, copy.state, copy.authority) == (
        0,
        "AUS",
        "held",
        "originator",
    )
    release(pair.aus, item)
    with pair.aus.store.reading() as tx:
        copies = pair.aus.holding(tx, item).copies
    assert [(one.holder, one.number) for one in copies] == [("AUS", 0), ("JPN", 1)]


def test_its_pages_stand_in_the_offer_and_change_no_more(pair):
    item = register(pair.aus, pages=12)
    release(pair.aus, item, pages=None)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.item(tx, item).pages == 12


def test_two_recipients_get_one_number_and_a_container_each(three):
    item = register(three.aus, label=several.LABEL)
    release(three.aus, item, to=("JPN", "USA"), agreement=nations_three.TRILATERAL)
    assert several.states(three, item) == {"JPN": "delivered", "USA": "delivered"}
    notes = [several.opened(node, item) for node in (three.jpn, three.usa)]
    assert notes[0] == notes[1]
    ours = [several.given(three.aus, item, to) for to in ("JPN", "USA")]
    assert len({one.container for one in ours}) == len({one.policy_uuid for one in ours}) == 2


def test_the_same_reference_gives_the_same_item_and_another_item_none(pair):
    item, other = register(pair.aus), register(pair.aus)
    release(pair.aus, item, reference="once")
    again = release(pair.aus, item, reference="once")
    assert (again.item, again.earlier) == (item, True)
    assert code_of(lambda: release(pair.aus, other, reference="once")) == "release.reference_taken"


def test_who_registers_is_an_originator_and_the_ledger_names_who_and_how(pair):
    item = register(pair.aus)
    (entry,) = [one for one in told(pair.aus, "item.registered") if one["object"] == item]
    assert (entry["actor"], entry["proof"]) == ("aus.analyst", "unproven")
    before = several.items(pair.aus)
    for person, code in (("aus.release", "person.duty"), ("nobody", "person.unknown")):
        assert code_of(lambda person=person: register(pair.aus, actor=Actor(person))) == code
    assert code_of(lambda: register(pair.aus, area="gardening")) == "request.unknown_word"
    staff(pair.jpn, "jpn.analyst", "originator")
    assert code_of(lambda: register(pair.jpn)) == "label.foreign_scheme"
    assert several.items(pair.aus) == before
    assert several.items(pair.jpn) == []


def test_what_was_released_is_not_released_again_and_what_is_the_partners_not_at_all(pair):
    item = register(pair.aus)
    release(pair.aus, item)
    assert code_of(lambda: release(pair.aus, item)) == "item.state"
    theirs = {"to": "AUS", "officer": "jpn.release", "originator": "jpn.release", "second": None}
    assert code_of(lambda: release(pair.jpn, item, **theirs)) == "item.not_yours"


def test_a_label_that_changed_before_the_release_is_the_one_that_goes(pair):
    narrower = dataclasses.replace(LABEL, classification="PROTECTED")
    item = register(pair.aus, label=narrower)
    relabel.relabel(pair.aus, item, LABEL, reason="higher", person="aus.analyst")
    release(pair.aus, item)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.item(tx, item).label["classification"] == "SECRET"
    assert json.loads(nations.read(pair, item))["kind"] == "oral"


def test_a_first_recipient_and_a_level_above_all_before_are_said_once(pair):
    low = dataclasses.replace(LABEL, classification="PROTECTED")

    first = release(pair.aus, register(pair.aus))
    assert [one.code for one in first.warnings] == ["release.new_recipient"]
    second = release(pair.aus, register(pair.aus))
    assert second.warnings == ()
    with pair.aus.store.writing() as tx:
        for row in pair.aus.records.items.find(tx, order="id"):
            pair.aus.records.items.change(tx, {"id": row.id}, label=low.as_json())
    third = release(pair.aus, register(pair.aus))
    assert [one.code for one in third.warnings] == ["release.level_jump"]
    assert "SECRET" in third.warnings[0].text
