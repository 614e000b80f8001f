"""How long the other end of a line may take: for the whole, and for each stretch of it.

A limit on each read alone is none: who sends a byte just before it ends keeps us for ever. So the
whole has an end, which moves on with what passes and no other way, and so has every stretch of it.
Spec: spec/exchange.md §3.2.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """What is granted to the other end of one call, in seconds and bytes a second."""

    whole: float
    """Seconds for a call in which nothing much passes."""
    stretch: float
    """Seconds in which at least `floor * stretch` bytes pass, or the call ends."""
    floor: int
    """Bytes a second; also what the end of the whole moves on by."""
    thought: float
    """Seconds until the first byte of an answer, once the question is said."""


class Pace:
    """One call held to its patience; instants are seconds of any clock that never runs back."""

    def __init__(self, patience: Patience, now: float) -> None:
        self._patience = patience
        self._since, self._passed = now, 0
        self._stretch_ends, self._in_stretch = now + patience.stretch, 0

    def left(self, now: float) -> float:
        """Seconds until it was too slow, if nothing passes; 0 or less: it was."""
        granted = self._patience.whole + self._passed / self._patience.floor
        return min(self._since + granted, self._stretch_ends) - now

    def passed(self, size: int, now: float) -> None:
        """So many bytes passed; a stretch that had enough of them ends, and the next begins."""
        self._passed += size
        self._in_stretch += size
        if self._in_stretch >= self._patience.floor * self._patience.stretch:
            self._stretch_ends, self._in_stretch = now + self._patience.stretch, 0

    def turn(self, now: float) -> None:
        """The question is said; from here on the answer is waited for."""
        self._stretch_ends, self._in_stretch = now + self._patience.thought, 0
