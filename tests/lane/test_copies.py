"""Numbered copies at two nations: made, moved and marked; what each register says of them then
and before, and what an audit finds.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.services.custody import copying, disclosures, ending
from sealane.services.exchange import recall, relabel
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests import engines, nations
from tests.lane.copied import (
    PLACE,
    accepted,
    copied,
    held,
    of_jpn,
    person,
    states,
    stood,
)
from tests.lane.notices import code_of
from tests.lane.test_lives import differences, entries_of
from tests.nations import AGREEMENT, read

WITNESSED = Actor("jpn.clerk", second=Actor("jpn.security"))


def test_a_copy_gets_the_next_number_and_both_registers_and_an_audit_agree(pair):
    item = accepted(pair)
    made = copying.copy(pair.jpn, item, "jpn.clerk", place=PLACE, holder="jpn.sato")
    assert (made["copy"], made["holder"], made["place"]) == (2, "jpn.sato", PLACE)
    pair.settle(2)
    assert states(pair.jpn, item) == {("JPN", 1): "held", ("JPN", 2): "held"}
    there = stood(pair.aus, item)
    assert states(pair.aus, item) == {
        ("AUS", 0): "held",
        ("JPN", 1): "held",
        ("JPN", 2): "held",
    }
    assert (there["JPN", 2]["holder"], there["JPN", 2]["place"]) == ("JPN", "JPN")
    (entry,) = entries_of(pair.jpn, "copy.entered")
    assert (entry["actor"], entry["copy"], entry["act"]) == ("jpn.clerk", 2, "copy")
    assert (entry["people"], entry["facility"]) == (["jpn.sato"], PLACE)
    (told,) = entries_of(pair.aus, "statement.copied", AGREEMENT)
    assert (told["copy"], "people" in told) == (2, False)
    assert differences(pair) == []


def test_a_number_is_never_used_twice_whatever_became_of_its_copy(pair):
    item = accepted(pair)
    assert copied(pair, item) == 2
    ending.destroy(pair.jpn, item, "jpn.clerk", number=2)
    assert copied(pair, item) == 3
    ending.give_back(pair.jpn, item, "jpn.clerk", number=3)
    assert copied(pair, item) == 4
    pair.settle()
    assert (
        of_jpn(pair.aus, item)
        == of_jpn(pair.jpn, item)
        == {
            1: "held",
            2: "destroyed",
            3: "returned",
            4: "held",
        }
    )
    assert differences(pair) == []


def test_custody_is_told_as_it_stood_at_any_instant_and_before_it_was_there_is_none(pair):
    before = pair.clock.now()
    pair.clock.pass_(60)
    item = accepted(pair)
    instants = {}
    for name, act in (
        ("copied", lambda: copied(pair, item)),
        (
            "moved",
            lambda: copying.move(
                pair.jpn, item, "jpn.clerk", number=2, place=PLACE, holder="jpn.sato"
            ),
        ),
        ("back", lambda: copying.move(pair.jpn, item, "jpn.clerk", number=2, place=PLACE)),
        ("gone", lambda: ending.destroy(pair.jpn, item, "jpn.clerk", number=2)),
    ):
        act()
        instants[name] = pair.clock.now()
        pair.clock.pass_(3600)
    assert stood(pair.jpn, item, before) == {}
    assert {
        name: (
            stood(pair.jpn, item, at)["JPN", 2]["holder"],
            stood(pair.jpn, item, at)["JPN", 2]["state"],
        )
        for name, at in instants.items()
    } == {
        "copied": ("JPN", "held"),
        "moved": ("jpn.sato", "held"),
        "back": ("JPN", "held"),
        "gone": ("JPN", "destroyed"),
    }
    one_earlier = Instant(parse_instant(stood(pair.jpn, item)["JPN", 2]["since"]) - 1)
    assert stood(pair.jpn, item, one_earlier)["JPN", 2]["state"] == "held"
    moved = stood(pair.jpn, item, instants["moved"])["JPN", 2]
    assert (moved["by"], moved["authority"], moved["proof"]) == (
        "jpn.clerk",
        "jpn.clerk",
        "unproven",
    )


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"clearances": []}, "5.1"),
        ({"authorisations": []}, "4.5"),
        ({"briefings": []}, "4.6"),
        ({"nationality": ["FRA"]}, "4.7"),
    ],
)
def test_nobody_holds_a_copy_who_could_not_open_it_and_the_refusal_is_on_record_at_both(
    pair, change, clause
):
    item = accepted(pair)
    person(pair.jpn, "jpn.sato", **change)
    for work in (
        lambda: copied(pair, item, holder="jpn.sato"),
        lambda: copying.move(pair.jpn, item, "jpn.clerk", number=1, place=PLACE, holder="jpn.sato"),
    ):
        with pytest.raises(SealaneError) as refused:
            work()
        assert (refused.value.code, clause in refused.value.message) == ("decision.refused", True)
    assert copied(pair, item) == 2  # in nobody's hands, closed in the registry
    pair.settle(2)
    (told,) = entries_of(pair.aus, "statement.open.denied", AGREEMENT)
    assert clause in told["clauses"]


def test_a_copy_lies_only_where_the_place_is_accredited_for_its_level(pair):
    item = accepted(pair)
    with pair.jpn.store.reading() as tx:
        place = dict(pair.jpn.facility(tx, PLACE).data)
    shed = {**place, "id": "jpn.shed", "accredited": {"policy": "JPN", "level": "取扱注意"}}
    directory.enter_facility(pair.jpn, shed)
    for work in (
        lambda: copied(pair, item, place="jpn.shed"),
        lambda: copying.move(pair.jpn, item, "jpn.clerk", number=1, place="jpn.shed"),
    ):
        with pytest.raises(SealaneError) as refused:
            work()
        assert "4.9" in refused.value.message
    assert states(pair.jpn, item) == {("JPN", 1): "held"}


def test_who_may_and_what_is_there_are_asked_before_anything_is_done(pair):
    item = held(pair, "r-1")
    books = [rows(pair.aus), rows(pair.jpn)]
    jpn = pair.jpn
    for code, work in (
        ("person.unknown", lambda: copied(pair, item, holder="nobody", place="nowhere")),
        ("person.unknown", lambda: copying.copy(jpn, "none", "nobody", place=PLACE)),
        ("facility.unknown", lambda: copying.copy(jpn, item, "jpn.sato", place="nowhere")),
        ("item.unknown", lambda: copying.copy(jpn, "none", "jpn.sato", place=PLACE)),
        ("person.duty", lambda: copying.copy(jpn, item, "jpn.sato", place=PLACE)),
        ("copy.unknown", lambda: copying.move(jpn, item, "jpn.sato", number=9, place=PLACE)),
        ("copy.unknown", lambda: ending.destroy(jpn, item, "jpn.sato", number=9)),
        ("person.duty", lambda: ending.destroy(jpn, item, "jpn.sato", number=2)),
        ("person.duty", lambda: ending.give_back(jpn, item, "jpn.security", number=2)),
        ("person.duty", lambda: copying.remark(jpn, item, "jpn.sato", number=2)),
        ("item.not_yours", lambda: ending.give_back(pair.aus, item, "aus.clerk", number=0)),
        (
            "person.unknown",
            lambda: ending.destroy(jpn, item, Actor("jpn.clerk", second=Actor("x")), number=2),
        ),
        (
            "person.duty",
            lambda: ending.destroy(
                jpn, item, Actor("jpn.clerk", second=Actor("jpn.sato")), number=2
            ),
        ),
        (
            "item.witness_needed",
            lambda: ending.destroy(
                jpn, item, Actor("jpn.clerk", second=Actor("jpn.clerk")), number=2
            ),
        ),
        (
            "item.means_too_long",
            lambda: ending.destroy(jpn, item, "jpn.clerk", number=2, means="x" * 501),
        ),
    ):
        assert code_of(work) == code
    assert [rows(pair.aus), rows(pair.jpn)] == books


def rows(node):
    with node.store.reading() as tx:
        return engines.rows(tx)


def test_another_level_reaches_every_copy_and_those_in_hands_once_a_clerk_marked_them(pair):
    item = held(pair, "r-1")
    higher = label_from_json({**nations.LABEL, "classification": "TOP SECRET"})
    relabel.relabel(pair.aus, item, higher, reason="r", person="aus.release")
    assert levels(pair.aus, item) == {
        ("AUS", 0): "TOP SECRET",
        ("JPN", 1): "SECRET",
        ("JPN", 2): "SECRET",
    }
    pair.settle()
    assert levels(pair.jpn, item) == {("JPN", 1): "TOP SECRET", ("JPN", 2): "SECRET"}
    assert set(levels(pair.aus, item).values()) == {"TOP SECRET"}
    marked = copying.remark(pair.jpn, item, "jpn.clerk", number=2)
    assert marked["level"] == "TOP SECRET"
    assert copying.remark(pair.jpn, item, "jpn.clerk", number=2) == marked
    assert set(levels(pair.jpn, item).values()) == {"TOP SECRET"}
    acts = [one["act"] for one in entries_of(pair.jpn, "copy.entered")]
    assert acts == ["copy", "remark"]
    assert differences(pair) == []


def levels(node, item):
    return {key: one["level"] for key, one in stood(node, item).items()}


def test_the_provider_s_own_copies_are_its_own_affair(pair):
    item = accepted(pair)
    person(pair.aus, "aus.security", clearances=[])
    made = copying.copy(pair.aus, item, "aus.clerk", place="aus.registry")
    assert (made["nation"], made["copy"]) == ("AUS", 1)
    assert (
        code_of(
            lambda: copying.copy(
                pair.aus, item, "aus.clerk", place="aus.registry", holder="aus.security"
            )
        )
        == "national.refused"
    )
    copying.move(pair.aus, item, "aus.clerk", number=0, place="aus.registry")
    ended = ending.destroy(pair.aus, item, "aus.clerk", number=1, means="shredded")
    assert ended["certificate"]["statement"] is None
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.settle()
    assert states(pair.aus, item) == {
        ("AUS", 0): "held",
        ("AUS", 1): "destroyed",
        ("JPN", 1): "destroyed",
    }
    assert states(pair.jpn, item) == {("JPN", 1): "destroyed"}
    assert entries_of(pair.jpn, "statement.copied", AGREEMENT) == []
    assert differences(pair) == []


def test_a_custody_row_that_was_changed_by_hand_is_found_by_an_audit(pair):
    item = held(pair, "r-1")
    copying.move(pair.jpn, item, "jpn.clerk", number=2, place=PLACE, holder="jpn.sato")
    pair.settle(2)
    assert found(pair.jpn) == []
    with pair.jpn.store.writing() as tx:
        engines.by_hand(
            tx,
            "UPDATE custody SET person = 'jpn.clerk' WHERE person = 'jpn.sato' AND item = ?",
            item,
        )
    assert found(pair.jpn) == ["directory.altered"]


def found(node):
    from sealane.services.audit.reconcile import directory_rows

    with node.store.reading() as tx:
        return [one.kind for one in directory_rows(node, tx)]


def test_a_reading_leaves_a_disclosure_record_that_says_how_the_reader_was_proven(pair):
    item = accepted(pair)
    read(pair, item)
    pair.settle(2)
    with pair.jpn.store.reading() as tx:
        (record,) = disclosures.of_item(pair.jpn, tx, item)["readers"]
    assert (record["person"], record["proof"], record["by_own_credential"]) == (
        "jpn.sato",
        "unproven",
        False,
    )
    with pair.aus.store.reading() as tx:
        (there,) = disclosures.of_item(pair.aus, tx, item)["readers"]
    assert there == {**record, "person": None}
