"""How a cost grows with a size: the exponent between measured points, the line through them, and
what that line says of a size that was not measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

SLOW, LINEAR = 0.3, 1.3
"""Exponents under which a cost hardly grows, as of a search in a tree, and up to which it grows no
faster than a line; between two sizes on a busy machine.
"""


@dataclass(frozen=True, slots=True)
class Growth:
    """A cost as `constant + slope * size`, and the exponent of its growth between the two largest
    sizes that were measured.
    """

    constant: float
    slope: float
    exponent: float
    size: float
    """The largest measured size."""
    largest: float
    """The cost there."""

    def at(self, size: float) -> float:
        """The cost at a size: by the line, or by its exponent where it hardly grows, for a line
        through two such points would tell of noise.

        Raises: ValueError: it grows faster than a line, so that no line tells.
        """
        if self.exponent > LINEAR:
            raise ValueError(f"grows with the power {self.exponent:.2f}")
        if self.exponent < SLOW:
            return self.largest * (size / self.size) ** max(0.0, self.exponent)
        return self.constant + self.slope * size

    @property
    def word(self) -> str:
        if self.exponent < SLOW:
            return "hardly"
        return "linear" if self.exponent <= LINEAR else "more than linear"


def fit(points: Sequence[tuple[float, float]]) -> Growth:
    """Args: points: (size, cost), at least two sizes, positive, in ascending order.

    The line passes through the two largest, for what matters is how it goes on; the constant is
    never negative.
    """
    (small, low), (size, cost) = points[-2:]
    slope = max(0.0, (cost - low) / (size - small))
    exponent = math.log(cost / low) / math.log(size / small) if low > 0 < cost else 0.0
    return Growth(max(0.0, cost - slope * size), slope, exponent, size, cost)
