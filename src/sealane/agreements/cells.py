"""The finite space that the clauses of one agreement speak about: action, level, area and kind.

Spec: spec/agreement.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sealane.agreements.agreement import Agreement, Clause
from sealane.agreements.vocabulary import KINDS

Cell = tuple[str, int, str, str]
NO_LEVEL = 0


class Space:
    """All cells of one agreement as the bits of an integer, so that covering is arithmetic however
    large the file is.
    """

    def __init__(self, agreement: Agreement) -> None:
        self.actions = list(agreement.actions)
        self.levels = sorted({row.level for row in agreement.rows}) or [NO_LEVEL]
        self.areas = [area.id for area in agreement.areas]
        possible = attainable(agreement)
        self.possible = self._product(
            self.actions,
            [
                (level, area)
                for level in self.levels
                for area in self.areas
                if (level, area) in possible
            ],
            list(KINDS),
        )
        self.light = self._product(
            self.actions,
            [(level, area) for level in self.levels for area in self.areas if level <= 1],
            list(KINDS),
        )

    def of(self, clause: Clause) -> int:
        """The cells that a clause speaks about."""
        when = clause.when
        places = [
            (level, area)
            for level in self.levels
            if when.levels is None or level in when.levels
            for area in self.areas
            if when.areas is None or area in when.areas
        ]
        return self._product(clause.actions, places, KINDS if when.kinds is None else when.kinds)

    def doing(self, action: str) -> int:
        """All cells of one action."""
        return self._product(
            [action], [(level, area) for level in self.levels for area in self.areas], list(KINDS)
        )

    def cells(self, mask: int) -> Iterator[Cell]:
        """The cells of a mask, lowest first."""
        while mask:
            place = (mask & -mask).bit_length() - 1
            mask &= mask - 1
            place, kind = divmod(place, len(KINDS))
            place, area = divmod(place, len(self.areas))
            action, level = divmod(place, len(self.levels))
            yield self.actions[action], self.levels[level], self.areas[area], KINDS[kind]

    def _product(
        self, actions: Iterable[str], places: Iterable[tuple[int, str]], kinds: Iterable[str]
    ) -> int:
        by_kind = sum(1 << KINDS.index(kind) for kind in kinds)
        area_at = {area: place for place, area in enumerate(self.areas)}
        level_at = {level: place for place, level in enumerate(self.levels)}
        block = 0
        for level, area in places:
            block |= by_kind << (level_at[level] * len(self.areas) + area_at[area]) * len(KINDS)
        width = len(self.levels) * len(self.areas) * len(KINDS)
        out = 0
        for action in set(actions) & set(self.actions):
            out |= block << self.actions.index(action) * width
        return out


def attainable(agreement: Agreement) -> set[tuple[int, str]]:
    """The (level, area) pairs that have a row within the area's ceiling; all others are refused by
    every file.

    An agreement without a table binds whatever another agreement permits, so all its areas count.
    """
    if not agreement.rows:
        return {(NO_LEVEL, area.id) for area in agreement.areas}
    return {
        (row.level, area.id)
        for row in agreement.rows
        for area in agreement.areas
        if row.level <= area.ceiling and (row.areas is None or area.id in row.areas)
    }
