"""Two nodes' logs in one process: own log, witness and mirror each, over plain function calls or
ASGI.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from sealane.adapters import sql
from sealane.adapters.anchor import FileAnchor
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlStore
from sealane.adapters.tables import make_tables
from sealane.adapters.tilelog import LOG_AWAY
from sealane.adapters.witness_book import SqlWitness
from sealane.base.values import SECOND, Instant
from sealane.crypto.keys import PrivateKey
from sealane.http.log import Board, routes
from sealane.ledger.log import marks, note
from sealane.services.ledgers.mirror import Mirror
from sealane.services.ledgers.publisher import Publisher
from sealane.services.ledgers.witness import Witness
from tests.clock import START
from tests.tilelogs import signer


@dataclass
class Host:
    """A clock that moves a second each look, real entropy, and steps that a test may stop at."""

    at: int = START
    stop_at: str | None = None
    seen: list[str] = field(default_factory=list)

    def now(self) -> Instant:
        self.at += SECOND
        return Instant(self.at)

    def elapsed(self) -> int:
        return self.at

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)

    def reached(self, step: str) -> None:
        self.seen.append(step)
        if step == self.stop_at:
            raise Killed(step)


class Killed(BaseException):
    """The process died here."""


class Peer:
    """A LogPeer over ASGI: the same bytes as over HTTP, and the
    same word for a partner in trouble.
    """

    def __init__(self, app: ASGIApp, name: str) -> None:
        self._client = TestClient(app)
        self._prefix = f"/ledger/{name}"
        self.away = False

    def fetch(self, path: str) -> bytes | None:
        answer = self._client.get(f"{self._prefix}/{path}")
        if answer.status_code >= 500:
            raise LOG_AWAY(place=self._prefix, why=f"HTTP {answer.status_code}")
        assert answer.status_code in (200, 404), answer.text
        return answer.content if answer.status_code == 200 else None

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        answer = self._client.post(f"{self._prefix}/{path}", content=body)
        if answer.status_code >= 500:
            raise LOG_AWAY(place=self._prefix, why=f"HTTP {answer.status_code}")
        return answer.status_code, answer.content


class Keys:
    def __init__(self, party: str) -> None:
        self.origin = f"{party}.example/ledger/x"
        self.log = signer(self.origin)
        self.log_pq = signer(self.origin, note.COSIGN_MLDSA44)
        self.witness = [
            signer(f"{party}.example/witness", note.COSIGN_ED25519),
            signer(f"{party}.example/witness", note.COSIGN_MLDSA44),
        ]
        self.mirror = [signer(f"{party}.example/mirror", note.COSIGN_MLDSA44)]
        self.shadow = [PrivateKey.generate("ML-DSA-87"), PrivateKey.generate("ES384")]


class Node:
    """One nation's side of the agreement's logs."""

    def __init__(self, folder: Path, own: Keys, partner: Keys) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.host = Host()
        self.engine = sql.open_engine(folder / "node.db")
        make_tables(self.engine)
        self.store, self.book = SqlStore(self.engine), SqlWitness()
        self.log = SqlLog(own.origin)
        with self.store.writing() as tx:
            self.log.open(tx)
        trusted = {partner.origin: [partner.log.verifier, partner.log_pq.verifier]}
        self.witness = Witness(
            store=self.store,
            book=self.book,
            host=self.host,
            signers=own.witness,
            trusted=lambda origin: trusted.get(origin, ()),
        )
        self.mirror = Mirror(
            store=self.store,
            book=self.book,
            host=self.host,
            log=SqlLog(partner.origin, role="mirror"),
            witness=self.witness,
            signers=own.mirror,
        )
        self.publisher = Publisher(
            store=self.store,
            book=self.book,
            host=self.host,
            log=self.log,
            anchor=FileAnchor(folder.parent / f"{folder.name}.head"),
            signers=[own.log, own.log_pq],
            shadow_signers=own.shadow,
            witnesses=[one.verifier for one in partner.witness],
            mirrors=[one.verifier for one in partner.mirror],
        )
        board = Board(
            store=self.store,
            log=self.log,
            reader="partner",
            witness=self.witness,
            mirror=self.mirror,
        )
        self.app = Starlette(routes=routes({"x": board}, allow=lambda *_: True))

    @property
    def peer(self) -> Peer:
        return Peer(self.app, "x")

    def append(self, *items: bytes) -> int:
        with self.store.writing() as tx:
            return self.log.append(tx, items)

    def stored(self) -> list[bytes]:
        with self.store.reading() as tx:
            return list(self.log.entries(tx, 0, 1 << 40))

    def close(self) -> None:
        self.engine.dispose()


def some(count: int, word: str = "entry") -> list[bytes]:
    return [f"{word} {one}".encode() for one in range(count)]


def cycle(one: Node, other: Node) -> None:
    one.publisher.publish(one.publisher.known_by(other.peer))
    one.publisher.seek_cosignature(other.peer)
    other.mirror.pull(one.peer)
    one.publisher.note_mirrored(other.peer)


def marks_of(node: Node) -> marks.Marks:
    with node.store.reading() as tx:
        return node.publisher.marks(tx)
