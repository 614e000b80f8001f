"""A log alone, at growing sizes: appending, proving, walking, and the bytes that an entry takes."""

from __future__ import annotations

import os
from pathlib import Path

from tools.postgresql import Server

from bench.scale_fill import stored, truncated
from bench.scale_fit import fit
from bench.scale_spent import Meter
from bench.table import Table
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlStore
from sealane.adapters.sql import open_engine
from sealane.adapters.tables import make_tables

SIZES = [int(one) for one in os.environ.get("BENCH_ENTRIES", "10000 50000 200000").split()]
LENGTH, FAR = 850, 100_000_000
"""Bytes of an entry, as the logs of real items have them in the mean; entries of ten years."""


def ledger(folder: Path, server: Server) -> Table:
    table = Table(
        "Scale: a log of so many entries of 850 bytes",
        ["work", "engine", *(f"{size:,}" for size in SIZES), "exponent", f"{FAR:,} (told)"],
        note=(
            "Processor milliseconds, user and system, of the process and of the database's server;"
            " medians. The last column is not measured: see the table before."
        ),
    )
    for kind in ("sqlite", "postgresql"):
        engine = open_engine(folder / "ledger.db" if kind == "sqlite" else server.made())
        make_tables(engine, "bench.example")
        store, meter = SqlStore(engine), Meter(server if kind == "postgresql" else None)
        costs: dict[str, list[float]] = {}
        for size in SIZES:
            for name, cost in _measured(store, meter, size).items():
                costs.setdefault(name, []).append(cost)
        for name, found in costs.items():
            growth = fit(list(zip(map(float, SIZES), found, strict=True)))
            told = [f"{cost:,.2f}" for cost in found]
            table.rows.append(
                [name, kind, *told, f"{growth.exponent:.2f}", f"{growth.at(FAR):,.2f}"]
            )
        engine.dispose()
    return table


def _measured(store: SqlStore, meter: Meter, size: int) -> dict[str, float]:
    log = SqlLog("bench.example/a")

    def append(count: int) -> None:
        with store.writing() as tx:
            log.append(tx, [os.urandom(LENGTH) for _ in range(count)])

    def proven() -> None:
        with store.reading() as tx:
            log.inclusion(tx, size // 3)
            log.consistency(tx, size // 2)

    with store.writing() as tx:
        log.open(tx)
        had = log.size(tx)
    started = meter.now()
    for start in range(had, size - 100, 500):
        append(min(500, size - 100 - start))
    many = (meter.now() - started) / (size - had)
    single = meter.median(lambda: append(1), runs=5, calls=16, warm=20)
    truncated(store)
    return {
        "one durable append": single * 1e3,
        "an entry, 500 a commit": many * 1e3,
        "inclusion and consistency proof": meter.median(proven, runs=5, calls=10) * 1e3,
        "walk of the whole log": meter.median(lambda: log.walk_in(store.reading), runs=1) * 1e3,
        "database, MiB": stored(store) / 2**20,
    }
