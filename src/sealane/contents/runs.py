"""Runs that two sequences share: every stretch of at least so many symbols of one that stands in
the other, found in about linear time.

The one is indexed in blocks of half a run: whatever run the other has holds a whole block, and is
grown from there to both sides.
Spec: spec/residue.md §3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

PLACES_MOST = 32
"""Places of one block that are tried: text that repeats itself is known by its first ones."""


@dataclass(frozen=True, slots=True)
class SharedRun:
    """Symbols `begin` to `end` of what was searched; in what was indexed they begin at `at`."""

    begin: int
    end: int
    at: int


class RunIndex:
    """A sequence in which runs of others are looked for.

    Args:
        least: symbols that make a run; at least 2.
    """

    def __init__(self, symbols: Sequence[str], least: int) -> None:
        self._symbols, self._least = symbols, least
        self._block = (least + 1) // 2
        self._places: dict[object, list[int]] = {}
        for at in range(0, len(symbols) - self._block + 1, self._block):
            places = self._places.setdefault(self._key(symbols, at), [])
            if len(places) < PLACES_MOST:
                places.append(at)

    def _key(self, symbols: Sequence[str], at: int) -> object:
        block = symbols[at : at + self._block]
        return block if isinstance(block, str) else tuple(block)

    def runs(self, other: Sequence[str]) -> Iterator[SharedRun]:
        """The runs of another sequence that stand in this one, the longest from each place, in
        order.
        """
        at = 0
        while at + self._block <= len(other):
            best = None
            for place in self._places.get(self._key(other, at), ()):
                found = self._grown(other, at, place)
                if best is None or found.end - found.begin > best.end - best.begin:
                    best = found
            if best is not None and best.end - best.begin >= self._least:
                yield best
                at = best.end
            else:
                at += 1

    def _grown(self, other: Sequence[str], at: int, place: int) -> SharedRun:
        own, begin, end = self._symbols, at, at + self._block
        first, last = place, place + self._block
        while begin and first and other[begin - 1] == own[first - 1]:
            begin, first = begin - 1, first - 1
        while end < len(other) and last < len(own) and other[end] == own[last]:
            end, last = end + 1, last + 1
        return SharedRun(begin, end, first)
