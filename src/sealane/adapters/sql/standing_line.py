"""A lock for many threads that nobody waits for much longer than the others.

Python's own lock is given to whoever is awake when it is free: fast, and with two hundred threads
somebody can be passed over for half a minute. Here too whoever comes may take it while it is free,
but who has waited a second is before everybody who came later.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from time import monotonic

OVERDUE = 1.0
"""Seconds after which the one who waits longest is next, whoever else is awake."""


class StandingLine:
    """`acquire` and `release` as a `threading.Lock` has them."""

    def __init__(self, overdue: float = OVERDUE) -> None:
        self._overdue = overdue
        self._guard, self._takers = Lock(), 0
        self._waiting: deque[_Waiter] = deque()

    def acquire(self, timeout: float) -> bool:
        """Whether it was taken within so many seconds."""
        until = monotonic() + timeout
        with self._guard:
            if not self._takers:
                self._takers = 1
                return True
            mine = _Waiter()
            self._waiting.append(mine)
        while True:
            called = mine.bell.acquire(timeout=max(0.0, until - monotonic()))
            with self._guard:
                if mine not in self._waiting:  # it was handed over
                    return True
                if called and not self._takers:
                    self._takers = 1
                    self._waiting.remove(mine)
                    return True
                if not called:
                    self._waiting.remove(mine)
                    self._call()
                    return False

    def release(self) -> None:
        with self._guard:
            if self._waiting and monotonic() - self._waiting[0].since >= self._overdue:
                # handed on: it is free for nobody in between
                self._waiting.popleft().ring()
                return
            self._takers = 0
            self._call()

    def _call(self) -> None:
        """Wake who waits longest, if it is free."""
        if self._waiting and not self._takers:
            self._waiting[0].ring()


class _Waiter:
    """One thread in the line, and what it is woken by."""

    __slots__ = ("bell", "since")

    def __init__(self) -> None:
        self.since, self.bell = monotonic(), Lock()
        self.bell.acquire()

    def ring(self) -> None:
        if self.bell.locked():
            self.bell.release()
