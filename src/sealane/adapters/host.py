"""The machine's clock and entropy."""

from __future__ import annotations

import os
import time

from sealane.base.values import Instant


class SystemHost:
    """The real clock and the kernel's random bytes; steps are passed in silence."""

    def now(self) -> Instant:
        return Instant(time.time_ns())

    def elapsed(self) -> int:
        return time.monotonic_ns()

    def entropy(self, size: int) -> bytes:
        return os.urandom(size)

    def reached(self, step: str) -> None:
        return None
