"""Oral and visual disclosures: a note that both nations hold and the recipient acknowledges, once
it knows which of its own people heard it; those stay at home, and count where a loss is reckoned.

Spec: spec/case.md §7; R18, R53.
"""

from __future__ import annotations

import pytest

from sealane.ledger import bodies
from sealane.services.dialogue import keeping
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import alike, at, hears, opened, said, settled, shown
from tests.lane.made import LOW, code_of, register, release

DAY = 86_400
CLERKS = {"AUS": "aus.release", "JPN": "jpn.security"}


@pytest.fixture
def two(pair):
    dialogue.officers(pair)
    return pair


@pytest.fixture
def item(two):
    briefing = register(two.aus)
    release(two.aus, briefing)
    settled(two, 1)
    return briefing


def form(two, **changes):
    return {
        "how": "both",
        "at": at(two, -3600),
        "place": "Yokosuka, room 2 / 横須賀 第二会議室",
        "told_by": ["Cdr A. Brown, N2"],
        "told_to": ["二佐 佐藤", "Mr K. Tanaka, liaison"],
        "level": "SECRET",
        "level_told": "before",
    } | changes


def noted(two, item, **changes):
    case = opened(two.aus, "disclosure", form(two, **changes), item)["id"]
    settled(two, 1)
    return case


def heard(two, case, *people):
    keeping.keep(
        two.jpn,
        case,
        "heard",
        form={"people": list(people)},
        kind="disclosure",
        person=CLERKS["JPN"],
    )


def acknowledged(two, case):
    heard(two, case, "jpn.sato")
    said(two.jpn, case, "acknowledge", person=CLERKS["JPN"])
    settled(two, 2)


def test_both_nations_hold_the_note_and_the_recipient_acknowledges_it(two, item):
    case = noted(two, item)
    assert alike(two, case)["form"]["level_told"] == "before"
    acknowledged(two, case)
    whole = alike(two, case)
    assert (whole["state"], whole["items"]) == ("acknowledged", [item])
    assert [(one["event"], one["by"]) for one in whole["events"]] == [("acknowledge", "JPN")]


def test_nobody_acknowledges_without_knowing_who_heard_it(two, item):
    case = noted(two, item)
    word = lambda: said(two.jpn, case, "acknowledge", person=CLERKS["JPN"])  # noqa: E731
    assert code_of(word) == "disclosure.who_heard"
    assert code_of(lambda: heard(two, case, "jpn.nobody")) == "person.unknown"
    assert code_of(word) == "disclosure.who_heard"
    acknowledged(two, case)


def test_who_heard_it_stays_at_home_and_counts_where_a_loss_is_reckoned(two, item):
    case = noted(two, item)
    acknowledged(two, case)
    assert shown(two.jpn, case)["own"]["heard"] == {"people": ["jpn.sato"]}
    assert "jpn.sato" not in str(shown(two.aus, case))
    loss = opened(
        two.jpn,
        "incident",
        {"what": "possible", "text": "overheard in a corridor"},
        item,
        person="jpn.security",
    )
    assert loss["own"]["reach"]["people"] == ["jpn.sato"]
    assert loss["form"]["readers"] == 1


def test_what_the_recipient_disputes_is_corrected_and_acknowledged(two, item):
    case = noted(two, item, level_told="before")
    said(two.jpn, case, "dispute", person=CLERKS["JPN"], text="nobody named the level first")
    settled(two)
    assert alike(two, case)["state"] == "disputed"
    later = {"level_told": "after", "at": at(two, DAY)}
    assert code_of(lambda: said(two.aus, case, "correct", **later)) == "disclosure.not_yet"
    said(two.aus, case, "correct", level_told="after")
    settled(two)
    acknowledged(two, case)
    whole = alike(two, case)
    assert (whole["state"], whole["form"]["level_told"]) == ("acknowledged", "after")


def test_a_note_is_of_the_past_and_at_the_level_of_what_it_names(two, item):
    wrong = {
        "disclosure.not_yet": {"at": at(two, 3600)},
        "disclosure.level": {"level": LOW.classification},
        "case.form": {"level_told": "never"},
    }
    for code, changes in wrong.items():
        fields = form(two, **changes)
        assert code_of(lambda fields=fields: opened(two.aus, "disclosure", fields, item)) == code
    assert code_of(lambda: opened(two.aus, "disclosure", form(two))) == "case.form"
    of_theirs = form(two, at=at(two, -60))
    assert code_of(lambda: opened(two.jpn, "disclosure", of_theirs, item)) == "item.not_yours"


def test_a_partner_that_notes_what_is_not_so_is_refused_and_nothing_is_kept(two, item):
    hostile = [
        ({"at": at(two, DAY)}, (item,), "disclosure.not_yet"),
        ({"level": LOW.classification}, (item,), "disclosure.level"),
        ({}, (), "case.form"),
        ({}, ("AUS-2026-000777",), "item.unknown"),
        ({"told_to": []}, (item,), "case.form"),
    ]
    for changes, items, code in hostile:
        body = bodies.CaseOpened(
            case="AUS-JPN-2026-C00001",
            kind="disclosure",
            form=form(two, **changes),
            items=items,
        )
        assert hears(two, body, by="AUS") == code
    with two.jpn.store.reading() as tx:
        assert two.jpn.records.cases.column(tx, "id") == []


def test_a_note_over_a_lost_line_is_acknowledged_in_the_end(two, item):
    two.line.down = {"JPN"}
    case = opened(two.aus, "disclosure", form(two), item)["id"]
    settled(two, 2)
    assert code_of(lambda: shown(two.jpn, case)) == "case.unknown"
    two.clock.pass_(7 * DAY)
    two.line.down, two.line.twice, two.line.lose_answers = set(), True, True
    settled(two, 3)
    two.line.lose_answers = False
    acknowledged(two, case)
    settled(two, 3)
    assert alike(two, case)["state"] == "acknowledged"


def test_an_agreement_that_lists_no_such_kind_carries_it_all_the_same(two):
    with two.aus.store.reading() as tx:
        agreement = two.aus.agreements(tx)[nations.AGREEMENT]
    kinds = two.aus.case_kinds
    assert "disclosure" not in agreement.cases
    assert kinds["disclosure"].carried_by(agreement)
    assert {name for name, one in kinds.items() if one.open.standing}.isdisjoint(agreement.cases)
