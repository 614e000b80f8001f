"""One release to several recipients: three nations, one item, a container and a copy each, and
nobody's matter is another's.

Spec: spec/exchange.md §4 (several recipients); docs/adr/0021-a-container-each.md.
"""

from __future__ import annotations

import dataclasses
import io
import json

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.ledger import receipt
from sealane.registry.transfer import DELIVERED, QUEUED
from sealane.services.exchange import (
    arrival,
    assurance,
    container_files,
    outbox,
    recall,
    release,
    withdrawal,
)
from sealane.services.opening import open_item
from sealane.services.register import views
from tests import nations
from tests.lane.several import (
    LABEL,
    TEXT,
    code_of,
    copies,
    given,
    items,
    opened,
    share,
    states,
    wanted,
)


def test_one_item_reaches_both_under_one_number_with_a_copy_each_and_both_open_it(three):
    found = release.release(three.aus, wanted(three), io.BytesIO(TEXT))
    assert [(one.to, one.state, one.decision["decision"]) for one in found.transfers] == [
        ("JPN", "queued", "permit"),
        ("USA", "queued", "permit"),
    ]
    three.settle()
    item = found.item
    assert items(three.aus) == items(three.jpn) == items(three.usa) == [item]
    assert states(three, item) == {"JPN": "delivered", "USA": "delivered"}
    assert copies(three, item) == {"AUS 0": "held", "JPN 1": "held", "USA 1": "held"}
    for node in (three.jpn, three.usa):
        assert opened(node, item) == TEXT
        ours, theirs = given(three.aus, item, node.party), given(node, item, node.party)
        assert (ours.container, ours.policy_uuid) == (theirs.container, theirs.policy_uuid)
        assert (ours.facts, ours.decision, ours.sealed) == (
            theirs.facts,
            theirs.decision,
            theirs.sealed,
        )
    one, other = given(three.aus, item, "JPN"), given(three.aus, item, "USA")
    assert one.container != other.container
    assert one.policy_uuid != other.policy_uuid


def test_no_recipient_learns_of_another_from_anything_that_it_gets(three):
    label = dataclasses.replace(LABEL, privacy_mark=None)
    item = share(three, label=label)
    for node, other in ((three.jpn, b"USA"), (three.usa, b"JPN")):
        with node.store.reading() as tx:
            kept = node.records.statements.find(tx, order="kept", item=item)
        said = [receipt.peek(bytes(one.data)) for one in kept if one.by == "AUS"]
        assert [one.type for one in said] == ["offer"]
        request = dict(said[0].body.request)
        # The label's own releasability is the one member that may say it.
        request.pop("label")
        request["agreement"] = ""
        assert other not in json.dumps(request).encode()
        assert said[0].body.copy == 1
        with node.store.reading() as tx:
            held = node.holding(tx, item)
        assert {copy.number for copy in held.copies} == {1}
        assert held.item.facts["released_to"] == [node.party]


def test_another_recipients_container_opens_nothing_here(three):
    item = share(three)
    theirs = given(three.usa, item, "USA")
    with three.usa.blobs.read(theirs.container) as file:
        data = file.read()
    row = given(three.jpn, item, "JPN")
    sink = io.BytesIO()
    code = code_of(
        lambda: open_item.open_container_of(
            three.jpn,
            row,
            io.BytesIO(data),
            person="jpn.sato",
            purpose="assessment",
            action="open",
            sink=sink,
        )
    )
    assert code in ("key.refused", "key.no_share")
    assert sink.getvalue() == b""


def test_another_recipients_file_that_comes_by_hand_is_not_claimed(three):
    item = share(three)
    with three.usa.blobs.read(given(three.usa, item, "USA").container) as file:
        data = io.BytesIO(file.read())
    sink = io.BytesIO()
    with pytest.raises(SealaneError) as caught:
        container_files.open_from(three.jpn, data, sink, person="jpn.sato", purpose="assessment")
    assert caught.value.code == "container.not_released"
    assert caught.value.details["answer"]["code"] == "item.not_offered"
    assert sink.getvalue() == b""
    assert opened(three.usa, item) == opened(three.jpn, item) == TEXT


