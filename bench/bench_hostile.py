"""Pages, keys and another partner's calls, as usual and while a partner with valid keys attacks.

One node behind its doors over real sockets in this process, with the honest partner and whoever
asks for pages; the attacker is a process of its own. All share the machine's cores, so a ratio
above one is the attacker's share of them, and waiting for a thread, a lock or a line would show as
seconds.
"""

from __future__ import annotations

import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
from tests import nations, nations_three
from tests.clock import Clock, now
from tests.lane.hostile import OFFERS, STATEMENTS, Caller, Served, chunk, head_of, served, until
from tests.nations_three import TRILATERAL, Three

from bench.table import Table
from sealane.ledger import bodies, receipt
from sealane.services.exchange import release
from sealane.services.statements.journal import statement_bytes

TIMES, MIB = 30, 1 << 20
Attack = Callable[[Three, Caller], None]


def offered(three: Three, number: int) -> tuple[bytes, int]:
    """A true offer that nobody has sent, and its container's size."""
    wanted = nations.wanted(three.aus, reference=f"bench-{number}")
    item = release.release(three.aus, wanted, io.BytesIO(os.urandom(MIB))).item
    with three.aus.store.reading() as tx:
        row = three.aus.records.transfers.get(tx, item=item, to="JPN")
        assert row is not None
        data = statement_bytes(three.aus, tx, str(row.offer))
    assert data is not None
    return data, receipt.peek(data).saying(bodies.Offer).size


def never_finish(three: Three, hostile: Caller) -> None:
    data, size = offered(three, 1)
    most = three.jpn.settings.partner_offers
    lines = [
        hostile.begins(OFFERS, head_of(data) + b"x", size=4 + len(data) + size) for _ in range(45)
    ]
    until(lambda: sum(one.answered() for one in lines) == len(lines) - most)
    time.sleep(3600)


def drip(three: Three, hostile: Caller) -> None:
    data, size = offered(three, 2)
    lines = [
        hostile.begins(OFFERS, head_of(data), size=4 + len(data) + size),
        *(hostile.begins(STATEMENTS, b"{", size=MIB) for _ in range(10)),
    ]
    while True:
        time.sleep(1.0)
        for line in lines:
            with suppress(OSError):
                line.send(b"x")


def never_end(_: Three, hostile: Caller) -> None:
    while True:
        with suppress(OSError):
            hostile.begins(STATEMENTS, b"{", size=None).send_on(chunk(bytes(65_536)), 64 * MIB)
        hostile.hang_up()


def flood(_: Three, hostile: Caller) -> None:
    body = bytes(4 * MIB)
    while True:
        with suppress(OSError, IndexError):
            hostile.begins(STATEMENTS, body, size=len(body)).status()
        hostile.hang_up()


ATTACKS: dict[str, Attack] = {
    "45 offers that never finish": never_finish,
    "11 bodies that drip a byte a second": drip,
    "bodies that never end, one after another": never_end,
    "statements of 4 MiB, one after another": flood,
}


@contextmanager
def under(attack: str, root: Path) -> Iterator[None]:
    """While another process attacks, from when it has begun."""
    command = [sys.executable, "-m", "bench.bench_hostile", str(root), attack]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(2.0)
        try:
            yield
        finally:
            process.kill()


def main() -> None:
    """The attacker: `python -m bench.bench_hostile ROOT ATTACK`, ended by whoever started it."""
    root, attack = Path(sys.argv[1]), sys.argv[2]
    three = nations_three.opened(root, Clock(now()))
    print("begun", flush=True)
    ATTACKS[attack](three, Caller(three.sites["AUS"], three.jpn))


def medians(found: Served, honest: Caller) -> list[float]:
    """Milliseconds of a page, of a call for a key, and of the honest partner's question."""
    spent: list[list[float]] = [[], [], []]
    with httpx2.Client(base_url=found.console, trust_env=False, timeout=60) as client:
        asked: tuple[Callable[[], object], ...] = (
            lambda: client.get("/sign-in"),
            lambda: client.post("/kas.AccessService/PublicKey", json={}),
            lambda: honest.asks(TRILATERAL),
        )
        for _ in range(TIMES):
            for one, call in zip(spent, asked, strict=True):
                started = time.perf_counter()
                call()
                one.append((time.perf_counter() - started) * 1e3)
    return [statistics.median(one) for one in spent]


def tables() -> Iterable[Table]:
    """One table: each attack beside what was usual just before and after it."""
    table = Table(
        "A partner that attacks: others' waits (ms, usual and then)",
        ["while", "page", "key", "other partner", "worst ratio", "peak memory (MiB)"],
        note="The attacker is a process of its own on the same cores, at full speed.",
    )
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        nations.build_live(root / "pair")
        three = nations_three.build(root / "pair", root / "three", Clock(now()))
        honest = Caller(three.sites["USA"], three.jpn)
        with served(three.sites["JPN"], honest) as found:
            medians(found, honest)
            for name in ATTACKS:
                before = medians(found, honest)
                with under(name, root / "three"):
                    then = medians(found, honest)
                after = medians(found, honest)
                usual = [(one + two) / 2 for one, two in zip(before, after, strict=True)]
                table.rows.append(row(name, then, usual))
        three.close()
    yield table


def row(name: str, found: list[float], usual: list[float]) -> list[object]:
    pairs = list(zip(usual, found, strict=True))
    ratio = max(then / before for before, then in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    cells = [f"{before:.1f}, {then:.1f}" for before, then in pairs]
    return [name, *cells, f"{ratio:.2f}", peak]


if __name__ == "__main__":
    main()
