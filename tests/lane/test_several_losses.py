"""Several recipients when something breaks: a process that dies at any step, a register that is
built again from the statements, and two nations' books compared.

Spec: spec/exchange.md §4; spec/ledger.md §7, §11; docs/adr/0021-a-container-each.md.
"""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import pytest

from sealane.adapters import search
from sealane.ledger import telling
from sealane.services import holding
from sealane.services.audit import inventory, reconcile
from sealane.services.audit.expected_rows import expected
from sealane.services.exchange import arrival, recall, release, stray_files
from sealane.services.node import Node
from sealane.services.recovery.replay import Rebuilt, replay
from sealane.services.statements.journal import held_statement
from tests import engines, nations_three
from tests.lane.several import TEXT, copies, items, opened, share, states, wanted
from tests.nations_three import TRILATERAL, Three


class Killed(BaseException):
    """The process ended here; nothing of the code catches it."""


def dying(three: Three, act: Any, step: int) -> bool:
    """The act, ended at its step of this number; whether it came that far."""
    three.clock.steps.clear()

    def end(_: str) -> None:
        if len(three.clock.steps) == step:
            raise Killed

    three.clock.at = end
    try:
        act(three)
    except Killed:
        return True
    finally:
        three.clock.at = lambda _: None
    return False


def shared(three: Three) -> None:
    share(three)
    three.settle(1)


def recalled(three: Three) -> None:
    recall.recall(three.aus, items(three.aus)[0], reason="r", person="aus.security")
    three.settle(1)


def settled(three: Three) -> Three:
    """After a restart: what nobody names is swept, what waits leaves."""
    three = nations_three.reopened(three)
    for node in three.line.nodes.values():
        stray_files.sweep(node, older=0)
    three.settle(4)
    return three


def held_files(node: Node, root: Any) -> set[str]:
    folder = root / node.party.lower() / "containers"
    return {path.stem for path in folder.glob("*")} if folder.is_dir() else set()


def test_killed_at_any_step_of_a_release_to_two_it_completes_exactly_once(three):
    step = 0
    while True:
        step += 1
        before = len(items(three.aus))
        died = dying(three, lambda three, n=step: share(three, reference=f"r-{n}"), step)
        three = settled(three)
        item = share(three, reference=f"r-{step}")
        three.settle(2)
        assert len(items(three.aus)) == before + 1, step
        assert states(three, item) == {"JPN": "delivered", "USA": "delivered"}, step
        assert copies(three, item) == {"AUS 0": "held", "JPN 1": "held", "USA 1": "held"}, step
        for node in three.line.nodes.values():
            with node.store.reading() as tx:
                names = set(node.records.containers.column(tx, "container"))
            assert held_files(node, three.root) == names, step
        if not died:
            break
    assert step > 5
    three.close()


def test_killed_at_any_step_of_a_recall_every_holder_erases_and_says_so_once(three):
    step, died = 0, True
    while died:
        step += 1
        item = share(three, reference=f"r-{step}")

        def act(three: Three, item: str = item) -> None:
            recall.recall(three.aus, item, reason="r", person="aus.security")
            three.settle(1)

        died = dying(three, act, step)
        three = settled(three)
        recall.recall(three.aus, item, reason="r", person="aus.security")
        three.settle(2)
        assert set(copies(three, item).values()) == {"held", "destroyed"}, step
        with three.aus.store.reading() as tx:
            told = three.aus.records.statements.find(tx, order="kept", item=item, type="destroyed")
        assert sorted(one.by for one in told) == ["JPN", "USA"], step
    assert step > 3
    three.close()


def story(three: Three) -> list[str]:
    """Items in every state that two recipients can leave them in."""
    both = share(three)
    arrival.accept(three.jpn, both, "jpn.clerk")
    turned = share(three, reference="r-2")
    arrival.reject(three.usa, turned, "usa.clerk", reason="not ours")
    three.settle(1)
    gone = share(three, reference="r-3")
    recall.recall(three.aus, gone, reason="r", person="aus.security")
    three.settle(2)
    opened(three.jpn, both)
    opened(three.usa, both)
    three.settle(1)
    return [both, turned, gone]


LOCAL = {"since", "due", "receipt", "request", "created", "document", "reference", "recalled"}


def told(node: Node, item: str) -> Any:
    """An item with all its rows, but for when this node wrote them down."""
    with node.store.reading() as tx:
        held = node.holding(tx, item)

    def plain(row: Any) -> dict[str, Any]:
        known = dataclasses.asdict(row)
        return {name: value for name, value in known.items() if name not in LOCAL}

    parts = (held.containers, held.copies, held.transfers)
    return plain(held.item), *([plain(row) for row in rows] for rows in parts)


def statements_of(node: Node, item: str) -> list[str]:
    """Digests of an item's statements in the order in which the node's logs tell of them."""
    with node.store.reading() as tx:
        refs = node.records.entry_refs.find(tx, order="index", item=item)
    return [str(ref.statement) for ref in refs if ref.statement is not None]


@pytest.mark.parametrize("party", ["AUS", "JPN", "USA"])
def test_a_register_that_is_built_again_from_the_statements_says_what_it_said(three, party):
    every = story(three)
    node = three.line.nodes[party]
    for item in every:
        before, said = told(node, item), statements_of(node, item)
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
        assert done.items == [item]
        assert told(node, item) == before


TABLES = ("containers", "copies", "transfers")


@pytest.mark.parametrize("partner", ["JPN", "USA"])
def test_each_pair_s_books_agree_and_tell_nothing_of_the_third(three, partner):
    every = story(three)
    for party, other in (("AUS", partner), (partner, "AUS")):
        node = three.line.nodes[party]
        with node.store.reading() as tx:
            lines = reconcile._held(node, tx, other, TRILATERAL)
            assert [line["id"] for line in lines] == every
            proven = expected(pair_of(node, tx, other, every), reconcile._bodies(node, tx), party)
        assert reconcile._against(lines, proven, party, "log") == []
        for line in lines:
            assert set(line["copies"]) <= {"0", "1"}
    claimed = inventory.ask(three.line.nodes[partner], "AUS", TRILATERAL)
    assert [one["id"] for one in claimed.items] == every


def pair_of(node: Node, tx: Any, other: str, every: list[str]) -> list[Any]:
    """What the node's logs tell of statements between the two, in their order."""
    found = []
    for item in every:
        for ref in node.records.entry_refs.find(tx, order="index", item=item):
            if ref.statement is None:
                continue
            one = telling.told(node.log(ref.origin).entry(tx, ref.index))
            if one is not None and {one.by, one.to} == {node.party, other}:
                found.append(one)
    return found


def test_what_waits_for_a_second_signer_is_in_no_partners_inventory(three):
    release.release(three.aus, wanted(three, second=None), io.BytesIO(TEXT))
    for node in (three.jpn, three.usa):
        assert inventory.ask(node, "AUS", TRILATERAL).items == []
    with three.aus.store.reading() as tx:
        (item,) = [row.id for row in three.aus.records.items.find(tx, order="id")]
        whole = holding.of(three.aus.records, tx, item)
        assert whole is not None
        assert [one.offer for one in whole.transfers] == [None, None]
