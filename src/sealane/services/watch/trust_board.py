"""The board on which a minister sees how the two nations stand: what went out and came in, which
receipts are open, which recalls were answered, what was refused, and how far all of it is proven to
both.

Every number is counted by query, from what this person may see and from nothing else; what it is
counted from is named beside it, so that each leads to its proofs.
Spec: docs/console.md §Trust board; R36, R44, R47, R57, R59.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.ports import Log, Tx
from sealane.registry.records import CopyState, Direction, ItemState
from sealane.registry.searched import Sought
from sealane.registry.who_may import Act, may
from sealane.services.deciding.reach import sight_of
from sealane.services.ledgers.at_hand import LedgersAtHand
from sealane.services.node import Node
from sealane.services.register import suspense
from sealane.services.sight import Sight
from sealane.services.watch import kept_counts, statistics
from sealane.services.watch.counting import RECALLED

DAYS = 90
SHOWN = 50
"""Items that are named beside a number, at most; the number counts all."""
GONE: Mapping[Direction, frozenset[ItemState]] = {
    Direction.OUT: frozenset({ItemState.QUEUED, ItemState.DELIVERED, ItemState.ACCEPTED}),
    Direction.IN: frozenset({ItemState.DELIVERED, ItemState.ACCEPTED}),
}
"""By direction the states in which an item is counted as given, or as taken."""
AGES: tuple[tuple[str, int], ...] = (("day", 1), ("week", 7), ("month", 30), ("longer", 36_600))
"""The spans by which open receipts are told, and how many days each ends with."""
ENDED = frozenset({CopyState.DESTROYED, CopyState.RETURNED})


@dataclass(slots=True)
class _Seen:
    """Which items a person sees; each is asked once."""

    node: Node
    tx: Tx
    sight: Sight
    _known: dict[str, bool]

    def know(self, items: Iterable[str]) -> None:
        """Ask about many at once."""
        if not self.sight.staff:
            wanted = set(items) - self._known.keys()
            self._known.update(dict.fromkeys(wanted, False))
            for row in self.node.records.items.among(self.tx, "id", wanted):
                self._known[row.id] = self.sight.sees(row)

    def sees(self, item: str | None) -> bool:
        """Whether the item is there for this person; what is about none is for staff."""
        if self.sight.staff:
            return True
        if item is None:
            return False
        if item not in self._known:
            row = self.node.records.items.get(self.tx, id=item)
            self._known[item] = row is not None and self.sight.sees(row)
        return self._known[item]


def board(
    node: Node, tx: Tx, ledgers: LedgersAtHand, reader: Mapping[str, Any] | None, *, days: int
) -> dict[str, Any]:
    """The whole board of the last days, by the counts that are kept; who shows it lets them be
    `kept_counts.follow`ed first.

    Args: reader: the record of who looks; None: as staff.
    Raises: Misconfigured `search.stale`.
    """
    now, sight = node.host.now(), sight_of(node, tx, reader)
    day, own = statistics.first_day(now, days), ledgers.own(tx)
    since, seen = parse_instant(f"{day}T00:00:00Z"), _Seen(node, tx, sight, {})
    return {
        "party": node.party,
        "node": node.settings.node,
        "since": format_instant(since),
        "at": format_instant(now),
        "days": days,
        "flows": [row for way in GONE for row in _flow(node, tx, sight, way, since)],
        "receipts": _receipts(node, tx, seen, now),
        "recalls": _recalls(node, tx, own, seen, day),
        "refusals": _refusals(node, tx, own, seen, day),
        "heads": _heads(tx, ledgers) if _may_see_ledger(reader) else [],
    }


def _may_see_ledger(reader: Mapping[str, Any] | None) -> bool:
    """Whether heads are for this person: a log's size counts what others did."""
    return reader is None or may(Act.SEE_LEDGER, str(reader["id"]), reader["duties"])


