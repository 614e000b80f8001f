"""Packs: a thousand items between two nations by a medium, written and taken in, beside the plain
reading and hashing of the same bytes.

Both nations in this process, one disk. Writing compares each container with its name; taking in
proves every byte first and then takes each offer as an arrival from the line. The aim: 300 MB/s.
"""

from __future__ import annotations

import hashlib
import io
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests import nations
from tests.clock import START, Clock
from tests.lane.packing import cut

from bench.table import Table
from sealane.base.values import SECOND
from sealane.cli.access import whole_output
from sealane.services.exchange import release
from sealane.services.packs import exporting, importing
from sealane.services.register.acts import OPERATOR

ITEMS = int(os.environ.get("BENCH_PACK_ITEMS", "1000"))
EACH = int(os.environ.get("BENCH_PACK_BYTES", str(1 << 20)))
"""So much each item: a pack of 1 GB."""
LARGE = int(os.environ.get("BENCH_PACK_LARGE", str(1 << 30)))
MB = 1_000_000
COPIED = "copied by `cp` and synchronised"


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        yield _table(Path(folder), f"{ITEMS:,} items of {EACH / MB:.1f} MB", ITEMS, EACH)
        yield _table(Path(folder), f"one item of {LARGE / MB:,.0f} MB", 1, LARGE)


def _table(folder: Path, what: str, items: int, each: int) -> Table:
    root = folder / f"pair-{items}"
    nations.build(root, Clock())
    pair = nations.opened(root, Clock(START + 600 * SECOND))
    table = Table(
        f"Packs: {what}",
        ["what", "MB/s", "MB a processor second", "s", "items a second", "peak memory, MiB"],
        note=(
            "Both ends durable (SQLite WAL, synchronous FULL), one disk and process, nobody at the"
            " line. The wall's seconds are those of a shared machine; processor seconds count every"
            " thread, user and system. Memory is the most so far, the making of the items included."
            " Of `cp` the child's processor seconds are not counted. Aim: 300 MB/s."
        ),
    )
    try:
        nations.share(pair, reference="r-first")  # its assurance, from the line while it was there
        cut(pair)
        data = os.urandom(1 << 20) * (each >> 20)
        for number in range(items):
            wanted = nations.wanted(pair.aus, reference=f"r-{number}")
            release.release(pair.aus, wanted, io.BytesIO(data))
        del data
        path = root / "a.pack"
        _timed(table, "written", path, items, lambda: _export(pair.aus, "JPN", path))
        _timed(table, "read and hashed (SHA-384) alone", path, items, lambda: _hashed(path))
        _timed(table, COPIED, path, items, lambda: _copied(path))
        _timed(table, "dry run", path, items, lambda: _import(pair.jpn, path, dry_run=True))
        _timed(table, "taken in", path, items, lambda: _import(pair.jpn, path))
        _timed(table, "taken in again", path, items, lambda: _import(pair.jpn, path))
        back = root / "b.pack"
        _timed(table, "answers written", back, items, lambda: _export(pair.jpn, "AUS", back))
        _timed(table, "answers taken in", back, items, lambda: _import(pair.aus, back))
    finally:
        pair.close()
    return table


def _export(node: Any, to: str, path: Path) -> None:
    with whole_output(str(path)) as sink:
        exporting.export(node, to, OPERATOR, sink)


def _import(node: Any, path: Path, *, dry_run: bool = False) -> None:
    with io.FileIO(path, "rb") as source:
        done = importing.load(node, source, OPERATOR, dry_run=dry_run).as_json()
    assert done["refused"] == done["waiting"] == []


def _hashed(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        hashlib.file_digest(file, "sha384")


def _copied(path: Path) -> None:
    subprocess.run(["cp", "--sparse=never", "--reflink=never", path, f"{path}.copy"], check=True)
    with Path(f"{path}.copy").open("rb") as file:
        os.fsync(file.fileno())
    Path(f"{path}.copy").unlink()


def _timed(table: Table, what: str, path: Path, items: int, act: Callable[[], None]) -> None:
    started, worked = time.perf_counter(), time.process_time()
    act()
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    size = path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    table.rows.append(
        [
            what,
            f"{size / MB / seconds:,.0f}",
            f"{size / MB / worked:,.0f}" if what != COPIED else "",
            f"{seconds:.1f}",
            f"{items / seconds:,.0f}",
            peak,
        ]
    )
