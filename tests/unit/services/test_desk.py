"""A node's own register, people and agreements behind the OpenTDF surface: the same decision as for its own readers."""

import base64
import copy
import dataclasses
import io
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane import wiring
from sealane.adapters import clients, replays
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import SCHEMA, open_engine
from sealane.agreements.parse import scenario_requests
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant, format_instant, parse_instant
from sealane.decisions.decide import decide
from sealane.decisions.request import request_from_json
from sealane.labels.label import label_from_json
from sealane.ledger import entries
from sealane.sealing.container import read
from sealane.services import desk, packing
from sealane.services.issuer import Denied, issue
from sealane.services.rewrap import Call, rewrap
from tests.decisions import shipped
from tests.kas import Node, body_of
from tests.oauth import Key, proof, request_token

ORIGIN, PATH = "https://kas.aus.example", "/kas.AccessService/Rewrap"
READER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = RSA_KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
FACTS = next(request for scenario, request in scenario_requests(shipped())
             if scenario.expect == "permit" and request["action"] == "open")
START = parse_instant(FACTS["at"])
WEB = {"request_age": 3660, "request_life": 7200, "loose_proof": True}


@dataclasses.dataclass(frozen=True)
class Told:
    node: str = "aus-node"
    accept_unverified: bool = True


