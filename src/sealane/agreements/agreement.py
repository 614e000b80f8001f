"""The agreement as data: parties, period, areas, purposes, rows, clauses and scenarios, frozen.

An `Agreement` is only ever made from the exact bytes of its file (`parse.parse_agreement`), whose
SHA-384 names it.
Spec: spec/agreement.md; R1, R3, R7, R10.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from sealane.agreements.vocabulary import Effect, Kind, Status
from sealane.base.values import DAY, SECOND, Instant, years_later


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the file that is read strictly and kept as it stands."""


class Bilingual(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One sentence in both languages."""

    en: str
    ja: str


class Authority(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A competent authority of a party with its dates; only these sign. Spec: R10."""

    id: str
    role: Literal["agreement", "security", "release", "registry", "clearance"]
    name: Bilingual
    since: str
    until: str | None = None
    keys: tuple[str, ...] = ()


class Party(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party: its country (or body), the scheme it marks by, and its competent authorities."""

    id: str
    policy: str
    name: Bilingual
    authorities: tuple[Authority, ...] = ()


class Area(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A subject area and the highest level that may be given in it."""

    id: str
    name: Bilingual
    ceiling: int
    purposes: tuple[str, ...] | None = None


class Purpose(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word that a release may name as its purpose."""

    id: str
    name: Bilingual


class EquivalenceRow(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the equivalence table.

    `gives` lists, per party, the classifications under which an item may be given; `holds` the ones
    under which that party protects it, clears its people and accredits its facilities. A word in
    `holds` alone is a handle-as rule.
    Spec: R3, R4, R5.
    """

    level: int
    status: Status
    source: Bilingual
    gives: dict[str, tuple[str, ...]]
    holds: dict[str, tuple[str, ...]]
    areas: tuple[str, ...] | None = None

    def words(self) -> frozenset[str]:
        """The levels of every party that stand in the row."""
        named = (*self.gives.values(), *self.holds.values())
        return frozenset(word for words in named for word in words)


class Fresh(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For these levels and areas a clearance counts only while
    younger than so many calendar years.
    """

    levels: tuple[int, ...]
    areas: tuple[str, ...]
    years: int


class Reach(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far a grade that is no classification reaches, or what narrows one that is. Spec: R23."""

    party: str
    level: str
    covers: int
    areas: tuple[str, ...] | None = None
    fresh: tuple[Fresh, ...] = ()


class Article(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An article in both languages, with where its words come from."""

    number: str
    title: Bilingual
    text: Bilingual
    source: Bilingual | None = None


class When(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a clause is limited to; an absent member limits nothing, and a level that is unknown
    never escapes.
    """

    levels: tuple[int, ...] | None = None
    areas: tuple[str, ...] | None = None
    kinds: tuple[Kind, ...] | None = None


class Refusal(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A ground on which a party may decline what it is asked for."""

    id: str
    text: Bilingual


class Clause(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule: permit, forbid (unless a check holds) or oblige, for some actions, pointing at its
    article.
    """

    id: str
    article: str
    effect: Effect
    actions: tuple[str, ...]
    text: Bilingual
    unless: str | None = None
    when: When = When()
    duty: str | None = None
    clock: str | None = None
    mend: Bilingual | None = None


class Clock(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time limit; silence after it has the meaning the article gives it."""

    id: str
    article: str
    minutes: int | None = None
    hours: int | None = None
    days: int | None = None
    years: int | None = None
    kept_by: str | None = None
    """`people` for a limit that the parties' officers keep; else the code must obey it."""

    def ends(self, since: Instant) -> Instant:
        """When the clock has run out that was started at the instant."""
        if self.years is not None:
            return years_later(since, self.years)
        minutes = (self.minutes or 0) + 60 * (self.hours or 0)
        return Instant(since + minutes * 60 * SECOND + (self.days or 0) * DAY)


class Suite(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cryptographic suite that may carry items, and the last day of its use. Spec: R62."""

    id: str
    last_use: str | None = None


class GroupDefinition(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of countries that this agreement defines."""

    id: str
    members: tuple[str, ...]
    name: Bilingual


class Interval(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A dated interval in the file; the end is not within it."""

    since: str
    until: str


class Scenario(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks for what, when, and what must come out by which clauses."""

    name: Bilingual
    base: str
    expect: Literal["permit", "refuse"]
    set: dict[str, Any] = {}
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From an instant until another; the end is not within it, and None means until notice is
    given.
    """

    since: Instant
    until: Instant | None

    def contains(self, at: Instant) -> bool:
        """Whether the instant is within."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equivalent:
    """What a classification becomes under another party's scheme. Spec: R3, R5."""

    level: int
    names: tuple[str, ...]
    handle_as: bool
    clause: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """One version of one agreement, exactly as its file says; `digest`
    is the SHA-384 of that file.

    Example:
        >>> agreement = sealane.shipped_agreements()["jpn-aus-2022"]
        >>> agreement.title.en, agreement.article("4").title.en
        ('Japan-Australia security cooperation, 2022 (model agreement)', 'Opening')
    """

    id: str
    version: int
    digest: str
    previous: str | None
    title: Bilingual
    notice: Bilingual
    model: bool
    parties: tuple[Party, ...]
    period: Period
    suspensions: tuple[Period, ...]
    succeeds: str | None
    rests_on: tuple[str, ...]
    survives: tuple[str, ...]
    actions: tuple[str, ...]
    areas: tuple[Area, ...]
    purposes: tuple[Purpose, ...]
    rows: tuple[EquivalenceRow, ...]
    rows_article: str
    clearances: tuple[Reach, ...]
    articles: tuple[Article, ...]
    clauses: tuple[Clause, ...]
    clocks: tuple[Clock, ...]
    cases: tuple[str, ...]
    """The kinds of case that its parties may open with one another."""
    refusals: tuple[Refusal, ...]
    suites: tuple[Suite, ...]
    custody: Bilingual | None
    groups: tuple[GroupDefinition, ...]
    fixtures: Mapping[str, dict[str, Any]]
    scenarios: tuple[Scenario, ...]

    def party(self, country: str) -> Party | None:
        """The party of this id, or None: a third country."""
        return next((party for party in self.parties if party.id == country), None)

    def clock(self, name: str) -> Clock | None:
        """The clock of this name, or None: not agreed."""
        return next((clock for clock in self.clocks if clock.id == name), None)

    def due(self, name: str, since: Instant) -> Instant | None:
        """When the clock of this name has run out that was started at the instant; None: not
        agreed.
        """
        clock = self.clock(name)
        return None if clock is None else clock.ends(since)

    def in_force(self, at: Instant) -> bool:
        """Whether this version governs at the instant: within its period and not suspended. Spec:
        R1.
        """
        if not self.period.contains(at):
            return False
        return not self.suspensions or not any(gap.contains(at) for gap in self.suspensions)

    def article(self, number: str) -> Article | None:
        """The article of this number."""
        return next((article for article in self.articles if article.number == number), None)

    def equivalent(self, policy: str, classification: str, to: str) -> Equivalent | None:
        """The classification under another party's scheme, or None: no row in this direction, never
        the nearest.

        Args:
            policy: the scheme the item is marked by; `to`: the party that is to hold it.
        Spec: R3, R5; spec/agreement.md §2.1.
        """
        giver = next((party for party in self.parties if party.policy == policy), None)
        taker = self.party(to) or next(
            (party for party in self.parties if party.policy == to), None
        )
        if giver is None or taker is None or giver is taker:
            return None
        for row in self.rows:
            names = row.holds.get(taker.id, ())
            if classification in row.gives.get(giver.id, ()) and names:
                return Equivalent(
                    level=row.level,
                    names=names,
                    clause=self.rows_article,
                    verified=row.status == "verified",
                    handle_as=not set(names) & set(row.gives.get(taker.id, ())),
                )
        return None
