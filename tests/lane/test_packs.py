"""The whole main job between two nations whose line is down for ever, by packs on a medium.

Spec: spec/pack.md; R42, R65.
"""

from __future__ import annotations

import io
import threading
from contextlib import suppress

import pytest

from sealane.base.errors import SealaneError
from sealane.services.exchange import arrival, outbox, recall, release, withdrawal
from tests import nations
from tests.lane import dialogue
from tests.lane.packing import carried, cut, made, taken, to_and_fro, types


def code_of(act):
    with pytest.raises(SealaneError) as caught:
        act()
    return caught.value.code


def share(pair, **changes):
    """A release with nobody at the line's end."""
    return release.release(
        pair.aus, nations.wanted(pair.aus, **changes), io.BytesIO(b"harbour")
    ).item


def assured(pair):
    """Japan's assurance, asked for and given by packs."""
    assert code_of(lambda: share(pair)) == "partner.no_answer"
    to_and_fro(pair)
    return share(pair)


def states(pair, item):
    return [nations.given(node, item).state for node in (pair.aus, pair.jpn)]


def test_the_whole_main_job_goes_by_packs(pair):
    cut(pair)
    assert code_of(lambda: share(pair)) == "partner.no_answer"
    there = carried(pair, "AUS")
    assert types(there["taken"], beside=True) == ["assurance.request"]
    back = carried(pair, "JPN")
    assert types(back["taken"], beside=True) == ["assurance"]
    item = share(pair)
    assert types(carried(pair, "AUS")["taken"]) == ["offer"]
    arrival.accept(pair.jpn, item, "jpn.clerk")
    back = carried(pair, "JPN")
    assert (types(back["taken"]), back["refused"]) == (
        ["transfer.received", "transfer.accepted"],
        [],
    )
    assert states(pair, item) == ["accepted", "accepted"]
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    there = carried(pair, "AUS")
    assert types(there["taken"]) == ["acknowledged", "recall.ordered"]
    assert not pair.jpn.blobs.has(nations.given(pair.jpn, item).container)
    back = carried(pair, "JPN")
    assert types(back["taken"]) == ["destroyed"]
    for node in (pair.aus, pair.jpn):
        with node.store.reading() as tx:
            copy = node.records.copies.get(tx, item=item, holder="JPN", number=1)
        assert copy.state == "destroyed"
    to_and_fro(pair)
    for node in (pair.aus, pair.jpn):
        assert outbox.waiting(node) == []


def test_a_case_is_talked_through_by_packs(pair):
    dialogue.officers(cut(pair))
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    assert types(carried(pair, "AUS")["taken"]) == ["case.opened"]
    dialogue.said(pair.jpn, case, "accept")
    dialogue.said(pair.jpn, case, "answer", text="Two.")
    back = carried(pair, "JPN")
    assert types(back["taken"]) == ["acknowledged", "case.said", "case.said"]
    assert dialogue.alike(pair, case)["state"] == "answered"
    dialogue.said(pair.aus, case, "close", rating=4)
    carried(pair, "AUS")
    assert dialogue.alike(pair, case)["state"] == "closed"


def test_words_that_crossed_on_two_media_come_to_the_same_case(pair):
    dialogue.officers(cut(pair))
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    carried(pair, "AUS")
    dialogue.said(pair.aus, case, "withdraw")
    dialogue.said(pair.jpn, case, "accept")
    there, back = made(pair.aus), made(pair.jpn)
    taken(pair.aus, back)
    taken(pair.jpn, there)
    to_and_fro(pair)
    assert dialogue.alike(pair, case)["state"] == "accepted"


def test_a_pack_seen_before_changes_nothing(pair):
    cut(pair)
    item = assured(pair)
    pack = made(pair.aus)
    first, again = taken(pair.jpn, pack), taken(pair.jpn, pack)
    assert types(first["taken"]) == ["offer"]
    assert (again["taken"], again["waiting"], again["refused"]) == ([], [], [])
    assert again["known"] == [*first["taken"], *first["known"]]
    back = made(pair.jpn)
    assert types(taken(pair.aus, back)["taken"]) == ["transfer.received"]
    assert types(taken(pair.aus, back)["known"]) == ["transfer.received"]
    assert states(pair, item) == ["delivered", "delivered"]


