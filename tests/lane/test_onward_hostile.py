"""A holder that goes beyond what it was granted, and whoever speaks without standing of what was
passed on: refused by name at each nation, and nothing opens.

Spec: spec/onward.md §2, §5; docs/threat-model.md.
"""

from __future__ import annotations

import base64
import dataclasses

import pytest

from sealane.ledger import bodies, receipt
from sealane.services import dispatch
from sealane.services.exchange import arrival, onward_sealing
from sealane.services.statements.journal import compose
from tests import nations
from tests.lane import passing_on, several
from tests.lane.passing_on import AGREEMENT, TRILATERAL, copies, delivered, given, granted, passed

LATER = "2099-01-01T00:00:00Z"


@pytest.fixture
def held(three):
    passing_on.staffed(three)
    return three


def digest_of(node, agreement):
    with node.store.reading() as tx:
        return node.agreement_row(tx, agreement).digest


def answers(node, item, kind, by):
    """The codes or types that a node answered about an item to statements of a type by another."""
    with node.store.reading() as tx:
        told = node.records.statements.find(tx, order="kept", item=item, type=kind, by=by)
        rows = [node.records.inbox.get(tx, statement=one.digest) for one in told]
    said = [receipt.peek(row.answer) for row in rows if row is not None]
    return [getattr(one.body, "code", one.type) for one in said]


def other_grant(three, item, granted_, **changes):
    """A grant with other members, as its signer would have said it."""
    body = receipt.peek(base64.b64decode(granted_.data)).saying(bodies.OnwardGranted)
    signer = changes.pop("signer", three.aus)
    to = changes.pop("to", "USA")
    said = compose(
        signer,
        bodies.OnwardGranted(**{**bodies.as_json(body), **changes}),
        to=to,
        agreement=(TRILATERAL, digest_of(three.aus, TRILATERAL)),
        item=item,
    )
    return dataclasses.replace(granted_, data=base64.b64encode(said.data).decode())


def beyond_time(three, item, granted_):
    return dataclasses.replace(granted_, until=LATER)


def beyond_purposes(three, item, granted_):
    return dataclasses.replace(granted_, purposes=(*granted_.purposes, "operations"))


def by_itself(three, item, granted_):
    return other_grant(three, item, granted_, signer=three.jpn)


def of_another_holder(three, item, granted_):
    return other_grant(three, item, granted_, holder="USA")


def of_another_label(three, item, granted_):
    label = {**passing_on.nations_three.LABEL, "classification": "TOP SECRET"}
    return other_grant(three, item, granted_, label=label)


def to_somebody_else(three, item, granted_):
    return other_grant(three, item, granted_, to="JPN")


def of_no_statement(three, item, granted_):
    return dataclasses.replace(granted_, data="AAAA")


@pytest.mark.parametrize(
    ("lie", "code"),
    [
        (beyond_time, "onward.beyond_grant"),
        (beyond_purposes, "onward.beyond_grant"),
        (by_itself, "onward.beyond_grant"),
        (of_another_holder, "onward.beyond_grant"),
        (of_another_label, "onward.beyond_grant"),
        (to_somebody_else, "statement.not_for_us"),
        (of_no_statement, "json.malformed"),
    ],
)
def test_an_offer_beyond_its_grant_is_turned_away_and_its_provider_gives_no_key(
    held, monkeypatch, lie, code
):
    three = held
    item = given(three)
    granted(three, item)
    honest = onward_sealing.read

    def lying(*args):
        return lie(three, item, honest(*args))

    monkeypatch.setattr(onward_sealing, "read", lying)
    passed(three, item)
    three.settle(2)
    assert several.items(three.usa) == []
    assert answers(three.usa, item, "offer", "JPN") == [code]
    told = answers(three.aus, item, "onward.offered", "JPN")
    if lie in (beyond_time, beyond_purposes):
        assert told[0] == code
        assert copies(three.aus, item) == {"AUS 0": "held", "JPN 1": "held"}
    with three.aus.store.reading() as tx:
        assert three.aus.item(tx, item).state == "accepted"


def test_without_a_grant_another_nations_number_is_refused(held):
    three = held
    item = delivered(three)
    with three.jpn.store.reading() as tx:
        row = three.jpn.given(tx, item, "USA")
        (kept,) = [
            one
            for one in three.jpn.records.statements.find(tx, order="kept", item=item, type="offer")
            if one.to == "USA"
        ]
    offer = receipt.peek(bytes(kept.data)).saying(bodies.Offer)
    plain = {name: value for name, value in bodies.as_json(offer).items() if name != "onward"}
    said = compose(
        three.jpn,
        bodies.read("offer", plain),
        to="USA",
        agreement=(TRILATERAL, row.agreement_digest),
        item="AUS-2026-000077",
    )
    error = passing_on.refused(lambda: arrival.judge(three.usa, said.data))
    assert error.code == "statement.other_number"


