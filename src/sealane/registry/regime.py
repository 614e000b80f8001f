"""A nation's clearance regime as data: how long each grade counts by default, when to warn, on what
it may rest.

A clearance counts no longer than its regime lets it, or than an authority's recorded extension of
it, whatever its record says; decisions are asked with the date until which it counts.
Spec: R22, R23; policy/clearances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from sealane.base import toml
from sealane.base.described import described
from sealane.base.errors import Malformed, NotFound, Refused, declare
from sealane.base.values import Instant, format_instant, parse_instant, years_later

MAX_BYTES, MAX_TEXT = 1 << 16, 200
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


TOO_LONG = declare(
    "clearance.too_long",
    Refused,
    "A clearance {level} of {state} granted on {granted} counts until {most} at most, and this one"
    " says {expires}.",
    "{granted} に付与された {state} の適格性 {level} は最長 {most} までですが、"
    "{expires} と書かれています。",
    "Enter the end that its regime allows, or the authority's extension: {{by, until, reference}}.",
    "制度が認める期限を書くか、権限者による延長 {{by, until, reference}} を添えてください。",
)
BAD_EXTENSION = declare(
    "clearance.extension_malformed",
    Malformed,
    "The extension of a clearance is wrong: {why}.",
    "適格性の延長に誤りがあります：{why}。",
    "Give exactly by, until and reference.",
    "by、until、reference をちょうど書いてください。",
)
EXTENSION = "extension"


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
    other_years: int | None = None
    grade: tuple[Grade, ...]


described(_File)


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """The grades of one state, with where they come from."""

    state: str
    policy: str
    sponsor: bool
    source: Names
    other_years: int | None
    """Years for which a clearance counts that names no grade, but a level of the scheme; None: the
    regime says nothing of it.
    """
    grades: Mapping[str, Grade]

    def grade(self, level: str) -> Grade:
        """The grade of this name. Raises: NotFound `clearance.unknown_grade`."""
        found = self.grades.get(level)
        if found is None:
            raise NO_GRADE(state=self.state, level=level[:40], known=", ".join(self.grades))
        return found

    def ends(self, level: str, granted: Instant) -> Instant | None:
        """When a clearance of this level granted then ends, if nobody extended it; None where the
        regime does not say.
        """
        grade = self.grades.get(level)
        if grade is not None:
            return grade.ends(granted)
        return None if self.other_years is None else years_later(granted, self.other_years)

    def renewal_due(self, level: str, granted: Instant) -> Instant | None:
        """From when on the person and the officer are to be warned."""
        grade = self.grades.get(level)
        if grade is None or grade.warn_years is None:
            return self.ends(level, granted)
        return years_later(granted, grade.warn_years)


Regimes = Mapping[str, Regime]
"""Regimes by the state whose clearances they bind; a state without one binds nothing here."""


def counts_until(regimes: Regimes, held: Mapping[str, Any]) -> Instant | None:
    """Until when a clearance counts: what its record says, but no longer than its regime allows or
    an authority extended it to. None: it has no end, and so counts never.
    """
    if held["expires"] is None:
        return None
    expires, most = parse_instant(held["expires"]), longest(regimes, held)
    return expires if most is None else min(expires, most)


def longest(regimes: Regimes, held: Mapping[str, Any]) -> Instant | None:
    """The latest end that the regime of its issuer gives a clearance, an extension counted; None
    where no regime binds it.
    """
    regime = regimes.get(held["issuer"])
    if regime is None:
        return None
    end = regime.ends(held["level"], parse_instant(held["granted"]))
    extension = held.get(EXTENSION)
    if end is None or extension is None:
        return end
    return max(end, parse_instant(extension["until"]))


def as_counted(regimes: Regimes, held: Mapping[str, Any]) -> dict[str, Any]:
    """The clearance as a request tells of it: `expires` as far as it counts, and no extension."""
    until = counts_until(regimes, held)
    return {
        **{name: value for name, value in held.items() if name != EXTENSION},
        "expires": None if until is None else format_instant(until),
    }


def require_term(regimes: Regimes, held: Mapping[str, Any]) -> None:
    """Refuse to record a clearance that says to run longer than it counts. Raises: Refused
    `clearance.too_long`.
    """
    most = longest(regimes, held)
    if most is not None and held["expires"] is not None and parse_instant(held["expires"]) > most:
        raise TOO_LONG(
            state=held["issuer"],
            level=held["level"],
            granted=held["granted"],
            most=format_instant(most),
            expires=held["expires"],
            details={"most": format_instant(most)},
        )


def require_extension(value: Any) -> None:
    """Raises: Malformed `clearance.extension_malformed`, `value.instant`."""
    if not isinstance(value, dict) or set(value) != {"by", "until", "reference"}:
        raise BAD_EXTENSION(why="its members are not by, until and reference")
    for name in ("by", "reference"):
        text = value[name]
        if not isinstance(text, str) or not text.strip() or len(text) > MAX_TEXT:
            raise BAD_EXTENSION(why=f"{name} is not a text of 1 to {MAX_TEXT} characters")
    parse_instant(value["until"])


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
    if file.other_years is not None and not 0 < file.other_years <= MAX_YEARS:
        raise BAD_REGIME(why=f"other_years is 1 to {MAX_YEARS}")
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
        other_years=file.other_years,
        grades=grades,
    )
