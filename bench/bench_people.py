"""Two hundred people at one node at once, for a minute: what they are answered, how long it takes,
and what the node's memory does meanwhile.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.people_day import THOUGHT, VISITS, gathered, spent
from bench.table import Table

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "200"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))


def tables() -> Iterator[Table]:
    with (
        tempfile.TemporaryDirectory() as folder,
        gathered(Path(folder) / "pair", PEOPLE) as crowd,
    ):
        minute = spent(crowd, SECONDS)
    table = Table(
        f"People: {PEOPLE} at one node at once, for {SECONDS:.0f} seconds",
        ["what", "answered", "not as due", "median s", "p95 s"],
        note=(
            f"Each looks at an answer for {THOUGHT[0]:.0f} to {THOUGHT[1]:.0f} seconds and asks for"
            " more, by a connection of their own. Two nations' processes and the"
            f" askers share {os.cpu_count()} cores. Openings go to both nations' key services. The"
            f" node held {minute.memory[0] >> 10} MiB at first and"
            f" {max(minute.memory) >> 10} MiB at most; the most in the last third is"
            f" {minute.growth:.2f} of the most in the middle third; each connection of the node to"
            " its database fills a cache of 2 MiB in the first minutes."
            f" {minute.answered.total() / minute.lasted:.0f} answers a second."
        ),
    )
    for name in VISITS:
        taken = sorted(minute.seconds.get(name, [0.0]))
        wrong = sum(count for told, count in minute.wrong.items() if told.startswith(f"{name}:"))
        ends = [statistics.median(taken), taken[int(0.95 * (len(taken) - 1))]]
        cells = [f"{one:.2f}" for one in ends]
        table.rows.append([name, minute.answered[name], wrong, *cells])
    yield table
    if minute.wrong:
        raise SystemExit(f"not as due: {dict(minute.wrong)}")


if __name__ == "__main__":
    for made in tables():
        print(made.markdown(), flush=True)
