"""Whose leave a derived item needs to go elsewhere, and the recall that reaches it.

Spec: spec/exchange.md §4.2, §7; R6, R32, R47.
"""

from __future__ import annotations

import pytest

from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.services import dispatch
from sealane.services.deciding.onward_leave import granted
from sealane.services.exchange import (
    arrival,
    outbox,
    recall,
    withdrawal,
)
from sealane.services.register import views
from sealane.services.sight import Sight
from sealane.services.statements.journal import compose
from tests import nations, nations_three
from tests.lane import several
from tests.lane.crossing import queued
from tests.lane.made import (
    LABEL,
    code_of,
    derive,
    makers,
    read_sources,
    register,
    told,
)
from tests.lane.made import release as release_held
from tests.lane.test_lives import differences


@pytest.fixture
def jpn_staff(pair):
    makers(pair.jpn)
    return pair


@pytest.fixture
def held(three):
    """What JPN made from an item of AUS's, under the agreement of three."""
    makers(three.jpn)
    source = several.share(three)
    arrival.accept(three.jpn, source, "jpn.clerk")
    item = derive(three.jpn, source, data=b"in Japanese")["item"]
    return source, item


def onward(three, item):
    return release_held(
        three.jpn,
        item,
        to="USA",
        agreement=nations_three.TRILATERAL,
        officer="jpn.release",
        second="jpn.second",
        originator="jpn.analyst",
    )


def grant(three, source, **changes):
    at = three.clock.now()
    return {
        "act": "onward",
        "item": source,
        "to": "USA",
        "by": "AUS",
        "answer": "yes",
        "at": nations_three.format_instant(nations.Instant(at - 1)),
        "until": nations_three.format_instant(nations.Instant(at + nations.DAY)),
        **changes,
    }


def test_without_its_providers_grant_it_goes_nowhere_else(three, held):
    source, item = held
    assert code_of(lambda: onward(three, item)) == "derive.no_onward_grant"
    second = derive(three.jpn, item)["item"]
    assert code_of(lambda: onward(three, second)) == "derive.no_onward_grant"
    assert several.items(three.usa) == [source]


GRANTS = (
    ({}, True),
    ({"purpose": "assessment"}, True),
    ({"answer": "no"}, False),
    ({"to": "JPN"}, False),
    ({"by": "USA"}, False),
    ({"act": "copy"}, False),
    ({"item": "AUS-2026-000099"}, False),
    ({"purpose": "planning"}, False),
    ({"paragraphs": ["1"]}, False),
    ({"level": "SECRET"}, True),
    ({"level": "TOP SECRET"}, False),
    ({"until": "2020-01-01T00:00:00Z"}, False),
    ({"until": None}, False),
    ({"at": "2099-01-01T00:00:00Z"}, False),
)


def test_only_a_standing_grant_for_that_party_item_and_purpose_lets_it_go(three, held):
    source, _ = held
    with three.jpn.store.reading() as tx:
        row = three.jpn.item(tx, source)

    def lets(*answers):
        return bool(granted(answers, row, "USA", "assessment", three.clock.now()))

    for change, expected in GRANTS:
        assert lets(grant(three, source, **change)) is expected, change
    assert not lets()
    assert not lets(grant(three, source), grant(three, source, answer="no"))


def test_a_recall_reaches_what_was_made_from_it_and_from_that(pair):
    source = nations.share(pair)
    one = derive(pair.aus, source)["item"]
    two = derive(pair.aus, one, kind="tear-line", label=LABEL, data=b"cut")["item"]
    apart = derive(pair.aus, register(pair.aus))["item"]
    for item in (one, two, apart):
        release_held(pair.aus, item)
    found = recall.recall(pair.aus, source, reason="why", person="aus.release")
    assert sorted(found["derived"]) == sorted([one, two])
    pair.settle(3)
    for item in (source, one, two):
        assert code_of(lambda item=item: nations.read(pair, item)) == "decision.refused"
        with pair.jpn.store.reading() as tx:
            (copy,) = pair.jpn.holding(tx, item).copies
        assert copy.state == "destroyed"
    pair.rounds(2)
    assert nations.read(pair, apart) == b"derived"
    pair.settle(3)
    assert differences(pair) == []
    (entry,) = [one for one in told(pair.aus, "recall.reached") if one["object"] == source]
    assert sorted(entry["items"]) == sorted([one, two])
    assert entry["actor"] == "aus.release"
    # The partner's log tells of each order, and of no source.
    with pair.jpn.store.reading() as tx:
        kept = pair.jpn.records.statements.find(tx, order="kept", item=two)
    orders = [bytes(one.data) for one in kept if one.type == "recall.ordered"]
    assert orders
    assert not any(source.encode() in data or b"why" in data for data in orders)


