"""Counts of the node's own logs that are kept and counted on, so that no page reads a log whole.

Trust is in the logs; what is kept is a copy. It says how far it goes and by which entry, so that
another log is never taken for the one that was counted; and the monthly verification counts every
log anew and holds both against each other, so that a copy that was changed does not stay unnoticed.
Spec: docs/console.md §Auditor; spec/ledger.md §9; R57, R59, R61.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.base.values import Instant
from sealane.ledger.log import merkle
from sealane.ports import Log, Tx
from sealane.registry.tally_records import Tallied, TallyMark, TallyQuestion, TallyRow
from sealane.services.ledgers.slices import Pause, size_of
from sealane.services.node import Node
from sealane.services.watch.backwards import told_at
from sealane.services.watch.counting import TOOK, Counting, QuestionsHere, day_of

SLICE = 500
"""Entries counted in one transaction."""
A_PAGE = 20_000
"""Entries that are counted for whoever looks at a page; the rest is counted by the node itself."""

ALTERED = declare(
    "tallies.altered",
    Untrusted,
    "The counts kept of log {origin} are not what its entries say; they were counted anew.",
    "ログ {origin} について保持していた集計が記録と一致しないため、数え直しました。",
    "The ledger itself holds. Find out who had the folder: somebody changed the database by hand.",
    "台帳自体は正しいままです。データベースが手作業で変更されています。"
    "フォルダーに触れた者を調べてください。",
)


@dataclass(frozen=True, slots=True)
class _QuestionsKept:
    """Questions in the node's own tables."""

    node: Node
    tx: Tx
    origin: str

    def ask(self, question: TallyQuestion) -> None:
        self.node.records.tally_questions.add(self.tx, question)

    def answered(self, span: str, by: str, names: Iterable[str]) -> TallyQuestion | None:
        kept, about = self.node.records.tally_questions, {"span": span, "by": by}
        for name in names:
            found = kept.find(
                self.tx,
                order="place",
                newest=True,
                limit=1,
                origin=self.origin,
                name=name,
                **about,
            )
            if found:
                kept.drop(self.tx, origin=self.origin, place=found[0].place, **about)
                return found[0]
        return None


def follow(node: Node, logs: Sequence[Log], most: int = A_PAGE) -> bool:
    """Count on from where the last counting ended, a transaction for each slice; whether all of it
    is counted now. Raises: Unavailable `store.*`.

    Args: most: entries that are counted at most.
    """
    for log in logs:
        while True:
            with node.store.reading() as tx:
                if _is_counted(node, tx, log):
                    break
            if most <= 0:
                return False
            with node.store.hinting() as tx:
                _count_on(node, tx, log)
            most -= SLICE
    return True


def _is_counted(node: Node, tx: Tx, log: Log) -> bool:
    mark = _mark(node, tx, log)
    return size_of(tx, log) == (0 if mark is None else mark.read)


def _mark(node: Node, tx: Tx, log: Log) -> TallyMark | None:
    """How far this very log was counted; None: not at all, or it was another one."""
    mark = node.records.tally_marks.get(tx, origin=log.origin)
    if mark is None or mark.read > size_of(tx, log):
        return None
    try:
        leaf = merkle.leaf_hash(log.entry(tx, mark.read - 1)).hex() if mark.read else ""
    except SealaneError:
        return None
    return mark if leaf == mark.leaf else None


def _count_on(node: Node, tx: Tx, log: Log) -> None:
    mark = _mark(node, tx, log)
    if mark is None:
        forget(node, tx, log.origin)
    start = log.floor(tx) if mark is None else mark.read
    end = min(start + SLICE, size_of(tx, log))
    made = Counting(
        log.origin, node.party, _is_internal(node, log), _QuestionsKept(node, tx, log.origin)
    )
    last = b""
    for index, data in enumerate(log.entries(tx, start, end), start):
        made.take(index, data)
        last = data
    for row in made.rows():
        node.records.tallies.add(tx, row)
    if end > start:
        leaf = merkle.leaf_hash(last).hex()
        node.records.tally_marks.put(tx, {"origin": log.origin}, read=end, leaf=leaf)


def since(node: Node, tx: Tx, logs: Iterable[Log], what: str, day: str) -> list[Tallied]:
    """What was counted of these logs since the beginning of a day; rows of no log of ours, which no
    verification would find, count for nothing.
    """
    return node.records.tallies.since(tx, what, day, [log.origin for log in logs])


def _is_internal(node: Node, log: Log) -> bool:
    return log.origin == node.internal.origin


def forget(node: Node, tx: Tx, origin: str) -> None:
    """Let a log be counted anew."""
    node.records.tallies.forget(tx, origin)
    node.records.tally_questions.drop(tx, origin=origin)
    node.records.tally_marks.drop(tx, origin=origin)


def recount(node: Node, log: Log, pause: Pause) -> SealaneError | None:
    """What is wrong with the counts kept of a log, held against its entries; what is wrong is
    forgotten, to be counted anew. None: nothing.

    Of a log that was pruned the days after the first entry that is left are counted, and no times:
    what they answered may be gone. Raises: Unavailable `store.*`; what `pause` raises.
    """
    with node.store.reading() as tx:
        mark, size = node.records.tally_marks.get(tx, origin=log.origin), size_of(tx, log)
        start, end = log.floor(tx) if size else 0, 0 if mark is None else min(mark.read, size)
        held = node.records.tallies.of(tx, log.origin)
        first = told_at(log.entry(tx, start)) if start < end and start else None
    made = Counting(log.origin, node.party, _is_internal(node, log), QuestionsHere())
    for place in range(start, end, SLICE):
        pause()
        with node.store.reading() as tx:
            for index, data in enumerate(log.entries(tx, place, min(place + SLICE, end)), place):
                made.take(index, data)
    if _comparable(made.rows(), first) == _comparable(held, first):
        return None
    with node.store.writing() as tx:
        forget(node, tx, log.origin)
    return ALTERED(origin=log.origin)


def _comparable(rows: Iterable[TallyRow], pruned: Instant | None) -> set[TallyRow]:
    """Rows so that two countings can be held against each other.

    Args: pruned: the instant of the first entry that is left; None: of the very first.
    """
    if pruned is None:
        return set(rows)
    day = day_of(pruned)
    return {row for row in rows if row.day > day and row.what != TOOK}