def test_a_recipient_named_twice_counts_once_and_an_unknown_one_stops_all(three):
    found = release.release(
        three.aus, wanted(three, to=("JPN", "USA", "JPN"), reference=None), io.BytesIO(TEXT)
    )
    assert [one.to for one in found.transfers] == ["JPN", "USA"]
    before = items(three.aus)
    for each in (False, True):
        asked = wanted(three, to=("JPN", "GBR"), each=each, reference=None)
        with pytest.raises(SealaneError) as caught:
            release.release(three.aus, asked, io.BytesIO(TEXT))
        assert (caught.value.code, caught.value.exit_status) == ("partner.unknown", 4)
    assert items(three.aus) == before


NOT_TO_USA = label_from_json(nations.LABEL)


def test_one_refusal_stops_all_and_is_recorded_by_itself(three):
    asked = wanted(three, label=NOT_TO_USA)
    with pytest.raises(SealaneError) as caught:
        release.release(three.aus, asked, io.BytesIO(TEXT))
    assert caught.value.code == "decision.refused"
    assert "USA: 3.3" in caught.value.message
    told = caught.value.details["transfers"]
    assert [(one["to"], one["state"]) for one in told] == [
        ("JPN", "not released"),
        ("USA", "refused"),
    ]
    assert items(three.aus) == items(three.jpn) == []
    with three.aus.store.reading() as tx:
        refs = three.aus.records.entry_refs.find(tx, order="index", kind="decision.refuse")
        assert len(refs) == 1
        assert three.aus.records.outbox.find(tx, order="id") == []


def test_with_each_those_permitted_are_served_and_the_others_are_listed_as_refused(three):
    asked = wanted(three, label=NOT_TO_USA, each=True)
    found = release.release(three.aus, asked, io.BytesIO(TEXT))
    assert [(one.to, one.state) for one in found.transfers] == [
        ("JPN", "queued"),
        ("USA", "refused"),
    ]
    assert found.transfers[1].decision["decision"] == "refuse"
    three.settle()
    assert opened(three.jpn, found.item) == TEXT
    assert items(three.usa) == []
    again = release.release(three.aus, asked, io.BytesIO(TEXT))
    assert (again.item, again.earlier) == (found.item, True)
    assert [one.state for one in again.transfers] == ["delivered", "refused"]


def test_with_each_nobody_served_is_a_refusal(three):
    asked = wanted(three, label=NOT_TO_USA, to=("USA",), each=True)
    assert code_of(lambda: release.release(three.aus, asked, io.BytesIO(TEXT))) == (
        "decision.refused"
    )


def test_a_partner_away_whose_assurance_is_missing_stops_all_or_is_listed(three):
    three.line.down.add("USA")
    ask = lambda **more: release.release(three.aus, wanted(three, **more), io.BytesIO(TEXT))  # noqa: E731
    assert code_of(ask) == "partner.no_answer"
    assert items(three.aus) == []
    found = ask(each=True)
    assert [(one.to, one.state, one.trouble) for one in found.transfers] == [
        ("JPN", "queued", None),
        ("USA", "refused", "partner.no_answer"),
    ]


def test_a_partner_away_keeps_no_other_waiting(three):
    share(three, reference="before")
    three.line.down.add("USA")
    item = share(three)
    assert states(three, item) == {"JPN": "delivered", "USA": "queued"}
    assert opened(three.jpn, item) == TEXT
    arrival.accept(three.jpn, item, "jpn.clerk")
    outbox.deliver_due(three.jpn)
    assert states(three, item) == {"JPN": "accepted", "USA": "queued"}
    three.line.down.clear()
    three.settle()
    assert states(three, item) == {"JPN": "accepted", "USA": "delivered"}
    assert opened(three.usa, item) == TEXT


