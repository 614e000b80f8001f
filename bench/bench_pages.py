"""Pages of the console at a small node and at one with many people and a long ledger: what each
costs the process that serves it, from the request to the answer's last byte.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import nations
from tests.clock import Clock
from tests.web.visiting import PASSPHRASE, Console

from bench.table import Table
from sealane.services.register import accounts, directory
from sealane.services.statements.journal import record

ITEMS, VIEWS, BLOCK = 4, 9, 1000
SIZES = (
    (int(os.environ.get("BENCH_PAGES_PEOPLE", "2000")), 20_000),
    (0, 0),
)
"""People and entries beside those that are there anyway."""
OFTEN = ("jpn.sato", "jpn.sato", "jpn.sato", "jpn.clerk")
PAGES = (
    ("jpn.clerk", "/"),
    ("jpn.security", "/"),
    ("jpn.clerk", "/register"),
    ("jpn.clerk", "/items/{item}"),
    ("jpn.clerk", "/people"),
    ("jpn.clerk", "/agreements/jpn-aus-2022"),
    ("jpn.clerk", "/ledger"),
    ("jpn.auditor", "/ledger/entries"),
    ("jpn.auditor", "/audit/statistics"),
    ("jpn.auditor", "/trust"),
)
REFUSED = {"party": "AUS", "type": "offer", "record": "0" * 96, "reason": "label.unknown_token"}


def tables() -> Iterator[Table]:
    (people, entries), _ = SIZES
    many, few = (_spent(*size) for size in SIZES)
    table = Table(
        f"Pages: processor ms at {people:,} people and {entries:,} entries of the internal log",
        ["whose", "page", "many, median", "few, median", "ratio"],
        note=(
            f"SQLite; {VIEWS} views each, warm, in one process with the one who asks. A quarter of"
            " the entries are refusals. `few`: the demonstration's people and log."
        ),
    )
    for one in PAGES:
        person, path = one
        row = [f"{many[one]:.1f}", f"{few[one]:.1f}", f"{many[one] / few[one]:.1f}"]
        table.rows.append([person, path.format(item="ID"), *row])
    yield table


def _spent(people: int, entries: int) -> dict[tuple[str, str], float]:
    """Processor milliseconds of each page."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "pair"
        nations.build(root, Clock())
        pair = nations.opened(root, Clock())
        items = [nations.share(pair, b"x", reference=f"r-{one}") for one in range(ITEMS)]
        pair.rounds(2)
        _fill(pair, people, entries)
        console = Console(pair, "JPN")
        visitors = {}
        for person in {person for person, _ in PAGES}:
            accounts.set_passphrase(pair.jpn, person, PASSPHRASE)
            visitors[person] = console.visitor(person)
        found = {
            (person, path): _median(visitors[person], path.format(item=items[0]))
            for person, path in PAGES
        }
        pair.close()
    return found


def _fill(pair: nations.Pair, people: int, entries: int) -> None:
    node = pair.jpn
    with node.store.reading() as tx:
        usual = [node.person(tx, one) for one in OFTEN]
    for number in range(people):
        directory.enter(node, {**usual[number % len(usual)], "id": f"jpn.p{number}"})
    for start in range(0, entries, BLOCK):
        with node.store.writing() as tx:
            for number in range(start, start + BLOCK):
                if number % 4:
                    record(node, tx, "record.read", register="items", count=1)
                else:
                    record(node, tx, "peer.refused", **REFUSED)


def _median(visitor: object, path: str) -> float:
    spent = []
    for number in range(VIEWS + 2):
        started = time.process_time()
        answer = visitor.get(path)  # type: ignore[attr-defined]
        if number >= 2:
            spent.append(1000 * (time.process_time() - started))
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status_code}")
    return statistics.median(spent)


if __name__ == "__main__":
    for made in tables():
        print(made.markdown(), flush=True)