def _flow(node: Node, tx: Tx, sight: Sight, way: Direction, since: Instant) -> list[dict[str, Any]]:
    """What went one way by area, level and whose label it is, the most first."""
    index = node.records.search
    visible = sight.visible(index.classes(tx))
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in index.counts(tx, Sought(direction=str(way), since=int(since)), visible):
        if one.state in GONE[way]:
            counts[one.area, one.level, one.originator] += one.count
    return [
        {
            "direction": str(way),
            "area": area,
            "level": level,
            "originator": originator,
            "count": count,
        }
        for (area, level, originator), count in sorted(
            counts.items(), key=lambda pair: (-pair[1], pair[0])
        )
    ]


def _receipts(node: Node, tx: Tx, seen: _Seen, now: Instant) -> dict[str, Any]:
    """Receipts that were not given yet, by how long they have been waited for."""
    waiting = [
        one for one in suspense.receipts(node, tx) if one.item is not None and seen.sees(one.item)
    ]
    waiting.sort(key=lambda one: parse_instant(one.since))
    found: dict[str, list[suspense.Waiting]] = {name: [] for name, _ in AGES}
    for one in waiting:
        age = (now - parse_instant(one.since)) // DAY
        found[next(name for name, most in AGES if age < most)].append(one)
    late = [one for one in waiting if one.due is not None and parse_instant(one.due) <= now]
    return {
        "open": len(waiting),
        "overdue": len(late),
        "by_age": [
            {"age": name, "count": len(several), "items": _named(str(one.item) for one in several)}
            for name, several in found.items()
        ],
    }


def _recalls(node: Node, tx: Tx, logs: Sequence[Log], seen: _Seen, day: str) -> dict[str, Any]:
    """Recalls that were ordered; one is answered where no copy is left at who was told."""
    told = kept_counts.since(node, tx, logs, RECALLED, day)
    seen.know(one.name for one in told)
    ordered = {(one.name, one.by): one.last for one in told if seen.sees(one.name)}
    copies = node.records.copies.among(tx, "item", {item for item, _ in ordered})
    left = {(one.item, one.holder) for one in copies if one.state not in ENDED}
    rows = [
        {
            "item": item,
            "to": party,
            "at": format_instant(Instant(at)),
            "answered": (item, party) not in left,
        }
        for (item, party), at in ordered.items()
    ]
    return {
        "ordered": len(rows),
        "answered": sum(row["answered"] is True for row in rows),
        "rows": sorted(rows, key=lambda row: str(row["at"]), reverse=True)[:SHOWN],
    }


def _refusals(node: Node, tx: Tx, logs: Sequence[Log], seen: _Seen, day: str) -> dict[str, Any]:
    """What was refused, for staff: of an item that a reader sees it is others who were refused."""
    found = statistics.refusals(node, tx, logs, day) if seen.sight.staff else []
    rows: Counter[tuple[str, str, str]] = Counter()
    for one in found:
        rows[one.kind, one.name, one.agreement] += one.count
    return {
        "count": sum(rows.values()),
        "rows": [
            {"kind": kind, "code": code, "agreement": agreement or None, "count": count}
            for (kind, code, agreement), count in sorted(
                rows.items(), key=lambda pair: (-pair[1], pair[0])
            )
        ],
    }


def _heads(tx: Tx, ledgers: LedgersAtHand) -> list[dict[str, Any]]:
    """For each agreement and partner the last head of our log that is proven to both."""
    found = []
    for party, agreement, pair in ledgers.partnerships():
        marks = pair.publisher.marks(tx)
        told: dict[str, Any] = {"size": 0, "root": None, "at": None}
        if marks.size:
            for size, at, note in pair.publisher.log.signed(tx, below=marks.proven + 1):
                root = parse_checkpoint(note).head.root.hex()
                told = {"size": size, "root": root, "at": format_instant(Instant(at))}
                break
        found.append(
            {
                "agreement": agreement,
                "partner": party,
                "origin": marks.origin,
                "entries": marks.size,
                "proven_to_both_up_to": marks.proven,
                "head": told,
            }
        )
    return found


def _named(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))[:SHOWN]
