"""A node's desk for tests: one SQLite file with one item and one reader, whose facts are the
agreement's own scenario.
"""

import base64
import copy
import dataclasses
import io
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane import shipped
from sealane.adapters import replays
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.agreements.parse import scenario_requests
from sealane.base.values import SECOND, format_instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import entries
from sealane.ledger.log.marks import Marks, within_grace
from sealane.sealing.container import read
from sealane.services.opening import containers
from sealane.services.opentdf import surface
from sealane.services.opentdf.clients import Office, enrol
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.rewrap import Call, rewrap
from tests.decisions import the_agreement
from tests.kas import Node, body_of
from tests.oauth import Key, proof, request_token

ORIGIN, PATH = "https://kas.aus.example", "/kas.AccessService/Rewrap"
READER = Key("ES256")
RSA_KEY = rsa.generate_private_key(65537, 2048)
PEM = (
    RSA_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
FACTS = next(
    request
    for scenario, request in scenario_requests(the_agreement())
    if scenario.expect == "permit" and request["action"] == "open"
)
START = parse_instant(FACTS["at"])
WEB = {"request_age": 3660, "request_life": 7200, "loose_proof": True}
PYTHON = {"request_life": 7200, "unbound": True}


def lasting(facts):
    """The same facts, in force whatever the machine's clock says."""
    if isinstance(facts, dict):
        return {
            name: (
                "2022-11-22T00:00:00Z"
                if name in ("on", "from") and isinstance(value, str)
                else (
                    "2099-01-01T00:00:00Z"
                    if name in ("until", "expires") and isinstance(value, str)
                    else lasting(value)
                )
            )
            for name, value in facts.items()
        }
    return [lasting(one) for one in facts] if isinstance(facts, list) else facts


@dataclasses.dataclass(frozen=True)
class Told:
    node: str = "aus-node"
    accept_unverified: bool = True


class Desk:
    """A node in one SQLite file with one item and one reader, whose facts are the agreement's own
    scenario.
    """

    def __init__(self, path, origin=ORIGIN, *, live=False):
        engine = open_engine(path)
        make_tables(engine)
        self.party, self.waiting = "AUS", None
        self.settings, self.store, self.records = Told(), SqlStore(engine), SqlRecords()
        self.maker = Node(origin, live=live)
        self.host, self.keys = self.maker.host, self.maker.service.keys
        self.host.at, self.origin, self.facts = START, origin, lasting(FACTS) if live else FACTS
        self.schemes, self.agreements = shipped.schemes(), lambda tx: shipped.agreements()
        self.logs, self.overlays = {}, ()
        self.office = Office(
            node="aus-node", host=self.host, store=self.store, records=self.records, log=self.log
        )
        self.issuer = surface.token_issuer(self, origin=origin, signer=self.maker.issuing)
        self.service = surface.key_access(
            self, origin=origin, once=replays.first, issuers=surface.trusted(self, self.issuer)
        )
        agreement = (the_agreement().id, "ab" * 48)
        self.container, sealed = self.maker.seal(
            b"secret", label=label_from_json(self.facts["label"]), agreement=agreement
        )
        facts = {name: value for name, value in self.facts["item"].items() if name != "recalled"}
        now = format_instant(START)
        with self.store.writing() as tx:
            self.records.add(
                tx,
                "items",
                id=self.facts["item"]["id"],
                direction="out",
                provider="AUS",
                agreement=agreement[0],
                agreement_digest=agreement[1],
                facts=facts,
                label=label_from_json(self.facts["label"]).as_json(),
                title="t",
                media_type="text/plain",
                size=6,
                container="00",
                policy_uuid=sealed.policy_uuid,
                sealed=containers.record_of(read(io.BytesIO(self.container))),
                request={},
                decision="00",
                state="released",
                created=now,
            )
            self.records.add(
                tx, "facilities", id="jpn-facility-1", data=self.facts["facility"], since=now
            )
            self.person(tx, self.facts["subject"])
            self.secret = self.client(tx, "web", WEB)

    def client(self, tx, name, rule):
        return enrol(
            self.office, tx, client=name, person="jpn-reader", rule=rule, purpose="assessment"
        )

    def require_proven(self, tx, agreement):
        within_grace(
            Marks(
                origin="aus-node/x",
                size=1,
                signed=1,
                cosigned=0,
                mirrored=0,
                uncosigned_since=self.waiting,
            ),
            self.host.now(),
            900 * SECOND,
        )

    def log(self, agreement):
        return self.logs.setdefault(agreement, SqlLog(f"aus-node/{agreement or 'internal'}"))

    def person(self, tx, subject):
        self.records.put(
            tx,
            "people",
            {"id": subject["id"]},
            data={**subject, "facility": "jpn-facility-1"},
            since=format_instant(START),
        )

    def change(self, change):
        subject = copy.deepcopy(self.facts["subject"])
        change(subject)
        with self.store.writing() as tx:
            self.person(tx, subject)

    def token(self, **form):
        url = f"{ORIGIN}/oidc/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": "web",
            "client_secret": self.secret,
            **form,
        }
        return issue(
            self.issuer,
            form,
            authorization="",
            proof=proof(READER, htu=url, iat=self.host.at // SECOND),
            url=url,
            peer="",
        )

    def opens(self):
        seconds, token = self.host.at // SECOND, self.token()["access_token"]
        answer = rewrap(
            self.service,
            Call(
                request_token=request_token(
                    READER, json.dumps(body_of(self.container, PEM)), iat=seconds, exp=seconds + 60
                ),
                authorization=f"DPoP {token}",
                proof=proof(READER, token=token, iat=seconds),
                path=PATH,
                peer="",
            ),
        )
        found = answer["responses"][0]["results"][0]
        if found["status"] == "permit":
            oaep = padding.OAEP(
                mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None
            )
            assert len(RSA_KEY.decrypt(base64.b64decode(found["kasWrappedKey"]), oaep)) == 32
        return found["status"] == "permit"

    def last(self):
        with self.store.reading() as tx:
            log = self.log(None)
            found = entries.read(log.entry(tx, log.size(tx) - 1))
        return found.kind, found.fields
