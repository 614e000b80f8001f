"""A desk that was used for years: what a step and its answer cost, what is due, and an incident's
reach, by the number of cases, items and openings.

`BENCH_CASES` and `BENCH_ITEMS` choose the sizes: closed cases, with a hundredth of them open, and
items with ten openings each. A million of either is a matter of minutes, mostly of filling.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import nations
from tests.clock import Clock, now
from tests.lane import dialogue

from bench.desk_fill import BASE, fill_cases, fill_items, fill_openings, log_openings
from bench.scale_spent import Meter
from bench.table import Table
from sealane.services.dialogue import acting, incidents, seeing
from sealane.services.exchange import arrival, outbox
from sealane.services.home import desk as home
from sealane.services.register import suspense
from sealane.services.register.acts import Actor

CASES = [int(one) for one in os.environ.get("BENCH_CASES", "10000 100000").split()]
ITEMS = [int(one) for one in os.environ.get("BENCH_ITEMS", "10000 100000").split()]
EACH, PAGE, NAMED = 10, 100, (1, 20, 200)
"""Openings of an item, things due on a page, and items of an incident."""
NOTE = (
    "Processor milliseconds, user and system, medians, SQLite; the wall's are not told: the machine"
    " was shared and loaded."
)
METER = Meter(None)


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as name:
        yield talk(Path(name))
        yield reach(Path(name))


def made(folder: Path) -> nations.Pair:
    nations.build(folder, Clock(now()), written=nations.renewed)
    pair = nations.opened(folder, Clock(now()))
    dialogue.officers(pair)
    return pair


def talk(folder: Path) -> Table:
    """A step with its answer, and what is due, at each number of cases."""
    table = Table(
        "The desk: a step, its answer and what is due, by the number of cases (ms)",
        ["closed", "open", *WORK],
        note=f"{NOTE} A step is said, signed, logged, taken by the partner, logged there and"
        " acknowledged. Aims: 150 ms for it, 20 ms for what is due.",
    )
    pair = made(folder / "talk")
    open_case = str(dialogue.opened(pair.jpn, "rfi", dialogue.RFI)["id"])
    outbox.deliver_due(pair.jpn)
    dialogue.said(pair.aus, open_case, "accept")
    outbox.deliver_due(pair.aus)
    closed = str(dialogue.opened(pair.jpn, "rfi", dialogue.RFI)["id"])
    outbox.deliver_due(pair.jpn)
    for node, event, form in (
        (pair.aus, "accept", {}),
        (pair.aus, "answer", {"text": "Three."}),
        (pair.jpn, "close", {"rating": 4}),
    ):
        dialogue.said(node, closed, event, **form)
        outbox.deliver_due(node)
    had = 0
    for size in CASES:
        for node in (pair.aus, pair.jpn):
            fill_cases(node, closed, (had, size))
            fill_cases(node, open_case, (BASE // 10 + had // 100, BASE // 10 + size // 100))
        had = size
        print(f"[{size:,} cases]", file=sys.stderr, flush=True)
        cells = [
            f"{METER.median(partial(work, pair, open_case), runs=7) * 1e3:,.1f}"
            for work in WORK.values()
        ]
        table.rows.append([f"{size:,}", f"{size // 100:,}", *cells])
    pair.close()
    return table


def _step(pair: nations.Pair, case: str) -> None:
    acting.say(pair.aus, case, "interim", form={"note": "soon"}, person="aus.release")
    outbox.deliver_due(pair.aus)


def _opened(pair: nations.Pair, _: str) -> None:
    dialogue.opened(pair.jpn, "rfi", dialogue.RFI)
    outbox.deliver_due(pair.jpn)


def _due(pair: nations.Pair, _: str) -> None:
    with pair.aus.store.reading() as tx:
        suspense.waiting(pair.aus, tx, limit=PAGE)


def _home(pair: nations.Pair, _: str) -> None:
    with pair.aus.store.reading() as tx:
        officer = pair.aus.person(tx, "aus.release")
    home.home(pair.aus, officer)


def _page(pair: nations.Pair, _: str) -> None:
    seeing.listed(
        pair.aus, seeing.CasesAsked(open_alone=True, limit=PAGE), person=Actor("aus.release")
    )


WORK: dict[str, Callable[[nations.Pair, str], None]] = {
    "a step and its answer": _step,
    "a case opened and taken": _opened,
    f"what is due, the first {PAGE}": _due,
    "an officer's home": _home,
    "a page of open cases": _page,
}


def reach(folder: Path) -> Table:
    """What an incident reaches, at each size of the register."""
    table = Table(
        f"The desk: an incident's reach, by items of the register with {EACH} openings each (ms)",
        ["items", "openings", *(f"of {count} items" for count in NAMED)],
        note=f"{NOTE} At the holder who reports. Aim: 2 s.",
    )
    pair = made(folder / "reach")
    node = pair.jpn
    item = nations.share(pair, b"harbour")
    arrival.accept(node, item, Actor("jpn.clerk"))
    nations.read(pair, item)
    with node.store.reading() as tx:
        (reader,) = incidents.reach(node, tx, [item])["people"]
    first = log_openings(node, max(NAMED) * EACH)
    had = 0
    for size in ITEMS:
        fill_items(node, item, (had, size))
        if had == 0:
            fill_openings(node, item, EACH, (0, max(NAMED)), first)
            had = max(NAMED)
        fill_openings(node, item, EACH, (had, size), BASE * 2)
        had = size
        print(f"[{size:,} items]", file=sys.stderr, flush=True)
        cells = []
        for count in NAMED:
            named = [f"FAR-2026-{one:09d}" for one in range(count)]

            def work(named: list[str] = named) -> None:
                with node.store.reading() as tx:
                    found = incidents.reach(node, tx, named)
                assert (len(found["copies"]), found["people"]) == (len(named), [reader])

            cells.append(f"{METER.median(work, runs=3) * 1e3:,.1f}")
        table.rows.append([f"{size:,}", f"{size * EACH:,}", *cells])
    pair.close()
    return table


if __name__ == "__main__":
    for one in tables():
        print(one.markdown(), flush=True)
