"""A second card for an enrolled party changes nothing until two people accept it."""

import dataclasses
import json
import subprocess
import sys

import pytest

from sealane.base.errors import SealaneError
from sealane.ledger import entries
from sealane.services.register import enrolment
from tests import nations

MOVED = "https://127.0.0.1:1"


def card_of(speaker, **changes):
    """The card that a node would show if these of its facts were others."""
    card = dataclasses.replace(speaker.card, **changes)
    settings = dataclasses.replace(speaker.settings, party=card.party, node=card.node)
    return enrolment.card_statement(dataclasses.replace(speaker, card=card, settings=settings))


def books(node):
    """All that a node holds, table by table."""
    with node.store.reading() as tx:
        names = [
            row[0]
            for row in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: tx.exec_driver_sql(f"SELECT * FROM {name}").fetchall() for name in names}


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


def test_in_production_two_people_accept_the_first_card_too(pair):
    settings = dataclasses.replace(pair.aus.settings, profile="production", accept_unverified=False)
    node = dataclasses.replace(pair.aus, settings=settings)
    data = card_of(pair.jpn, party="NZL", node="wellington.nzl.example", tls=other_certificate())
    with pytest.raises(SealaneError, match=r"peer\.second_needed"):
        enrolment.enrol(node, data)
    assert enrolment.enrol(pair.aus, data).party == "NZL", "the embedded profile takes it alone"
    enrolment.enrol(node, data, by=nations.two("operator", "aus.security"))


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