def test_the_item_stands_where_the_furthest_behind_of_its_transfers_stands(three):
    three.line.down.add("JPN")
    share(three, reference="before", to=("USA",))
    three.line.down.clear()
    item = share(three)
    with three.aus.store.reading() as tx:
        assert three.aus.item(tx, item).state == DELIVERED
    arrival.accept(three.jpn, item, "jpn.clerk")
    arrival.reject(three.usa, item, "usa.clerk", reason="not ours")
    three.settle()
    with three.aus.store.reading() as tx:
        line = views.item(three.aus, tx, item)
    assert line["state"] == "accepted"
    assert {one["to"]: one["state"] for one in line["transfers"]} == {
        "JPN": "accepted",
        "USA": "rejected",
    }
    assert opened(three.jpn, item) == TEXT
    assert code_of(lambda: opened(three.usa, item)) in ("decision.refused", "item.no_container")


def test_the_second_signers_act_covers_every_transfer_that_waits(three):
    found = release.release(three.aus, wanted(three, second=None), io.BytesIO(TEXT))
    assert [one.state for one in found.transfers] == ["awaiting second signer"] * 2
    assert outbox.deliver_due(three.aus) == []
    signed = release.countersign(three.aus, found.item, "aus.second")
    assert [(one.to, one.state) for one in signed.transfers] == [("JPN", QUEUED), ("USA", QUEUED)]
    three.settle()
    for node in (three.jpn, three.usa):
        assert opened(node, found.item) == TEXT


def test_a_waiting_recipient_may_be_left_out_before_the_second_signer_signs(three):
    item = release.release(three.aus, wanted(three, second=None), io.BytesIO(TEXT)).item
    done = withdrawal.withdraw(three.aus, item, "aus.release", reason="r", to="USA")
    assert (done["told"], done["state"]) == ([], "awaiting second signer")
    release.countersign(three.aus, item, "aus.second")
    three.settle()
    assert states(three, item) == {"JPN": "delivered", "USA": "withdrawn"}
    assert items(three.usa) == []


def test_what_was_recalled_while_it_waited_is_never_signed(three):
    item = release.release(three.aus, wanted(three, second=None), io.BytesIO(TEXT)).item
    recall.recall(three.aus, item, reason="r", person="aus.release")
    assert code_of(lambda: release.countersign(three.aus, item, "aus.second")) == "item.state"
    assert outbox.deliver_due(three.aus) == []


def test_the_same_reference_gives_the_same_item_and_other_terms_or_another_file_are_refused(three):
    item = share(three)
    again = release.release(three.aus, wanted(three, to=("USA", "JPN")), io.BytesIO(TEXT))
    assert (again.item, again.earlier) == (item, True)
    for asked, data in (
        (wanted(three, to=("JPN",)), TEXT),
        (wanted(three, purposes=("assessment",)), TEXT),
        (wanted(three), b"another survey"),
    ):
        code = code_of(
            lambda asked=asked, data=data: release.release(three.aus, asked, io.BytesIO(data))
        )
        assert code == "release.reference_taken"
    assert items(three.aus) == [item]


def test_a_person_is_warned_of_an_empty_file_of_nobody_to_read_and_of_a_document_sent_before(three):
    item = share(three)
    second = release.release(three.aus, wanted(three, reference="r-2"), io.BytesIO(TEXT))
    assert [(one.code, one.to, one.item) for one in second.warnings] == [
        ("release.duplicate", "JPN", item),
        ("release.duplicate", "USA", item),
    ]
    third = release.release(
        three.aus, wanted(three, reference="r-3", project="unheard-of"), io.BytesIO(b"")
    )
    assert [(one.code, one.to) for one in third.warnings] == [
        ("release.new_project", None),
        ("release.empty", None),
        ("release.no_readers", "JPN"),
        ("release.no_readers", "USA"),
    ]


def test_an_assurance_of_one_serves_no_other(three):
    with three.aus.store.reading() as tx:
        assert three.aus.records.assurances.find(tx, order="by") == []
    share(three)
    with three.aus.store.reading() as tx:
        rows = three.aus.records.assurances.find(tx, order="by")
    assert [row.by for row in rows] == ["JPN", "USA"]
    assert assurance.member(rows[0].data, "JPN")["by"] == "JPN"
