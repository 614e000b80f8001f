"""Many callers, one commit: steps that arrive while a commit is under way share the next one.

Each step is still all or nothing and still durable before its caller goes on; only the waiting for
the disk is shared. A step that fails takes nobody with it: the batch is undone and its steps are
made again one by one.
Spec: docs/adr/0003-one-transaction.md; R57.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from sealane.ports import Store, Tx

T = TypeVar("T")
BATCH = 64


class _Waiting:
    """One step and what came of it; `wake` is set when it is done, or when its caller is to lead
    the next batch.
    """

    __slots__ = ("error", "finished", "result", "step", "wake")

    def __init__(self, step: Callable[[Tx], Any]) -> None:
        self.step = step
        self.wake = threading.Event()
        self.finished = False
        self.result: Any = None
        self.error: BaseException | None = None


class Turnstile:
    """Durable steps over one store, committed together when they come together."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []
        self._led = False

    def commit(self, step: Callable[[Tx], T]) -> T:
        """Run a step in a transaction that is durable when this returns; raises what the step or
        the commit raised.

        A step may run twice, when a step beside it failed: it must do nothing but use its
        transaction.
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
        result: T = mine.result
        return result

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

    def _together(self, batch: list[_Waiting]) -> None:
        try:
            with self._store.writing() as tx:
                for one in batch:
                    one.result = one.step(tx)
        except BaseException as error:  # noqa: BLE001 - handed to its caller, who raises it
            if len(batch) == 1:
                batch[0].error = error
                return
            for one in batch:
                one.result = None
                self._together([one])
