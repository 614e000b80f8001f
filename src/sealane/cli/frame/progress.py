"""What a person at a terminal sees of work that takes longer than two seconds: one line on stderr,
wiped at the end.

Nothing is shown where stderr is not a terminal or where the terminal is another job's, so that a
node started with `&` does not draw over what is being typed; and nothing ever goes to stdout.
Looking costs the work nothing: a thread asks now and then how far it has come.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, TextIO

PATIENCE, LOOK_EVERY = 2.0, 0.25
WIPE = "\r\x1b[K"

Measure = Callable[[], int]


class Meter:
    """How many bytes a file has come to, for the line of progress."""

    taken = 0

    def told(self, size: int) -> None:
        """So many by now."""
        self.taken = size

    def measure(self) -> int:
        """As many as were told last."""
        return self.taken


@dataclass(slots=True)
class Progress:
    """How far one command has come."""

    lang: str
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    _measure: Measure | None = None
    _total: int = 0
    _unit: str = ""
    _paused: bool = False
    _drawn: bool = False
    _over: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Watch what is done inside, where somebody can see it."""
        if not self.stream.isatty():
            yield
            return
        watcher = threading.Thread(
            target=self._watch, args=(time.monotonic(),), name="progress", daemon=True
        )
        watcher.start()
        try:
            yield
        finally:
            self._over.set()
            watcher.join()
            self.wipe()

    def count(self, measure: Measure, total: int, unit: str) -> None:
        """From now on, how far it is out of `total`; `unit` is `bytes` or `entries`."""
        self._measure, self._total, self._unit = measure, total, unit

    def reading(self, file: BinaryIO) -> None:
        """From now on, how far a file has been read. A stream without places is left alone."""
        try:
            number = file.fileno()
            size = os.fstat(number).st_size
        except (OSError, AttributeError):
            return
        self.count(lambda: os.lseek(number, 0, os.SEEK_CUR), size, "bytes")

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Nothing is drawn inside: a person is being asked, or the work has no end."""
        self._paused = True
        self.wipe()
        try:
            yield
        finally:
            self._paused = False

    def wipe(self) -> None:
        """Take the line away, so that other words can be written."""
        with self._turn:
            if self._drawn:
                self.stream.write(WIPE)
                self.stream.flush()
                self._drawn = False

    def _watch(self, begun: float) -> None:
        if self._over.wait(PATIENCE):
            return
        while True:
            if not self._paused and not self._behind():
                line = self.line(time.monotonic() - begun)
                with self._turn:
                    self.stream.write(WIPE + line)
                    self.stream.flush()
                    self._drawn = True
            if self._over.wait(LOOK_EVERY):
                return

    def _behind(self) -> bool:
        """Whether the terminal is another job's now; one that controls no job is nobody else's."""
        try:
            return os.tcgetpgrp(self.stream.fileno()) != os.getpgrp()
        except (OSError, ValueError):
            return False

    def line(self, seconds: float) -> str:
        """The words of the moment."""
        ja = self.lang == "ja"
        told = f"作業中… {seconds:.0f} 秒" if ja else f"working… {seconds:.0f} s"
        try:
            done = 0 if self._measure is None else min(self._measure(), self._total)
        except (OSError, ValueError):
            done = 0
        if not done or not self._total:
            return told
        share = f"{100 * done // self._total} %"
        if self._unit == "bytes":
            return f"{told}, {share} ({done / 1e6:,.0f} / {self._total / 1e6:,.0f} MB)"
        return f"{told}, {share} ({done:,} / {self._total:,}{' 件' if ja else ' entries'})"
