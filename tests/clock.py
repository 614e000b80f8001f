"""The one place that gives every test its clock.

A test that can say when it happens happens at `START`, under a clock that stands still or that we
turn. Only a test of real processes has to live in the machine's own time: it asks `now()` here, and
counts every instant that it writes down from that. No other module of the tests, benchmarks or
examples asks what day it is; `tests/test_clock.py` holds it, and `make test-deep` runs everything
as of other days (`tests/other_days.py`).
"""

import datetime
import os
from collections.abc import Callable
from dataclasses import dataclass, field

from sealane.adapters.host import SystemHost
from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant

SHIFT = "SEALANE_TESTS_CLOCK_SHIFT"
"""The variable by which `tests/clock.c` is told how many seconds to move the clock."""
START = parse_instant("2026-11-22T00:00:00Z")
"""The day on which everything happens that is not told otherwise; always the same."""


@dataclass
class Clock:
    """A clock we turn; every look moves it on by a microsecond, so that two records never share an
    instant.
    """

    now_: int = START
    steps: list[str] = field(default_factory=list)
    at: Callable[[str], None] = lambda _: None
    before: Callable[[], None] = lambda: None
    since: float = 0
    set_on: int = 0

    def now(self) -> Instant:
        self.now_ += 1000
        return Instant(self.now_)

    def pass_(self, seconds: float) -> None:
        """Turn the clock; what nodes do every few seconds is done
        before ten minutes have gone by.
        """
        if self.since + seconds > 600:
            self.before()
            self.since = 0
        self.since += seconds
        self.now_ += int(seconds * SECOND)

    def elapsed(self) -> int:
        return self.now_ + self.set_on

    def set(self, seconds: int) -> None:
        """Set the clock, as somebody does; no time passes."""
        self.now_ += seconds * SECOND
        self.set_on -= seconds * SECOND

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)

    def reached(self, step: str) -> None:
        self.steps.append(step)
        self.at(step)


class StillClock:
    """A clock that stands still until told, and real entropy; with `live` the machine's own."""

    def __init__(self, *, live: bool = False) -> None:
        self.at = START
        self.live = live
        self.steps: list[str] = []

    def now(self) -> Instant:
        if self.live:
            return now()
        return self.at

    def elapsed(self) -> int:
        return self.now()

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)

    def reached(self, step: str) -> None:
        self.steps.append(step)


def now() -> Instant:
    """The machine's time, for tests whose nodes or clients are processes of their own."""
    return SystemHost().now()


def seconds() -> int:
    """The machine's time in whole seconds, as tokens write it."""
    return now() // SECOND


def today() -> datetime.datetime:
    """The machine's time as certificates are made with it."""
    return datetime.datetime.fromtimestamp(seconds(), datetime.UTC)


def in_days(days: int) -> str:
    """An instant that lies this many days after the machine's time; before it, if negative."""
    return format_instant(Instant(now() + days * DAY))


NOT_MOVED = "left out as of another day: it asks the kernel for the time, past any preloaded clock"


def shifted() -> bool:
    """Whether this run is told another day than the machine's; see `tests/other_days.py`."""
    return SHIFT in os.environ
