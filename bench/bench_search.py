"""Search of a million items as a person asks, beside its aims: the newest page, the best, whole
answers; for who sees all, 95, 50 and 1 in a hundred; recall held against a reading of every row;
and what keeping the index costs beside a register of a thousand.

`BENCH_DIR` keeps the databases, so that they are filled once.
"""

from __future__ import annotations

import itertools
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.search_data import Register
from bench.search_places import Place, places
from bench.table import Table
from sealane.registry import search_words
from sealane.registry.records import Item, ItemState
from sealane.registry.searched import COUNTED, PageAsked
from sealane.services.deciding.reach import sight_of
from sealane.services.register import views
from sealane.services.search import find
from sealane.services.search.find import SearchAsked

ITEMS = int(os.environ.get("BENCH_ITEMS", "1000000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PAGE, FEW = 20, 1000
INDEX = os.environ.get("BENCH_INDEX", "")
"""`kept`: an index that is there is not made anew."""
EVERY = int(os.environ.get("BENCH_WORDS", "40"))
"""Ranks of the words that are asked for: in each language so many, spread over the whole range."""
SHARES = {"all (staff)": None, "95 %": 0.95, "50 %": 0.5, "1 %": 0.01}
HELD = 12
"""Words whose every hit is held against a reading of every row."""
BUILT, RATIO, GROWTH = 600, 1.3, 1.5
"""Aims: seconds for the index, times untrimmed, times the same at a thousand items."""


NUMBERS = itertools.count(1)


def tables() -> Iterator[Table]:
    register = Register(ITEMS)
    with places() as found:
        yield _built(found, register)
        yield from _asked(found, register)
        with places(f"few_{FEW}") as few:
            for place in few.values():
                place.fill(Register(FEW))
                place.build()
            yield _kept({f"{FEW:,}": few, f"{ITEMS:,}": found})


def _built(found: dict[str, Place], register: Register) -> Table:
    table = Table(
        f"Search: the index of {ITEMS:,} items, made anew",
        ["engine", "seconds", "aim", "processor seconds, with the server's", "items a second"],
        note="Rows read, cut into words, written and indexed, in one step.",
    )
    for place in found.values():
        place.fill(register)
        if place.indexed and INDEX == "kept":
            continue
        wall, own, count = place.build()
        table.rows.append([place.kind, f"{wall:.0f}", BUILT, f"{own:.0f}", f"{count / wall:,.0f}"])
    return table


def _asked(found: dict[str, Place], register: Register) -> Iterator[Table]:
    ranks = [round(10_000 ** (step / EVERY)) - 1 for step in range(EVERY)]
    words = [
        one[rank] for rank in dict.fromkeys(ranks) for one in (register.japanese, register.english)
    ]
    readers = {who: _reader(register, share) for who, share in SHARES.items()}
    for what, asking in ASKINGS.items():
        columns = ["engine", "who sees", "median", "p95", "p99", "aim", "longest"]
        columns += ["times all", "aim", "by the wall: median", "p99"]
        table = Table(f"Search: {what} (processor ms)", columns, note=HOW)
        for place in found.values():
            untrimmed = 0.0
            for who, each in _taken(place, asking.ask, readers, words).items():
                spent, wall = ([pair[at] for pair in each] for at in (0, 1))
                middle = statistics.median(spent)
                untrimmed = untrimmed or middle
                trimmed = SHARES[who] is not None
                table.rows.append(
                    [
                        *(place.kind, who, f"{1e3 * middle:.2f}", *_ends(spent)),
                        *(asking.aims[place.kind], f"{1e3 * max(spent):.2f}"),
                        *(f"{middle / untrimmed:.2f}", RATIO if trimmed else "-"),
                        *(f"{1e3 * statistics.median(wall):.2f}", _ends(wall)[1]),
                    ]
                )
        yield table
    yield _recall(found, register, readers, words)


def _ends(taken: list[float]) -> tuple[str, str]:
    """The 95th and the 99th of a hundred, in milliseconds."""
    ends = statistics.quantiles(taken, n=100, method="inclusive")
    return f"{1e3 * ends[94]:.2f}", f"{1e3 * ends[98]:.2f}"


def _taken(
    place: Place, ask: Ask, readers: dict[str, Any], words: list[str]
) -> dict[str, list[tuple[float, float]]]:
    """For each reader and word the median seconds of the processor, and of the wall; the readers in
    turn, so that what else the machine does falls on all of them alike.
    """
    each: dict[str, list[tuple[float, float]]] = {who: [] for who in readers}
    for word in words:
        for who, reader in readers.items():
            work = ask(place, reader, word)
            work()
            rounds = []
            for _ in range(ROUNDS):
                started, before = time.perf_counter(), place.spent()
                work()
                rounds.append((place.spent() - before, time.perf_counter() - started))
            spent, wall = zip(*rounds, strict=True)
            each[who].append((statistics.median(spent), statistics.median(wall)))
    return each


def _reader(register: Register, share: float | None) -> dict[str, Any]:
    """A reader whose clearance reaches the three lower levels: the titles above are withheld."""
    projects = () if share is None else register.seeing(share)
    ends = {"from": "2020-01-01T00:00:00Z", "until": "2040-01-01T00:00:00Z"}
    clearance = {
        "issuer": "JPN",
        "policy": "JPN",
        "level": "特定秘密",
        "basis": "assessed",
        "granted": "2025-01-01T00:00:00Z",
        "expires": "2029-01-01T00:00:00Z",
        "sponsor": "jpn.defence",
        "status": "active",
    }
    return {
        "id": "jpn.reader",
        "nationality": ["JPN"],
        "organisation": "jpn.defence",
        "organisation_country": "JPN",
        "clearances": [clearance],
        "briefings": [],
        "authorisations": [{"project": one, "by": "jpn.security", **ends} for one in projects],
        "roles": [],
        "duties": ["registry-clerk" if share is None else "reader"],
        "facility": None,
    }


Ask = Callable[[Place, dict[str, Any], str], Callable[[], object]]


@dataclass(frozen=True)
class Asking:
    """One way to ask, and the most milliseconds that its 99th of a hundred may take."""

    ask: Ask
    aims: dict[str, int]


def _newest(place: Place, reader: dict[str, Any], word: str) -> Callable[[], object]:
    return lambda: _page(place, reader, word, PageAsked(limit=PAGE))


def _best(place: Place, reader: dict[str, Any], word: str) -> Callable[[], object]:
    return lambda: _page(place, reader, word, PageAsked(limit=PAGE, by_relevance=True))


def _whole(place: Place, reader: dict[str, Any], word: str) -> Callable[[], object]:
    return lambda: find.search(place.node, reader, SearchAsked(text=word), limit=PAGE)


def _beginning(place: Place, reader: dict[str, Any], word: str) -> Callable[[], object]:
    return lambda: _page(place, reader, f"{word[:3]}*", PageAsked(limit=PAGE))


def _unasked(place: Place, reader: dict[str, Any], _: str) -> Callable[[], object]:
    return lambda: find.search(place.node, reader, SearchAsked(), limit=PAGE)


def _rare(place: Place, reader: dict[str, Any], _: str) -> Callable[[], object]:
    asked = SearchAsked(state="withdrawn", area="climate", level="TOP SECRET", kind="paper")
    return lambda: find.search(place.node, reader, asked, limit=PAGE)


def _page(place: Place, reader: dict[str, Any], word: str, asked: PageAsked) -> list[str] | None:
    """The person's sight decided, and one page found."""
    index = place.records.search
    with place.store.reading() as tx:
        visible = sight_of(place.node, tx, reader).visible(index.classes(tx))
        return index.page(tx, SearchAsked(text=word).sought(), visible, asked)


SHOWN = {"SQLite": 100, "PostgreSQL": 100}
ASKINGS: dict[str, Asking] = {
    f"the newest {PAGE}": Asking(_newest, {"SQLite": 5, "PostgreSQL": 50}),
    f"the best {PAGE} by relevance": Asking(_best, SHOWN),
    f"the newest {PAGE} by the beginning of a word": Asking(_beginning, SHOWN),
    f"a whole answer: the newest {PAGE} as JSON, total and facets": Asking(_whole, SHOWN),
    f"a whole answer without words: the newest {PAGE}, total and facets": Asking(_unasked, SHOWN),
    "a whole answer without words, of filters that few items fit": Asking(_rare, SHOWN),
}
HOW = (
    "Words of both languages, evenly over their ranks from the commonest to the 10,000th; each"
    f" figure is of the medians of {ROUNDS} askings a word, the person's sight with them; all who"
    " ask in turn. Processor time is the process's and the server's together, which others on the"
    f" machine do not add to. The aims are for p99, and for times what staff take; {COUNTED:,} are"
    " counted at most."
)


def _kept(sizes: dict[str, dict[str, Place]]) -> Table:
    """What acts on the register cost, beside one of a thousand items, in turns."""
    first, last = sizes
    table = Table(
        f"Search: acts on the register at {first} and {last} items (processor ms)",
        ["engine", "act", first, last, "times", "aim"],
        note="Medians, each with its durable commit and its part of the index; in turns.",
    )
    for kind in sizes[last]:
        for what, work in ACTS.items():
            taken: dict[str, list[float]] = {size: [] for size in sizes}
            for number in range(60):
                for size, found in sizes.items():
                    before = found[kind].spent()
                    work(found[kind], number)
                    taken[size].append(found[kind].spent() - before)
            few, many = (1e3 * statistics.median(taken[size][5:]) for size in (first, last))
            row = [kind, what, f"{few:.2f}", f"{many:.2f}", f"{many / few:.2f}", GROWTH]
            table.rows.append(row)
    return table


def _put(place: Place, number: int) -> None:
    item = _one()
    name = f"AUS-2027-{next(NUMBERS):09d}"
    facts = {**item.facts, "id": name}
    item = replace(item, id=name, facts=facts, title=f"put {number} 置", reference=name)
    with place.store.writing() as tx:
        place.records.items.add(tx, item)


@cache
def _one() -> Item:
    return next(iter(Register(1)))


def _moved(place: Place, number: int) -> None:
    state = (ItemState.ACCEPTED, ItemState.DELIVERED)[number % 2]
    with place.store.writing() as tx:
        place.records.items.change(tx, {"id": "AUS-2026-00000500"}, state=str(state))


def _line(place: Place, number: int) -> None:
    with place.store.reading() as tx:
        row = place.node.item(tx, f"AUS-2026-{number * 10:08d}")
        views.lines(place.node, tx, [row])


def _list(place: Place, _: int) -> None:
    find.search(place.node, None, SearchAsked(), limit=50)


ACTS: dict[str, Callable[[Place, int], None]] = {
    "an item's row put": _put,
    "its state changed": _moved,
    "its line read": _line,
    "a page of 50, total and facets": _list,
}


def _recall(
    found: dict[str, Place],
    register: Register,
    readers: dict[str, dict[str, Any]],
    words: list[str],
) -> Table:
    """Every hit of some words held against a reading of every row; counts too."""
    held = words[:: max(1, len(words) // HELD)]
    hits: dict[str, list[Item]] = {word: [] for word in held}
    for item in register:
        for word in held:
            if word in item.title and _has(item.title, word):
                hits[word].append(item)
    table = Table(
        "Search: recall and precision against a reading of every row",
        ["engine", "who sees", "hits", "found", "wrongly found", "totals right"],
        note=f"{len(held)} words, every hit, in order; what is withheld is found by nobody.",
    )
    for place in found.values():
        for who, reader in readers.items():
            wanted = met = wrong = right = 0
            for word in held:
                names = _page(place, reader, word, PageAsked(limit=ITEMS)) or []
                seen = _seen(place, reader, hits[word])
                wanted, met = wanted + len(seen), met + len(set(seen) & set(names))
                wrong += len(set(names) - set(seen))
                total = find.search(place.node, reader, SearchAsked(text=word), limit=1)["total"]
                right += total == min(len(seen), COUNTED) and names == seen
            table.rows.append([place.kind, who, wanted, met, wrong, f"{right} of {len(held)}"])
    return table


def _has(title: str, word: str) -> bool:
    cut = search_words.cut(title)
    return all(
        any(cut[at : at + len(phrase)] == phrase for at in range(len(cut)))
        for phrase in search_words.asked(word)
    )


def _seen(place: Place, reader: dict[str, Any], items: list[Item]) -> list[str]:
    """Those of these whose titles the person may read, by a decision for each, newest first."""
    from sealane.labels.model.label import label_from_json
    from sealane.registry.searched import class_of

    with place.store.reading() as tx:
        sight = sight_of(place.node, tx, reader)
        return [
            one.id
            for one in reversed(items)
            if sight.sees(one)
            and sight.reaches(
                class_of(label_from_json(one.label), one.agreement, one.provider, one.facts["area"])
            )
        ]


if __name__ == "__main__":
    for made in tables():
        print(made.markdown(), flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10, "MiB")
