"""Before a second signature: the signer reads what is to be signed, declines or sends back, and
nobody else does.

Spec: spec/exchange.md §4 (before the signature); R35, R64.
"""

from __future__ import annotations

import io

import pytest

from sealane.services.exchange import outbox, release, signature, withdrawal
from sealane.services.register import views
from tests import nations
from tests.lane.made import cleared, code_of, register, staff, told
from tests.lane.made import release as release_held
from tests.lane.test_lives import states

TEXT = b"harbour survey, page one"


def waiting(pair, **changes):
    """A release that waits for its second signer, and what the officer says of it."""
    terms = {"second": None, "reference": None, "reason": "they asked for it", **changes}
    asked = nations.wanted(pair.aus, **terms)
    return release.release(pair.aus, asked, io.BytesIO(TEXT)).item


def read(node, item, signer="aus.second"):
    sink = io.BytesIO()
    try:
        signature.read(node, item, signer=signer, sink=sink)
    except BaseException:
        assert sink.getvalue() == b""
        raise
    return sink.getvalue()


@pytest.fixture
def signer(pair):
    cleared(pair.aus, "aus.second")
    return pair


def test_the_second_signer_reads_the_very_bytes_that_are_to_be_signed_on_record(signer):
    pair = signer
    item = waiting(pair)
    assert read(pair.aus, item) == TEXT
    (entry,) = told(pair.aus, "release.read")
    assert (entry["object"], entry["actor"], entry["proof"]) == (item, "aus.second", "unproven")
    assert told(pair.aus, "release.read", nations.AGREEMENT) == []
    release.countersign(pair.aus, item, "aus.second")
    outbox.deliver_due(pair.aus)
    assert nations.read(pair, item) == TEXT


@pytest.mark.parametrize("profile", ["sovereign", "interop"])
def test_it_is_read_whatever_the_profile_and_the_partner_gets_no_container_of_it(signer, profile):
    pair = signer
    item = waiting(pair, profile=profile)
    assert read(pair.aus, item) == TEXT
    assert states(pair, item) == ("awaiting second signer", None)
    with pair.aus.store.reading() as tx:
        held = pair.aus.holding(tx, item)
    assert {one.to for one in held.containers} == {"AUS", "JPN"}
    with pair.aus.store.reading() as tx:
        line = views.item(pair.aus, tx, item)
    assert line["policy_uuid"] == held.given("JPN").policy_uuid


def test_what_was_registered_and_waits_is_read_as_well(signer):
    pair = signer
    item = register(pair.aus, "visual")
    release_held(pair.aus, item, second=None)
    assert b"Harbour briefing" in read(pair.aus, item)
    release.countersign(pair.aus, item, "aus.second")
    outbox.deliver_due(pair.aus)
    assert b"Harbour briefing" in nations.read(pair, item)


def test_a_clearance_at_the_level_is_needed_and_nothing_else(pair):
    item = waiting(pair)
    staff(pair.aus, "aus.second", "second-signer")
    assert code_of(lambda: read(pair.aus, item)) == "signature.not_cleared"
    (entry,) = [one for one in told(pair.aus, "key.refused") if one["object"] == item]
    assert (entry["actor"], entry["reason"]) == ("aus.second", "signature.not_cleared")
    for level, reads in (
        ("PROTECTED", False),
        ("NV1", True),
        ("Baseline", False),
        ("SECRET", True),
    ):
        # Neither a briefing, nor an authorisation, nor a facility is on record.
        cleared(pair.aus, "aus.second", level)
        if reads:
            assert read(pair.aus, item) == TEXT
        else:
            assert code_of(lambda: read(pair.aus, item)) == "signature.not_cleared"


def test_nobody_else_reads_it(signer):
    pair = signer
    item = waiting(pair)
    for person in ("aus.analyst", "aus.release", "aus.clerk", "aus.security", "aus.auditor"):
        if person != "aus.auditor":
            cleared(pair.aus, person)
        assert code_of(lambda person=person: read(pair.aus, item, person)) == "person.duty"
    assert code_of(lambda: read(pair.aus, item, "nobody")) == "person.unknown"
    assert code_of(lambda: read(pair.aus, "AUS-2026-999999")) == "item.unknown"
    for person in ("aus.analyst", "aus.release"):
        bare = cleared(pair.aus, person)
        staff(pair.aus, person, "second-signer", clearances=bare["clearances"])
        assert (
            code_of(lambda person=person: read(pair.aus, item, person)) == "signature.not_separated"
        )
    assert told(pair.aus, "release.read") == []


