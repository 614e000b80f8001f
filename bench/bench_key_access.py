"""Rewraps a second with a durable ledger entry each: real tokens, proofs and keys, SQLite with full
synchronisation.

One node with one or two server processes on one database; concurrent callers over the service
itself.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, Protocol

sys.path.insert(0, str(Path(__file__).parents[1]))

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests import clock
from tests.kas import SECRET, Node, body_of
from tests.oauth import Key, proof, request_token

from bench.table import Table
from sealane.adapters import replays
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables
from sealane.base import canonical
from sealane.run import TURN_SECONDS
from sealane.sealing.keywrap import EC, HYBRID, RSA, KemPrivateKey
from sealane.services.opentdf.issuer import issue
from sealane.services.opentdf.model import KeyAccess
from sealane.services.opentdf.register import Recorder
from sealane.services.opentdf.rewrap import Call, rewrap

PATH = "/kas.AccessService/Rewrap"
CALLS, CALLERS, WARM = 1200, 16, 16


class DurableNode(Node):
    """The test node over a real database and a real log; `connect` again in each process."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(live=True)
        self.place = place
        engine = open_engine(place)
        make_tables(engine)
        engine.dispose()  # a server's connections do not outlive a fork
        self.connect()

    def connect(self) -> None:
        store, logs = SqlStore(open_engine(self.place)), {}

        def log(agreement: str | None) -> SqlLog:
            return logs.setdefault(agreement, SqlLog(f"bench.example/{agreement or 'internal'}"))

        record = Recorder(
            node="bench.example",
            host=self.host,
            internal=log(None),
            shared=lambda _, agreement, __: log(agreement),
            register=SqlRecords(),
            together=store.together,
        )
        self.service = dataclasses.replace(
            self.service,
            store=store,
            once=replays.first,
            record=record,
        )


def prepared(node: DurableNode, container: bytes, client: str, count: int) -> list[Call]:
    """Calls ready to be sent, so that the client's own signing is not measured."""
    key = Key("ES256")
    now = clock.seconds()
    url = f"{node.origin}/oidc/token"
    token = issue(
        node.issuer,
        {"grant_type": "client_credentials", "client_id": "cli", "client_secret": SECRET},
        authorization="",
        proof=proof(key, htu=url, iat=now),
        url=url,
        peer="",
    )["access_token"]
    body = json.dumps(body_of(container, client))
    return [
        Call(
            request_token=request_token(key, body, iat=now, exp=now + 60),
            authorization=f"DPoP {token}",
            proof=proof(key, token=token, htu=node.origin + PATH, iat=now),
            path=PATH,
            peer="",
        )
        for _ in range(count)
    ]


def client_keys() -> dict[str, str]:
    def pem(key):
        return (
            key.public_key()
            .public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            .decode()
        )

    return {
        RSA: pem(rsa.generate_private_key(65537, 2048)),
        EC: pem(ec.generate_private_key(ec.SECP256R1())),
        HYBRID: canonical.encode(KemPrivateKey.generate(HYBRID).public.as_json()).decode(),
    }


def flat_out(node: Serving, calls: list[Call]) -> list[float]:
    """Each call's seconds, with CALLERS at once."""
    taken: list[float] = []

    def one(call: Call) -> None:
        started = time.perf_counter()
        rewrap(node.service, call)
        taken.append(time.perf_counter() - started)

    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(one, calls))
    return taken


def paced(node: Serving, calls: list[Call], rate: float) -> list[float]:
    """Each call's seconds from the moment it was due, at a given rate."""
    taken: list[float] = []
    lock = threading.Lock()

    def one(call: Call, due: float) -> None:
        rewrap(node.service, call)
        with lock:
            taken.append(time.perf_counter() - due)

    with ThreadPoolExecutor(CALLERS) as pool:
        start = time.perf_counter()
        for index, call in enumerate(calls):
            due = start + index / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            pool.submit(one, call, due)
    return taken


class Serving(Protocol):
    """A node that is opened again in each process."""

    service: KeyAccess

    def connect(self) -> None: ...


class Run(NamedTuple):
    """Calls a second of all processes, each call's seconds, and the processes' own processor time a
    call.
    """

    speed: float
    taken: list[float]
    processor: float


def worker(node: Serving, calls: list[Call], rate: float, go: Any, answers: Any) -> None:
    """One server process, warm before it begins: as fast as it can, or at a rate when there is
    one.
    """
    sys.setswitchinterval(TURN_SECONDS)
    node.connect()
    flat_out(node, calls[:WARM])
    answers.put(None)
    go.wait()
    started, processor = time.perf_counter(), time.process_time()
    taken = paced(node, calls[WARM:], rate) if rate else flat_out(node, calls[WARM:])
    answers.put((started, time.perf_counter(), taken, time.process_time() - processor))


def together(
    node: Serving,
    batches: list[list[Call]],
    rate: float = 0,
    begun: Callable[[], object] = lambda: None,
) -> Run:
    """All processes at once. Args: begun: called when all are warm."""
    context = multiprocessing.get_context("fork")
    go, answers = context.Event(), context.Queue()
    workers = [
        context.Process(target=worker, args=(node, calls, rate / len(batches), go, answers))
        for calls in batches
    ]
    for one in workers:
        one.start()
    for _ in workers:
        answers.get()
    begun()
    go.set()
    found = [answers.get() for _ in workers]
    for one in workers:
        one.join()
    elapsed = max(end for _, end, _, _ in found) - min(start for start, _, _, _ in found)
    all_taken = [seconds for _, _, taken, _ in found for seconds in taken]
    spent = sum(processor for _, _, _, processor in found)
    return Run(len(all_taken) / elapsed, all_taken, spent / len(all_taken))


def tables() -> list[Table]:
    table = Table(
        "Key access: rewraps with a durable ledger entry each",
        [
            "wrapping and client key",
            "processes",
            "rewraps/s",
            "processor ms a rewrap",
            "p50 ms",
            "p99 ms",
            "half load: p50 ms",
            "half load: p99 ms",
        ],
    )
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        node = DurableNode(Path(folder) / "node.db")
        for (suite, client), processes in itertools.product(client_keys().items(), (1, 2)):
            container, _ = node.seal(b"x" * 1000, suite=suite)

            def calls(
                count: int,
                container: bytes = container,
                client: str = client,
                processes: int = processes,
            ) -> list[list[Call]]:
                return [
                    prepared(node, container, client, WARM + count // processes)
                    for _ in range(processes)
                ]

            full = together(node, calls(CALLS))
            calm = together(node, calls(CALLS), full.speed / 2)
            table.rows.append(
                [
                    suite,
                    processes,
                    f"{full.speed:.0f}",
                    f"{full.processor * 1e3:.2f}",
                    *_percentiles(full.taken),
                    *_percentiles(calm.taken),
                ]
            )
    table.note = (
        f"{CALLERS} callers a process, service only, without HTTP; each call verifies an access"
        " token (ES384, remembered once it held), a DPoP proof and a signed request (ES256),"
        " decides by a stub, and appends its entries as a node does (the agreement's log, the"
        " internal log, the item's history) in SQLite with synchronous=FULL on this disk; callers"
        " that come together share a commit. The OpenTDF platform needs PostgreSQL and an identity"
        " provider beside it and was not run."
    )
    return [table]


def _percentiles(taken: list[float]) -> list[str]:
    ordered = sorted(taken)
    return [
        f"{statistics.median(ordered) * 1e3:.1f}",
        f"{ordered[int(len(ordered) * 0.99) - 1] * 1e3:.1f}",
    ]


if __name__ == "__main__":
    for found in tables():
        print(found.markdown())
