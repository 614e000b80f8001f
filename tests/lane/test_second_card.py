"""A second card for an enrolled party changes nothing until two people accept it."""

import dataclasses
import json
import subprocess
import sys

import pytest

from sealane.base.errors import SealaneError
from sealane.ledger import entries
from sealane.registry.person_proof import PersonProof
from sealane.services.register import directory, enrolment
from sealane.services.register.acts import OPERATOR, Actor
from tests import engines, nations

MOVED = "https://127.0.0.1:1"


def card_of(speaker, **changes):
    """The card that a node would show if these of its facts were others."""
    card = dataclasses.replace(speaker.card, **changes)
    settings = dataclasses.replace(speaker.settings, party=card.party, node=card.node)
    return enrolment.card_statement(
        dataclasses.replace(speaker, card=card, cards=None, settings=settings)
    )


def proven(name):
    return Actor(name, PersonProof.TOKEN)


def books(node):
    """All that a node holds, table by table."""
    with node.store.reading() as tx:
        return engines.rows(tx)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (None, None, "peer.second_needed"),
        ("operator", None, "peer.second_needed"),
        (None, "aus.security", "peer.second_needed"),
        ("operator", "operator", "peer.second_needed"),
        ("operator", "nobody", "person.unknown"),
        ("operator", "aus.analyst", "person.duty"),
        ("aus.analyst", "aus.release", "person.duty"),
        ("aus.security", "aus.analyst", "person.duty"),
    ],
)
def test_without_the_two_a_second_card_is_refused_and_nothing_changes(pair, first, second, code):
    data, before = card_of(pair.jpn, url=MOVED), books(pair.aus)
    with pytest.raises(SealaneError) as caught:
        enrolment.enrol(pair.aus, data, by=nations.two(first, second))
    assert (caught.value.code, caught.value.exit_status) == (code, 1)
    assert books(pair.aus) == before


@pytest.mark.parametrize("first", ["operator", "aus.security"])
def test_with_the_operator_and_the_security_officer_it_counts_and_their_names_are_recorded(
    pair, first
):
    second = {"operator": "aus.security", "aus.security": "operator"}[first]
    card = enrolment.enrol(pair.aus, card_of(pair.jpn, url=MOVED), by=nations.two(first, second))
    with pair.aus.store.reading() as tx:
        assert pair.aus.partner(tx, "JPN") == card
        log = pair.aus.internal
        told = entries.read(log.entry(tx, log.size(tx) - 1))
    assert card.url == MOVED
    names = [told.fields[name] for name in ("actor", "proof", "second", "second_proof")]
    assert (told.kind, names) == ("peer.enrolled", [first, "unproven", second, "unproven"])


@pytest.mark.parametrize(
    ("party", "first", "second", "code"),
    [
        *(
            row
            for party in ("NZL", "JPN")
            for row in (
                (party, None, None, "usage.person"),
                (party, Actor("operator"), None, "person.unproven"),
                (party, proven("operator"), None, "peer.second_needed"),
                (party, proven("operator"), proven("operator"), "peer.second_needed"),
                (party, proven("operator"), Actor("aus.security"), "peer.second_needed"),
                (party, Actor("operator"), proven("aus.security"), "person.unproven"),
                (party, proven("operator"), proven("aus.analyst"), "person.duty"),
                (party, proven("aus.security"), proven("aus.also"), "person.duty"),
            )
        ),
    ],
)
def test_in_production_any_card_takes_the_operator_and_the_security_officer_each_proven(
    pair, party, first, second, code
):
    node, data = production(pair.aus), first_card(pair) if party == "NZL" else moved(pair)
    directory.enter(pair.aus, {**person_of(pair.aus, "aus.security"), "id": "aus.also"})
    before = books(pair.aus)
    by = OPERATOR if first is None else dataclasses.replace(first, second=second)
    with pytest.raises(SealaneError, match=code.replace(".", r"\.")):
        enrolment.enrol(node, data, by=by)
    assert books(pair.aus) == before
    both = dataclasses.replace(proven("aus.security"), second=proven("operator"))
    assert enrolment.enrol(node, data, by=both).party == party
    with pair.aus.store.reading() as tx:
        log = pair.aus.internal
        told = entries.read(log.entry(tx, log.size(tx) - 1))
    names = [told.fields[name] for name in ("actor", "proof", "second", "second_proof")]
    assert names == ["aus.security", "token", "operator", "token"]


@pytest.mark.parametrize("who", [None, "operator", "aus.security"])
def test_the_embedded_profile_takes_a_first_card_by_one(pair, who):
    assert enrolment.enrol(pair.aus, first_card(pair), by=nations.two(who, None)).party == "NZL"


def test_a_first_card_too_is_no_act_of_others(pair):
    before = books(pair.aus)
    for by in (nations.two("aus.analyst", None), nations.two("operator", "aus.analyst")):
        with pytest.raises(SealaneError, match=r"person\.duty"):
            enrolment.enrol(pair.aus, first_card(pair), by=by)
    assert books(pair.aus) == before


def production(node):
    settings = dataclasses.replace(node.settings, profile="production", accept_unverified=False)
    return dataclasses.replace(node, settings=settings)


def person_of(node, name):
    with node.store.reading() as tx:
        return node.person(tx, name)


def moved(pair):
    return card_of(pair.jpn, url=MOVED)


def first_card(pair):
    return card_of(pair.jpn, party="NZL", node="wellington.nzl.example", tls=other_certificate())


def other_certificate():
    from sealane.adapters.tls import make_certificate
    from sealane.crypto.keys import PrivateKey
    from tests.clock import START

    key = PrivateKey.generate("ES384").private_bytes()
    return make_certificate(key, node="w.example", host="127.0.0.1", at=START, serial=1)


@pytest.mark.parametrize("what", ["node", "tls"])
def test_no_card_takes_another_party_s_name_of_a_node_or_its_certificate(pair, what):
    facts = {"node": "wellington.nzl.example", "tls": other_certificate()}
    taken = {**facts, what: getattr(pair.jpn.card, what)}
    before = books(pair.aus)
    with pytest.raises(SealaneError, match=r"card\.taken"):
        enrolment.enrol(pair.aus, card_of(pair.jpn, party="NZL", **taken))
    assert books(pair.aus) == before


def test_as_people_type_it(live_pair):
    root = live_pair.root
    (root / "pw").write_bytes(nations.PASSPHRASE)
    (root / "card.json").write_bytes(card_of(live_pair.jpn, url=MOVED))
    live_pair.close()

    def told(*words):
        done = subprocess.run(
            [sys.executable, "-m", "sealane.cli.main", *words, "--json", "--passphrase-file", "pw"],
            cwd=root,
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode, json.loads(done.stdout)

    status, answer = told("node", "enrol", "aus", "card.json")
    assert (status, answer["error"]["code"]) == (1, "peer.second_needed")
    status, answer = told(
        "node", "enrol", "aus", "card.json", "--as", "operator", "--second", "aus.security"
    )
    assert (status, answer["url"]) == (0, MOVED)
