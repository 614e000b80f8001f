"""Many callers, one commit: steps that arrive while a commit is under way share the next one.

Each step is still all or nothing and still durable before its caller goes on; only the work of the
store and the waiting for the disk are shared. A step that fails takes nobody with it: the batch is
undone and its steps are made again one by one.
Spec: docs/adr/0003-one-transaction.md; R57.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sealane.ports import Store, Tx

S = TypeVar("S")
BATCH = 64


class _Waiting(Generic[S]):
    """One step and what came of it; `wake` is set when it is done, or when its caller is to lead
    the next batch.
    """

    __slots__ = ("answer", "error", "finished", "step", "wake")

    def __init__(self, step: S) -> None:
        self.step = step
        self.wake = threading.Event()
        self.finished = False
        self.answer: Any = None
        self.error: BaseException | None = None


class Turnstile(Generic[S]):
    """Durable steps over one store, made and committed together when they come together."""

    def __init__(self, store: Store, make: Callable[[Tx, Sequence[S]], Sequence[Any]]) -> None:
        """Args:
        make: does the steps of a batch in a transaction and gives the answer of each, in order. It
            may be asked twice for a step, when a step beside it failed: it must do nothing but use
            its transaction.
        """
        self._store, self._make = store, make
        self._lock = threading.Lock()
        self._queue: list[_Waiting[S]] = []
        self._led = False

    def commit(self, step: S) -> Any:
        """A step's answer, once the transaction it was made in is durable; raises what the step or
        the commit raised.
        """
        mine = _Waiting(step)
        with self._lock:
            self._queue.append(mine)
            lead, self._led = not self._led, True
        if not lead:
            mine.wake.wait()
        if not mine.finished:
            self._lead()
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def _lead(self) -> None:
        """Commit one batch, of which the leader's own step is the first, then hand the lead on."""
        with self._lock:
            batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
        self._together(batch)
        with self._lock:
            following = self._queue[0] if self._queue else None
            self._led = following is not None
        for one in batch:
            one.finished = True
            one.wake.set()
        if following is not None:
            following.wake.set()

    def _together(self, batch: list[_Waiting[S]]) -> None:
        try:
            with self._store.writing() as tx:
                answers = self._make(tx, [one.step for one in batch])
        except BaseException as error:  # noqa: BLE001 - handed to its caller, who raises it
            if len(batch) == 1:
                batch[0].error = error
                return
            for one in batch:
                self._together([one])
            return
        for one, answer in zip(batch, answers, strict=True):
            one.answer = answer
