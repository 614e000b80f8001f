"""Every statement's body is a record: what is good is read and given back, and nothing else is."""

import dataclasses
import re

import pytest

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError
from sealane.crypto.keys import PrivateKey
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import table
from sealane.ledger.bodies.sizes import MOST, most_bytes
from tests import mistyped
from tests.test_house import ROOT

KEYS = [PrivateKey.generate("ES384"), PrivateKey.generate("ML-DSA-87")]


def statement(body):
    return receipt.Statement(
        agreement="jpn-aus-2022",
        agreement_digest="0" * 96,
        by="AUS",
        to="JPN",
        node="canberra.aus.example",
        item=None,
        at="2026-11-22T00:00:00Z",
        nonce="0" * 32,
        body=body,
    )


@pytest.mark.parametrize("kind", bodies.TYPES)
def test_a_good_body_is_read_and_its_bytes_come_back(kind):
    value = canonical.parse(canonical.encode(mistyped.good(kind)))
    body = bodies.read(kind, value)
    assert bodies.type_of(body) == kind
    assert canonical.encode(bodies.as_json(body)) == canonical.encode(value)
    assert set(value) <= set(bodies.members(kind))


@pytest.mark.parametrize("kind", bodies.TYPES)
def test_every_spoilt_member_is_refused_by_its_name(kind):
    cases = list(mistyped.spoilt(kind))
    assert {one.member for one in cases} == {"extra", *bodies.members(kind)}
    for one in cases:
        with pytest.raises(Malformed) as caught:
            bodies.read(kind, one.body)
        assert caught.value.code == "statement.malformed", str(one)
        assert str(caught.value.position).startswith(one.member), str(one)


@pytest.mark.parametrize("value", [None, [], "x", 7, True])
def test_a_body_that_is_no_object_and_a_type_that_is_unknown_are_refused(value):
    with pytest.raises(Malformed):
        bodies.read("acknowledged", value)
    with pytest.raises(Malformed, match="unknown type"):
        bodies.read("nothing.such", {})


@pytest.mark.parametrize("until", ["2026-02-30T00:00:00Z", "2026-11-22T00:00:00+09:00", "x", ""])
def test_a_time_that_is_none_is_refused_by_its_member(until):
    with pytest.raises(Malformed) as caught:
        bodies.read("assurance", {**mistyped.good("assurance"), "until": until})
    assert (caught.value.code, caught.value.position) == ("statement.malformed", "until")


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"suite": "X-Wing"},
        {"public": "AAAA"},
        {"suite": "X-Wing", "public": "AAAA", "sha384": "0" * 96},
    ],
)
def test_a_client_key_is_whole_or_named_by_its_digest(key):
    good = mistyped.good("open.request")
    assert bodies.read("open.request", {**good, "client_key": {"sha384": "0" * 96}})
    with pytest.raises(Malformed) as caught:
        bodies.read("open.request", {**good, "client_key": key})
    assert caught.value.position == "client_key"


def test_what_is_signed_is_judged_as_strictly_as_what_is_heard():
    body = bodies.Acknowledged(answers="no digest")
    with pytest.raises(Malformed, match="answers"):
        receipt.sign(statement(body), KEYS)
    long = bodies.StatementsHeld(answers="0" * 96, held=("A" * (2 << 20),) * 3, missing=())
    with pytest.raises(Malformed, match=r"statement\.too_long"):
        receipt.sign(statement(long), KEYS)


def test_a_statement_says_its_body_as_the_record_that_is_asked_for_alone():
    said = statement(bodies.Acknowledged(answers="0" * 96))
    assert said.saying(bodies.Acknowledged).answers == said.answers == "0" * 96
    with pytest.raises(Malformed, match=r"statement\.wrong_type"):
        said.saying(bodies.Rejected)
    assert dataclasses.replace(said, body=bodies.InventoryRequest(after=None)).answers is None


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("v", 2),
        ("v", True),
        ("type", 7),
        ("type", "x" * 5000),
        ("agreement", "x"),
        ("agreement", {"id": "jpn-aus-2022", "digest": "0" * 95}),
        ("by", "Australia"),
        ("to", None),
        ("node", ""),
        ("item", 7),
        ("item", "x" * 129),
        ("at", None),
        ("at", "2026-02-30T00:00:00Z"),
        ("nonce", "0" * 33),
        ("nonce", "G" * 32),
        ("body", []),
    ],
)
def test_every_member_of_the_envelope_is_strict(member, value):
    whole = canonical.parse(statement(bodies.Acknowledged(answers="0" * 96)).payload())
    assert receipt.parse(canonical.encode(whole)).type == "acknowledged"
    for wrong in (
        {**whole, member: value},
        {name: whole[name] for name in whole if name != member},
    ):
        with pytest.raises(Malformed):
            receipt.parse(canonical.encode(wrong))


def test_the_specification_tells_every_type_member_and_bound():
    text = (ROOT / "spec" / "receipt.md").read_text(encoding="utf-8")
    told = re.search(r"(?s)<!-- bodies -->\n(.*)<!-- end of bodies -->", text)
    assert told is not None
    assert told[1] == table.markdown(), "put `sealane.ledger.bodies.table.markdown()` there"


@pytest.mark.parametrize("kind", bodies.TYPES)
def test_every_type_has_a_length_that_its_members_bound(kind):
    assert 8192 < most_bytes(kind) <= MOST


def test_what_can_say_little_is_short():
    """Twenty of them fill nothing."""
    for kind in ("opened", "transfer.accepted", "acknowledged", "destroyed", "withdrawn"):
        assert most_bytes(kind) < 160_000, kind
    assert most_bytes("open.denied") < MOST // 4


def test_a_statement_longer_than_its_type_can_be_is_refused_before_its_signatures_are_looked_at(
    monkeypatch,
):
    said = statement(bodies.read("opened", mistyped.good("opened")))
    data = receipt.sign(said, KEYS)
    assert len(data) <= most_bytes("opened")
    monkeypatch.setattr(receipt, "most_bytes", lambda kind: len(data) - 1)
    with pytest.raises(SealaneError) as caught:
        receipt.hear(data, lambda claimed: pytest.fail("its keys are asked for"))
    assert caught.value.code == "statement.too_long"
