"""What a nation has still to do: on the suspense list's own queries, until its end is certified."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, format_instant
from sealane.services.custody import copying, ending
from sealane.services.exchange import arrival, outbox, recall
from sealane.services.inspection import tasks
from sealane.services.register import directory, suspense
from sealane.services.register.acts import Actor
from tests.lane.copied import PLACE, accepted, copied
from tests.lane.dialogue import at, officers, opened, said, settled
from tests.lane.within import CLERK, Typed, typing
from tests.nations import Pair, share

MEMBERS = {"what", "about", "since", "due", "party", "copies", "overdue", "ours"}


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Typed:
    return typing(pair, monkeypatch)


def due(node: Any, what: str) -> list[dict[str, Any]]:
    return [one for one in tasks.tasks(node)["duties"] if one["what"] == what]


def test_what_is_typed_lists_every_kind_of_task_the_earliest_due_first(
    pair: Pair, typed: Typed
) -> None:
    officers(pair)
    item = accepted(pair)
    opened(pair.jpn, "rfi", {"subject": "s", "question": "q", "urgency": "urgent"})
    wanted = ("inventory", "open", "--assign", CLERK)
    assert typed("JPN", *wanted, person=CLERK)[0] == 0
    pair.line.down.add("JPN")
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    share(pair, reference="open")
    status, told = typed("JPN", "duty", "list", person=CLERK)
    assert status == 0
    rows = told["duties"]
    assert {one["what"] for one in rows} == {"case", "inventory", "inventory-due"}
    assert all(set(one) - {"item", "case"} == MEMBERS for one in rows)
    dues = [one["due"] for one in rows if one["due"] is not None]
    assert dues == sorted(dues)
    status, told = typed("AUS", "duty", "list", person="aus.clerk")
    assert (status, {"recall", "receipt"} <= {one["what"] for one in told["duties"]}) == (0, True)
    assert typed("JPN", "duty", "list", person="jpn.sato")[1]["error"]["code"] == "person.duty"
    assert typed("JPN", "duty", "list", person="nobody")[1]["error"]["code"] == "person.unknown"
    assert typed("JPN", "duty", "list", text=True)[0] == 0


def test_an_inventory_stands_among_the_tasks_long_before_it_is_due(pair: Pair) -> None:
    accepted(pair)
    (task,) = due(pair.jpn, "inventory-due")
    assert (task["about"], task["overdue"], task["ours"]) == ("極秘", False, True)
    with pair.jpn.store.reading() as tx:
        listed = {one.what for one in suspense.waiting(pair.jpn, tx)}
    assert "inventory-due" not in listed


@pytest.mark.parametrize("by_word", [True, False], ids=["by word", "by its date"])
def test_an_activity_that_ended_leaves_its_items_to_be_returned_or_destroyed(
    pair: Pair, by_word: bool
) -> None:
    officers(pair)
    form = {"title": "Sea trial", "from": at(pair, 60), "until": at(pair, 40 * 86_400)}
    case = opened(pair.aus, "activity", form)["id"]
    settled(pair)
    item = share(pair, project=case, until=Instant(pair.clock.now() + 300 * DAY))
    other = share(pair, reference="other", until=Instant(pair.clock.now() + 300 * DAY))
    for one in (item, other):
        arrival.accept(pair.jpn, one, Actor(CLERK))
    settled(pair)
    for node in (pair.aus, pair.jpn):
        assert due(node, "return-or-destroy") == []
    if by_word:
        said(pair.aus, case, "end")
        settled(pair)
    else:
        pair.clock.pass_(41 * 86_400)
    for node in (pair.aus, pair.jpn):
        (task,) = due(node, "return-or-destroy")
        assert (task["item"], task["party"], task["ours"]) == (item, "JPN", node.party == "JPN")
        assert task["since"] <= format_instant(pair.clock.now())
    # a task until its end is certified and acknowledged
    pair.line.down.add("AUS")
    ending.destroy(pair.jpn, item, CLERK, number=1)
    outbox.deliver_due(pair.jpn)
    assert [one["item"] for one in due(pair.jpn, "return-or-destroy")] == [item]
    pair.line.down.clear()
    settled(pair)
    for node in (pair.aus, pair.jpn):
        assert due(node, "return-or-destroy") == []


def test_copies_in_a_place_that_is_not_accredited_any_more_are_a_task_until_they_are_moved(
    pair: Pair,
) -> None:
    item = accepted(pair)
    copied(pair, item)
    assert due(pair.jpn, "misplaced") == []
    with pair.jpn.store.reading() as tx:
        place = dict(pair.jpn.records.facilities.get(tx, id=PLACE).data)
    directory.enter_facility(pair.jpn, {**place, "id": "jpn.annex"})
    low = {**place, "accredited": {"policy": "JPN", "level": "秘"}}
    directory.enter_facility(pair.jpn, low)
    (task,) = due(pair.jpn, "misplaced")
    assert (task["about"], task["ours"], task["overdue"]) == (PLACE, True, True)
    copying.move(pair.jpn, item, CLERK, number=2, place="jpn.annex")
    assert due(pair.jpn, "misplaced") == []


def test_a_node_makes_no_copy_of_what_it_is_not_accredited_for_and_still_moves_what_is_there(
    pair: Pair,
) -> None:
    item = accepted(pair)
    copied(pair, item)
    limited = replace(pair.jpn, settings=replace(pair.jpn.settings, accredited="秘"))
    with pytest.raises(SealaneError) as caught:
        copying.copy(limited, item, CLERK, place=PLACE)
    assert caught.value.code == "node.not_accredited"
    assert copying.move(limited, item, CLERK, number=2, place=PLACE)["copy"] == 2
    assert ending.destroy(limited, item, CLERK, number=2)["certificate"]["copy"] == 2
