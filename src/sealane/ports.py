"""The seams between use cases and the world; narrow, and proven by contract suites."""

from __future__ import annotations

from typing import Protocol

from sealane.base.values import Instant


class Host(Protocol):
    """The machine's clock and entropy, and the step marks that fault tests stop at."""

    def now(self) -> Instant: ...

    def entropy(self, size: int) -> bytes: ...

    def reached(self, step: str) -> None:
        """A step boundary was passed; production does nothing, fault tests kill the process here."""
        ...
