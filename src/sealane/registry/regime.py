"""A nation's clearance regime as data: how long each grade counts by default, when to warn, on what
it may rest.

A clearance record carries its own dates; the regime proposes them when it is recorded and says when
renewal is due. Deciding rests on the record alone.
Spec: R22, R23; policy/clearances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from sealane.base import toml
from sealane.base.errors import Malformed, NotFound, declare
from sealane.base.values import Instant, years_later

MAX_BYTES = 1 << 16
MAX_YEARS = 50
Basis = Literal["assessed", "exempt-by-law", "temporary"]
Standing = Literal["current", "renewal-due", "ended"]

BAD_REGIME = declare(
    "clearance.regime_malformed",
    Malformed,
    "The clearance regime cannot be used: {why}.",
    "適格性の制度のファイルを使えません：{why}。",
    "Compare with policy/clearances/aus.toml.",
    "policy/clearances/aus.toml と見比べてください。",
)
NO_GRADE = declare(
    "clearance.unknown_grade",
    NotFound,
    "{state} has no grade {level!r}.",
    "{state} に {level!r} という区分はありません。",
    "Name one of: {known}.",
    "次のいずれかを指定してください：{known}。",
)


class Names(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One name in both languages."""

    en: str
    ja: str


class Grade(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One grade: calendar years for which it counts, after how many renewal is due, and its
    permitted bases.
    """

    level: str
    name: Names
    years: int
    warn_years: int | None = None
    bases: tuple[Basis, ...] = ("assessed",)

    def ends(self, granted: Instant) -> Instant:
        """The instant at which a clearance granted then no longer counts by default."""
        return years_later(granted, self.years)

    def standing(
        self, granted: Instant, *, at: Instant, extended: Instant | None = None
    ) -> Standing:
        """Where a clearance stands; an authority's documented extension moves the end, and never
        brings it forward.
        """
        end = self.ends(granted)
        if at >= max(end, extended or end):
            return "ended"
        due = years_later(granted, self.warn_years) if self.warn_years is not None else end
        return "renewal-due" if at >= due else "current"


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["sealane-clearances-1"]
    state: str
    policy: str
    sponsor: bool
    source: Names
    grade: tuple[Grade, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """The grades of one state, with where they come from."""

    state: str
    policy: str
    sponsor: bool
    source: Names
    grades: Mapping[str, Grade]

    def grade(self, level: str) -> Grade:
        """The grade of this name. Raises: NotFound `clearance.unknown_grade`."""
        found = self.grades.get(level)
        if found is None:
            raise NO_GRADE(state=self.state, level=level[:40], known=", ".join(self.grades))
        return found


def parse_regime(data: bytes) -> Regime:
    """A regime from its file. Raises: Malformed `clearance.regime_malformed`."""
    if len(data) > MAX_BYTES:
        raise BAD_REGIME(why=f"more than {MAX_BYTES} bytes")
    try:
        file = msgspec.convert(toml.parse(data), _File)
    except Malformed as error:
        raise BAD_REGIME(position=error.position, why=(error.details or {})["why"]) from None
    except (RecursionError, msgspec.ValidationError) as error:
        raise BAD_REGIME(why=str(error)[:200]) from None
    grades = {grade.level: grade for grade in file.grade}
    if len(grades) != len(file.grade):
        raise BAD_REGIME(why="a grade stands twice")
    for grade in file.grade:
        if not 0 < (grade.warn_years or grade.years) <= grade.years <= MAX_YEARS or not grade.bases:
            raise BAD_REGIME(
                why=(
                    f"{grade.level}: years are 1 to {MAX_YEARS}, the warning not after the end, a"
                    " basis given"
                )
            )
    return Regime(
        state=file.state,
        policy=file.policy,
        sponsor=file.sponsor,
        source=file.source,
        grades=grades,
    )
