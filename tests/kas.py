"""A key access service in memory: real keys, real containers, real decisions on what the test says;
no database.
"""

from __future__ import annotations

import io
import json
import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sealane.base.values import SECOND, Instant
from sealane.crypto.keys import PrivateKey
from sealane.labels.model.label import label_from_json
from sealane.protocol import tokens
from sealane.protocol.tokens import ClientRule
from sealane.sealing import origin
from sealane.sealing.fqn import attributes, folded
from sealane.sealing.keywrap import EC, HYBRID, RSA, X_WING, KemPrivateKey, KeyRing
from sealane.sealing.plan import KeyService, SealPlan
from sealane.sealing.writing import seal
from sealane.services.opentdf.issuer import Client, TokenIssuer, secret_digest, verification_key
from sealane.services.opentdf.model import ItemRecord, KeyAccess, KeyVerdict
from tests.clock import StillClock

LABEL = label_from_json(
    {
        "policy": "AUS",
        "classification": "PROTECTED",
        "categories": [{"tag": "Releasable To", "type": "permissive", "values": ["AUS", "JPN"]}],
        "originator": "AUS",
    }
)
AGREEMENT = ("jpn-aus-2022", "ab" * 48)
SECRET = "test-only-" + "s" * 40
PYTHON = ClientRule(request_life=7200, unbound=True)
WEB = ClientRule(request_age=3660, request_life=7200, loose_proof=True)
GO = ClientRule()
JAVA = ClientRule(loose_proof=True)


