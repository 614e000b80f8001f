"""A node of a nation that grows: what a share, a page, a minute, a month and a backup cost by the
size of its register and its ledger, on SQLite and on PostgreSQL.

Processor seconds and bytes, never the wall's. `BENCH_SIZES="1000 10000 100000"` chooses the sizes.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import nations
from tests.clock import Clock, now
from tests.lane.test_reconciling import audit
from tools.postgresql import Server, serving

from bench.scale_fill import fill, fill_log, stored, truncated
from bench.scale_fit import fit
from bench.scale_ledger import ledger
from bench.scale_processes import growing
from bench.scale_spent import Meter
from bench.table import Table
from sealane import __version__
from sealane.adapters.backup_taking import take
from sealane.services.audit import inventory
from sealane.services.exchange import arrival, recall, stray_files
from sealane.services.register import suspense, views
from sealane.services.register.acts import Actor
from sealane.services.watch import monthly
from sealane.services.watch.sample import Sampler
from sealane.settings import SQLITE
from sealane.wiring import database
from sealane.wiring.site import open_site
from sealane.wiring.watching import watched

SIZES = [int(one) for one in os.environ.get("BENCH_SIZES", "1000 10000 100000").split()]
SHARES = [int(one) for one in os.environ.get("BENCH_REAL", "10 20 40").split()]
FAR, ENTRIES = 1_000_000, 100_000_000
DOCUMENT = b"x" * 10_000
KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOTE = (
    "Processor milliseconds, user and system, of the process and of the database's server; medians."
    " The wall's seconds are not told: the machine was shared and loaded."
)


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's user passes through
        with serving(place=folder) as server:
            yield from real(folder, server)
            yield from registers(folder, server)
            yield ledger(folder, server)
            yield growing(folder, server)


def made(folder: Path, kind: str, server: Server) -> tuple[nations.Pair, Meter]:
    setting = (lambda: SQLITE) if kind == "sqlite" else server.made
    nations.build(folder, Clock(now()), written=nations.renewed, database=setting)
    meter = Meter(server if kind == "postgresql" else None)
    return nations.opened(folder, Clock(now())), meter


def shared(pair: nations.Pair, reference: str) -> str:
    """One item's common life: shared, received, accepted, opened once, and witnessed."""
    item = nations.share(pair, DOCUMENT, reference=reference)
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    pair.rounds()
    nations.read(pair, item)
    return item


def real(folder: Path, server: Server) -> Iterator[Table]:
    """What real shares leave behind, and what an audit of them costs."""
    weights = Table(
        "Scale: what one item leaves behind, shared, accepted and opened once",
        ["what", *KINDS.values(), "unit"],
        note=(
            f"From {SHARES[0]} to {SHARES[-1]} real items of 10 KB; two rounds of the shared ledger"
            " each, which is the most that a log is published. The sender's node."
        ),
    )
    audits = Table(
        "Scale: `audit reconcile` of real items, without the partner's inventory (processor ms)",
        ["items", *KINDS.values()],
        note=NOTE,
    )
    found: dict[str, dict[str, float]] = {}
    spent: dict[tuple[str, int], float] = {}
    for kind in KINDS:
        pair, meter = made(folder / f"real-{kind}", kind, server)
        marks = []
        for before, size in itertools.pairwise([0, *SHARES]):
            for one in range(before, size):
                shared(pair, f"r-{one}")
            pair.settle(2)
            pair.rounds()
            marks.append(_weighed(pair))
            spent[kind, size] = meter.median(partial(audit, pair, "AUS", ask=False), runs=3)
        out = folder / f"{kind}.backup"
        take(pair.root / "aus", out, pair.clock.now(), __version__)
        marks[-1]["one backup, for an item"] = out.stat().st_size / SHARES[-1]
        items = SHARES[-1] - SHARES[0]
        found[kind] = {name: (marks[-1][name] - marks[0].get(name, 0)) / items for name in marks[0]}
        pair.close()
    for name, unit in UNITS.items():
        weights.rows.append([name, *(f"{found[kind][name]:,.1f}" for kind in KINDS), unit])
    for size in SHARES:
        audits.rows.append([size, *(f"{spent[kind, size] * 1e3:,.0f}" for kind in KINDS)])
    yield weights
    yield audits


