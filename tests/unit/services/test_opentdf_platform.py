"""A node's own register, people and agreements behind the OpenTDF surface: the same decision as for
its own readers.
"""

import io
from dataclasses import replace

import pytest

from sealane import shipped
from sealane.agreements.agreement import Period
from sealane.agreements.loaded import Agreements
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.decisions.decide import decide
from sealane.decisions.request import request_from_json
from sealane.labels.model.label import label_from_json
from sealane.ledger import entries
from sealane.sealing.container import read
from sealane.services.opening import containers
from sealane.services.opentdf.clients import enrol
from sealane.services.opentdf.issuer import Denied
from tests.opentdf_platform import FACTS, START, Platform


@pytest.fixture
def node(tmp_path):
    return Platform(tmp_path / "node.db")


def test_the_reader_opens_and_the_entry_has_the_decision_both_nations_compute(node):
    assert node.opens()
    kind, fields = node.last()
    request = {name: value for name, value in FACTS.items() if name != "accept_unverified"}
    same = decide(
        request_from_json(request),
        agreements=shipped.agreements(),
        schemes=shipped.schemes(),
        accept_unverified=True,
    )
    assert (kind, fields["object"], fields["actor"]) == (
        "key.released",
        FACTS["item"]["id"],
        "jpn-reader",
    )
    assert fields["decision"] == same.digest


def lapse(subject):
    subject["clearances"][0]["expires"] = format_instant(Instant(START - SECOND))


REFUSED = {
    "a clearance that lapsed a second ago": (lapse, "5.1"),
    "a suspended clearance": (
        lambda subject: subject["clearances"][0].update(status="suspended"),
        "5.1",
    ),
    "no authorisation": (lambda subject: subject.update(authorisations=[]), "4.5"),
    "no briefing": (lambda subject: subject.update(briefings=[]), "4.6"),
    "another citizenship": (lambda subject: subject.update(nationality=["USA"]), "4.7"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_person_the_agreement_refuses_gets_nothing_on_the_very_next_call(node, name):
    change, clause = REFUSED[name]
    assert node.opens()
    node.change(change)
    assert not node.opens()
    kind, fields = node.last()
    assert (kind, clause in fields["clauses"]) == ("key.refused", True)


def test_a_recalled_item_is_refused(node):
    with node.store.writing() as tx:
        node.records.items.change(tx, {"id": FACTS["item"]["id"]}, recalled=format_instant(START))
    assert not node.opens()
    assert node.last()[1]["reason"] == "key.recalled"


@pytest.mark.parametrize("change", ["period", "suspensions"])
def test_an_agreement_that_ended_or_is_suspended_opens_nothing_from_that_instant(node, change):
    """The entry's clause is the agreement's own: in force."""
    agreements = shipped.agreements()
    one = agreements["jpn-aus-2022"]
    end = Instant(START + 10 * SECOND)
    made = (
        replace(one, period=Period(since=one.period.since, until=end))
        if change == "period"
        else replace(one, suspensions=(*one.suspensions, Period(since=end, until=None)))
    )
    held = Agreements([made if found is one else found for found in agreements.values()])
    node.become(agreements=lambda tx: held)
    node.host.at = Instant(end - SECOND)
    assert node.opens()
    node.host.at = end
    assert not node.opens()
    assert "1.1" in node.last()[1]["clauses"]


def test_a_purpose_the_item_does_not_have_is_refused(node):
    original = node.token
    node.token = lambda: original(scope="openid purpose:training")
    assert not node.opens()
    assert "6.1" in node.last()[1]["clauses"]


def test_an_unverified_row_is_refused_unless_the_operators_policy_accepts_it(node):
    node.become(settings=replace(node.node.settings, accept_unverified=False))
    assert not node.opens()
    assert "2.2" in node.last()[1]["clauses"]


def test_no_key_leaves_while_the_partners_witness_is_behind(node):
    node.waiting = Instant(START - 900 * SECOND)
    assert not node.opens()
    assert node.last()[1]["reason"] == "ledger.not_cosigned"
    node.waiting = Instant(START - 899 * SECOND)
    assert node.opens()


def test_a_suite_past_its_last_use_opens_nothing(node):
    node.change(lambda subject: subject["clearances"][0].update(expires="2039-01-01T00:00:00Z"))
    node.host.at = parse_instant("2030-12-31T00:00:00Z")
    assert not node.opens()
    assert node.last()[1]["reason"] == "container.suite_not_allowed"


def own_item(node):
    node.container, sealed = node.maker.seal(
        b"own", label=label_from_json(FACTS["label"]), agreement=None
    )
    with node.store.writing() as tx:
        node.records.items.change(
            tx,
            {"id": FACTS["item"]["id"]},
            direction="own",
            agreement="",
            agreement_digest="",
        )
        node.records.containers.change(
            tx,
            {"item": FACTS["item"]["id"]},
            to="AUS",
            policy_uuid=sealed.policy_uuid,
            sealed=containers.record_of(read(io.BytesIO(node.container))),
        )


def australian(subject):
    subject |= {"nationality": ["AUS"], "organisation_country": "AUS"}
    subject["clearances"][0] |= {"issuer": "AUS", "policy": "AUS", "level": "SECRET"}


def test_an_own_item_outside_every_agreement_opens_by_the_nations_own_rule_alone(node):
    own_item(node)
    assert not node.opens()
    node.change(australian)
    assert node.opens()
    node.change(
        lambda subject: (australian(subject), subject["clearances"][0].update(level="PROTECTED"))
    )
    assert not node.opens()
    with node.store.reading() as tx:
        log = node.node.internal
        told = [
            entries.read(log.entry(tx, index)).fields.get("reason")
            for index in range(1, log.size(tx))
        ]
    assert told == ["national.refused", None, "national.refused"]


def test_a_person_who_is_not_in_the_register_is_refused(node):
    with node.store.writing() as tx:
        node.records.clients.change(tx, {"id": "web"}, person="somebody-else")
    assert not node.opens()
    assert node.last()[1]["reason"] == "person.unknown"


def test_a_client_that_was_let_go_is_out_at_once_with_a_token_in_hand(node):
    kept = node.token()
    node.token = lambda: kept
    assert node.opens()
    with node.store.writing() as tx:
        node.records.clients.change(tx, {"id": "web"}, ended=format_instant(START))
    with pytest.raises(SealaneError) as caught:
        node.opens()
    assert caught.value.code == "key.unauthenticated"
    del node.token
    with pytest.raises(Denied):
        node.token()


def test_a_client_is_enrolled_once_with_bounded_exceptions_and_its_secret_is_kept_nowhere(node):
    with node.store.writing() as tx, pytest.raises(SealaneError) as caught:
        enrol(node.office, tx, client="web", person="p", rule={}, purpose=None)
    assert caught.value.code == "client.exists"
    with node.store.writing() as tx, pytest.raises(SealaneError):
        enrol(
            node.office, tx, client="wild", person="p", rule={"request_life": 10**6}, purpose=None
        )
    with node.store.reading() as tx:
        rows = node.records.clients.find(tx, order="id")
    assert node.secret not in repr(rows)
    assert [row.id for row in rows] == ["web"]
