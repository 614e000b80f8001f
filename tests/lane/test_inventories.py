"""Inventories: opened, assigned, counted copy by copy, closed; what is missing opens incidents."""

from __future__ import annotations

from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.base.values import DAY, Instant, format_instant, parse_instant, years_later
from sealane.registry.inventory_life import INVENTORY, LINE
from sealane.registry.inventory_records import LineState
from sealane.services.custody import ending
from sealane.services.exchange import outbox
from sealane.services.inspection import counted, counting
from sealane.services.inspection.counting import CountAsked
from sealane.services.register import inventories, suspense
from sealane.services.register.acts import Actor
from tests import engines, nations
from tests.lane.copied import PLACE, accepted, copied
from tests.lane.dialogue import alike, officers
from tests.lane.test_bound_directory import found as altered_rows
from tests.lane.within import CLERK, SECURITY, Typed, changed, one_more, typing
from tests.nations import Pair

PRESENT, ABSENT = LineState.PRESENT, LineState.ABSENT
INVENTORY_MEMBERS = {
    "id",
    "level",
    "place",
    "assigned",
    "opened_by",
    "since",
    "due",
    "state",
    "closed",
    "closed_by",
    "counts",
}


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Typed:
    return typing(pair, monkeypatch)


def begun(pair: Pair, **asked: Any) -> str:
    wanted = CountAsked(**{"assigned": CLERK, **asked})
    return str(counting.open_inventory(pair.jpn, wanted, by=Actor(CLERK))["id"])


def ticked(pair: Pair, inventory: str, item: str, number: int, found: LineState) -> Any:
    return counting.tick(pair.jpn, inventory, item, number, found, by=Actor(CLERK))


def code_of(work: Any) -> str:
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value.code


def waits(node: Any, what: str) -> list[Any]:
    with node.store.reading() as tx:
        return [one for one in suspense.waiting(node, tx) if one.what == what]


def test_a_count_lives_from_its_opening_to_the_incidents_that_its_end_opens(
    pair: Pair, typed: Typed
) -> None:
    officers(pair)
    item, other = accepted(pair), accepted(pair, reference="other")
    copied(pair, item)
    pair.settle(2)
    status, told = typed(
        "JPN", "inventory", "open", "--level", "極秘", "--assign", CLERK, person=CLERK
    )
    assert (status, told["state"], told["level"], told["counts"]["unseen"]) == (
        0,
        "open",
        "極秘",
        3,
    )
    number = told["id"]
    for name, copy, found in (
        (item, "1", "present"),
        (item, "2", "absent"),
        (other, "1", "absent"),
    ):
        status, told = typed("JPN", "inventory", "tick", number, name, copy, found, person=CLERK)
        assert status == 0, told
    # what was seen wrong is seen again
    status, told = typed("JPN", "inventory", "tick", number, other, "1", "present", person=CLERK)
    assert (status, told["counts"]["present"], told["counts"]["absent"]) == (0, 2, 1)
    status, told = typed("JPN", "inventory", "close", number, person=CLERK)
    assert (status, told["state"], len(told["incidents"])) == (0, "closed", 1)
    (line,) = [one for one in told["lines"] if one["state"] == "missing"]
    assert (line["item"], line["copy"], line["incident"]) == (item, 2, told["incidents"][0])
    pair.settle(2)
    case = alike(pair, line["incident"])
    assert (case["kind"], case["with"], case["items"]) == ("incident", "AUS", [item])
    assert case["form"]["what"] == "loss"
    status, told = typed("JPN", "inventory", "list", person=CLERK)
    assert (status, [one["id"] for one in told["inventories"]]) == (0, [number])
    assert all(set(one) == INVENTORY_MEMBERS for one in told["inventories"])
    assert typed("JPN", "inventory", "show", number, person="jpn.auditor")[0] == 0
    for words in (("list",), ("show", number)):
        assert typed("JPN", "inventory", *words, person=CLERK, text=True)[0] == 0