UNITS = {
    "database": "bytes",
    "entries of the shared log": "entries",
    "entries of the internal log": "entries",
    "entries of the partner's log, mirrored": "entries",
    "bytes of an entry": "bytes, all logs of an item",
    "signed heads": "bytes",
    "statements and answers": "bytes",
    "containers": "bytes",
}


def _weighed(pair: nations.Pair) -> dict[str, float]:
    node = pair.aus
    truncated(node.store)
    with node.store.reading() as tx:

        def one(text: str) -> float:
            return float(tx.exec_driver_sql(text).scalar() or 0)

        def entries(where: str) -> float:
            return one(f"SELECT sum(size) FROM log WHERE {where}")

        internal = f"origin = '{node.internal.origin}'"
        return {
            "entries of the shared log": entries(f"role = 'own' AND NOT {internal}"),
            "entries of the internal log": entries(internal),
            "entries of the partner's log, mirrored": entries("role <> 'own'"),
            "bytes of an entry": one("SELECT sum(length(data)) FROM log_entry"),
            "signed heads": one(
                "SELECT sum(length(note) + coalesce(length(shadow), 0)) FROM log_head"
            ),
            "statements and answers": one("SELECT sum(length(data)) FROM statements")
            + one("SELECT sum(length(answer)) FROM inbox"),
            "containers": one("SELECT sum(size) FROM containers"),
            "database": stored(node.store),
        }


def registers(folder: Path, server: Server) -> Iterator[Table]:
    """The same work at a register of each size."""
    costs: dict[str, dict[str, list[float]]] = {}
    for kind in KINDS:
        pair, meter = made(folder / f"large-{kind}", kind, server)
        item = shared(pair, "pattern")
        pair.settle(2)
        had = 0
        for size in SIZES:
            for node in (pair.aus, pair.jpn):
                fill(node, item, (had, size))
            fill_log(pair.aus.store, pair.aus.internal, size - had)
            had = size
            print(f"[{kind} {size:,}]", file=sys.stderr, flush=True)
            for name, cost in measured(pair, meter, folder, size).items():
                costs.setdefault(name, {}).setdefault(kind, []).append(cost)
        pair.close()
    yield _register_table(costs)


