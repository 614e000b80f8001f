"""The file's shape, and what must hold between its parts before it is an agreement.

Every failure names the member and its line; nothing is skipped with a warning.
Spec: spec/agreement.md §2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from sealane.agreements import vocabulary
from sealane.agreements.agreement import (
    Area,
    Article,
    Bilingual,
    Clause,
    Clock,
    EquivalenceRow,
    GroupDefinition,
    Interval,
    Party,
    Purpose,
    Reach,
    Refusal,
    Scenario,
    Suite,
)
from sealane.agreements.lines import Lines
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.base.exercise import is_exercise
from sealane.base.values import identifier, parse_instant

FORMAT = "sealane-agreement-1"
MAX_LEVEL = 9
MAX_PARTS = 1024
LIMITS = {"party": 64, "area": 256}

WRONG = declare(
    "agreement.malformed",
    Malformed,
    "The agreement's member {where} is wrong: {why}.",
    "取決めのメンバー {where} が正しくありません：{why}。",
    "Compare with spec/agreement.md and mend the member.",
    "spec/agreement.md と見比べて直してください。",
)
TWICE = declare(
    "agreement.duplicate",
    Malformed,
    "{what} {name!r} stands twice.",
    "{what} {name!r} が二度あります。",
    "Give each its own number or name.",
    "それぞれに別の番号か名前を付けてください。",
)
DANGLING = declare(
    "agreement.dangling",
    Malformed,
    "{where} names {name!r}, which this agreement does not define.",
    "{where} が、この取決めにない {name!r} を指しています。",
    "Define it, or name one that is defined.",
    "定義するか、定義済みのものを指定してください。",
)


class FilePeriod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    since: str
    until: str
    suspended: tuple[Interval, ...] = ()


class AgreementFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file's top level, in the order in which it is best read."""

    format: str
    id: str
    version: int
    model: bool
    title: Bilingual
    notice: Bilingual
    period: FilePeriod
    party: tuple[Party, ...]
    area: tuple[Area, ...]
    purpose: tuple[Purpose, ...]
    actions: tuple[str, ...]
    article: tuple[Article, ...]
    previous: str | None = None
    succeeds: str | None = None
    rests_on: tuple[str, ...] = ()
    survives: tuple[str, ...] = ()
    rows_article: str = ""
    row: tuple[EquivalenceRow, ...] = ()
    clearance: tuple[Reach, ...] = ()
    clause: tuple[Clause, ...] = ()
    clock: tuple[Clock, ...] = ()
    cases: tuple[str, ...] = ()
    refusal: tuple[Refusal, ...] = ()
    suite: tuple[Suite, ...] = ()
    custody: Bilingual | None = None
    group: tuple[GroupDefinition, ...] = ()
    fixture: dict[str, dict[str, Any]] = {}
    scenario: tuple[Scenario, ...] = ()


