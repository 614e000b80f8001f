"""The lane between two node processes on this machine: complete shares, one share, one opening, one
large file.

A share is complete when both sides have it durable: decided, recorded, sealed, delivered over
mutual TLS, re-checked, registered, and the signed receipt recorded at the sender. The sender is
this process, the receiver a node process.
"""

from __future__ import annotations

import contextlib
import io
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests import nations

from bench.table import Table
from sealane.adapters import nodefolder
from sealane.services.exchange import outbox, release
from sealane.services.opening import open_item
from sealane.wiring.site import Site, open_site

DOCUMENT = 100_000
SHARES = int(os.environ.get("BENCH_SHARES", "200"))
REGISTERED = 100_000
GIB = 1 << 30


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        root = Path(folder) / "pair"
        nations.build_live(root)
        for party in ("aus", "jpn"):
            _widened(root / party)
        with _receiver(root) as memory:
            site = open_site(root / "aus", nations.PASSPHRASE)
            table = Table(
                "Complete shares of 100 KB between two node processes",
                ["what", "median", "p95", "unit"],
                note=(
                    "Both ends durable (SQLite WAL, synchronous FULL), TLS 1.3 both sides proven,"
                    f" one disk, {SHARES} shares. Aims: 50 a second; 150 ms for one share and one"
                    " opening."
                ),
            )
            _measure(table, site, "few items")
            for party in ("aus", "jpn"):
                _fill(root / party)
            _measure(table, site, f"{REGISTERED:,} items registered at both")
            yield table
            yield _large(site, root, memory)
            site.dispose()
        yield _openings(root)


def _widened(folder: Path) -> None:
    """Let the partner say as much as is measured here; the defaults bound it sooner."""
    asked = nodefolder.load(folder)
    nodefolder.save(folder, replace(asked, partner_offers=12, partner_statements_a_minute=100_000))


def _measure(table: Table, site: Site, when: str) -> None:
    one = [
        _timed(lambda number=number: _share(site, f"one {when} {number}")) for number in range(30)
    ]
    table.rows.append([f"one share, alone, {when}", *_stats(one), "ms"])
    started = time.perf_counter()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: _share(site, f"many {when} {number}"), range(SHARES)))
    table.rows.append(
        [
            f"shares, six at a time, {when}",
            f"{SHARES / (time.perf_counter() - started):.0f}",
            "-",
            "a second",
        ]
    )


def _fill(folder: Path) -> None:
    """Register many items by copying one row of each table, past the rules: only the size of the
    register matters here.
    """
    with contextlib.closing(sqlite3.connect(folder / "node.db", timeout=60)) as database:
        database.execute(
            "CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c"
            " WHERE i < ?) SELECT i FROM c",
            (REGISTERED,),
        )
        for table, fresh in (
            ("items", {"id": "'OLD-' || n.i", "reference": "NULL"}),
            ("containers", {"item": "'OLD-' || n.i", "policy_uuid": "'old-' || n.i"}),
            ("copies", {"item": "'OLD-' || n.i"}),
            ("transfers", {"item": "'OLD-' || n.i"}),
            (
                "entry_refs",
                {
                    "origin": "'old'",
                    "index": "n.i",
                    "item": "'OLD-' || n.i",
                    "statement": "'old-' || n.i",
                },
            ),
        ):
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            listed = ", ".join(f'"{name}"' for name in columns)
            chosen = ", ".join(fresh.get(name, f'one."{name}"') for name in columns)
            database.execute(
                f"INSERT INTO {table} ({listed}) SELECT {chosen} FROM n, (SELECT * FROM {table}"
                " LIMIT 1) AS one"
            )
        database.commit()


def _share(site: Site, reference: str, data: bytes = os.urandom(DOCUMENT)) -> str:
    item = release.release(
        site.node, nations.wanted(site.node, reference=reference), io.BytesIO(data)
    ).item
    for _ in range(200):
        outbox.deliver_due(site.node, item=item)
        with site.node.store.reading() as tx:
            if site.node.item(tx, item).state == "delivered":
                return item
        time.sleep(0.002)
    raise RuntimeError("not delivered")


def _timed(work) -> float:  # type: ignore[no-untyped-def]
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def _stats(values: list[float]) -> list[str]:
    ordered = sorted(values)
    return [f"{statistics.median(ordered):.0f}", f"{ordered[int(len(ordered) * 0.95)]:.0f}"]


def _large(site: Site, root: Path, receiver: int) -> Table:
    path = root / "large"
    with path.open("wb") as file:
        for _ in range(64):
            file.write(os.urandom(GIB // 64))
    copied = _timed(lambda: shutil.copyfile(path, root / "copied")) / 1000
    started = time.perf_counter()
    with path.open("rb", buffering=0) as source:
        item = release.release(site.node, nations.wanted(site.node, reference="large"), source).item
    sealed = time.perf_counter() - started
    while True:
        outbox.deliver_due(site.node, item=item)
        with site.node.store.reading() as tx:
            if site.node.item(tx, item).state == "delivered":
                break
        time.sleep(0.05)
    taken = time.perf_counter() - started
    peak = int(
        next(
            line
            for line in Path(f"/proc/{receiver}/status").read_text().splitlines()
            if line.startswith("VmHWM")
        ).split()[1]
    )
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    table = Table(
        "One file of 1 GiB, end to end",
        ["what", "figure", "unit"],
        note="Aims: 300 MB/s end to end, under 200 MB a process.",
    )
    table.rows += [
        ["whole share", f"{GIB / 1e6 / taken:.0f}", "MB/s"],
        ["of which sealing and recording", f"{sealed:.1f}", "s"],
        ["`cp` of the same file, same disk", f"{GIB / 1e6 / copied:.0f}", "MB/s"],
        ["peak memory, sender", f"{own / 1024:.0f}", "MB"],
        ["peak memory, receiver", f"{peak / 1024:.0f}", "MB"],
    ]
    path.unlink()
    (root / "copied").unlink()
    return table


def _openings(root: Path) -> Table:
    with _serving(root, "aus"):
        site = open_site(root / "jpn", nations.PASSPHRASE)
        with site.node.store.reading() as tx:
            items = [
                row.id
                for row in site.node.records.items.find(tx, order="created", limit=30, newest=True)
            ]

        def read(item: str) -> None:
            open_item.open_item(
                site.node,
                item,
                person="jpn.sato",
                purpose="assessment",
                action="open",
                sink=io.BytesIO(),
            )

        values = [_timed(lambda item=item: read(item)) for item in items]
        site.dispose()
    table = Table(
        "One opening of 100 KB: both nations' key services agree", ["what", "median", "p95", "unit"]
    )
    table.rows.append(["opening, plaintext in hand", *_stats(values), "ms"])
    return table


@contextmanager
def _receiver(root: Path) -> Iterator[int]:
    with _serving(root, "jpn") as pid:
        yield pid


@contextmanager
def _serving(root: Path, party: str) -> Iterator[int]:
    secret = root / "passphrase"
    secret.write_bytes(nations.PASSPHRASE)
    log = root / f"{party}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sealane.cli.main",
                "node",
                "run",
                str(root / party),
                "--passphrase-file",
                str(secret),
            ],
            stderr=sink,
            stdout=sink,
        )
    try:
        while b"http://" not in log.read_bytes():
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.05)
        time.sleep(0.5)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)