def test_only_while_it_waits(signer):
    pair = signer
    signed, gone, back = waiting(pair), waiting(pair), waiting(pair)
    release.countersign(pair.aus, signed, "aus.second")
    withdrawal.withdraw(pair.aus, gone, "aus.release", reason="r")
    signature.send_back(pair.aus, back, "aus.second", reason="r")
    for item in (signed, gone, back):
        assert code_of(lambda item=item: read(pair.aus, item)) == "life.no_such_step"
    signature.resubmit(pair.aus, back, "aus.release", reason="r")
    assert read(pair.aus, back) == TEXT


def test_a_declined_release_is_over_and_the_partner_never_hears_of_it(pair):
    item = waiting(pair)
    found = signature.decline(pair.aus, item, "aus.second", reason="not for them")
    assert (found["state"], found["told"]) == ("declined", [])
    pair.settle(2)
    assert states(pair, item) == ("declined", None)
    for again in (
        lambda: release.countersign(pair.aus, item, "aus.second"),
        lambda: signature.decline(pair.aus, item, "aus.second", reason="r"),
        lambda: signature.resubmit(pair.aus, item, "aus.release", reason="r"),
    ):
        assert code_of(again) == "life.no_such_step"
    assert code_of(lambda: withdrawal.withdraw(pair.aus, item, "aus.release", reason="r")) == (
        "item.state"
    )
    (entry,) = told(pair.aus, "release.declined")
    assert (entry["object"], entry["actor"]) == (item, "aus.second")
    with pair.jpn.store.reading() as tx:
        kept = pair.jpn.records.statements.find(tx, order="kept", limit=1000)
    assert item not in {one.item for one in kept}


def test_what_they_say_to_one_another_stands_beside_the_item_in_order(pair):
    item = waiting(pair)
    signature.send_back(pair.aus, item, "aus.second", reason="which survey?")
    assert states(pair, item) == ("sent back", None)
    assert code_of(lambda: release.countersign(pair.aus, item, "aus.second")) == (
        "life.no_such_step"
    )
    signature.resubmit(pair.aus, item, "aus.release", reason="the one of May")
    assert states(pair, item) == ("awaiting second signer", None)
    signature.decline(pair.aus, item, "aus.second", reason="no")
    with pair.aus.store.reading() as tx:
        said = views.item(pair.aus, tx, item)["remarks"]
    assert [(one["by"], one["act"], one["text"]) for one in said] == [
        ("aus.release", "release", "they asked for it"),
        ("aus.second", "send-back", "which survey?"),
        ("aus.release", "resubmit", "the one of May"),
        ("aus.second", "decline", "no"),
    ]
    # No word of it stands in any log.
    assert b"survey" not in b"".join(everything(pair.aus))


def everything(node):
    with node.store.reading() as tx:
        for name in (None, nations.AGREEMENT):
            log = nations.log_of(node, name)
            yield from list(log.entries(tx, 0, log.size(tx)))


@pytest.mark.parametrize("act", [signature.decline, signature.send_back])
def test_whose_no_it_is(pair, act):
    item, theirs = waiting(pair), nations.share(pair)
    for person in ("aus.analyst", "aus.release", "aus.clerk", "aus.security"):
        assert (
            code_of(lambda person=person: act(pair.aus, item, person, reason="r")) == "person.duty"
        )
    staff(pair.aus, "aus.analyst", "second-signer")
    assert (
        code_of(lambda: act(pair.aus, item, "aus.analyst", reason="r")) == "signature.not_separated"
    )
    assert code_of(lambda: act(pair.jpn, theirs, "jpn.clerk", reason="r")) == "item.not_yours"
    assert states(pair, item) == ("awaiting second signer", None)


def test_of_two_recipients_the_no_is_to_both(three):
    from tests.lane import several

    item = release.release(
        three.aus, several.wanted(three, second=None, reference=None), io.BytesIO(TEXT)
    ).item
    cleared(three.aus, "aus.second")
    assert read(three.aus, item) == TEXT
    signature.decline(three.aus, item, "aus.second", reason="no")
    three.settle()
    assert several.states(three, item) == {"JPN": "declined", "USA": "declined"}
    assert several.items(three.jpn) == several.items(three.usa) == []