class Memory:
    """A store of one writer at a time whose transaction is the node itself."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.fails = False

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self

    @contextmanager
    def writing(self) -> Iterator[Any]:
        with self.lock:
            yield self

    hinting = writing

    def together(self, tx: Any) -> Any:
        return nullcontext()

    def let_go(self) -> tuple[str, ...]:
        return ()


class Node:
    """One nation's key access with its issuer; `log` is what was recorded, in order."""

    def __init__(self, origin: str = "https://kas.aus.example", *, live: bool = False) -> None:
        self.origin = origin
        self.host = StillClock(live=live)
        self.wrapping = {
            suite: KemPrivateKey.generate(suite) for suite in (RSA, EC, HYBRID, X_WING)
        }
        self.statement = PrivateKey.generate("ES384")
        self.records: dict[str, Any] = {}
        self.named: frozenset[str] = frozenset()
        self.log: list[Any] = []
        self.seen: dict[str, Any] = {}
        self.calls: list[Any] = []
        self.verdict = KeyVerdict(permit=True, decision="cd" * 48)
        self.asked: list[Any] = []
        self.clients = {
            "cli": Client(id="cli", subject="reader-1", secret_digest=secret_digest(SECRET)),
            "go": Client(id="go", subject="reader-1", secret_digest=secret_digest(SECRET), rule=GO),
            "java": Client(
                id="java", subject="reader-1", secret_digest=secret_digest(SECRET), rule=JAVA
            ),
            "otdf-python": Client(
                id="otdf-python",
                subject="reader-1",
                secret_digest=secret_digest(SECRET),
                rule=PYTHON,
            ),
            "web-sdk": Client(
                id="web-sdk", subject="reader-1", secret_digest=secret_digest(SECRET), rule=WEB
            ),
        }
        self.issuing = PrivateKey.generate("ES384")
        self.issuer = TokenIssuer(
            issuer=origin,
            audience=f"{origin}/kas",
            signer=self.issuing,
            clients=self.clients.get,
            host=self.host,
        )
        key = verification_key(self.issuing.public)
        self.trusted = {
            origin: tokens.Issuer(
                issuer=origin,
                audience=f"{origin}/kas",
                keys={key.thumbprint: key},
                clients={name: client.rule for name, client in self.clients.items()},
            )
        }
        self.service = KeyAccess(
            origin=origin,
            host=self.host,
            store=Memory(),
            keys=KeyRing(self.wrapping.values()),
            records=self,
            issuers=lambda at: self.trusted,
            once=self.once,
            decide=self.decide,
            record=self.record,
        )

    @property
    def url(self) -> Any:
        return f"{self.origin}/kas"

    def item(self, tx: Any, policy_uuid: str) -> Any:
        return self.records.get(policy_uuid)

    def foreign(self, tx: Any, policy_uuid: str, names: Any, caller: Any, at: Any) -> Any:
        if not names or not names <= self.named:
            return None
        return ItemRecord(
            item="foreign",
            policy_uuid=policy_uuid,
            attributes=names,
            policy_digest="",
            kao_digests=frozenset(),
            agreement=AGREEMENT,
            label=None,
            label_digest="",
            foreign=True,
        )

    def once(self, tx: Any, asked: Any, at: Any) -> Any:
        return [self.first(one, at) for one in asked]

    def first(self, one: Any, at: Any) -> Any:
        if self.seen.get(one.key, 0) > at:
            return False
        self.seen[one.key] = one.until
        return True

    def decide(self, tx: Any, asked: Any) -> Any:
        self.asked.append(asked)
        return self.verdict(asked) if callable(self.verdict) else self.verdict

    def record(self, tx: Any, outcomes: Any) -> None:
        if tx.fails:
            from sealane.adapters.sql import STORE_UNAVAILABLE

            raise STORE_UNAVAILABLE(why="disk full")
        self.log.extend(outcomes)

    def published(self) -> Any:
        return {
            "rsa:2048": (self.wrapping[RSA].public.kid, self.wrapping[RSA].public.pem()),
            "ec:secp256r1": (self.wrapping[EC].public.kid, self.wrapping[EC].public.pem()),
        }

    def seal(
        self,
        plaintext: Any,
        *,
        suite: Any = RSA,
        services: Any = None,
        label: Any = LABEL,
        agreement: tuple[str, str] | None = AGREEMENT,
        media_type: str = "text/plain",
    ) -> Any:
        """A container sealed for this service alone (or for `services`), and recorded here; (bytes,
        Sealed).
        """
        key = self.wrapping[suite].public
        profile = "interop" if suite in (RSA, EC) else "sovereign"
        plan = SealPlan(
            policy_uuid=str(uuid.uuid4()),
            label=label,
            agreement=agreement if profile == "interop" or services else None,
            profile=profile,
            media_type=media_type,
            signers=[self.statement],
            sealed_at="2026-11-21T00:00:00Z",
            services=services or [KeyService(sid="", url=self.url, kid=key.kid, key=key)],
            entropy=os.urandom,
            size=len(plaintext),
        )
        sink = io.BytesIO()
        sealed = seal(io.BytesIO(plaintext), sink, plan)
        self.records[sealed.policy_uuid] = ItemRecord(
            item="item-1",
            policy_uuid=sealed.policy_uuid,
            label=label,
            label_digest=sealed.label_digest,
            attributes=folded(attributes(label, plan.agreement[0] if plan.agreement else None)),
            policy_digest=sealed.policy_digest,
            kao_digests=frozenset(sealed.key_access),
            agreement=plan.agreement,
        )
        return sink.getvalue(), sealed

    def claims(self, container: Any) -> Any:
        """The seal of a container that this node sealed, proven with its statement key."""
        public = self.statement.public
        return origin.verify(container.manifest, keys={public.kid: public}, required=[public.kid])

    def later(self, seconds: int) -> None:
        self.host.at = Instant(self.host.at + seconds * SECOND)


def manifest_of(container: bytes) -> Any:
    """The manifest's JSON, read with the library's zip module and not with ours."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(container)) as archive:
        return json.loads(archive.read("0.manifest.json"))


def body_of(container: bytes, client_pem: str, *, v1: bool = False, **extra: Any) -> Any:
    """The rewrap body that asks for every share of a container."""
    found = manifest_of(container)["encryptionInformation"]
    if v1:
        return {
            "clientPublicKey": client_pem,
            "policy": found["policy"],
            "keyAccess": found["keyAccess"][0],
            **extra,
        }
    return {
        "clientPublicKey": client_pem,
        "requests": [
            {
                "policy": {"id": "policy", "body": found["policy"]},
                "keyAccessObjects": [
                    {"keyAccessObjectId": f"kao-{index}", "keyAccessObject": one}
                    for index, one in enumerate(found["keyAccess"])
                ],
            }
        ],
        **extra,
    }
