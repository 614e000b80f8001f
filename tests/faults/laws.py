"""What must hold between two nations once nothing fails any more, whatever failed before."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from sealane.base.errors import NotFound
from sealane.cli.demo.cast import AGREEMENT
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.services.audit import inventory, reconcile
from sealane.services.exchange import outbox
from sealane.services.opening import key_parts
from sealane.services.register import equivocations, views
from tests import nations
from tests.faults.load import SUITE, Load, Shared
from tests.faults.nation import Nation, site_of

FINAL = frozenset({"delivered", "accepted"})
REFUSED = "statement.transfer.rejected"
WERE_SET = "clock.differs"
"""The one difference that is true of two nations whose clocks were set."""
ONCE = ("statement.offer", "statement.transfer.received")


@contextlib.contextmanager
def seen(pair: dict[str, Nation]) -> Iterator[dict[str, Any]]:
    """Both nodes opened beside their processes."""
    with contextlib.ExitStack() as stack:
        sites = {}
        for party, nation in pair.items():
            sites[party] = site_of(nation)
            stack.callback(sites[party].dispose)
        yield sites


def quiet(sites: dict[str, Any]) -> str:
    """What is still under way at either node; empty when nothing is."""
    for party, site in sites.items():
        waits = outbox.waiting(site.node)
        if waits:
            return f"{party} outbox: {waits[:3]}"
        for _, name, one in site.partnerships():
            with site.node.store.reading() as tx:
                marks = one.publisher.marks(tx).as_json()
            # the partner's copy of the last entries is told of in an entry of its own
            if name == AGREEMENT and not marks["size"] == marks["signed"] == marks["cosigned"]:
                return f"{party} ledger: {marks}"
    return ""


def broken(pair: dict[str, Nation], sites: dict[str, Any], load: Load) -> list[str]:
    """Every law that does not hold, in words."""
    told = list(load.troubles)
    for caller in load.callers.values():
        told += [f"500 {one}" for one in caller.faults]
    for nation in pair.values():
        told += _processes(nation)
    for party, site in sites.items():
        told += [f"{party}: {one}" for one in _ledgers(site, load.heads.get(party, {}))]
    counts = {party: _histories(site) for party, site in sites.items()}
    for one in load.shared:
        if one.item:
            told += [f"{one.item} {one.reference}: {law}" for law in _item(one, sites, counts)]
    refused = partial(_times, counts["AUS"], REFUSED)
    return [*told, *_register(load, sites, refused)]


def _times(counted: Callable[[str], Counter[str]], kind: str, item: str) -> int:
    return counted(item)[kind]


def differences(sites: dict[str, Any]) -> list[str]:
    """What either nation's reconciliation with the other finds."""
    return [
        f"{party} differs: {one}"
        for party, site in sites.items()
        for one in _differences(site, nations.other(party))
    ]


def _processes(nation: Nation) -> Iterator[str]:
    """No process ended by itself, and none met what it has no word for."""
    for one in nation.processes:
        for status in one.deaths:
            yield f"{one.name} ended with {status}"
        with one.log.open(errors="replace") as log:
            for line in log:
                if "Traceback" in line or '.fault"' in line:
                    yield f"{one.name}: {line[:2000]}"


def _ledgers(site: Any, heads: dict[int, bytes]) -> Iterator[str]:
    """Both copies are whole, and every head that anybody was ever shown is of this history."""
    log = nations.log_of(site.node, AGREEMENT)
    with site.node.store.reading() as tx:
        try:
            log.walk(tx)
        except NotFound:
            return  # nothing was said of this agreement yet
        signed = {size: parse_checkpoint(note).head.root for size, _, note in log.signed(tx)}
        for size, root in {**heads, **signed}.items():
            if heads.get(size, root) != root or log.root_at(tx, size) != root:
                yield f"another history at size {size}"
        for _, name, one in site.partnerships():
            if name == AGREEMENT:
                one.mirror.log.walk(tx)
        if equivocations.open_ones(site.node, tx):
            yield "the partner is said to have signed two histories"
        site.node.internal.walk(tx)


def _histories(site: Any) -> Callable[[str], Counter[str]]:
    """How often each kind of entry stands in an item's history, and how often said by whom."""

    def counted(item: str) -> Counter[str]:
        with site.node.store.reading() as tx:
            told = views.history(site.node, tx, item)
        return Counter(name for one in told for name in (one["kind"], f"{one['kind']} {one['by']}"))

    return counted


