"""Key access on a real database and a real log: what the register says decides, and every answer
left its entry.
"""

import base64
import dataclasses
import io
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane.adapters import replays
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base.errors import SealaneError
from sealane.base.values import format_instant
from sealane.ledger import entries
from sealane.registry.records import Direction, Given, ItemState
from sealane.sealing.container import read
from sealane.sealing.keywrap import EC, RSA
from sealane.services.opening import containers
from sealane.services.opentdf import register
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.model import Caller, KeyVerdict, Outcome
from sealane.services.opentdf.register import Named, Recorder, RegisterRecords
from sealane.services.opentdf.rewrap import Call, rewrap
from tests import holdings
from tests.kas import AGREEMENT, LABEL, SECRET, Node, body_of
from tests.oauth import NOW, NOW_S, Key, proof, request_token

PATH = "/kas.AccessService/Rewrap"
READER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
SHARED = "https://peer.example/attr/project/value/shared"
RECORDS = SqlRecords()


class Platform:
    """A node whose records, replays and entries are in one SQLite file; `restart` opens the file
    again.
    """

    def __init__(self, path):
        self.path, self.node = path, Node()
        self.named = []
        self.restart()

    def restart(self):
        self.store = SqlStore(open_engine(self.path))
        make_tables(self.store.engine)
        self.logs = {
            None: SqlLog("aus.example/internal"),
            AGREEMENT[0]: SqlLog(f"aus.example/x/{AGREEMENT[0]}"),
        }
        self.node.service = dataclasses.replace(
            self.node.service,
            store=self.store,
            once=replays.first,
            records=RegisterRecords(RECORDS, lambda tx, at: self.named),
            record=Recorder(
                node="aus-node",
                host=self.node.host,
                internal=self.logs[None],
                shared=lambda _, agreement, __: self.logs[agreement],
                register=RECORDS,
                together=self.store.together,
            ),
        )

    def seal(self, plaintext=b"secret", suite=RSA):
        container, sealed = self.node.seal(plaintext, suite=suite)
        now = format_instant(NOW)
        with self.store.writing() as tx:
            holdings.enter(
                RECORDS,
                tx,
                Given(
                    to="JPN",
                    offer="00",
                    id="AU-2026-0001",
                    direction=Direction.OUT,
                    provider="AUS",
                    agreement=AGREEMENT[0],
                    agreement_digest=AGREEMENT[1],
                    facts={"area": None, "kind": "file", "originator": None, "project": None},
                    label=LABEL.as_json(),
                    title="t",
                    media_type="text/plain",
                    size=len(plaintext),
                    container="00",
                    policy_uuid=sealed.policy_uuid,
                    sealed=containers.record_of(read(io.BytesIO(container))),
                    request={},
                    decision="00",
                    state=ItemState.DELIVERED,
                    created=now,
                ),
            )
        return container

    def recall(self):
        with self.store.writing() as tx:
            RECORDS.items.change(tx, {"id": "AU-2026-0001"}, recalled=format_instant(NOW))

    def ask(self, body, **given):
        url = f"{self.node.origin}/oidc/token"
        form = {"grant_type": "client_credentials", "client_id": "cli", "client_secret": SECRET}
        token = issue(
            self.node.issuer, form, authorization="", proof=proof(READER, htu=url), url=url, peer=""
        )["access_token"]
        call = Call(
            request_token=request_token(READER, body),
            authorization=f"DPoP {token}",
            proof=proof(READER, token=token),
            path=PATH,
            peer="",
        )
        return rewrap(self.node.service, dataclasses.replace(call, **given)), call

    def entries(self, agreement=None):
        log = self.logs[agreement]
        with self.store.reading() as tx:
            try:
                found = [entries.read(log.entry(tx, index)) for index in range(log.size(tx))]
            except SealaneError:
                found = []
        return [(one.kind, one.fields) for one in found]


@pytest.fixture
def platform(tmp_path):
    return Platform(tmp_path / "node.db")


def status(answer):
    return answer["responses"][0]["results"][0]["status"]


@pytest.mark.parametrize("suite", [RSA, EC])
def test_a_release_leaves_its_entry_in_the_agreements_log(platform, suite):
    container = platform.seal(suite=suite)
    answer, _ = platform.ask(json.dumps(body_of(container, PEM)))
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
    assert (
        len(
            RSA_KEY.decrypt(
                base64.b64decode(answer["responses"][0]["results"][0]["kasWrappedKey"]), oaep
            )
        )
        == 32
    )
    ((kind, fields),) = platform.entries()
    assert (
        kind,
        fields["object"],
        fields["actor"],
        fields["agreement"],
        fields["agreement_digest"],
    ) == ("key.released", "AU-2026-0001", "reader-1", *AGREEMENT)
    ((kind, told),) = platform.entries(AGREEMENT[0])
    assert (kind, told) == (
        "key.released",
        {name: value for name, value in fields.items() if name not in ("actor", "label_digest")},
    )


