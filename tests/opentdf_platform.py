"""The OpenTDF side of a node for tests: one SQLite file with one item and one reader, whose facts
are the agreement's own scenario.
"""

from __future__ import annotations

import base64
import copy
import dataclasses
import io
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sealane import shipped
from sealane.adapters import replays
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.agreements.agreement import Suite
from sealane.agreements.loaded import Agreements
from sealane.agreements.parse import scenario_requests
from sealane.base.values import SECOND, format_instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import entries
from sealane.ledger.log.marks import Marks
from sealane.registry.records import Direction, FacilityEntry, Given, ItemState
from sealane.sealing.container import read
from sealane.services.opening import containers
from sealane.services.opentdf import surface
from sealane.services.opentdf.clients import Office, enrol
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.rewrap import Call, rewrap
from sealane.settings import Settings
from tests import holdings
from tests.decisions import the_agreement
from tests.kas import Node, body_of
from tests.nodes import node_of
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


def lasting(facts: Any) -> Any:
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


def in_use(agreements: Any) -> Any:
    """The same agreements, with every suite still in use whatever the machine's clock says."""
    return Agreements(
        dataclasses.replace(one, suites=tuple(Suite(id=each.id) for each in one.suites))
        for one in agreements.values()
    )


class Keys:
    """`ports.Keys` over the wrapping keys that the test's containers are sealed to."""

    def __init__(self, maker: Any) -> None:
        self.unwrap = maker.service.keys.unwrap
        self._wrapping = maker.wrapping
        self._signing = maker.statement

    def signers(self, role: str) -> Any:
        return [self._signing]

    def unwrapping(self) -> Any:
        return [key.public for key in self._wrapping.values()]


class Platform:
    """A node in one SQLite file with one item and one reader, whose facts are the agreement's own
    scenario.
    """

    def __init__(self, path: Path, origin: str = ORIGIN, *, live: bool = False) -> None:
        engine = open_engine(path)
        make_tables(engine)
        self.waiting: Any = None
        self.logs: dict[Any, Any] = {}
        self.store, self.records = SqlStore(engine), SqlRecords()
        self.maker = Node(origin, live=live)
        self.host, self.keys = self.maker.host, Keys(self.maker)
        self.host.at, self.origin, self.facts = START, origin, lasting(FACTS) if live else FACTS
        held = in_use(shipped.agreements()) if live else shipped.agreements()
        self.calls: list[Any] = []
        self.office = Office(
            node="aus-node",
            host=self.host,
            store=self.store,
            records=self.records,
            log=self.log("aus-node/internal"),
        )
        self.node = node_of(
            "AUS",
            settings=Settings(party="AUS", node="aus-node", accept_unverified=True),
            host=self.host,
            store=self.store,
            records=self.records,
            keys=self.keys,
            log=self.log,
            proven=self.marks,
            agreements=lambda tx: held,
        )
        self.issuer = surface.token_issuer(self.node, origin=origin, signer=self.maker.issuing)
        self.become()
        agreement = (the_agreement().id, "ab" * 48)
        self.container, sealed = self.maker.seal(
            b"secret", label=label_from_json(self.facts["label"]), agreement=agreement
        )
        facts = {name: value for name, value in self.facts["item"].items() if name != "recalled"}
        now = format_instant(START)
        with self.store.writing() as tx:
            holdings.enter(
                self.records,
                tx,
                Given(
                    to="JPN",
                    offer="00",
                    id=self.facts["item"]["id"],
                    direction=Direction.OUT,
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
                    state=ItemState.DELIVERED,
                    created=now,
                ),
            )
            self.records.facilities.add(
                tx, FacilityEntry(id="jpn-facility-1", data=self.facts["facility"], since=now)
            )
            self.person(tx, self.facts["subject"])
            self.secret = self.client(tx, "web", WEB)

    def client(self, tx: Any, name: str, rule: Any) -> Any:
        return enrol(
            self.office, tx, client=name, person="jpn-reader", rule=rule, purpose="assessment"
        )

    def become(self, **changes: Any) -> None:
        """The node with other parts, and its key access over them."""
        self.node = dataclasses.replace(self.node, **changes)
        self.service = surface.key_access(
            self.node,
            origin=self.origin,
            once=replays.first,
            issuers=surface.trusted(self.node, self.issuer),
        )

    def marks(self, tx: Any, origin: str) -> Marks:
        """An agreement's log, of which one entry waits for the partner's witness since
        `self.waiting`, if it does.
        """
        return Marks(
            origin=origin,
            size=1,
            signed=1,
            cosigned=0,
            mirrored=0,
            uncosigned_since=self.waiting,
        )

    def log(self, origin: str) -> Any:
        return self.logs.setdefault(origin, SqlLog(origin))

    def person(self, tx: Any, subject: Any) -> None:
        self.records.people.put(
            tx,
            {"id": subject["id"]},
            data={**subject, "facility": "jpn-facility-1"},
            since=format_instant(START),
        )

    def change(self, change: Any) -> None:
        subject = copy.deepcopy(self.facts["subject"])
        change(subject)
        with self.store.writing() as tx:
            self.person(tx, subject)

    def token(self, **form: Any) -> Any:
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

    def opens(self) -> Any:
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

    def last(self) -> Any:
        with self.store.reading() as tx:
            log = self.node.internal
            found = entries.read(log.entry(tx, log.size(tx) - 1))
        return found.kind, found.fields
