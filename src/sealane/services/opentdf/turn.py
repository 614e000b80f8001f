"""What key access does while it holds the store: spend what may be seen once, decide, record; for
all the callers of a batch at a time, with the same few statements however many they are.

Everything else a call needs is done before, or after its entry is durable.
Spec: R57; spec/key-access.md §7; docs/adr/0003-one-transaction.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from sealane.base.values import Instant
from sealane.ports import Host, Tx
from sealane.protocol.tokens import Once

Told = TypeVar("Told")
"""What is recorded of a share."""


@dataclass(frozen=True, slots=True)
class Step(Generic[Told]):
    """One call's part of a turn.

    Args:
        once: what must never have come before; spent by this step whatever comes of it.
        decide: by the register as it is in this transaction, what is answered and what is recorded;
            told whether all of `once` came for the first time.
    """

    once: tuple[Once, ...]
    decide: Callable[[Tx, bool], tuple[Any, Sequence[Told]]]


@dataclass(frozen=True, slots=True)
class Turn(Generic[Told]):
    """The steps of a batch in one transaction.

    Args:
        begin: told before anything else of a turn is asked.
        once: of each, whether it is seen the first time before its end; all are remembered in the
            same transaction.
        record: makes the ledger entries, one an outcome, in order.
    """

    host: Host
    begin: Callable[[], None]
    once: Callable[[Tx, Sequence[Once], Instant], Sequence[bool]]
    record: Callable[[Tx, Sequence[Told]], None]

    def __call__(self, tx: Tx, steps: Sequence[Step[Told]]) -> list[Any]:
        """The answer of each step; none counts before the transaction is durable."""
        self.begin()
        # 1. What comes twice is refused, also where both wait for the same commit. The instant is
        #    that of the turn: what ended while a call waited has ended.
        marks = [mark for step in steps for mark in step.once]
        seen = iter(self.once(tx, marks, self.host.now()) if marks else ())
        firsts = [all(list(islice(seen, len(step.once)))) for step in steps]
        # 2. Each is decided by the register as it stands now.
        decided = [step.decide(tx, first) for step, first in zip(steps, firsts, strict=True)]
        # 3. Every outcome is entered before anything is answered.
        self.record(tx, [outcome for _, outcomes in decided for outcome in outcomes])
        return [answer for answer, _ in decided]
