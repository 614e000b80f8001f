"""Every party signs the same bytes with both suites, or the agreement is not signed."""

import dataclasses
import functools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane.agreements import endorsements, signing
from sealane.agreements.endorsements import add, complete, examine, require
from sealane.agreements.signing import Paper, Signatory, endorse
from sealane.base import canonical
from sealane.base.errors import Conflict, Malformed, SealaneError, Untrusted
from sealane.base.values import Instant, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PrivateKey

AT = parse_instant("2026-11-22T00:00:00Z")
PAPER = Paper(
    agreement="jpn-aus-2022",
    version=3,
    previous=None,
    parties=("AUS", "JPN"),
    signatories=tuple(
        Signatory(party=party, authority=f"authority-{party}", since=Instant(0))
        for party in ("AUS", "FRA", "JPN")
    ),
    data=b'id = "jpn-aus-2022"\n',
)


@functools.cache
def pair(owner):
    return tuple(PrivateKey.generate(alg) for alg in signing.SUITES)


def keys(*owners):
    return {owner: tuple(key.public for key in pair(owner)) for owner in owners}


def signed(paper, *parties, by=None):
    beside = None
    for party in parties:
        one = endorse(
            paper, party=party, authority=f"authority-{party}", at=AT, signers=pair(by or party)
        )
        beside = add(beside, one, paper)
    return beside


def codes(beside, paper=PAPER, known=None):
    rows = examine(beside, paper, keys("AUS", "JPN") if known is None else known)
    return {row.party: row.error.code if row.error else None for row in rows}


def test_signatures_of_all_parties_over_the_exact_bytes_are_complete():
    rows = examine(signed(PAPER, "AUS", "JPN"), PAPER, keys("AUS", "JPN"))
    assert complete(rows)
    require(rows)
    assert [row.as_json()["state"] for row in rows] == ["signed", "signed"]
    assert rows[0].authority == "authority-AUS"


def test_the_order_of_signing_leaves_the_same_parties_in_the_same_order():
    one, other = signed(PAPER, "AUS", "JPN"), signed(PAPER, "JPN", "AUS")
    assert list(codes(one)) == list(codes(other)) == ["AUS", "JPN"]


def test_a_party_that_has_not_signed_is_named():
    assert codes(signed(PAPER, "AUS")) == {"AUS": None, "JPN": "agreement.signature_missing"}
    assert codes(None) == dict.fromkeys(("AUS", "JPN"), "agreement.signature_missing")


def test_one_changed_byte_makes_every_signature_one_over_other_bytes():
    other = dataclasses.replace(PAPER, data=PAPER.data + b" ")
    assert codes(signed(PAPER, "AUS", "JPN"), other) == dict.fromkeys(
        ("AUS", "JPN"), "agreement.signature_other_bytes"
    )


def test_the_same_bytes_under_another_identity_or_predecessor_are_not_what_was_signed():
    for other in ({"agreement": "jpn-aus-2023"}, {"version": 4}, {"previous": "00" * 48}):
        paper = dataclasses.replace(PAPER, **other)
        assert set(codes(signed(PAPER, "AUS", "JPN"), paper).values()) == {
            "agreement.signature_other_bytes"
        }


def test_a_signature_by_another_partys_key_is_a_wrong_key():
    forged = signed(PAPER, "JPN", by="AUS")
    assert codes(forged)["JPN"] == "agreement.signature_wrong_key"


def test_a_party_without_enrolled_keys_has_proved_nothing():
    assert (
        codes(signed(PAPER, "AUS", "JPN"), known=keys("AUS"))["JPN"]
        == "agreement.signature_key_unknown"
    )


def test_a_stranger_cannot_sign_and_a_strangers_signature_spoils_the_whole():
    with pytest.raises(Untrusted, match="unknown_party"):
        endorse(PAPER, party="FRA", authority=None, at=AT, signers=pair("FRA"))
    wider = dataclasses.replace(PAPER, parties=("AUS", "FRA", "JPN"))
    rows = examine(signed(wider, "AUS", "JPN", "FRA"), PAPER, keys("AUS", "JPN", "FRA"))
    assert [row.party for row in rows] == ["AUS", "JPN", "FRA"]
    assert rows[2].error.code == "agreement.signature_unknown_party"
    assert not complete(rows)


@pytest.mark.parametrize(
    "algs", [("ES384",), ("ML-DSA-87",), ("ES384", "ES384"), ("Ed25519", "ML-DSA-87"), ()]
)
def test_both_suites_must_sign(algs):
    signers = [PrivateKey.generate(alg) for alg in algs]
    with pytest.raises(Untrusted, match="signature_suite"):
        endorse(PAPER, party="AUS", authority=None, at=AT, signers=signers)


def test_a_statement_with_one_suite_taken_off_does_not_count():
    whole = json.loads(endorse(PAPER, party="AUS", authority=None, at=AT, signers=pair("AUS")))
    for place in (0, 1):
        half = canonical.encode({**whole, "signatures": [whole["signatures"][place]]})
        beside = canonical.encode({"v": 1, "endorsements": [json.loads(half)], "keys": {}})
        assert codes(beside)["AUS"] == "agreement.signature_suite"


def test_another_kind_of_statement_by_the_right_keys_is_not_an_endorsement():
    statement = jws.peek(endorse(PAPER, party="AUS", authority=None, at=AT, signers=pair("AUS")))
    other = jws.sign(statement, pair("AUS"), typ="sealane-receipt+json")
    beside = canonical.encode({"v": 1, "endorsements": [json.loads(other)], "keys": {}})
    assert codes(beside)["AUS"] == "jws.header"


