"""Numbers of copies, which of them a node keeps, and what becomes of those a holder tells of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sealane.registry import copy_effects, effects
from sealane.registry.numbered import in_hands, kept_number, next_number
from sealane.registry.records import CopyState
from sealane.registry.transfer import ENDABLE, GONE
from tests.unit.registry.test_effects import AT, offered_to, said


def of(held, party):
    return {copy.number: copy.state for copy in held.copies_of(party)}


def copied(held, number, party="JPN"):
    word = said("copied", party, "AUS", answers=f"offer AUS {party}")
    return copy_effects.copied(held, word, number=number, place=party)


@pytest.mark.parametrize("kind", ["file", "technical-data", "oral", "visual"])
def test_a_node_keeps_the_original_of_its_own_and_the_first_of_what_it_received(kind):
    held = copied(offered_to("JPN"), 2)
    item = replace(held.item, facts={**held.item.facts, "kind": kind})
    assert {(copy.holder, copy.number): in_hands(item, copy) for copy in held.copies} == {
        ("AUS", 0): False,
        ("JPN", 1): False,
        ("JPN", 2): True,
    }


@pytest.mark.parametrize("kind", ["paper", "equipment"])
def test_of_a_thing_every_copy_lies_in_people_s_hands(kind):
    held = offered_to("JPN")
    item = replace(held.item, facts={**held.item.facts, "kind": kind})
    assert [kept_number(item, party) for party in ("AUS", "JPN")] == [None, None]
    assert all(in_hands(item, copy) for copy in held.copies)


def test_each_nation_counts_its_own_and_gives_no_number_twice():
    held = offered_to("JPN", "USA")
    assert [next_number(held.item, party, held.copies) for party in ("AUS", "JPN")] == [1, 2]
    held = copied(copied(held, 2), 7)
    held = replace(
        held, copies=tuple(replace(copy, state=CopyState.DESTROYED) for copy in held.copies)
    )
    assert [next_number(held.item, party, held.copies) for party in ("AUS", "JPN", "USA")] == [
        1,
        8,
        2,
    ]


def test_a_copy_is_told_of_by_who_was_offered_the_item_and_once():
    held = offered_to("JPN")
    assert of(copied(held, 2), "JPN") == {1: "held", 2: "held"}
    assert copied(copied(held, 2), 2) == copied(held, 2)
    assert copied(held, 1) == held
    assert copied(held, 2, "USA") == held


@pytest.mark.parametrize(
    ("kind", "by", "state"),
    [("transfer.rejected", "JPN", "rejected"), ("withdrawn", "AUS", "withdrawn")],
)
def test_a_copy_stands_as_its_offer_whichever_is_heard_first(kind, by, state):
    word = said(kind, by, "JPN" if by == "AUS" else "AUS", answers="offer AUS JPN")
    end = effects.withdrawn if by == "AUS" else effects.answered
    held = offered_to("JPN")
    early, late = copied(end(held, word), 2), end(copied(held, 2), word)
    assert of(early, "JPN") == of(late, "JPN") == {1: state, 2: state}


def test_a_copy_of_a_recalled_item_is_called_back():
    held = effects.recalled(offered_to("JPN"), said("recall.ordered", "AUS", "JPN"), register="AUS")
    assert of(copied(held, 2), "JPN") == {1: "recalled", 2: "recalled"}


@pytest.mark.parametrize("state", CopyState)
@pytest.mark.parametrize(
    ("kind", "end"), [("copy.destroyed", "destroyed"), ("copy.returned", "returned")]
)
def test_a_copy_ends_from_every_state_but_an_end_and_no_other_is_touched(state, kind, end):
    held = copied(offered_to("JPN", "USA"), 2)
    held = replace(
        held,
        copies=tuple(
            replace(copy, state=state) if copy.number == 2 else copy for copy in held.copies
        ),
    )
    after = effects.ended(held, said(kind, "JPN", "AUS"), numbers=(2,))
    assert of(after, "JPN") == {1: "held", 2: end if state in ENDABLE else state}
    assert of(after, "USA") == of(held, "USA")
    assert of(effects.ended(held, said(kind, "USA", "AUS"), numbers=(2,)), "JPN") == of(held, "JPN")
    assert (state in ENDABLE) is (state not in GONE)


def test_no_word_of_a_holder_ends_the_original():
    held = offered_to("JPN")
    word = said("copy.destroyed", "AUS", "JPN")
    assert effects.ended(held, word, numbers=(0,)) == held


def test_a_new_level_reaches_what_is_kept_at_once_and_what_is_gone_never():
    held = copied(offered_to("JPN"), 2)
    held = effects.ended(held, said("copy.destroyed", "JPN", "AUS"), numbers=(1,))
    held = replace(held, item=replace(held.item, label={"classification": "SECRET"}))
    levels = {
        by_hand: {
            copy.number: copy.level
            for copy in copy_effects.remarked(held, "JPN", at=AT, by_hand=by_hand).copies_of("JPN")
        }
        for by_hand in (True, False)
    }
    assert levels == {True: {1: "", 2: "SECRET"}, False: {1: "", 2: ""}}
    marked = copy_effects.remarked(held, "AUS", at=AT, by_hand=False)
    assert [copy.level for copy in marked.copies_of("AUS")] == ["SECRET"]
