"""Rewraps a second over HTTP at running processes of a node: the node's own decision, recorder and
marks, an item under an agreement, a partner's reader.

The processes are what `sealane node serve` runs; the callers are another process, whose requests
are signed before the clock starts.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import nations
from tools import ports

from bench.bench_key_access import client_keys
from bench.key_access_nodes import AgreementNode
from bench.rewrap_load import request_of, told
from bench.table import Table
from sealane import run
from sealane.sealing.keywrap import EC, RSA
from sealane.settings import SQLITE
from sealane.wiring.site import open_site

CALLS, WARM, ROUNDS = 400, 64, 3
PROCESSES, CALLERS = (1, 2), (1, 16, 64)
CLOCK = os.sysconf("SC_CLK_TCK")


def tables() -> list[Table]:
    """One table: for each client key, number of processes and of callers."""
    table = Table(
        "Rewraps over HTTP: an agreement's item, a partner's reader, SQLite",
        ["client key", "processes", "callers", "a second", "p50 ms", "p99 ms", "processor ms each"],
        note=(
            f"{CALLS} calls a round, medians of {ROUNDS} rounds, HTTP/1.1 on kept connections over"
            f" loopback, callers on the same {os.cpu_count()} cores; every answer was a key. An"
            " entry in two logs, an item's history and two replay keys are durable before each"
            " answer. Processor time is the serving processes'."
        ),
    )
    with tempfile.TemporaryDirectory() as place:
        node = AgreementNode(Path(place) / "nations", lambda: SQLITE)
        for processes in PROCESSES:
            with serving(node.folder, processes) as (doors, spent):
                for suite in (RSA, EC):
                    for callers in CALLERS:
                        cells = measured(node, doors, spent, suite, callers)
                        table.rows.append([suite, processes, callers, *cells])
    return [table]


def measured(
    node: AgreementNode, doors: list[int], spent: Any, suite: str, callers: int
) -> list[str]:
    """Calls a second, their 50th and 99th of a hundred, and processor time, in cells."""
    rounds = []
    for _ in range(ROUNDS):
        host = node.origin.partition("//")[2]
        calls = node.prepared(client_keys()[suite], CALLS + WARM)
        requests = [request_of(call, host) for call in calls]
        told(doors, requests[:WARM], callers)
        before = spent()
        found = told(doors, requests[WARM:], callers)
        taken = sorted(found.taken)
        each = (spent() - before) / CALLS
        rounds.append((found.speed, taken[len(taken) // 2], taken[len(taken) * 99 // 100], each))
    speed, middle, late, each = (statistics.median(one) for one in zip(*rounds, strict=True))
    return [f"{speed:.0f}", f"{middle * 1e3:.1f}", f"{late * 1e3:.1f}", f"{each * 1e3:.2f}"]


@contextmanager
def serving(folder: Path, processes: int) -> Iterator[tuple[list[int], Any]]:
    """So many processes that serve a node, by their ports, and how to ask for their processor
    seconds.
    """
    context = multiprocessing.get_context("fork")
    ready, doors, started = context.Queue(), [], []
    for _ in range(processes):
        doors.append(ports.free())
        started.append(context.Process(target=_serve, args=(folder, doors[-1], ready)))
        started[-1].start()
        ready.get(timeout=120)
    try:
        yield doors, lambda: sum(_seconds(one.pid) for one in started)
    finally:
        for one in started:
            os.kill(one.pid, signal.SIGTERM)
        for one in started:
            one.join(20)


def _serve(folder: Path, port: int, ready: Any) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # a line of the log for each call is written
    site = open_site(folder, nations.PASSPHRASE)
    run.serve(site, lambda: ready.put(port), run.Listening(console=port, peer=ports.free()))


def _seconds(process: int) -> float:
    told_of = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(told_of[11]) + int(told_of[12])) / CLOCK
