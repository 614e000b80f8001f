"""The newest reading of something that may be slow, or may never come: asked in a thread of its
own, so that whoever looks waits no longer than it wants to.

One reading is under way at a time, however many look. Spec: docs/operators.md "Watch".
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

from sealane.base.errors import INTERNAL, SealaneError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Glimpse(Generic[T]):
    """The newest reading there is."""

    value: T | None
    """None: there was none yet."""
    age: int
    """Nanoseconds since it came, on a clock that nobody sets; 0 where there is none."""
    trouble: SealaneError | None
    """Why the newest try gave none."""
    stalled: bool
    """Whether a try is under way that has not ended."""


class Window(Generic[T]):
    """Looks at what `read` gives; `begin` starts a try, `glimpse` never waits."""

    def __init__(self, read: Callable[[], T], elapsed: Callable[[], int]) -> None:
        """Args: elapsed: nanoseconds on a clock that nobody sets."""
        self._read, self._elapsed = read, elapsed
        self._turn = threading.Lock()
        self._try: Future[None] | None = None
        self._value: T | None = None
        self._at = 0
        self._trouble: SealaneError | None = None

    def begin(self) -> Future[None]:
        """The try that is under way, or a new one; whatever comes of it, it raises nothing."""
        with self._turn:
            if self._try is None or self._try.done():
                made: Future[None] = Future()
                self._try = made
                threading.Thread(target=self._work, args=(made,), daemon=True).start()
            return self._try

    def glimpse(self) -> Glimpse[T]:
        """What is known by now."""
        with self._turn:
            stalled = self._try is not None and not self._try.done()
            age = 0 if self._value is None else self._elapsed() - self._at
            return Glimpse(self._value, age, self._trouble, stalled)

    def _work(self, made: Future[None]) -> None:
        value, trouble = None, None
        try:
            value = self._read()
        except SealaneError as error:
            trouble = error
        except Exception as error:  # noqa: BLE001 - a fault of a reading is what is shown
            trouble = INTERNAL(kind=type(error).__name__)
        with self._turn:
            self._trouble = trouble
            if trouble is None:
                self._value, self._at = value, self._elapsed()
        made.set_result(None)