def place(where: str) -> tuple[str | int, ...]:
    """The path of a member written like `clause[3].unless`."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", where))


class Cohesion:
    """What holds between the parts of a file; every failure names the member and its line."""

    def __init__(self, file: AgreementFile, text: str) -> None:
        self.file, self.text = file, text
        self.parties = {party.id for party in file.party}
        self.areas = {area.id for area in file.area}
        self.purposes = {purpose.id for purpose in file.purpose}
        self.levels = {row.level for row in file.row}
        self.articles = {article.number for article in file.article}
        self.clauses = {clause.id for clause in file.clause}

    def all(self) -> None:
        """Every check, in the order of the file. Raises: Malformed `agreement.*` at the first."""
        file = self.file
        if file.format != FORMAT:
            raise self.wrong("format", f"not {FORMAT}")
        if file.version < 1:
            raise self.wrong("version", "counted from 1")
        if file.previous is not None and not re.fullmatch(r"[0-9a-f]{96}", file.previous):
            raise self.wrong("previous", "not a SHA-384 in lower-case hex")
        if (file.version == 1) != (file.previous is None):
            raise self.wrong(
                "previous",
                "version 1 has none, every later version names the digest of the one before",
            )
        if len(self.parties) < 2:
            raise self.wrong("party", "an agreement has at least two parties")
        if len({is_exercise(party) for party in self.parties}) > 1:
            raise self.wrong("party", "real nations and an exercise's agree on nothing")
        if file.succeeds == file.id or file.id in file.rests_on:
            raise self.wrong("succeeds", "an agreement neither succeeds nor rests on itself")
        for name in (file.id, file.succeeds, *file.rests_on):
            if name is not None:
                self.name(name)
        self.dates()
        self.names()
        self.rows()
        self.rules()
        self.scenarios()

    def dates(self) -> None:
        """Periods, suspensions and terms of office end after they begin, and do not overlap."""
        period = self.file.period
        since = self.instant("period.since", period.since)
        until = None if period.until == "indefinite" else self.instant("period.until", period.until)
        if until is not None and until <= since:
            raise self.wrong("period.until", "not after the beginning")
        last = since
        for gap in period.suspended:
            opens, closes = (
                self.instant("period.suspended", gap.since),
                self.instant("period.suspended", gap.until),
            )
            if opens < last or closes <= opens:
                raise self.wrong(
                    "period.suspended", "suspensions are ordered, apart and within the period"
                )
            last = closes
        for number, party in enumerate(self.file.party):
            where = f"party[{number}].authorities"
            for at, authority in enumerate(party.authorities):
                if any(other.id == authority.id for other in party.authorities[:at]):
                    raise TWICE(
                        position=self.line(f"{where}[{at}]"), what="authority", name=authority.id
                    )
                self.name(authority.id)
                if not all(re.fullmatch(r"[0-9a-f]{24}", kid) for kid in authority.keys):
                    raise self.wrong(where, "keys are named by their ids, 24 hex digits")
                begin = self.instant(f"party[{number}].authorities", authority.since)
                end = authority.until and self.instant(
                    f"party[{number}].authorities", authority.until
                )
                if end and end <= begin:
                    raise self.wrong(f"party[{number}].authorities", "ends before it begins")

    def names(self) -> None:
        """Each name is defined once: of parties, areas, purposes, articles, clauses and clocks."""
        file = self.file
        for what, names in (
            ("party", [party.id for party in file.party]),
            ("area", [area.id for area in file.area]),
            ("purpose", [purpose.id for purpose in file.purpose]),
            ("article", [one.number for one in file.article]),
            ("clause", [clause.id for clause in file.clause]),
            ("row", [str(row.level) for row in file.row]),
            ("clock", [clock.id for clock in file.clock]),
            ("cases", list(file.cases)),
            ("refusal", [one.id for one in file.refusal]),
            ("suite", [suite.id for suite in file.suite]),
            ("group", [group.id for group in file.group]),
            ("actions", list(file.actions)),
        ):
            if len(names) > LIMITS.get(what, MAX_PARTS):
                raise self.wrong(what, f"at most {LIMITS.get(what, MAX_PARTS)}")
            for index, name in enumerate(names):
                if name in names[:index]:
                    raise TWICE(position=self.line(f"{what}[{index}]"), what=what, name=name)
                if not name or len(name) > 64:
                    raise self.wrong(f"{what}[{index}]", "a name has 1 to 64 characters")
        self.within("actions", file.actions, vocabulary.ACTIONS)
        self.within("survives", file.survives, self.articles | self.clauses)
        for index, area in enumerate(file.area):
            self.within(f"area[{index}].purposes", area.purposes or (), self.purposes)
            if not 0 <= area.ceiling <= MAX_LEVEL:
                raise self.wrong(f"area[{index}].ceiling", f"0 to {MAX_LEVEL}")

        for index, group in enumerate(file.group):
            if group.id in group.members or not all(
                re.fullmatch("[A-Z]{3}", one) for one in group.members
            ):
                raise self.wrong(
                    f"group[{index}].members", "members are countries as ISO 3166-1 alpha-3"
                )

    def rows(self) -> None:
        """Rows and reaches speak of parties, areas and levels that the file defines; a party's word
        stands in one row.
        """
        file = self.file
        if file.row:
            self.within("rows_article", [file.rows_article], self.articles)
        given: set[tuple[str, str]] = set()
        for index, row in enumerate(file.row):
            where = f"row[{index}]"
            if not 1 <= row.level <= MAX_LEVEL:
                raise self.wrong(f"{where}.level", f"1 to {MAX_LEVEL}")
            self.within(f"{where}.gives", row.gives, self.parties)
            self.within(f"{where}.holds", row.holds, self.parties)
            self.within(f"{where}.areas", row.areas or (), self.areas)
            for party, names in row.gives.items():
                if stray := set(names) - set(row.holds.get(party, ())):
                    raise self.wrong(
                        f"{where}.gives", f"{min(stray)!r} is given by {party} but not held by it"
                    )
            for pair in [(party, name) for party, names in row.holds.items() for name in names]:
                if pair in given:
                    raise TWICE(position=self.line(where), what="level", name=" ".join(pair))
                given.add(pair)
        for index, reach in enumerate(file.clearance):
            where = f"clearance[{index}]"
            self.within(f"{where}.party", [reach.party], self.parties)
            self.within(f"{where}.covers", [reach.covers], self.levels)
            self.within(f"{where}.areas", reach.areas or (), self.areas)
            for fresh in reach.fresh:
                self.within(f"{where}.fresh", fresh.levels, self.levels)
                self.within(f"{where}.fresh", fresh.areas, self.areas)

    def rules(self) -> None:
        """Clauses use the closed vocabulary, rest on an article, and refer to what is defined."""
        file = self.file
        for index, clause in enumerate(file.clause):
            where = f"clause[{index}]"
            self.within(f"{where}.article", [clause.article], self.articles)
            self.within(f"{where}.actions", clause.actions, set(file.actions))
            self.within(f"{where}.when", clause.when.levels or (), self.levels)
            self.within(f"{where}.when", clause.when.areas or (), self.areas)
            self.within(
                f"{where}.unless", [clause.unless] if clause.unless else (), vocabulary.CHECKS
            )
            self.within(f"{where}.duty", [clause.duty] if clause.duty else (), vocabulary.DUTIES)
            self.within(
                f"{where}.clock",
                [clause.clock] if clause.clock else (),
                {clock.id for clock in file.clock},
            )
            if not clause.actions:
                raise self.wrong(f"{where}.actions", "at least one")
            if (clause.unless is not None) and clause.effect != "forbid":
                raise self.wrong(f"{where}.unless", "belongs to a forbid")
            if (clause.effect == "oblige") != (clause.duty is not None):
                raise self.wrong(f"{where}.duty", "an oblige has a duty, and nothing else has one")
        for index, clock in enumerate(file.clock):
            self.within(f"clock[{index}].id", [clock.id], vocabulary.CLOCKS)
            self.within(f"clock[{index}].article", [clock.article], self.articles)
            given = [
                value
                for value in (clock.minutes, clock.hours, clock.days, clock.years)
                if value is not None
            ]
            if len(given) != 1 or given[0] < 1:
                raise self.wrong(
                    f"clock[{index}]", "exactly one of minutes, hours, days, years, at least 1"
                )
            if clock.kept_by is not None:
                self.within(f"clock[{index}].kept_by", [clock.kept_by], vocabulary.CLOCK_KEEPERS)
            if clock.id == "cosignature" and clock.minutes is None:
                raise self.wrong(
                    f"clock[{index}].minutes", "a cosignature is waited for in minutes"
                )

    def scenarios(self) -> None:
        """Scenarios build on a fixture of the file and name its clauses."""
        for index, scenario in enumerate(self.file.scenario):
            self.within(f"scenario[{index}].base", [scenario.base], self.file.fixture)
            self.within(f"scenario[{index}].clauses", scenario.clauses, self.clauses | {"default"})

    def within(self, where: str, names: Iterable[Any], defined: Iterable[Any]) -> None:
        """Raises: Malformed `agreement.dangling` for the first name that is not defined."""
        known = set(defined)
        for name in names:
            if name not in known:
                raise DANGLING(position=self.line(where), where=where, name=name)

    def instant(self, where: str, text: str) -> int:
        """A date of the file. Raises: Malformed `agreement.malformed` with the member's line."""
        try:
            return parse_instant(text)
        except SealaneError:
            raise self.wrong(
                where, f"{text[:40]!r} is not an instant like 2022-10-22T00:00:00Z"
            ) from None

    def name(self, name: str) -> None:
        """An identifier, safe in paths and origins. Raises: Malformed `agreement.malformed`."""
        try:
            identifier(name)
        except SealaneError as error:
            raise self.wrong("id", error.message) from None

    def line(self, where: str) -> int | None:
        """The member's line; the text is walked only now that something is wrong."""
        return Lines(self.text).of(place(where))

    def wrong(self, where: str, why: str) -> SealaneError:
        """The refusal for a member, with its line."""
        return WRONG(position=self.line(where), where=where, why=why)
