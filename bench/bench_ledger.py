"""The ledger: durable appends, proofs from a million entries, witness round trip, re-derivation,
evidence.

Peer: the same work by a Go tool where one is at hand (Tessera's POSIX log and fsck), and the bare
SQLite commit that no log in this database can beat. Set LEDGER_BENCH=10000000 to compare costs at
ten million entries with a hundred thousand.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tests import tilelogs

from bench.table import Table, median_seconds
from sealane.adapters import sql
from sealane.adapters.log import SqlLog
from sealane.adapters.tables import make_tables
from sealane.ledger.log import merkle, tiles
from sealane.ledger.log.checkpoint import Head, sign_head

MILLION = int(os.environ.get("LEDGER_BENCH", "1000000"))


def tables() -> Iterable[Table]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
        folder = Path(name)
        yield appends(folder)
        yield witness(folder)
        yield evidence(folder)
        yield million(folder)


def engine_at(folder: Path, name: str):
    engine = sql.open_engine(folder / name)
    make_tables(engine)
    return engine


def rate(work, rows: int, count: int) -> int:
    started = time.perf_counter()
    for _ in range(count):
        work()
    return int(rows * count / (time.perf_counter() - started))


def appends(folder: Path) -> Table:
    table = Table(
        "Ledger: durable appends of 300 bytes (entries a second)",
        ["entries a commit", "Sealane log (both trees)", "bare SQLite row, same settings", "aim"],
    )
    engine, log = engine_at(folder, "append.db"), SqlLog("bench.example/a")
    plain = engine_at(folder, "plain.db")
    with sql.writing(plain) as tx:
        tx.exec_driver_sql("CREATE TABLE bare (id INTEGER PRIMARY KEY, data BLOB)")
    for group, aim in ((1, "3,000"), (10, "10,000"), (50, "10,000"), (500, "-")):
        entries = [os.urandom(300) for _ in range(group)]

        def ours(entries=entries) -> None:
            with sql.writing(engine) as tx:
                log.append(tx, entries)

        def bare(entries=entries) -> None:
            with sql.writing(plain) as tx:
                tx.connection.dbapi_connection.executemany(
                    "INSERT INTO bare (data) VALUES (?)", [(entry,) for entry in entries]
                )

        count = max(20, 1500 // group)
        ours(), bare()
        table.rows.append(
            [group, f"{rate(ours, group, count):,}", f"{rate(bare, group, count):,}", aim]
        )
    table.note = (
        "SQLite WAL, synchronous=FULL. The log hashes every entry into the SHA-256 tree and its"
        " SHA-384 shadow."
    )
    engine.dispose(), plain.dispose()
    return table


def witness(folder: Path) -> Table:
    import threading

    import uvicorn
    from tests.nations_log import Keys, Node

    from sealane.adapters.calls import Line
    from sealane.adapters.logpeer import HttpLogPeer
    from sealane.adapters.peers import PATIENCE

    jp, au = Keys("jp"), Keys("au")
    one, other = Node(folder / "jp", jp, au), Node(folder / "au", au, jp)
    server = uvicorn.Server(uvicorn.Config(other.app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/ledger/x"
    one.append(*(os.urandom(300) for _ in range(1000)))
    with Line(PATIENCE) as line:
        peer = HttpLogPeer(url, line)
        published, cosigned = [], []
        for _ in range(30):
            one.append(os.urandom(300))
            started = time.perf_counter()
            one.publisher.publish()
            between = time.perf_counter()
            one.publisher.seek_cosignature(peer)
            cosigned.append(time.perf_counter() - between)
            published.append(between - started)
    server.should_exit = True
    thread.join()
    table = Table("Ledger: publish and witness (ms)", ["step", "median", "aim"])
    table.rows.append(
        [
            (
                "publish: re-derive, anchor, sign Ed25519 + ML-DSA-44 + shadow ES384 and ML-DSA-87,"
                " store"
            ),
            f"{sorted(published)[15] * 1e3:.2f}",
            "-",
        ]
    )
    table.rows.append(
        [
            "witness round trip on loopback: path, two cosignatures, stored on both sides",
            f"{sorted(cosigned)[15] * 1e3:.2f}",
            "10",
        ]
    )
    one.close(), other.close()
    return table


def evidence(folder: Path) -> Table:
    from tests.nations_evidence import Story

    from sealane.ledger.proofs import evidence as rule

    story = Story(folder / "story")
    data = story.evidence()
    table = Table(
        "Ledger: one item's evidence, five statements in both logs", ["work", "ms", "aim"]
    )
    table.rows.append(
        [
            f"verify, {len(data):,} bytes",
            f"{median_seconds(lambda: rule.verify(data)) * 1e3:.1f}",
            "50",
        ]
    )
    table.rows.append(["build and verify", f"{median_seconds(story.evidence) * 1e3:.1f}", "-"])
    story.close()
    return table


def fill(folder: Path, size: int) -> tuple[object, SqlLog]:
    engine, log = engine_at(folder, f"{size}.db"), SqlLog("bench.example/a")
    for start in range(0, size, 20_000):
        with sql.writing(engine) as tx:
            log.append(
                tx, [b"%d " % at + bytes(292) for at in range(start, min(size, start + 20_000))]
            )
    return engine, log


def costs(folder: Path, size: int) -> dict[str, float]:
    engine, log = fill(folder, size)
    found = {}
    places = [(at * 7919) % size for at in range(1, 60)]

    def inclusion() -> None:
        with sql.reading(engine) as tx:
            log.inclusion(tx, places[0], size)

    def consistency() -> None:
        with sql.reading(engine) as tx:
            log.consistency(tx, size // 3, size)

    def single() -> None:
        with sql.writing(engine) as tx:
            log.append(tx, [os.urandom(300)])

    found["inclusion, warm"] = median_seconds(inclusion, runs=15)
    taken = []
    for place in places:
        tiles.grown.cache_clear()
        engine.dispose()
        started = time.perf_counter()
        with sql.reading(engine) as tx:
            log.inclusion(tx, place, size)
        taken.append(time.perf_counter() - started)
    found["inclusion, cold: new connection, nothing kept"] = sorted(taken)[len(taken) // 2]
    found["consistency, warm"] = median_seconds(consistency, runs=15)
    found["one durable append"] = median_seconds(single, runs=9, calls=50)
    engine.dispose()
    (folder / f"{size}.db").unlink()
    return found


def million(folder: Path) -> Table:
    small, large = costs(folder, even(100_000)), costs(folder, even(MILLION))
    table = Table(
        f"Ledger: costs at {MILLION:,} entries",
        ["work", "ms at 100,000", f"ms at {MILLION:,}", "aim"],
    )
    aims = {"inclusion, warm": "1", "inclusion, cold: new connection, nothing kept": "5"}
    for name, seconds in large.items():
        table.rows.append(
            [name, f"{small[name] * 1e3:.3f}", f"{seconds * 1e3:.3f}", aims.get(name, "-")]
        )
    rederive(folder, table)
    return table


def even(size: int) -> int:
    """Nearly this size, with equally full last tiles, so that sizes compare."""
    return size - size % 256 + 160


def rederive(folder: Path, table: Table) -> None:
    """`ledger verify` as a process of its own over a tile log in files, beside Tessera's fsck where
    it is built.
    """
    size, log = min(MILLION, 1_000_000), tilelogs.signer("bench.example/a")
    place, front = folder / "log", merkle.Frontier()
    rows: list[list[bytes]] = [[]]
    for at in range(0, size, 256):
        bundle = [b"%d " % one + bytes(292) for one in range(at, min(size, at + 256))]
        write(place, tiles.Tile(tiles.ENTRIES, at // 256, len(bundle)), tiles.encode_bundle(bundle))
        rows[0].extend(front.append(entry) for entry in bundle)
    level = 0
    while rows[level]:
        row, above = rows[level], []
        for at in range(0, len(row), 256):
            data = b"".join(row[at : at + 256])
            write(place, tiles.Tile(level, at // 256, len(data) // 32), data)
            if len(data) == tiles.MAX_TILE:
                above.append(tiles.tile_root(data))
        rows.append(above)
        level += 1
    (place / "checkpoint").write_bytes(
        sign_head(Head(log.name, size, front.root()), [log], tilelogs.AT).encode()
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(place), log.verifier.vkey],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds = time.perf_counter() - started
    table.rows.append(
        [
            f"`ledger verify` of {size:,} entries, whole process",
            "-",
            f"{seconds * 1e3:,.0f} ({done.stderr.strip()} resident)",
            "60,000, flat",
        ]
    )
    if fsck := os.environ.get("GOLOG") or shutil.which("golog"):
        started = time.perf_counter()
        subprocess.run(
            [fsck, "fsck", str(place), log.verifier.vkey], check=True, capture_output=True
        )
        table.rows.append(
            [
                "the same by Tessera's fsck (Go)",
                "-",
                f"{(time.perf_counter() - started) * 1e3:,.0f}",
                "peer",
            ]
        )


CHILD = """
import sys
from sealane.cli.main import main
try:
    main(["ledger", "verify", sys.argv[1], "--vkey", sys.argv[2], "--json"])
finally:
    found = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(found[0].split(":")[1].strip(), file=sys.stderr)
"""


def write(place: Path, tile: tiles.Tile, data: bytes) -> None:
    path = place / tile.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
