"""What waits is found by query, the earliest due first, and goes when it was answered."""

from __future__ import annotations

import io
from typing import Any

from sealane.base.values import DAY, Instant, format_instant
from sealane.labels.model.label import label_from_json
from sealane.registry.records import ItemState
from sealane.services.custody import copying, ending
from sealane.services.exchange import arrival, outbox, recall, relabel, release
from sealane.services.home import desk
from sealane.services.node import Node, OpenRegister
from sealane.services.register import agreement_life, suspense
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import dialogue
from tests.lane.copied import copied
from tests.nations import AGREEMENT, Pair, share


def waits(node: Any) -> list[tuple[str, str]]:
    with node.store.reading() as tx:
        return [(one.what, one.item) for one in suspense.waiting(node, tx)]


def test_a_release_waits_for_its_receipt_on_both_sides_until_it_is_accepted(pair: Pair) -> None:
    item = share(pair)
    assert waits(pair.aus) == [("receipt", item)]
    assert waits(pair.jpn) == [("receipt", item)]
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    assert (waits(pair.aus), waits(pair.jpn)) == ([], [])


def test_a_release_without_its_second_signer_waits_for_a_signature(pair: Pair) -> None:
    item = share(pair, second=None)
    assert waits(pair.aus) == [("signature", item)]


def test_a_recall_waits_until_the_partner_has_said_what_became_of_its_copy(pair: Pair) -> None:
    item = share(pair)
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="mistake", person=Actor("aus.release"))
    outbox.deliver_due(pair.aus)
    assert waits(pair.aus) == [("recall", item)]
    pair.line.down.clear()
    pair.settle()
    assert waits(pair.aus) == []


def test_what_has_reached_its_time_limit_is_to_be_returned_or_destroyed(pair: Pair) -> None:
    until = Instant(pair.aus.host.now() + DAY)
    item = share(pair, until=until)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    assert waits(pair.jpn) == []
    pair.clock.pass_(2 * 86_400)
    assert waits(pair.jpn) == waits(pair.aus) == [("return-or-destroy", item)]


def overdue(pair: Pair) -> str:
    """An item past its time limit, with a second copy at Japan."""
    item = share(pair, until=Instant(pair.aus.host.now() + DAY))
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    copied(pair, item)
    pair.settle()
    pair.clock.pass_(2 * 86_400)
    return item


def test_a_duty_stands_at_both_nations_for_each_copy_until_its_end_is_acknowledged(
    pair: Pair,
) -> None:
    item = overdue(pair)
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            (one,) = suspense.waiting(node, tx)
        assert (one.party, one.copies, one.due) == ("JPN", (1, 2), one.since)
    ending.destroy(pair.jpn, item, "jpn.clerk", number=1)
    pair.line.down.add("AUS")
    ending.give_back(pair.jpn, item, "jpn.clerk", number=2)
    outbox.deliver_due(pair.jpn)
    with pair.jpn.store.reading() as tx:
        told = suspense.waiting(pair.jpn, tx)
    assert {(one.what, one.party) for one in told} == {("return-or-destroy", "AUS")}
    assert waits(pair.aus) == [("return-or-destroy", item)]
    pair.line.down.clear()
    pair.settle()
    assert (waits(pair.aus), waits(pair.jpn)) == ([], [])


def test_the_end_of_an_agreement_makes_it_a_duty_to_return_or_destroy(pair: Pair) -> None:
    item = share(pair, until=Instant(pair.aus.host.now() + 900 * DAY))
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    until = format_instant(Instant(pair.clock.now() + 200 * DAY))
    agreement_life.give(pair.aus, AGREEMENT, "give-notice", detail={"until": until})
    pair.settle()
    assert waits(pair.jpn) == []
    pair.clock.pass_(201 * 86_400)
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            (one,) = suspense.waiting(node, tx)
        assert (one.what, one.item, one.since) == ("return-or-destroy", item, until)
    ending.destroy(pair.jpn, item, "jpn.clerk", number=1)
    pair.settle()
    assert (waits(pair.aus), waits(pair.jpn)) == ([], [])


def test_a_copy_in_hands_that_was_called_back_waits_at_both_until_it_is_certified(
    pair: Pair,
) -> None:
    item = share(pair)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    copied(pair, item)
    pair.settle()
    recall.recall(pair.aus, item, reason="r", person=Actor("aus.release"))
    pair.settle()
    assert waits(pair.aus) == waits(pair.jpn) == [("recall", item)]
    ending.destroy(pair.jpn, item, "jpn.clerk", number=2)
    pair.settle()
    assert (waits(pair.aus), waits(pair.jpn)) == ([], [])


def test_a_new_level_waits_for_the_partner_s_word_and_for_the_clerk_s_mark(pair: Pair) -> None:
    item = share(pair)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    copied(pair, item)
    pair.settle()
    higher = label_from_json({**nations.LABEL, "classification": "TOP SECRET"})
    relabel.relabel(pair.aus, item, higher, reason="r", person=Actor("aus.release"))
    assert waits(pair.aus) == [("remark", item)]
    pair.settle()
    assert (waits(pair.aus), waits(pair.jpn)) == ([], [("remark", item)])
    copying.remark(pair.jpn, item, "jpn.clerk", number=2)
    assert waits(pair.jpn) == []


