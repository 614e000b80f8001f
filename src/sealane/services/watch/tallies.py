"""What the node's own logs told since this process began to watch, counted by kind and code.

The logs are the truth: an act counts whoever did it, at the console, by a command, over the line or
by a client, and once, though it may be told in two logs. A process that starts counts from nought,
as counters do; every process of a node counts the whole node. Spec: docs/operators.md "Watch".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base.values import Instant
from sealane.ledger import entries
from sealane.ledger.telling import PREFIX
from sealane.ports import Log, Store
from sealane.sealing.keywrap import HYBRID, SUITES
from sealane.services.ledgers.slices import size_of
from sealane.services.register.sign_in_tries import ALARM
from sealane.services.watch.refused import OTHER, refusal_of

SLICE, SLICES = 1000, 64
"""Entries read in one transaction, and how many such one reading takes of a log: what is left waits
for the next.
"""


@dataclass(slots=True)
class Tallies:
    """Counters that only rise, and how far each log was read."""

    party: str
    refusals: Counter[str] = field(default_factory=Counter)
    rewraps: Counter[str] = field(default_factory=Counter)
    openings: int = 0
    alarms: int = 0
    newest: Instant | None = None
    """The instant of the newest entry of the internal log."""
    _read: dict[str, int] = field(default_factory=dict)
    _begun: bool = False

    def follow(self, store: Store, internal: Log, shared: Sequence[Log]) -> None:
        """Count on from where the last reading ended, in slices of a transaction each."""
        for log in (internal, *shared):
            self._follow(store, log, told=log is not internal)
        self._begun = True

    def _follow(self, store: Store, log: Log, *, told: bool) -> None:
        for _ in range(SLICES):
            with store.reading() as tx:
                size = size_of(tx, log)
                # a log that comes later is counted whole; one that lost its tail goes on
                start = min(self._read.get(log.origin, 0 if self._begun else size), size)
                end = min(start + SLICE, size)
                if not told and size:
                    self.newest = _at(log.entry(tx, size - 1))
                for data in log.entries(tx, start, end):
                    self._take(data, told=told)
            self._read[log.origin] = end
            if end == size:
                return

    def _take(self, data: bytes, *, told: bool) -> None:
        """One entry: statements as the logs of the pairs tell of them, and everything else as the
        internal log does, which alone has all of it.
        """
        entry = entries.known(data)
        if entry is None:
            return
        refused = refusal_of(entry, self.party, internal=not told)
        # in the log of a pair the partner's refusals stand beside ours
        if refused is not None and (not told or refused.by == self.party):
            self.refusals[refused.code] += refused.count
        if told and entry.kind.startswith(PREFIX):
            self._statement(entry.kind.removeprefix(PREFIX), entry.fields)
        elif not told:
            self._act(entry.kind, entry.fields)

    def _statement(self, kind: str, said: Mapping[str, Any]) -> None:
        if kind == "opened":
            self.openings += 1
        if kind == "key.released" and said.get("by") == self.party:
            self.rewraps[HYBRID] += 1  # a share leaves to a one-time key of this suite alone

    def _act(self, kind: str, told: Mapping[str, Any]) -> None:
        if kind == "key.released":
            suite = str(told.get("suite"))
            self.rewraps[suite if suite in SUITES else OTHER] += 1
        elif kind == ALARM:
            self.alarms += 1


def _at(data: bytes) -> Instant | None:
    entry = entries.known(data)
    return None if entry is None else entry.at