def test_what_refuses_a_count_exits_with_its_code_and_changes_nothing(
    pair: Pair, typed: Typed
) -> None:
    item = accepted(pair)
    number = begun(pair)
    one_more(pair.jpn, CLERK, "jpn.clerk2")
    for words, person, status, code in (
        (("open", "--assign", CLERK), None, 2, "usage.person"),
        (("open", "--assign", CLERK), "nobody", 1, "person.unknown"),
        (("open", "--assign", "nobody"), CLERK, 1, "person.unknown"),
        (("open", "--assign", CLERK, "--place", "nowhere"), CLERK, 1, "facility.unknown"),
        (("open", "--assign", CLERK), SECURITY, 1, "person.duty"),
        (("open", "--assign", "jpn.sato"), CLERK, 1, "person.duty"),
        (("open", "--assign", CLERK, "--level", "HUSH"), CLERK, 2, "inventory.level"),
        (("open", "--assign", CLERK, "--due", "2020-01-01T00:00:00Z"), CLERK, 2, "inventory.due"),
        (("open", "--assign", CLERK, "--due", "soon"), CLERK, 2, "value.instant"),
        (("tick", "V-9", item, "1", "present"), CLERK, 1, "inventory.unknown"),
        (("tick", number, "AUS-1999-000001", "1", "present"), CLERK, 1, "item.unknown"),
        (("tick", number, item, "7", "present"), CLERK, 1, "copy.unknown"),
        (("tick", number, item, "1", "present"), "jpn.sato", 1, "person.duty"),
        (("tick", number, item, "1", "present"), "jpn.clerk2", 1, "inventory.not_yours"),
        (("close", number), "jpn.clerk2", 1, "inventory.not_yours"),
        (("close", "V-9"), CLERK, 1, "inventory.unknown"),
        (("show", "V-9"), CLERK, 1, "inventory.unknown"),
        (("list",), "jpn.sato", 1, "person.duty"),
        (("settle", number, item, "1", "--finding", "x"), CLERK, 1, "person.duty"),
        (("settle", number, item, "1", "--finding", "x"), SECURITY, 1, "life.no_such_step"),
    ):
        found = typed("JPN", "inventory", *words, person=person)
        assert (found[0], found[1]["error"]["code"]) == (status, code), words
    shown = counted.show(pair.jpn, number, by=Actor(CLERK))
    assert (shown["state"], shown["counts"]["unseen"]) == ("open", 1)
    ticked(pair, number, item, 1, PRESENT)
    assert counting.close(pair.jpn, number, by=Actor(CLERK))["incidents"] == []
    assert code_of(lambda: ticked(pair, number, item, 1, ABSENT)) == "life.no_such_step"
    assert code_of(lambda: counting.close(pair.jpn, number, by=Actor(CLERK))) == "life.no_such_step"


def test_what_nobody_looked_for_is_missing_and_what_ended_meanwhile_is_not(pair: Pair) -> None:
    officers(pair)
    item, other = accepted(pair), accepted(pair, reference="other")
    copied(pair, item)
    pair.settle(2)
    number = begun(pair)
    ending.destroy(pair.jpn, item, CLERK, number=2)
    told = counting.close(pair.jpn, number, by=Actor(CLERK))
    missing = {(one["item"], one["copy"]) for one in told["lines"] if one["state"] == "missing"}
    assert missing == {(item, 1), (other, 1)}
    assert len(set(told["incidents"])) == 2


def test_a_missing_copy_of_an_own_item_waits_for_the_security_officer(
    pair: Pair, typed: Typed
) -> None:
    item = nations.share(pair)
    by = Actor("aus.clerk")
    wanted = CountAsked(assigned="aus.clerk", level="SECRET")
    number = counting.open_inventory(pair.aus, wanted, by=by)["id"]
    told = counting.close(pair.aus, number, by=by)
    assert (told["incidents"], [one["state"] for one in told["lines"]]) == ([], ["missing"])
    (waiting,) = waits(pair.aus, "discrepancy")
    assert (waiting.item, waiting.about, waiting.copies) == (item, number, (0,))
    words = ("inventory", "settle", number, item, "0")
    status, told = typed("AUS", *words, "--finding", " ", person="aus.security")
    assert (status, told["error"]["code"]) == (2, "inventory.finding")
    status, told = typed("AUS", *words, "--finding", "in another safe", person="aus.security")
    assert (status, told["lines"][0]["state"], told["lines"][0]["finding"]) == (
        0,
        "settled",
        "in another safe",
    )
    assert waits(pair.aus, "discrepancy") == []


def test_a_place_and_a_level_narrow_what_is_counted(pair: Pair) -> None:
    item = accepted(pair)
    for asked, names in (
        ({"level": "極秘"}, {item}),
        ({"level": "SECRET"}, {item}),
        ({"place": PLACE}, set()),
        ({"level": "機密"}, set()),
        ({}, {item}),
    ):
        shown = counted.show(pair.jpn, begun(pair, **asked), by=Actor(CLERK))
        assert {one["item"] for one in shown["lines"]} == names, asked
    copied(pair, item)
    shown = counted.show(pair.jpn, begun(pair, place=PLACE), by=Actor(CLERK))
    assert [(one["item"], one["copy"]) for one in shown["lines"]] == [(item, 2)]