def _item(
    one: Shared, sites: dict[str, Any], counts: dict[str, Callable[[str], Counter[str]]]
) -> Iterator[str]:
    """Each acknowledged act of an item is at both nations, exactly once; each key has its entry."""
    ours, theirs = counts["AUS"](one.item), counts["JPN"](one.item)
    if ours[REFUSED]:
        yield from _refused(one, sites, ours, theirs)
        return
    shown = {}
    for party, site in sites.items():
        with site.node.store.reading() as tx:
            shown[party] = views.item(site.node, tx, one.item)
        if shown[party]["state"] not in FINAL:
            yield f"{party} state {shown[party]['state']}"
    once = {
        **dict.fromkeys(ONCE, True),
        "statement.transfer.accepted": "accepted" in one.done,
        "statement.recall.ordered": "recalled" in one.done,
        "statement.destroyed": "recalled" in one.done,
    }
    for kind, due in once.items():
        if not (ours[kind] == theirs[kind] <= 1) or (due and ours[kind] != 1):
            yield f"{kind}: {ours[kind]} here, {theirs[kind]} there, due {due}"
    for kind in ("statement.opened", "statement.key.released"):
        if min(ours[kind], theirs[kind]) < one.opened:
            yield f"{kind}: {ours[kind]} here, {theirs[kind]} there, opened {one.opened} times"
    if ours["statement.opened"] != theirs["statement.opened"]:
        yield f"opened: {ours['statement.opened']} here, {theirs['statement.opened']} there"
    # who lets a key go records it first; whether its answer arrived the other side knows
    for giver, here, there in (("AUS", ours, theirs), ("JPN", theirs, ours)):
        released = f"statement.key.released {giver}"
        if here[released] < there[released]:
            yield f"a key came whose release is not in the log of {giver}"
    if theirs["key.released"] < one.opened:
        yield "a reader's own share has no entry"
    if "recalled" in one.done:
        copies = [copy["state"] for copy in shown["JPN"]["copies"]]
        if copies != ["destroyed"]:
            yield f"recalled, and the copies there are {copies}"
    elif "rewrapped" in one.done:
        yield from _moved(one, sites, ours, theirs)


def _refused(
    one: Shared, sites: dict[str, Any], ours: Counter[str], theirs: Counter[str]
) -> Iterator[str]:
    """What was decided by another clock than it was offered by is refused in signed words, once,
    and both know it.
    """
    for kind in ("statement.offer", REFUSED):
        if not ours[kind] == theirs[kind] == 1:
            yield f"{kind}: {ours[kind]} here, {theirs[kind]} there"
    with sites["AUS"].node.store.reading() as tx:
        state = views.item(sites["AUS"].node, tx, one.item)["state"]
    if state != "rejected" or one.opened or one.done:
        yield f"refused, and {state}, opened {one.opened} times, {one.done}"


def _moved(
    one: Shared, sites: dict[str, Any], ours: Counter[str], theirs: Counter[str]
) -> Iterator[str]:
    """Both hold the one new container under the new suite."""
    rows = {party: nations.given(site.node, one.item) for party, site in sites.items()}
    if rows["AUS"].container != rows["JPN"].container:
        yield "the two hold different containers"
    for party, site in sites.items():
        with site.node.blobs.read(rows[party].container) as source:
            parts = key_parts.manifest_of(source).container.manifest.key_access
        if {part.suite for part in parts} != {SUITE}:
            yield f"{party} holds a container of another suite"
    if ours["statement.rewrapped"] != theirs["statement.rewrapped"]:
        yield f"rewrapped: {ours['statement.rewrapped']}, {theirs['statement.rewrapped']}"


def _register(load: Load, sites: dict[str, Any], refused: Callable[[str], int]) -> Iterator[str]:
    """No item twice, none that nobody asked for, and none lost that was not refused."""
    asked = {one.reference for one in load.shared}
    known = {one.item for one in load.shared if one.item}
    for party, site in sites.items():
        with site.node.store.reading() as tx:
            titles = Counter(one["title"] for one in views.items(site.node, tx, limit=10_000))
            items = {one["id"] for one in views.items(site.node, tx, limit=10_000)}
        twice = [title for title, count in titles.items() if count > 1]
        if twice or set(titles) - asked:
            yield f"{party} has {twice or set(titles) - asked} too often"
        lost = {item for item in known - items if not refused(item)}
        if lost:
            yield f"{party} lost {lost}"


def _differences(site: Any, partner: str) -> list[str]:
    (ledgers,) = [one for _, name, one in site.partnerships() if name == AGREEMENT]
    theirs = inventory.ask(site.node, partner, AGREEMENT)
    ledgers.mirror.pull(site.peer(partner, AGREEMENT))
    report = reconcile.reconcile(site.node, partner, AGREEMENT, ledgers, theirs=theirs)
    found = [one for one in report["differences"] if one["kind"] != WERE_SET]
    return [json.dumps(one, ensure_ascii=False)[:600] for one in found]