def measured(pair: nations.Pair, meter: Meter, folder: Path, size: int) -> dict[str, float]:
    """Every piece of work once more, in processor milliseconds; bytes and mebibytes as told."""
    number, opened = itertools.count(), []

    def share() -> None:
        opened.append(nations.share(pair, DOCUMENT, reference=f"r-{size}-{next(number)}"))

    def reading(node: Any, work: Callable[[Any], object]) -> Callable[[], None]:
        def once() -> None:
            with node.store.reading() as tx:
                work(tx)

        return once

    def append() -> None:
        with aus.store.writing() as tx:
            aus.internal.append(tx, [aus.internal.entry(tx, 0)])

    def exported() -> None:
        with suppress(FileNotFoundError):
            out.unlink()
        database.export(pair.root / "aus", nations.PASSPHRASE, out, host=pair.clock)

    def backed() -> None:
        with suppress(FileNotFoundError):
            out.unlink()
        take(pair.root / "aus", out, pair.clock.now(), __version__)

    def started() -> None:
        open_site(pair.root / "aus", nations.PASSPHRASE, host=pair.clock).dispose()

    aus, jpn, out = pair.aus, pair.jpn, folder / "out"
    where = {"agreement": nations.AGREEMENT}
    pages = {
        "page of the register, 50 items": lambda tx: [
            views.summary(aus, tx, row)
            for row in aus.records.items.find(
                tx, order="created", limit=50, newest=True, direction="out"
            )
        ],
        "history of one item": lambda tx: views.history(aus, tx, opened[0]),
        "inventory, a page of 1,000 for the partner": lambda tx: [
            inventory.between(aus, tx, row, "JPN")
            for row in aus.records.items.find(tx, order="id", limit=1000, **where)
        ],
        "suspense list of the provider": lambda tx: suspense.waiting(aus, tx),
    }
    ms = {"share, both nations": meter.median(share, runs=7, warm=2)}
    turn = iter(opened)
    pair.rounds()
    ms["opening, both nations"] = meter.median(
        lambda: nations.read(pair, next(turn)), runs=6, warm=2
    )
    ms["publication and witnessing after it, both nations"] = (
        meter.median(lambda: (nations.read(pair, opened[0]), pair.rounds()), runs=5)
        - ms["opening, both nations"]
    )
    ms["durable append"] = meter.median(append, runs=5, calls=40)
    for name, work in pages.items():
        ms[name] = meter.median(reading(aus, work), runs=5, calls=3)
    ms["suspense list of the holder"] = meter.median(
        reading(jpn, lambda tx: suspense.waiting(jpn, tx)), runs=3
    )
    sites = pair.sites
    ms["one reading of what is watched"] = meter.median(
        lambda: Sampler(watched(sites["JPN"])).read(), calls=3
    )
    ms["erasures tried again"] = meter.median(lambda: recall.erase_again(jpn), calls=10)
    ms["sweep when a leader begins"] = meter.median(lambda: stray_files.sweep(aus), runs=3, warm=0)
    ms["monthly verification of one log"] = meter.median(
        lambda: monthly.attest(aus, [aus.internal]), runs=1, warm=0
    )
    ms["start of a node"] = meter.median(started, runs=3)
    ms["backup, the database"] = meter.median(backed, runs=1, warm=0)
    ms["`db export`"] = meter.median(exported, runs=1, warm=0)
    truncated(aus.store)
    return {
        **{name: cost * 1e3 for name, cost in ms.items()},
        "database, bytes": float(stored(aus.store)),
        "memory of a process that read all of these, MiB": _resident(pair.root / "aus"),
    }


def _resident(folder: Path) -> float:
    """Peak mebibytes of a process of its own that opens the node and reads what is watched."""
    asked = [sys.executable, "-c", CHILD, str(folder), nations.PASSPHRASE.decode()]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)
    return float(done.stdout)


CHILD = """
import sys, resource
from pathlib import Path
from sealane.wiring.site import open_site
from sealane.wiring.watching import watched
from sealane.services.register import suspense
from sealane.services.watch.sample import Sampler
from sealane.services.exchange import stray_files
site = open_site(Path(sys.argv[1]), sys.argv[2].encode())
Sampler(watched(site)).read()
with site.node.store.reading() as tx:
    suspense.waiting(site.node, tx)
stray_files.sweep(site.node)
site.dispose()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def _register_table(costs: dict[str, dict[str, list[float]]]) -> Table:
    columns = ["work"]
    for kind in KINDS.values():
        columns += [*(f"{kind}, {size:,}" for size in SIZES), "exponent", f"{FAR:,} (told)"]
    table = Table(
        "Scale: the same work at a register of so many items",
        columns,
        note=(
            f"{NOTE} The log that is walked, and the database that is copied, hold as many entries"
            " as the register has items. Rows are copies of one real item's, without the bytes of"
            " statements. The exponent is that between the two largest sizes; the last column is"
            " not measured: the line through those two, or the exponent alone where it is under"
            " 0.3."
        ),
    )
    for name, by in costs.items():
        row: list[object] = [name]
        for kind in KINDS:
            growth = fit(list(zip(map(float, SIZES), by[kind], strict=True)))
            row += [f"{cost:,.1f}" for cost in by[kind]]
            try:
                far = f"{growth.at(FAR):,.0f}"
            except ValueError as error:
                far = str(error)
            row += [f"{growth.exponent:.2f}", far]
        table.rows.append(row)
    return table


if __name__ == "__main__":
    for one in tables():
        print(one.markdown(), flush=True)
