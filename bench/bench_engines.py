"""The same work on SQLite and on PostgreSQL, in one run and on one disk: appends, shares, openings,
and rewraps with 1, 2 and 4 processes.
"""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import nations
from tests.clock import Clock, now
from tools.postgresql import Server, serving

from bench.bench_key_access import WARM, DurableNode, Serving, client_keys, prepared, together
from bench.key_access_nodes import AgreementNode
from bench.table import Table
from sealane.adapters.log import SqlLog
from sealane.adapters.sql import open_engine, writing
from sealane.adapters.tables import make_tables
from sealane.sealing.keywrap import EC, RSA
from sealane.services.opentdf.rewrap import Call
from sealane.settings import SQLITE

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
"""Each engine has its turn that often, one after the other; medians are told."""
PROCESSES = (1, 2, 4)
Kinds = dict[str, Callable[[Path], Path | str]]


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's user passes through
        with serving(place=folder) as server:
            kinds: Kinds = {
                "sqlite": lambda place: place,
                "postgresql": lambda _: server.made(),
            }
            yield appends(folder, kinds)
            yield acts(folder, server)
            yield rewraps(folder, kinds, server)
            yield agreement_rewraps(folder, server)


def appends(folder: Path, kinds: Kinds) -> Table:
    table = Table(
        "Engines: durable appends of 300 bytes (entries a second)",
        ["entries a commit", "SQLite", "PostgreSQL", "PostgreSQL by SQLite"],
        note=(
            "One writer. SQLite WAL, synchronous=FULL; PostgreSQL with fsync and synchronous_commit"
            " on, over a socket of this machine, both on one disk, in turns."
        ),
    )
    engines = {}
    for kind, make in kinds.items():
        engines[kind] = open_engine(make(folder / "append.db"))
        make_tables(engines[kind], "bench.example")
    log = SqlLog("bench.example/a")
    for group in (1, 10, 50, 500):
        entries, count = [os.urandom(300) for _ in range(group)], max(20, 600 // group)

        def rate(kind: str, entries: list[bytes] = entries, count: int = count) -> float:
            started = time.perf_counter()
            for _ in range(count):
                with writing(engines[kind]) as tx:
                    log.append(tx, entries)
            return count * len(entries) / (time.perf_counter() - started)

        table.rows.append([group, *_beside(_in_turns(rate))])
    for engine in engines.values():
        engine.dispose()
    return table


def acts(folder: Path, server: Server) -> Table:
    table = Table(
        "Engines: one share and one opening of 10 KB, both nations in one process (ms)",
        ["what", "SQLite", "PostgreSQL", "PostgreSQL by SQLite"],
        note="Every decision, signature, seal and durable step of both nations; no network.",
    )
    taken: dict[str, dict[str, list[float]]] = {"share": {}, "opening": {}}
    for kind, setting in (("sqlite", lambda: SQLITE), ("postgresql", server.made)):
        root = folder / f"pair-{kind}"
        nations.build(root, Clock(now()), written=nations.renewed, database=setting)
        pair = nations.opened(root, Clock(now()))
        for what in taken:
            taken[what][kind] = []
        for number in range(10 * ROUNDS):
            item, seconds = _timed(
                lambda number=number, pair=pair: nations.share(
                    pair, b"x" * 10_000, reference=f"r-{number}"
                )
            )
            taken["share"][kind].append(seconds)
            pair.rounds()
            _, seconds = _timed(lambda item=item, pair=pair: nations.read(pair, item))
            taken["opening"][kind].append(seconds)
        pair.close()
    for what, by in taken.items():
        sqlite, other = (1e3 * statistics.median(by[kind]) for kind in ("sqlite", "postgresql"))
        table.rows.append([what, f"{sqlite:.0f}", f"{other:.0f}", f"{other / sqlite:.2f}"])
    return table


def rewraps(folder: Path, kinds: Kinds, server: Server) -> Table:
    """A stub in the decision's place: what tokens, keys, marks and logs cost alone."""
    client = client_keys()[EC]
    nodes = {kind: DurableNode(make(folder / "rewraps.db")) for kind, make in kinds.items()}

    def calls(kind: str, count: int) -> list[Call]:
        container, _ = nodes[kind].seal(b"x" * 1000, suite=EC)
        return prepared(nodes[kind], container, client, count)

    title = "Engines: rewraps with a durable ledger entry each, EC-P256, a stub decision"
    return _growing(title, nodes, calls, 600, server)


def agreement_rewraps(folder: Path, server: Server) -> Table:
    """The node's own decision about an item under an agreement, for a partner's reader."""
    client = client_keys()[RSA]
    settings = {"sqlite": lambda: SQLITE, "postgresql": server.made}
    nodes = {kind: AgreementNode(folder / f"of-{kind}", made) for kind, made in settings.items()}

    def calls(kind: str, count: int) -> list[Call]:
        return nodes[kind].prepared(client, count)

    title = "Engines: rewraps of an agreement's item for a partner's reader, RSA-2048"
    return _growing(title, nodes, calls, 400, server)


def _growing(
    title: str,
    nodes: Mapping[str, Serving],
    calls: Callable[[str, int], list[Call]],
    count: int,
    server: Server,
) -> Table:
    """Rewraps a second of 1, 2 and 4 processes on each engine, in turns."""
    columns = ["processes"]
    for engine in ("SQLite", "PostgreSQL"):
        columns += [f"{engine}, a second", "by one process", "processor ms a rewrap"]
    table = Table(
        title,
        [*columns, "PostgreSQL by SQLite"],
        note=(
            f"16 callers a process, on {os.cpu_count()} cores that the server shares; medians of"
            f" {ROUNDS} rounds. Processor time is the processes' own, and beside it the server's."
        ),
    )
    runs: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for _ in range(ROUNDS):
        for processes, kind in itertools.product(PROCESSES, nodes):
            batches = [calls(kind, WARM + count // processes) for _ in range(processes)]
            before: list[float] = []
            run = together(
                nodes[kind], batches, begun=lambda before=before: before.append(server.seconds())
            )
            spent = (server.seconds() - before[0]) / len(run.taken)
            runs.setdefault((kind, processes), []).append((run.speed, run.processor, spent))
    middle = {
        of: [statistics.median(one) for one in zip(*all_, strict=True)] for of, all_ in runs.items()
    }
    for processes in PROCESSES:
        cells: list[Any] = [processes]
        for kind in nodes:
            speed, own, spent = middle[kind, processes]
            beside = "" if kind == "sqlite" else f" + {spent * 1e3:.2f}"
            by_one = speed / middle[kind, PROCESSES[0]][0]
            cells += [f"{speed:.0f}", f"{by_one:.2f}", f"{own * 1e3:.2f}{beside}"]
        ratio = middle["postgresql", processes][0] / middle["sqlite", processes][0]
        table.rows.append([*cells, f"{ratio:.2f}"])
    return table


def _in_turns(rate: Callable[[str], float]) -> dict[str, float]:
    """The median rate of each engine, which take turns so that what else the machine does meets
    both.
    """
    rates: dict[str, list[float]] = {"sqlite": [], "postgresql": []}
    for _ in range(ROUNDS):
        for kind, found in rates.items():
            found.append(rate(kind))
    return {kind: statistics.median(found) for kind, found in rates.items()}


def _beside(found: dict[str, float]) -> list[str]:
    sqlite, other = found["sqlite"], found["postgresql"]
    return [f"{sqlite:,.0f}", f"{other:,.0f}", f"{other / sqlite:.2f}"]


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.perf_counter()
    found = work()
    return found, time.perf_counter() - started


if __name__ == "__main__":
    for made in tables():
        print(made.markdown())