def test_only_a_competent_authority_within_its_dates_can_sign():
    with pytest.raises(Untrusted, match="signature_authority"):
        endorse(PAPER, party="AUS", authority="somebody", at=AT, signers=pair("AUS"))
    for dates in ({"since": Instant(AT + 1)}, {"since": Instant(0), "until": AT}):
        outside = dataclasses.replace(
            PAPER,
            signatories=(
                Signatory(party="AUS", authority="authority-AUS", **dates),
                *PAPER.signatories[1:],
            ),
        )
        with pytest.raises(Untrusted, match="signature_authority"):
            endorse(outside, party="AUS", at=AT, signers=pair("AUS"))
        assert codes(signed(PAPER, "AUS", "JPN"), outside) == {
            "AUS": "agreement.signature_authority",
            "JPN": None,
        }


def pinned(paper, party, owner):
    kids = frozenset(key.public.kid for key in pair(owner))
    return dataclasses.replace(
        paper,
        signatories=tuple(
            dataclasses.replace(one, kids=kids) if one.party == party else one
            for one in paper.signatories
        ),
    )


def test_keys_that_the_file_names_are_the_only_ones_that_sign_for_that_authority():
    paper = pinned(PAPER, "JPN", "other")
    with pytest.raises(Untrusted, match="signature_wrong_key"):
        endorse(paper, party="JPN", at=AT, signers=pair("JPN"))
    assert codes(signed(PAPER, "AUS", "JPN"), paper)["JPN"] == "agreement.signature_wrong_key"


def test_carried_keys_count_only_where_the_agreement_names_them():
    paper = pinned(PAPER, "AUS", "AUS")
    beside = None
    for party in ("AUS", "JPN"):
        one = endorse(paper, party=party, at=AT, signers=pair(party))
        beside = add(beside, one, paper, (key.public for key in pair(party)))
    assert endorsements.named_keys(beside, paper) == keys("AUS")
    assert endorsements.named_keys(beside, PAPER) == {}
    found = codes(beside, paper, endorsements.named_keys(beside, paper))
    assert found == {"AUS": None, "JPN": "agreement.signature_key_unknown"}


def test_signing_the_same_bytes_twice_is_refused_and_a_new_draft_replaces_the_old_signature():
    beside = signed(PAPER, "AUS")
    with pytest.raises(Conflict, match="signed_twice"):
        add(beside, endorse(PAPER, party="AUS", authority=None, at=AT, signers=pair("AUS")), PAPER)
    redraft = dataclasses.replace(PAPER, data=b"another")
    again = add(
        beside, endorse(redraft, party="AUS", authority=None, at=AT, signers=pair("AUS")), redraft
    )
    assert codes(again, redraft)["AUS"] is None


def test_require_raises_the_first_thing_wrong():
    with pytest.raises(Untrusted, match=r"agreement\.signature_missing.*JPN"):
        require(examine(signed(PAPER, "AUS"), PAPER, keys("AUS", "JPN")))


def test_versions_are_chained_by_the_digest_of_the_bytes_before():
    newer = dataclasses.replace(PAPER, version=4, previous=PAPER.digest, data=b"newer")
    assert signing.chained(PAPER, newer)
    assert not signing.chained(PAPER, dataclasses.replace(newer, previous="00" * 48))
    assert not signing.chained(PAPER, dataclasses.replace(newer, agreement="other"))


def test_keys_survive_their_json_form_and_junk_is_refused():
    known = keys("AUS", "JPN")
    form = {party: [key.as_json() for key in held] for party, held in known.items()}
    assert endorsements.keys_from_json(form) == known
    for junk in (
        [],
        {"AUS": {}},
        {"A B": []},
        {"AUS": [{}]},
        {"AUS": [{"alg": "none", "public": ""}]},
    ):
        with pytest.raises(Malformed):
            endorsements.keys_from_json(junk)


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"{}",
        b"[]",
        b'{"v":1,"endorsements":[]}',
        b'{"v":1,"endorsements":{},"keys":{}}',
        b'{"v":2,"endorsements":[],"keys":{}}',
        b'{"v":1,"endorsements":[1],"keys":{}}',
        b'{"v":1,"endorsements":[{}],"keys":{}}',
        b'{"v":1,"v":1,"endorsements":[],"keys":{}}',
        b'{"v":1,"endorsements":[],"keys":[]}',
        b'{"v":1,"endorsements":[],"keys":{"AUS":[{}]}}',
        b'{"v":1,"endorsements":' + b"[" * 1000,
        b"\xff",
    ],
)
def test_a_malformed_signatures_file_is_refused_whole(junk):
    with pytest.raises(Malformed):
        examine(junk, PAPER, keys("AUS"))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_single_changed_byte_of_the_signatures_file_leaves_it_complete(data):
    beside = bytearray(signed(PAPER, "AUS", "JPN"))
    place = data.draw(st.integers(0, len(beside) - 1))
    beside[place] ^= 1 << data.draw(st.integers(0, 6))
    try:
        rows = examine(bytes(beside), PAPER, keys("AUS", "JPN"))
    except SealaneError:
        return
    assert not complete(rows) or canonical.parse(bytes(beside)) == canonical.parse(
        signed(PAPER, "AUS", "JPN")
    )