def test_what_is_read_without_keys_is_the_same(pair: Pair) -> None:
    overdue(pair)
    for node in (pair.aus, pair.jpn):
        register = OpenRegister(
            settings=node.settings, host=node.host, store=node.store, records=node.records
        )
        with node.store.reading() as tx:
            assert suspense.waiting(register, tx) == suspense.waiting(node, tx) != []


def test_the_earliest_due_stands_first_however_many_wait(pair: Pair) -> None:
    made = []
    for number in range(4):
        pair.clock.pass_(60)
        asked = nations.wanted(pair.aus, reference=f"r-{number}")
        made.append(release.release(pair.aus, asked, io.BytesIO(b"harbour")).item)
    assert waits(pair.aus) == [("receipt", item) for item in made]
    with pair.aus.store.reading() as tx:
        dues = [one.due for one in suspense.waiting(pair.aus, tx)]
    assert dues == sorted(dues, key=str)


def candidates(node: Any, *, ended: tuple[str, ...] = ()) -> list[tuple[str, str, int]]:
    """What the register's query brings up to be looked at, of all that is held."""
    with node.store.reading() as tx:
        found = node.records.waits.copies(tx, node.now()[1], ended=ended)
        return sorted((item.id, copy.holder, copy.number) for copy, item in found)


def test_what_is_held_and_waits_for_nothing_is_not_even_looked_at(pair: Pair) -> None:
    for number in range(6):
        held = share(pair, reference=f"held-{number}")
        arrival.accept(pair.jpn, held, Actor("jpn.clerk"))
    pair.settle()
    ends = overdue(pair)
    # the container that Japan keeps and the copy in somebody's hands, and of nothing else
    wanted = [(ends, "JPN", 1), (ends, "JPN", 2)]
    assert candidates(pair.jpn) == candidates(pair.aus) == wanted
    assert len(candidates(pair.jpn, ended=(AGREEMENT,))) == 8


def test_a_recall_and_a_new_level_bring_copies_up_at_once(pair: Pair) -> None:
    item = share(pair)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.settle()
    assert candidates(pair.aus) == []
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="mistake", person=Actor("aus.release"))
    assert candidates(pair.aus) == [(item, "JPN", 1)]
    pair.line.down.clear()
    pair.settle()
    assert candidates(pair.aus) == []


def test_what_waits_for_a_partys_word_is_found_the_earliest_due_first(pair: Pair) -> None:
    first, second = (share(pair, reference=name) for name in ("first", "second"))
    with pair.jpn.store.writing() as tx:
        later = format_instant(Instant(pair.jpn.host.now() + 99 * DAY))
        pair.jpn.records.transfers.change(tx, {"item": first, "to": "JPN"}, due=later)
    states = (ItemState.DELIVERED,)
    with pair.jpn.store.reading() as tx:
        waits = pair.jpn.records.waits
        rows = waits.transfers(tx, states, to="JPN", ours=True, limit=10)
        assert [one.item for one in rows] == [second, first]
        assert waits.transfers(tx, states, to="JPN", ours=True, limit=1) == rows[:1]
        assert waits.transfers_count(tx, states, to="JPN", ours=True) == 2
        assert waits.transfers(tx, states, to="JPN", ours=False, limit=10) == []
    recall.recall(pair.aus, second, reason="mistake", person=Actor("aus.release"))
    pair.settle()
    with pair.jpn.store.reading() as tx:
        rows = pair.jpn.records.waits.transfers(tx, states, to="JPN", ours=True, limit=10)
    assert [one.item for one in rows] == [first]


def test_the_first_so_many_are_the_earliest_due_of_all_that_waits(pair: Pair) -> None:
    dialogue.officers(pair)
    for urgency in ("routine", "urgent", "priority"):
        dialogue.opened(pair.jpn, "rfi", {**dialogue.RFI, "urgency": urgency})
    item = share(pair)
    outbox.deliver_due(pair.jpn)
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            whole = suspense.waiting(node, tx)
            for most in range(1, 6):
                assert suspense.waiting(node, tx, limit=most) == whole[:most]
        assert [one.what for one in whole] == ["case", "case", "case", "receipt"]
        assert (whole[0].due or "") < (whole[1].due or "") < (whole[2].due or "")
        assert {one.party for one in whole if one.what == "case"} == {"AUS"}
        assert whole[3].item == item


def test_a_home_counts_each_case_that_waits_and_shows_the_earliest_due(pair: Pair) -> None:
    dialogue.officers(pair)
    for _ in range(3):
        dialogue.opened(pair.jpn, "rfi", dialogue.RFI)
    asked = {"act": "copy", "reason": "A second desk"}
    dialogue.opened(pair.jpn, "consent", asked, share(pair))
    outbox.deliver_due(pair.jpn)

    def home(node: Node, person: str) -> tuple[int, int]:
        with node.store.reading() as tx:
            rows, counts = desk.waiting(node, tx, node.person(tx, person), limit=2)
        return counts.get("case", 0), len([one for one in rows if one.kind == "case"])

    assert home(pair.aus, "aus.release") == (4, 2)
    assert home(pair.jpn, "jpn.release") == (0, 0)  # its own word is waited for in none
    assert home(pair.aus, "aus.clerk") == (0, 0)
    # once the date of the consent has come nobody can grant it any more
    pair.clock.pass_(400 * 24 * 3600)
    assert home(pair.aus, "aus.release")[0] == 3
