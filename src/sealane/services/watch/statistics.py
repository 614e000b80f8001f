"""What was refused, by code, clause and agreement, and how long decisions and answers took: from
the counts kept of the node's own logs, which nobody can write afterwards.

Days are whole, so that no log is read again for the first of them.
Spec: docs/console.md §Auditor; R36, R57, R59.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from sealane.base.values import DAY, Instant, format_instant
from sealane.ports import Log, Tx
from sealane.registry.tally_records import Tallied
from sealane.services.ledgers.at_hand import LedgersAtHand
from sealane.services.node import Node
from sealane.services.watch import kept_counts
from sealane.services.watch.counting import CLAUSE, REFUSED, TOOK, day_of

NO_NAME = "-"


def first_day(now: Instant, days: int) -> str:
    """The day with which the last so many days begin."""
    return day_of(Instant(now - days * DAY))


def counted(node: Node, ledgers: LedgersAtHand, *, days: int) -> dict[str, Any]:
    """The statistics of the last days, as they are shown. Raises: Unavailable `store.*`."""
    now = node.host.now()
    day = first_day(now, days)
    with node.store.reading() as tx:
        own = ledgers.own(tx)
    whole = kept_counts.follow(node, own)
    with node.store.reading() as tx:
        refused = refusals(node, tx, own, day)
        clauses = kept_counts.since(node, tx, own, CLAUSE, day)
        times = kept_counts.since(node, tx, own, TOOK, day)
    return {
        "since": f"{day}T00:00:00Z",
        "until": format_instant(now),
        "whole": whole,
        "refused": sum(one.count for one in refused),
        "refusals": [
            {
                "kind": one.kind,
                "code": one.name,
                "agreement": one.agreement or None,
                "by": one.by,
                "count": one.count,
                "last": format_instant(Instant(one.last)),
            }
            for one in refused
        ],
        "by_code": _counts(refused, lambda one: one.name),
        "by_agreement": _counts(refused, lambda one: one.agreement or NO_NAME),
        "by_clause": [
            {"agreement": one.agreement or None, "clause": one.name, "count": one.count}
            for one in sorted(clauses, key=_most_first)
        ],
        "times": _times(times),
    }


def refusals(node: Node, tx: Tx, logs: Iterable[Log], day: str) -> list[Tallied]:
    """Every refusal that was counted of these logs since the beginning of a day, by kind, code,
    agreement and whose it was, the most first.
    """
    return sorted(kept_counts.since(node, tx, logs, REFUSED, day), key=_most_first)


def _most_first(one: Tallied) -> tuple[int, str, str, str, str]:
    return -one.count, one.kind, one.name, one.agreement, one.by


def _counts(found: Iterable[Tallied], key: Callable[[Tallied], str]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one in found:
        counts[key(one)] += one.count
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def _times(found: Iterable[Tallied]) -> list[dict[str, Any]]:
    """How long each kind of answer took, by whose it was."""
    series = defaultdict[tuple[str, str, str], list[Tallied]](list)
    for one in found:
        series[one.kind, one.agreement, one.by].append(one)
    return [
        {
            "what": name,
            "agreement": agreement or None,
            "by": by,
            "count": sum(one.count for one in took),
            "median_seconds": _at(took, 50),
            "p90_seconds": _at(took, 90),
            "longest_seconds": _at(took, 100),
        }
        for (name, agreement, by), took in sorted(series.items())
    ]


def _at(took: Iterable[Tallied], percent: int) -> int:
    """The time within which so many of a hundred lie: the longest of those that are counted
    together with it.
    """
    ordered = sorted(took, key=lambda one: one.bucket)
    wanted, passed = -(-sum(one.count for one in ordered) * percent // 100), 0
    for one in ordered:
        passed += one.count
        if passed >= wanted:
            return one.last
    return 0