def shut_by_recall(pair, source):
    recall.recall(pair.aus, source, reason="r", person="aus.release")
    outbox.deliver_due(pair.aus)


def shut_by_withdrawal(pair, source):
    withdrawal.withdraw(pair.aus, source, "aus.release", reason="r")
    outbox.deliver_due(pair.aus)


def shut_by_clerk(pair, source):
    arrival.reject(pair.jpn, source, "jpn.clerk", reason="r")


@pytest.mark.parametrize("shut", [shut_by_recall, shut_by_withdrawal, shut_by_clerk])
def test_what_a_holder_made_from_a_source_that_is_taken_away_is_called_back_and_erased(
    jpn_staff, shut
):
    pair = jpn_staff
    source = queued(pair, reference=shut.__name__)
    pair.line.lose_answers = shut is shut_by_withdrawal
    outbox.deliver_due(pair.aus)
    pair.line.lose_answers = False
    made = derive(pair.jpn, source)["item"]
    with pair.jpn.store.reading() as tx:
        kept = pair.jpn.held(tx, made).container
    assert pair.jpn.blobs.has(kept)
    shut(pair, source)
    with pair.jpn.store.reading() as tx:
        assert pair.jpn.item(tx, made).recalled is not None
    assert not pair.jpn.blobs.has(kept)
    assert code_of(lambda: derive(pair.jpn, source)) == "item.state"
    assert code_of(lambda: derive(pair.jpn, made)) == "item.state"


def test_a_recall_that_came_while_it_was_sealed_keeps_it_out(pair, monkeypatch):
    source = register(pair.aus)

    def called_back(point):
        if point == "derive.sealed":
            pair.clock.at = lambda _: None
            recall.recall(pair.aus, source, reason="r", person="aus.analyst")

    pair.clock.at = called_back
    assert code_of(lambda: derive(pair.aus, source)) == "item.state"
    assert several.items(pair.aus) == [source]


def test_an_item_shown_tells_staff_what_it_was_made_from_and_into_and_a_reader_neither(pair):
    source = register(pair.aus)
    item = derive(pair.aus, source)["item"]
    with pair.aus.store.reading() as tx:
        above, below = (views.item(pair.aus, tx, one) for one in (source, item))
        assert (above["derived"], below["sources"]) == ([item], [source])
        sight = Sight(staff=False, items=frozenset((source, item)))
        for one in (source, item):
            seen = views.item(pair.aus, tx, one, sight)
            assert (seen["sources"], seen["derived"], seen["remarks"]) == ([], [], [])


def test_it_is_released_to_two_and_recalled_from_both(three):
    source = several.share(three)
    label = label_from_json(nations_three.LABEL)
    item = derive(three.aus, source, kind="extract", label=label)["item"]
    release_held(three.aus, item, to=("JPN", "USA"), agreement=nations_three.TRILATERAL)
    for node in (three.jpn, three.usa):
        assert read_sources(node, item) == {"bound": True, "by": "AUS"}
        assert several.opened(node, item) == b"derived"
    recall.recall(three.aus, source, reason="r", person="aus.release")
    three.settle()
    found = several.copies(three, item)
    assert found == {"AUS 0": "held", "JPN 1": "destroyed", "USA 1": "destroyed"}


# A partner that speaks of what is not its own reaches nothing.


def test_a_third_partys_recall_of_a_source_reaches_nothing_that_was_made_from_it(three):
    source = several.share(three)
    arrival.accept(three.jpn, source, "jpn.clerk")
    makers(three.jpn)
    made = derive(three.jpn, source)["item"]
    with three.usa.store.reading() as tx:
        digest = three.usa.agreement_row(tx, nations_three.TRILATERAL).digest
    for item in (source, made):
        said = compose(
            three.usa,
            bodies.RecallOrdered(reason="mine", copies=(1,)),
            to="JPN",
            agreement=(nations_three.TRILATERAL, digest),
            item=item,
        )
        assert code_of(lambda said=said: dispatch.answer(three.jpn, said.data)) == (
            "statement.no_standing"
        )
    with three.jpn.store.reading() as tx:
        assert three.jpn.item(tx, made).recalled is None
        assert three.jpn.item(tx, source).recalled is None


def test_the_provider_cannot_call_back_by_its_own_word_what_another_made(three):
    source = several.share(three)
    arrival.accept(three.jpn, source, "jpn.clerk")
    makers(three.jpn)
    made = derive(three.jpn, source)["item"]
    with three.aus.store.reading() as tx:
        row = three.aus.item(tx, source)
    said = compose(
        three.aus,
        bodies.RecallOrdered(reason="mine", copies=(1,)),
        to="JPN",
        agreement=(row.agreement, row.agreement_digest),
        item=made,
    )
    assert code_of(lambda: dispatch.answer(three.jpn, said.data)) == "statement.no_standing"
