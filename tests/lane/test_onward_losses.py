"""Passing an item on when something breaks: a process that dies at any step, answers that are lost,
statements that come twice or late, a register that is built again from the statements.

Spec: spec/onward.md §3, §5; spec/ledger.md §7.
"""

from __future__ import annotations

import pytest

from sealane.adapters import search
from sealane.services import holding
from sealane.services.exchange import arrival, outbox, recall
from sealane.services.recovery.replay import Rebuilt, replay
from sealane.services.statements.journal import held_statement
from tests import engines
from tests.lane import passing_on, several
from tests.lane.passing_on import copies, delivered, given, granted, passed, proven, state
from tests.lane.test_several_losses import dying, held_files, settled

WHOLE = {"AUS 0": "held", "JPN 1": "held", "USA 1": "held"}


@pytest.fixture
def held(three):
    passing_on.staffed(three)
    return three


def test_killed_at_any_step_it_is_passed_on_exactly_once(held):
    three, step, died = held, 0, True
    while died:
        step += 1
        item = given(three, reference=f"r-{step}")
        granted(three, item)

        def act(three, item=item):
            passed(three, item)
            three.settle(1)

        died = dying(three, act, step)
        three = settled(three)
        proven(three)
        passed(three, item)
        three.settle(2)
        assert copies(three.aus, item) == WHOLE, step
        assert state(three.aus, item, "USA") == state(three.usa, item, "USA") == "delivered", step
        with three.jpn.store.reading() as tx:
            offers = three.jpn.records.statements.find(tx, order="kept", item=item, type="offer")
            names = set(three.jpn.records.containers.column(tx, "container"))
        assert sorted(one.to for one in offers) == ["JPN", "USA"], step
        assert held_files(three.jpn, three.root) == names, step
        proven(three)
        assert several.opened(three.usa, item) == b"harbour", step
    assert step > 12
    three.close()


def test_answers_that_are_lost_and_statements_that_come_twice_change_nothing(held):
    three = held
    item = given(three)
    granted(three, item)
    three.line.twice = True
    passed(three, item)
    three.line.lose_answers = True
    three.settle(2)
    three.line.lose_answers = False
    three.settle(3)
    assert copies(three.aus, item) == copies(three.jpn, item) | {"AUS 0": "held"} == WHOLE
    assert state(three.aus, item, "USA") == state(three.usa, item, "USA") == "delivered"
    recall.recall(three.aus, item, reason="r", person="aus.security")
    three.line.lose_answers = True
    three.settle(2)
    three.line.lose_answers = False
    three.settle(4)
    assert copies(three.aus, item)["USA 1"] == "destroyed"


def test_the_holders_word_that_comes_late_is_taken_late_and_until_then_nothing_opens(held):
    three = held
    item = given(three)
    granted(three, item)
    passed(three, item)
    three.line.down = {"AUS"}
    three.settle(2)
    assert state(three.usa, item, "USA") == "delivered"
    three.line.down = set()
    proven(three)
    assert passing_on.refused(lambda: several.opened(three.usa, item))
    # What the third party said comes before what it is about, and waits.
    with three.jpn.store.reading() as tx:
        rows = three.jpn.records.outbox.find(tx, order="id", partner="AUS", done=None)
    assert [one.type for one in rows] == ["onward.offered", "onward.said"]
    (late,) = [one for one in rows if one.type == "onward.offered"]
    with three.jpn.store.writing() as tx:
        three.jpn.records.outbox.change(tx, {"id": late.id}, done="2026-01-01T00:00:00Z")
    three.clock.pass_(120)
    (sent,) = outbox.deliver_due(three.jpn, partner="AUS")
    assert sent.trouble == "onward.waits"
    with three.jpn.store.writing() as tx:
        three.jpn.records.outbox.change(tx, {"id": late.id}, done=None)
    three.settle(3)
    assert copies(three.aus, item) == WHOLE
    assert state(three.aus, item, "USA") == "delivered"
    proven(three)
    assert several.opened(three.usa, item) == b"harbour"


def rows_of(node, item):
    """What a register has of an item, its onward legs included, but for instants."""
    with node.store.reading() as tx:
        legs = holding.by_legs(node.records, tx, node.item(tx, item))
    return [
        (
            leg.item.state,
            leg.item.recalled is not None,
            leg.item.agreement,
            leg.item.facts,
            [(one.policy_uuid, one.to, one.container) for one in leg.containers],
            [(one.holder, one.number, one.state, one.level) for one in leg.copies],
            [(one.to, one.state, one.offer, one.decision) for one in leg.transfers],
            None if leg.onward is None else (leg.onward.by, leg.onward.to, leg.onward.part),
        )
        for leg in legs
    ]


TABLES = ("containers", "copies", "transfers", "onwards", "custody")


def statements_of(node, item, *, backwards):
    """Digests of an item's statements, log by log; each log in its order."""
    with node.store.reading() as tx:
        refs = node.records.entry_refs.find(tx, order="index", item=item)
    origins = sorted({ref.origin for ref in refs}, reverse=backwards)
    return [
        str(ref.statement)
        for origin in origins
        for ref in refs
        if ref.origin == origin and ref.statement is not None
    ]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("end", ["accepted", "recalled"])
@pytest.mark.parametrize("party", ["AUS", "JPN", "USA"])
def test_a_register_is_built_again_from_the_statements(held, party, end, backwards):
    three = held
    item = delivered(three)
    arrival.accept(three.usa, item, "usa.clerk")
    three.settle(2)
    if end == "recalled":
        recall.recall(three.aus, item, reason="r", person="aus.security")
        three.settle(3)
    node = three.line.nodes[party]
    before, said = rows_of(node, item), statements_of(node, item, backwards=backwards)
    with node.store.writing() as tx:
        for table, key in (("items", "id"), *((one, "item") for one in TABLES)):
            engines.by_hand(tx, f"DELETE FROM {table} WHERE {key} = ?", item)
        search.rebuild(tx, node.records.items.find(tx, order="id"))
        done = Rebuilt()
        for name in said:
            kept = held_statement(node, tx, name)
            assert kept is not None
            replay(node, tx, kept, done)
    assert done.refused == []
    assert rows_of(node, item) == before
