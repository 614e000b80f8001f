"""What work costs: processor seconds of this process and of the database's server, never seconds of
the wall, for the machine is shared.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from tools.postgresql import Server


class Meter:
    """Processor seconds, user and system; the server's when there is one."""

    def __init__(self, server: Server | None) -> None:
        self._server = server

    def now(self) -> float:
        return time.process_time() + (self._server.seconds() if self._server else 0.0)

    def median(
        self, work: Callable[[], Any], runs: int = 5, calls: int = 1, warm: int = 1
    ) -> float:
        """The median over `runs` of one call, of which `calls` are measured at once: the server's
        time is counted in hundredths of a second.
        """
        for _ in range(warm):
            work()
        found = []
        for _ in range(runs):
            started = self.now()
            for _ in range(calls):
                work()
            found.append((self.now() - started) / calls)
        return statistics.median(found)