def test_what_was_lost_on_the_way_comes_with_the_next_pack(pair):
    cut(pair)
    item = assured(pair)
    made(pair.aus)  # lost
    carried(pair, "AUS")
    made(pair.jpn)  # lost
    carried(pair, "JPN")
    assert states(pair, item) == ["delivered", "delivered"]


def test_answers_travel_until_the_partner_shows_that_it_heard_them(pair):
    cut(pair)
    assured(pair)
    carried(pair, "AUS")
    for _ in range(3):
        assert len(made(pair.jpn)) > 8000
        assert "transfer.received" in types(taken(pair.aus, made(pair.jpn), dry_run=True)["taken"])
    carried(pair, "JPN")
    carried(pair, "AUS")
    assert taken(pair.aus, made(pair.jpn), dry_run=True)["known"] == []


def test_beside_the_line_nothing_is_done_twice(pair):
    item = nations.share(pair, reference="r-0")
    cut(pair)
    other = share(pair)
    pack = made(pair.aus)
    pair.line.down = set()
    pair.settle(1)
    assert states(pair, other) == ["delivered", "delivered"]
    there = taken(pair.jpn, pack)
    assert (types(there["known"]), types(there["taken"])) == (["offer"], [])
    back = taken(pair.aus, made(pair.jpn))
    assert (types(back["known"]), types(back["taken"])) == (["transfer.received"], [])
    assert states(pair, item) == states(pair, other) == ["delivered", "delivered"]


def test_an_answer_by_the_line_to_what_came_by_a_pack_is_the_same(pair):
    cut(pair)
    item = assured(pair)
    carried(pair, "AUS")
    back = made(pair.jpn)
    pair.line.down = set()
    pair.settle(1)
    assert states(pair, item) == ["delivered", "delivered"]
    assert types(taken(pair.aus, back)["known"]) == ["transfer.received"]


def test_a_recall_that_overtakes_its_offer_waits_and_is_taken_later(pair):
    cut(pair)
    item = assured(pair)
    first = made(pair.aus)
    taken(pair.jpn, first)
    taken(pair.aus, made(pair.jpn))
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    second = made(pair.aus)
    # another node of Japan's nation that was set back to before: here, one that saw no pack
    fresh = pair.jpn
    assert types(taken(fresh, second)["taken"]) == ["recall.ordered"]
    assert types(taken(fresh, first)["known"])[-1] == "offer"


def test_packs_out_of_order_are_taken_once_what_they_follow_is_here(pair):
    dialogue.officers(cut(pair))
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    first = made(pair.aus)
    taken(pair.jpn, first)
    dialogue.said(pair.jpn, case, "accept")
    accept = made(pair.jpn)
    dialogue.said(pair.jpn, case, "interim", note="soon")
    # the partner closed the row of the first word by the line; the second travels alone
    with pair.jpn.store.writing() as tx:
        row = pair.jpn.records.outbox.find(tx, order="id", type="case.said")[0]
        pair.jpn.records.outbox.change(tx, {"id": row.id}, done=pair.jpn.now()[1])
    late = made(pair.jpn)
    early = taken(pair.aus, late)
    assert [(one["type"], one["code"]) for one in early["waiting"]] == [("case.said", "case.waits")]
    taken(pair.aus, accept)
    assert types(taken(pair.aus, late)["taken"]) == ["case.said"]
    assert [one["event"] for one in dialogue.shown(pair.aus, case)["events"]] == [
        "accept",
        "interim",
    ]