class Desk:
    """A node in one SQLite file with one item and one reader, whose facts are the agreement's own scenario."""

    def __init__(self, path):
        engine = open_engine(path)
        SCHEMA.create_all(engine)
        self.settings, self.store, self.records = Told(), SqlStore(engine), SqlRecords()
        self.maker = Node(ORIGIN)
        self.host, self.keys = self.maker.host, self.maker.service.keys
        self.host.at = START
        self.schemes, self.agreements = wiring.schemes(), lambda tx: wiring.agreements()
        self.logs = {}
        self.issuer = desk.token_issuer(self, origin=ORIGIN, signer=self.maker.issuing)
        self.service = desk.key_access(self, origin=ORIGIN, once=replays.first, issuers=desk.trusted(self, self.issuer))
        agreement = (shipped().id, "ab" * 48)
        self.container, sealed = self.maker.seal(b"secret", label=label_from_json(FACTS["label"]), agreement=agreement)
        facts = {name: value for name, value in FACTS["item"].items() if name != "recalled"}
        now = format_instant(START)
        with self.store.writing() as tx:
            self.records.add(
                tx, "items", id=FACTS["item"]["id"], direction="out", provider="AUS", agreement=agreement[0],
                agreement_digest=agreement[1], facts=facts, label=label_from_json(FACTS["label"]).as_json(), label_class="SECRET",
                title="t", media_type="text/plain", size=6, container="00", policy_uuid=sealed.policy_uuid,
                sealed=packing.record_of(read(io.BytesIO(self.container))), request={}, decision="00", state="released",
                created=now, read_only=False)
            self.records.add(tx, "facilities", id="jpn-facility-1", data=FACTS["facility"], since=now)
            self.person(tx, FACTS["subject"])
            self.secret = desk.enrol_client(self.records, tx, self.host, client="web", person="jpn-reader", rule=WEB,
                                            purpose="assessment")

    def log(self, agreement):
        return self.logs.setdefault(agreement, SqlLog(f"aus-node/{agreement or 'internal'}"))

    def person(self, tx, subject):
        self.records.put(tx, "people", {"id": subject["id"]}, data={**subject, "facility": "jpn-facility-1"}, since=format_instant(START))

    def change(self, change):
        subject = copy.deepcopy(FACTS["subject"])
        change(subject)
        with self.store.writing() as tx:
            self.person(tx, subject)

    def token(self, **form):
        url = f"{ORIGIN}/oidc/token"
        form = {"grant_type": "client_credentials", "client_id": "web", "client_secret": self.secret, **form}
        return issue(self.issuer, form, authorization="", proof=proof(READER, htu=url, iat=self.host.at // SECOND), url=url, peer="")

    def opens(self):
        seconds, token = self.host.at // SECOND, self.token()["access_token"]
        answer = rewrap(self.service, Call(
            request_token=request_token(READER, json.dumps(body_of(self.container, PEM)), iat=seconds, exp=seconds + 60),
            authorization=f"DPoP {token}", proof=proof(READER, token=token, iat=seconds), path=PATH, peer=""))
        found = answer["responses"][0]["results"][0]
        if found["status"] == "permit":
            oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
            assert len(RSA_KEY.decrypt(base64.b64decode(found["kasWrappedKey"]), oaep)) == 32
        return found["status"] == "permit"

    def last(self):
        with self.store.reading() as tx:
            log = self.log(shipped().id)
            found = entries.read(log.entry(tx, log.size(tx) - 1))
        return found.kind, found.fields


@pytest.fixture
def node(tmp_path):
    return Desk(tmp_path / "node.db")


def test_the_reader_opens_and_the_entry_has_the_decision_both_nations_compute(node):
    assert node.opens()
    kind, fields = node.last()
    request = {name: value for name, value in FACTS.items() if name != "accept_unverified"}
    same = decide(request_from_json(request), agreements=wiring.agreements(), schemes=wiring.schemes(), accept_unverified=True)
    assert (kind, fields["object"], fields["actor"]) == ("key.released", FACTS["item"]["id"], "jpn-reader")
    assert fields["decision"] == same.digest


def lapse(subject):
    subject["clearances"][0]["expires"] = format_instant(Instant(START - SECOND))


REFUSED = {
    "a clearance that lapsed a second ago": (lapse, "5.1"),
    "a suspended clearance": (lambda subject: subject["clearances"][0].update(status="suspended"), "5.1"),
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
        node.records.change(tx, "items", {"id": FACTS["item"]["id"]}, recalled=format_instant(START))
    assert not node.opens()
    assert node.last()[1]["reason"] == "key.recalled"


def test_a_purpose_the_item_does_not_have_is_refused(node):
    original = node.token
    node.token = lambda: original(scope="openid purpose:training")
    assert not node.opens()
    assert "4.8" in node.last()[1]["clauses"]


def test_an_unverified_row_is_refused_unless_the_operators_policy_accepts_it(node):
    node.settings = Told(accept_unverified=False)
    assert not node.opens()
    assert "2.2" in node.last()[1]["clauses"]


def test_a_person_who_is_not_in_the_register_is_refused(node):
    with node.store.writing() as tx:
        node.records.change(tx, "clients", {"id": "web"}, person="somebody-else")
    assert not node.opens()
    assert node.last()[1]["reason"] == "person.unknown"


def test_a_client_that_was_let_go_is_out_at_once_with_a_token_in_hand(node):
    kept = node.token()
    node.token = lambda: kept
    assert node.opens()
    with node.store.writing() as tx:
        node.records.change(tx, "clients", {"id": "web"}, ended=format_instant(START))
    with pytest.raises(SealaneError) as caught:
        node.opens()
    assert caught.value.code == "key.unauthenticated"
    del node.token
    with pytest.raises(Denied):
        node.token()


def test_a_client_is_enrolled_once_with_bounded_exceptions_and_its_secret_is_kept_nowhere(node):
    with node.store.writing() as tx, pytest.raises(SealaneError) as caught:
        desk.enrol_client(node.records, tx, node.host, client="web", person="p", rule={}, purpose=None)
    assert caught.value.code == "client.exists"
    with node.store.writing() as tx, pytest.raises(SealaneError):
        desk.enrol_client(node.records, tx, node.host, client="wild", person="p", rule={"request_life": 10**6}, purpose=None)
    with node.store.reading() as tx:
        rows = node.records.find(tx, clients.CLIENTS.name, order="id")
    assert node.secret not in repr(rows)
    assert [row["id"] for row in rows] == ["web"]
