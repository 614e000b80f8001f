"""Calls that prove nothing: so many a minute are answered and recorded one by one, the rest 429 and
recorded in sums.

Only refusals spend; whoever proves who they are is never turned away because of others at the same
address. Memory is bounded, and there is no switch. Spec: R57; spec/key-access.md §7.1.
"""

from __future__ import annotations

from collections import OrderedDict
from math import ceil
from threading import Lock

from sealane.base.errors import Unavailable, declare
from sealane.base.values import SECOND, Instant
from sealane.services.node import Node
from sealane.services.statements.journal import record

A_MINUTE, ADDRESSES, TOGETHER, SUM_SECONDS = 60, 4096, 10, 60
"""Refusals a minute for one address; addresses remembered; how many times that for all of them;
seconds of one sum.
"""

EVERYBODY = "*"

TOO_MANY = declare(
    "call.too_many",
    Unavailable,
    "Too many calls from here proved nothing; wait {seconds} seconds.",
    "認証できない呼び出しが多すぎます。{seconds} 秒待ってください。",
    "Sign in properly; if it was not you, tell the operator.",
    "正しく認証してください。心当たりがなければ運用者に知らせてください。",
)


class Crowd:
    """Refusals by door and address, each a bucket that fills again with time."""

    def __init__(self, a_minute: int = A_MINUTE) -> None:
        self._rate = a_minute
        self._buckets: OrderedDict[tuple[str, str], tuple[float, Instant]] = OrderedDict()
        self._sums: dict[str, tuple[int, Instant]] = {}
        self._turn = Lock()

    def spend(self, door: str, address: str, at: Instant) -> int:
        """One refusal; 0 while it is within the measure, else the seconds until one is again: then
        it is only summed.
        """
        with self._turn:
            wait = max(
                self._take((door, address), self._rate, at),
                self._take((door, EVERYBODY), TOGETHER * self._rate, at),
            )
            while len(self._buckets) > ADDRESSES:
                self._buckets.popitem(last=False)
            if wait:
                count, since = self._sums.get(door, (0, at))
                self._sums[door] = (count + 1, since)
            return wait

    def wait(self, door: str, address: str, at: Instant) -> int:
        """Seconds until a refusal of this address is within the measure again; spends nothing."""
        with self._turn:
            left, last = self._buckets.get((door, address), (float(self._rate), at))
            left += max(0, at - last) / SECOND * self._rate / 60
            return 0 if left >= 1 else max(1, ceil((1 - left) * 60 / self._rate))

    def _take(self, key: tuple[str, str], a_minute: int, at: Instant) -> int:
        left, last = self._buckets.pop(key, (float(a_minute), at))
        left = min(a_minute, left + max(0, at - last) / SECOND * a_minute / 60)
        within = left >= 1
        self._buckets[key] = (left - 1 if within else left, at)
        return 0 if within else max(1, ceil((1 - left) * 60 / a_minute))

    def settle(self, at: Instant, *, everything: bool = False) -> dict[str, int]:
        """The sums that are due, by door; they are forgotten here."""
        with self._turn:
            due = {
                door: count
                for door, (count, since) in self._sums.items()
                if everything or at - since >= SUM_SECONDS * SECOND
            }
            for door in due:
                del self._sums[door]
            return due


def record_sums(node: Node, crowd: Crowd, *, everything: bool = False) -> None:
    """Enter the sums that are due into the internal log."""
    due = crowd.settle(node.host.now(), everything=everything)
    if due:
        with node.store.writing() as tx:
            for door, count in sorted(due.items()):
                record(node, tx, "calls.limited", path=door, count=count)