def test_what_was_withdrawn_before_it_left_is_not_carried_any_more(pair):
    cut(pair)
    item = assured(pair)
    pack = made(pair.aus)
    withdrawal.withdraw(pair.aus, item, "aus.release", reason="r")
    assert types(carried(pair, "AUS")["taken"]) == ["withdrawn"]
    late = taken(pair.jpn, pack)
    assert late["refused"][-1]["code"] == "offer.withdrawn"
    carried(pair, "JPN")
    assert nations.given(pair.aus, item).state == "withdrawn"
    assert outbox.waiting(pair.aus) == []


def test_statements_are_taken_up_to_the_clock_late(pair):
    dialogue.officers(cut(pair))
    dialogue.opened(pair.aus, "rfi", dialogue.RFI)
    pack = made(pair.aus)
    pair.clock.pass_(181 * 86_400)
    assert [one["code"] for one in taken(pair.jpn, pack)["refused"]] == ["statement.too_old"]


def test_a_dry_run_says_what_would_come_and_changes_nothing(pair):
    dialogue.officers(cut(pair))
    assured(pair)
    case = dialogue.opened(pair.aus, "rfi", dialogue.RFI)["id"]
    dialogue.said(pair.aus, case, "withdraw")
    pack = made(pair.aus)
    before = counts(pair.jpn)
    tried = taken(pair.jpn, pack, dry_run=True)
    assert counts(pair.jpn) == before
    assert tried == taken(pair.jpn, pack)
    assert types(tried["taken"]) == ["offer", "case.opened", "case.said"]
    again = taken(pair.jpn, pack, dry_run=True)
    assert types(again["known"]) == ["offer", "case.opened", "case.said"]
    back = made(pair.jpn)
    before = counts(pair.aus)
    tried = taken(pair.aus, back, dry_run=True)
    assert counts(pair.aus) == before
    assert tried == taken(pair.aus, back)


def counts(node):
    """How much a node holds, and says."""
    with node.store.reading() as tx:
        sizes = [
            getattr(node.records, name).count(tx)
            for name in (
                "items",
                "statements",
                "inbox",
                "entry_refs",
                "cases",
                "case_events",
                "pack_answers",
                "transfers",
            )
        ]
        return [*sizes, node.internal.size(tx)]


def test_both_journeys_are_on_record_and_name_nobody(pair):
    cut(pair)
    pack = made(pair.aus)
    taken(pair.jpn, pack)
    for node, kind in ((pair.aus, "pack.exported"), (pair.jpn, "pack.imported")):
        with node.store.reading() as tx:
            refs = node.records.entry_refs.find(tx, order="index", kind=kind)
        assert len(refs) == 1


def test_offers_that_stand_side_by_side_are_taken_several_at_once(pair, monkeypatch):
    cut(pair)
    assured(pair)
    items = [share(pair, reference=f"r-{number}") for number in range(3)]
    both, met = threading.Barrier(2), []

    def reached(step):
        with suppress(threading.BrokenBarrierError):  # the last of an odd number is alone
            met.append(step == "receive.stored" and both.wait(5) is not None)

    monkeypatch.setattr(pair.jpn.host, "reached", reached)
    found = taken(pair.jpn, made(pair.aus))
    assert types(found["taken"]) == ["offer"] * 3
    assert found["refused"] == []
    assert any(met)
    assert [nations.given(pair.jpn, item).state for item in items] == ["delivered"] * 3


def test_what_rests_on_an_offer_of_the_same_pack_is_taken_after_it(pair):
    cut(pair)
    items = [assured(pair), *(share(pair, reference=f"r-{number}") for number in range(3))]
    recall.recall(pair.aus, items[-1], reason="r", person="aus.release")
    found = taken(pair.jpn, made(pair.aus))
    assert found["waiting"] == found["refused"] == []
    assert not pair.jpn.blobs.has(nations.given(pair.jpn, items[-1]).container)
    assert [nations.given(pair.jpn, item).recalled is None for item in items] == [True] * 3 + [
        False
    ]
    to_and_fro(pair, 2)
    assert [outbox.waiting(node) for node in (pair.aus, pair.jpn)] == [[], []]
