"""Shares, openings and appends of 1, 2 and 4 processes on one pair of nodes, each process with both
folders open, as `sealane node serve` has them.
"""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import nations
from tests.clock import Clock, now
from tools.postgresql import Server

from bench.table import Table
from sealane.settings import SQLITE

PROCESSES = (1, 2, 4)
COUNTS = {"share": 16, "opening": 24, "append": 480}
"""Acts of all processes together."""
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))


def growing(folder: Path, server: Server) -> Table:
    table = Table(
        "Scale: shares, openings and appends with 1, 2 and 4 processes",
        ["what", "engine", "processes", "a second", "by one process", "processor ms each"],
        note=(
            f"Both nations in each process, no network, 10 KB an item, on {os.cpu_count()} cores"
            f" that the server and other work share; medians of {ROUNDS} rounds. Processor time is"
            " the processes' own, and beside it the server's: that is what to reckon with, for what"
            " a second holds depends on who else has the cores."
        ),
    )
    for kind, setting in (("sqlite", lambda: SQLITE), ("postgresql", server.made)):
        root = folder / f"several-{kind}"
        nations.build(root, Clock(now()), written=nations.renewed, database=setting)
        pair = nations.opened(root, Clock(now()))
        items = [
            nations.share(pair, b"x" * 10_000, reference=f"first-{number}")
            for number in range(COUNTS["opening"])
        ]
        pair.rounds(2)
        pair.close()
        for what, act in ACTS.items():
            _measured(table, kind, what, (root, act, items), server)
    return table


def _measured(table: Table, kind: str, what: str, about: Any, server: Server) -> None:
    runs: dict[int, list[tuple[float, float, float]]] = {}
    for turn in range(ROUNDS):
        for processes in PROCESSES:
            each = COUNTS[what] // processes
            runs.setdefault(processes, []).append(_together(about, processes, each, turn, server))
    alone = statistics.median(speed for speed, _, _ in runs[1])
    for processes, found in runs.items():
        speed, own, theirs = (statistics.median(one) for one in zip(*found, strict=True))
        beside = "" if kind == "sqlite" else f" + {theirs * 1e3:.1f}"
        cells = [f"{speed:.1f}", f"{speed / alone:.2f}", f"{own * 1e3:.1f}{beside}"]
        table.rows.append([what, kind, processes, *cells])


def _share(pair: nations.Pair, name: str, _: list[str], number: int) -> None:
    nations.share(pair, b"x" * 10_000, reference=f"{name}-{number}")


def _opening(pair: nations.Pair, _: str, items: list[str], number: int) -> None:
    nations.read(pair, items[number % len(items)])


def _append(pair: nations.Pair, *_: object) -> None:
    log = pair.aus.internal
    with pair.aus.store.writing() as tx:
        log.append(tx, [log.entry(tx, 0)])


ACTS: dict[str, Callable[..., None]] = {"share": _share, "opening": _opening, "append": _append}


def _together(
    about: Any, processes: int, each: int, turn: int, server: Server
) -> tuple[float, float, float]:
    """Acts a second of all processes at once, and processor seconds an act: own, the server's."""
    context = multiprocessing.get_context("fork")
    go, answers = context.Event(), context.Queue()
    workers = [
        context.Process(
            target=_worker, args=(about, f"{processes}-{turn}-{one}", each, go, answers)
        )
        for one in range(processes)
    ]
    for one in workers:
        one.start()
    for _ in workers:
        answers.get(timeout=300)
    before = server.seconds()
    go.set()
    found = [answers.get(timeout=600) for _ in workers]
    spent, count = server.seconds() - before, processes * each
    for one in workers:
        one.join()
    elapsed = max(end for _, end, _ in found) - min(start for start, _, _ in found)
    return count / elapsed, sum(own for _, _, own in found) / count, spent / count


def _worker(about: Any, name: str, each: int, go: Any, answers: Any) -> None:
    root, act, items = about
    pair = nations.opened(root, Clock(now()))
    act(pair, f"{name}-warm", items, 0)
    answers.put(None)
    go.wait()
    started, processor = time.perf_counter(), time.process_time()
    for number in range(each):
        act(pair, name, items, number)
    answers.put((started, time.perf_counter(), time.process_time() - processor))
    pair.close()
