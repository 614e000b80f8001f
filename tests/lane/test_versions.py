"""A new version of an agreement at two nodes: it takes the place of the old one for both, and never
the other way."""

import json

from sealane.base import canonical
from sealane.cli.demo.cast import AGREEMENT
from sealane.services.exchange import outbox
from sealane.services.register import agreement_life, enrolment, views
from tests import nations
from tests.lane.notices import (
    amended,
    amended_again,
    clauses_of,
    code_of,
    drafted,
    release_again,
    row,
    state,
)
from tests.nations import read, share


def test_a_countersigned_version_takes_the_place_of_the_old_one_which_never_comes_back(pair):
    item, old = share(pair), row(pair.aus)
    data, beside = amended(pair, ceiling=b"ceiling = 2")
    for node in (pair.aus, pair.jpn):
        assert enrolment.adopt(node, data, beside).version == 2
        with node.store.reading() as tx:
            both = node.agreements(tx).versions(AGREEMENT)
            assert [one.version for one in both] == [1, 2]
            assert both[0].period.until == both[1].period.since
            states = {
                int(one.version): agreement_life.standing(node, tx, one).state
                for one in node.records.agreements.find(tx, order="since", id=AGREEMENT)
            }
        assert states == {1: "amended", 2: "in-force"}
    assert clauses_of(lambda: read(pair, item)) == ["2.3"]
    assert clauses_of(lambda: release_again(pair, "r-2")) == ["2.3"]
    for node in (pair.aus, pair.jpn):
        enrolment.adopt(node, bytes(old.file), canonical.encode(old.signatures))
        assert row(node).version == "2"


def test_items_of_the_old_version_open_under_the_new_one(pair):
    item = share(pair)
    pair.settle()
    data, beside = amended(pair)
    for node in (pair.aus, pair.jpn):
        enrolment.adopt(node, data, beside)
    assert read(pair, item) == b"harbour"
    assert release_again(pair, "r-2").transfers[0].decision["agreement"]["version"] == 2
    pair.settle()


def test_a_version_signed_by_one_party_only_out_of_turn_or_beside_the_chain_is_refused(pair):
    data, beside = amended(pair)
    lone = json.loads(beside)
    lone["endorsements"] = lone["endorsements"][:1]
    assert (
        code_of(lambda: enrolment.adopt(pair.aus, data, canonical.encode(lone)))
        == "agreement.signature_missing"
    )
    other, signed = amended(pair, previous="0" * 96)
    assert code_of(lambda: enrolment.adopt(pair.aus, other, signed)) == "agreement.chain_broken"
    enrolment.adopt(pair.aus, data, beside)
    twin, signed = amended_again(pair)
    assert (
        code_of(lambda: enrolment.adopt(pair.aus, twin, signed)) == "agreement.version_superseded"
    )
    assert row(pair.aus).version == "2"


def test_an_offer_under_the_old_version_is_not_taken_once_the_new_one_governs(pair):
    release_again(pair, "r-9")
    data, beside = amended(pair)
    enrolment.adopt(pair.jpn, data, beside)
    sent = outbox.deliver_due(pair.aus)
    assert [one.trouble for one in sent if one.type == "offer"] == ["statement.other_agreement"]
    with pair.jpn.store.reading() as tx:
        assert views.items(pair.jpn, tx) == []


def test_a_suspension_of_the_old_version_does_not_reach_the_new_one(pair):
    late = drafted(pair.jpn, "JPN", pair.clock.now(), pair.jpn.keys.signers("statement"))
    data, beside = amended(pair)
    enrolment.adopt(pair.aus, data, beside)
    agreement_life.enrol(pair.aus, late, {})
    assert state(pair.aus) == "in-force"


def test_what_had_ended_before_everybody_signed_is_not_held_and_hides_nothing(pair):
    both = (pair.aus, pair.jpn)
    assert (
        code_of(lambda: nations.adopted("jpn-aus-2007", both, pair.clock))
        == "agreement.already_ended"
    )
    with pair.aus.store.reading() as tx:
        told = agreement_life.told_of_all(pair.aus, tx)
    assert {one["id"] for one in told} == {"jpn-aus-2012-isa", AGREEMENT}