def says(by, to, body, item, agreement):
    """What a node answers to a statement of another: a type, or the code that refuses it."""
    version = (agreement, digest_of(by, agreement))
    said = compose(by, body, to=to.party, agreement=version, item=item)
    try:
        answer = receipt.peek(dispatch.answer(to, said.data))
    except passing_on.SealaneError as error:
        return error.code
    return str(getattr(answer.body, "code", answer.type))


def carried(three, item, kind, by):
    """The bytes of what was said between holder and third party, as the holder keeps them."""
    with three.jpn.store.reading() as tx:
        rows = three.jpn.records.statements.find(tx, order="kept", item=item, type=kind, by=by)
    return base64.b64encode(bytes(rows[-1].data)).decode()


def test_the_provider_takes_from_the_holder_only_what_the_two_signed_of_this_item(held):
    three = held
    item = delivered(three)
    other = given(three, reference="r-2")
    received = carried(three, item, "transfer.received", "USA")
    offer = carried(three, item, "offer", "JPN")
    mine = carried(three, item, "transfer.received", "JPN")

    def told(body, about=item):
        return says(three.jpn, three.aus, body, about, AGREEMENT)

    assert told(bodies.OnwardSaid(statement=received)) == "acknowledged"
    assert told(bodies.OnwardSaid(statement=received), other) == "onward.waits"
    assert told(bodies.OnwardSaid(statement=offer)) == "onward.other_word"
    assert told(bodies.OnwardSaid(statement=mine)) == "onward.waits"
    broken = base64.b64encode(base64.b64decode(received)[:-40] + b"x" * 40).decode()
    assert told(bodies.OnwardSaid(statement=broken)).partition(".")[0] in ("json", "jws")
    assert copies(three.aus, item)["USA 1"] == "held"


def test_an_offer_that_rests_on_no_grant_of_this_item_makes_no_leg(held):
    three = held
    item = delivered(three)
    nations_read(three, item)
    with three.jpn.store.reading() as tx:
        kept = three.jpn.records.statements.find(tx, order="kept", item=item, type="onward.offered")
        released = three.jpn.records.statements.find(
            tx, order="kept", item=item, type="key.released", by="AUS"
        )
    offered = receipt.peek(bytes(kept[0].data)).saying(bodies.OnwardOffered)
    read = [one for one in released if one.digest != offered.answers]
    assert read
    other = bodies.OnwardOffered(**{**bodies.as_json(offered), "answers": read[-1].digest})
    assert says(three.jpn, three.aus, other, item, AGREEMENT) == "onward.other_word"
    assert says(three.jpn, three.aus, offered, item, AGREEMENT) == "onward.other_word"
    foreign = bodies.OnwardOffered(**{**bodies.as_json(offered), "answers": "0" * 96})
    assert says(three.jpn, three.aus, foreign, item, AGREEMENT) == "statement.other_named"


def nations_read(three, item):
    sink = several.io.BytesIO()
    several.open_item.open_item(
        three.jpn, item, person="jpn.sato", purpose="assessment", action="open", sink=sink
    )
    three.settle(1)


def test_nobody_but_the_holder_calls_it_back_there(held):
    three = held
    item = delivered(three)
    order = bodies.RecallOrdered(reason="mine", copies=(1,))
    assert says(three.aus, three.usa, order, item, TRILATERAL) == "statement.no_standing"
    label = bodies.Relabelled(
        label=passing_on.nations_three.LABEL, replaces="0" * 96, reason="mine"
    )
    assert says(three.aus, three.usa, label, item, TRILATERAL) == "statement.no_standing"


def test_another_part_of_the_key_is_told_in_vain(held, monkeypatch):
    three = held
    item = given(three)
    granted(three, item)
    honest = onward_sealing.sealed_for

    def lying(*args, **more):
        made = honest(*args, **more)
        return dataclasses.replace(made, key_access={**made.key_access, "kid": "0" * 24})

    monkeypatch.setattr(onward_sealing, "sealed_for", lying)
    passed(three, item)
    three.settle(2)
    assert answers(three.aus, item, "onward.offered", "JPN") == ["onward.other_word"]
    passing_on.proven(three)
    with pytest.raises(passing_on.SealaneError):
        several.opened(three.usa, item)
    assert nations.given(three.usa, item, "USA").state == "delivered"
