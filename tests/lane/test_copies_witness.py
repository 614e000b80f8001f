"""A destruction before a witness, where the agreement asks for one below the top, at a node whose
people prove themselves.
"""

from __future__ import annotations

import dataclasses

import pytest

from sealane.base.errors import SealaneError
from sealane.registry.person_proof import PersonProof
from sealane.services.custody import disclosures, ending
from sealane.services.exchange import arrival
from sealane.services.register.acts import Actor
from tests import nations
from tests.clock import START, Clock
from tests.lane.copied import of_jpn, stood
from tests.lane.notices import code_of
from tests.nations import read, share


def witnessed(data):
    """An agreement whose rows both nations verified, and which asks for a witness from row 3 on."""
    before, ninth, after = data.partition(b'id = "8.9"')
    rows = before.replace(b'status = "unverified"', b'status = "verified"')
    return rows + ninth + after.replace(b"levels = [4]", b"levels = [3, 4]", 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("witness") / "made"
    nations.build(root, Clock(), written=witnessed)
    return root


@pytest.fixture
def pair(made, tmp_path):
    """Japan's node is one of production; neither accepts unverified rows."""
    opened = nations.opened(nations.copy_of(made, tmp_path / "pair"), Clock(START + 600 * 10**9))
    for party, profile in (("AUS", "embedded"), ("JPN", "production")):
        site = opened.sites[party]
        settings = dataclasses.replace(site.node.settings, profile=profile, accept_unverified=False)
        node = dataclasses.replace(site.node, settings=settings)
        opened.sites[party] = dataclasses.replace(site, node=node)
        opened.line.nodes[party] = node
    yield opened
    opened.close()


def proven(name, second=None):
    return Actor(name, PersonProof.TOKEN, second)


CLERK, OFFICER = proven("jpn.clerk"), proven("jpn.security")


def accepted(pair):
    item = share(pair)
    arrival.accept(pair.jpn, item, CLERK)
    pair.settle(2)
    return item


@pytest.mark.parametrize(
    "witness",
    [
        None,
        Actor("jpn.security"),
        Actor("jpn.security", PersonProof.KEYSTORE),
        CLERK,
    ],
    ids=["nobody", "a bare name", "the keystore", "the clerk again"],
)
def test_without_another_proven_person_nothing_is_destroyed_and_the_clause_is_named(pair, witness):
    item = accepted(pair)
    with pytest.raises(SealaneError) as lacking:
        ending.destroy(pair.jpn, item, proven("jpn.clerk", witness), number=1)
    assert (lacking.value.code, lacking.value.details) == (
        "item.witness_needed",
        {"clause": "8.9"},
    )
    assert lacking.value.exit_status == 1
    assert of_jpn(pair.jpn, item) == {1: "held"}
    assert read_by(pair, item) == b"harbour"


def read_by(pair, item):
    return read(pair, item, person=proven("jpn.sato"))


def test_a_witness_without_one_of_the_duties_is_none(pair):
    item = accepted(pair)
    for person in ("jpn.sato",):
        clerk = proven("jpn.clerk", proven(person))
        assert code_of(lambda who=clerk: ending.destroy(pair.jpn, item, who, number=1)) == (
            "person.duty"
        )


def test_the_certificate_says_how_both_were_proven_and_the_provider_has_it(pair):
    item = accepted(pair)
    made = ending.destroy(pair.jpn, item, proven("jpn.clerk", OFFICER), number=1, means="wiped")
    pair.settle(2)
    certificate = stood(pair.aus, item)["JPN", 1]["certificate"]
    assert certificate == made["certificate"]
    assert (certificate["proof"], certificate["witness_proof"]) == ("token", "token")
    assert (certificate["by"], certificate["witness"]) == ("jpn.clerk", "jpn.security")


def test_a_reader_s_own_credential_stands_in_the_disclosure_record_at_both_nations(pair):
    item = accepted(pair)
    assert read_by(pair, item) == b"harbour"
    pair.settle(2)
    for node, person in ((pair.jpn, "jpn.sato"), (pair.aus, None)):
        with node.store.reading() as tx:
            (record,) = disclosures.of_item(node, tx, item)["readers"]
        assert (record["person"], record["proof"]) == (person, "token")
        assert record["by_own_credential"] is True