def test_a_top_level_is_due_a_year_after_it_was_counted_whole(pair: Pair) -> None:
    accepted(pair)

    def due() -> dict[str, str]:
        with pair.jpn.store.reading() as tx:
            return {one.level: one.due for one in inventories.due(pair.jpn, tx)}

    def after(at: str) -> str:
        return format_instant(years_later(parse_instant(at), 1))

    with pair.jpn.store.reading() as tx:
        (copy,) = pair.jpn.records.copies.find(tx, order="number", holder="JPN")
    assert due() == {"極秘": after(copy.since)}
    assert waits(pair.jpn, "inventory-due") == []
    pair.clock.pass_(340 * 86_400)
    assert [one.about for one in waits(pair.jpn, "inventory-due")] == ["極秘"]
    # part of it is not all of it
    for asked in ({"place": "jpn.registry"}, {"level": "取扱注意"}):
        counting.close(pair.jpn, begun(pair, **asked), by=Actor(CLERK))
    assert [one.about for one in waits(pair.jpn, "inventory-due")] == ["極秘"]
    told = counting.close(pair.jpn, begun(pair), by=Actor(CLERK))
    assert due() == {"極秘": after(told["closed"])}
    assert waits(pair.jpn, "inventory-due") == []


def test_a_count_that_is_open_waits_until_it_is_closed(pair: Pair) -> None:
    until = format_instant(Instant(pair.clock.now() + 3 * DAY))
    number = begun(pair, due=until)
    (waiting,) = waits(pair.jpn, "inventory")
    assert (waiting.about, waiting.due, waiting.party) == (number, until, "JPN")
    counting.close(pair.jpn, number, by=Actor(CLERK))
    assert waits(pair.jpn, "inventory") == []


def test_a_tick_put_in_by_hand_was_seen_by_nobody(pair: Pair) -> None:
    officers(pair)
    item = accepted(pair)
    number = begun(pair)
    ticked(pair, number, item, 1, ABSENT)
    assert altered_rows(pair.jpn) == []
    with pair.jpn.store.writing() as tx:
        engines.by_hand(tx, "UPDATE inventory_lines SET state = 'present'")
    assert [kind for kind, _ in altered_rows(pair.jpn)] == ["directory.altered"]
    told = counting.close(pair.jpn, number, by=Actor(CLERK))
    assert [one["state"] for one in told["lines"]] == ["missing"]


def test_where_no_case_can_be_opened_a_partner_s_copy_is_answered_for_here(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = accepted(pair)
    number = begun(pair)
    with pair.jpn.store.writing() as tx:
        engines.by_hand(tx, "UPDATE items SET agreement = 'no-more' WHERE id = ?", item)
    told = counting.close(pair.jpn, number, by=Actor(CLERK))
    assert (told["incidents"], [one["state"] for one in told["lines"]]) == ([], ["missing"])
    settled = counting.settle(
        pair.jpn, number, item, 1, finding="burnt in 2019", by=Actor(SECURITY)
    )
    assert settled["lines"][0]["state"] == "settled"


def test_every_step_of_both_lives_is_taken_and_leaves_the_entry_that_its_row_names(
    pair: Pair,
) -> None:
    officers(pair)
    taken: set[tuple[str, str]] = set()
    item = accepted(pair)
    for first in (PRESENT, ABSENT):
        number = begun(pair)
        at = "unseen"
        for found in (first, PRESENT, PRESENT, ABSENT, ABSENT, PRESENT):
            taken.add((at, str(found)))
            (line,) = ticked(pair, number, item, 1, found)["lines"]
            assert line["state"] == LINE.step(at, str(found), by="registry clerk").to
            at = line["state"]
        counting.close(pair.jpn, number, by=Actor(CLERK))
    for found in (None, ABSENT):
        number = begun(pair)
        if found is not None:
            ticked(pair, number, item, 1, found)
        taken.add(("unseen" if found is None else str(found), "miss"))
        counting.close(pair.jpn, number, by=Actor(CLERK))
    taken.add(("missing", "settle"))
    counting.settle(pair.jpn, number, item, 1, finding="found", by=Actor(SECURITY))
    assert taken == {(row.state, row.event) for row in LINE.rows}
    with pair.jpn.store.reading() as tx:
        written = set(pair.jpn.records.entry_refs.column(tx, "kind"))
    assert {row.entry for row in (*INVENTORY.rows, *LINE.rows)} <= written


def test_a_clerk_who_left_counts_nothing_and_another_inventory_is_opened(pair: Pair) -> None:
    item = accepted(pair)
    one_more(pair.jpn, CLERK, "jpn.clerk2")
    number = begun(pair)
    changed(pair.jpn, CLERK, duties=["reader"])
    assert code_of(lambda: ticked(pair, number, item, 1, PRESENT)) == "person.duty"
    wanted = CountAsked(assigned="jpn.clerk2")
    assert counting.open_inventory(pair.jpn, wanted, by=Actor("jpn.clerk2"))["state"] == "open"


def test_the_partner_hears_of_the_incident_and_of_nothing_else(pair: Pair) -> None:
    officers(pair)
    accepted(pair)
    counting.close(pair.jpn, begun(pair), by=Actor(CLERK))
    outbox.deliver_due(pair.jpn)
    with pair.aus.store.reading() as tx:
        kinds = {
            kind
            for kind in pair.aus.records.entry_refs.column(tx, "kind")
            if "inventory" in kind or "case" in kind
        }
    assert kinds == {"statement.case.opened"}