def test_what_came_of_a_call_stands_in_the_items_history(platform):
    container = platform.seal()
    platform.ask(json.dumps(body_of(container, PEM)))
    platform.recall()
    platform.ask(json.dumps(body_of(container, PEM)))
    with platform.store.reading() as tx:
        listed = RECORDS.entry_refs.find(tx, order="index", item="AU-2026-0001")
        told = [
            (one.kind, one.origin, entries.read(platform.logs[None].entry(tx, one.index)).kind)
            for one in listed
        ]
    origin = platform.logs[None].origin
    assert told == [
        ("key.released", origin, "key.released"),
        ("key.refused", origin, "key.refused"),
    ]


def test_a_recall_in_the_register_refuses_the_very_next_call(platform):
    container = platform.seal()
    assert status(platform.ask(json.dumps(body_of(container, PEM)))[0]) == "permit"
    platform.recall()
    assert status(platform.ask(json.dumps(body_of(container, PEM)))[0]) == "fail"
    assert [(kind, fields.get("reason")) for kind, fields in platform.entries()] == [
        ("key.released", None),
        ("key.refused", "key.recalled"),
    ]


def test_a_restart_forgets_neither_records_nor_replays(platform):
    container = platform.seal()
    _, call = platform.ask(json.dumps(body_of(container, PEM)))
    platform.restart()
    with pytest.raises(SealaneError) as caught:
        rewrap(platform.node.service, call)
    assert caught.value.code == "key.unauthenticated"
    assert [fields.get("reason") for _, fields in platform.entries()] == [None, "token.replayed"]
    assert status(platform.ask(json.dumps(body_of(container, PEM)))[0]) == "permit"


def test_a_refusing_decision_leaves_its_clauses_and_digest(platform):
    container = platform.seal()
    platform.node.verdict = KeyVerdict(
        permit=False, decision="ef" * 48, reason="clause.unmet", clauses=("5.1", "4.6")
    )
    assert status(platform.ask(json.dumps(body_of(container, PEM)))[0]) == "fail"
    ((kind, fields),) = platform.entries()
    assert (kind, fields["clauses"], fields["decision"], fields["reason"]) == (
        "key.refused",
        ["5.1", "4.6"],
        "ef" * 48,
        "clause.unmet",
    )


def test_an_unknown_caller_and_an_unreadable_body_leave_entries_in_the_internal_log(platform):
    for given in ({"authorization": "Bearer x"}, {"request_token": "a.b.c"}):
        with pytest.raises(SealaneError):
            platform.ask("[]", **given)
    with pytest.raises(SealaneError):
        platform.ask("[]")
    assert [kind for kind, _ in platform.entries()] == ["key.refused"] * 3
    with platform.store.reading() as tx:
        assert platform.logs[None].size(tx) == 3


def test_what_a_stranger_sent_stands_in_no_entry_unless_it_is_an_identifier():
    hostile = "x' OR 1=1 -- \n{secret}"
    kind, fields = register.entry_of(
        Outcome(
            released=False,
            at=NOW,
            reason="key.no_record",
            request_digest="ab" * 48,
            policy_uuid=hostile,
            kid=hostile,
            caller=Caller(
                subject=hostile,
                client=hostile,
                issuer=hostile,
                proof="dpop",
                claims={"secret": hostile},
            ),
        )
    )
    data = entries.make(kind, NOW, bytes(16), node="n", **fields)
    assert hostile.encode() not in data
    assert b"secret" not in data


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ({SHARED}, True),
        ({SHARED, "https://peer.example/attr/project/value/other"}, False),
        (set(), False),
    ],
)
def test_a_peers_object_counts_only_when_one_agreement_names_every_attribute(names, found):
    records = RegisterRecords(
        RECORDS,
        lambda tx, at: (
            [Named(agreement=AGREEMENT, attributes=frozenset({SHARED}))] if at < NOW + 1 else []
        ),
    )
    record = records.foreign(None, "0", frozenset(names), None, NOW)
    assert (record is not None) == found
    assert records.foreign(None, "0", frozenset(names), None, NOW + 1) is None
    assert NOW_S
