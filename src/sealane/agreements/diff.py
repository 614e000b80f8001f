"""Two versions side by side, article by article: texts in both languages, and the rules that hang
on each.

Everything that the file says is compared; a part that belongs to no article is listed by its own
name.
Spec: spec/agreement.md §7; R3, R10.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from sealane.agreements.agreement import Agreement
from sealane.base.values import format_instant

Change = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDiff:
    """One clause, row, area ... that differs; `old` or `new` is None when it is only on the other
    side.
    """

    part: str
    name: str
    change: Change
    old: Any
    new: Any

    def as_json(self) -> dict[str, Any]:
        return {
            "part": self.part,
            "name": self.name,
            "change": self.change,
            "old": self.old,
            "new": self.new,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDiff:
    """One article whose text or rules differ."""

    number: str
    change: Change
    old: Any
    new: Any
    rules: tuple[PartDiff, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "article": self.number,
            "change": self.change,
            "old": self.old,
            "new": self.new,
            "rules": [rule.as_json() for rule in self.rules],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Diff:
    """All that differs between two versions; empty when only the bytes do (spacing, comments)."""

    old: Agreement
    new: Agreement
    articles: tuple[ArticleDiff, ...]
    parts: tuple[PartDiff, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.articles and not self.parts

    @property
    def chained(self) -> bool:
        """Whether the new version names exactly the old one's bytes as what it replaces."""
        return self.new.id == self.old.id and self.new.previous == self.old.digest

    def as_json(self) -> dict[str, Any]:
        return {
            "old": {"id": self.old.id, "version": self.old.version, "digest": self.old.digest},
            "new": {"id": self.new.id, "version": self.new.version, "digest": self.new.digest},
            "same": self.same,
            "chained": self.chained,
            "articles": [article.as_json() for article in self.articles],
            "parts": [part.as_json() for part in self.parts],
        }


def diff(old: Agreement, new: Agreement) -> Diff:
    """What the new version adds, removes and changes, in the order of the new file, then what only
    the old one had.
    """
    return Diff(
        old=old, new=new, articles=tuple(_articles(old, new)), parts=tuple(_parts(old, new))
    )


def _articles(old: Agreement, new: Agreement) -> Iterable[ArticleDiff]:
    before = {article.number: _plain(article) for article in old.articles}
    after = {article.number: _plain(article) for article in new.articles}
    for number in _names(before, after):
        rules = tuple(_compare("clause", _clauses(old, number), _clauses(new, number)))
        rules += tuple(_compare("row", _rows(old, number), _rows(new, number)))
        change = _change(before.get(number), after.get(number))
        if change or rules:
            yield ArticleDiff(
                number=number,
                change=change or "changed",
                old=before.get(number),
                new=after.get(number),
                rules=rules,
            )


def _parts(old: Agreement, new: Agreement) -> Iterable[PartDiff]:
    for part, of in _PARTS.items():
        yield from _compare(part, of(old), of(new))


def _compare(part: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[PartDiff]:
    for name in _names(before, after):
        if change := _change(before.get(name), after.get(name)):
            yield PartDiff(
                part=part, name=name, change=change, old=before.get(name), new=after.get(name)
            )


def _change(before: Any, after: Any) -> Change | None:
    if before == after:
        return None
    if before is None:
        return "added"
    if after is None:
        return "removed"
    return "changed"


def _names(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [*after, *(name for name in before if name not in after)]


def _clauses(agreement: Agreement, article: str) -> dict[str, Any]:
    return {clause.id: _plain(clause) for clause in agreement.clauses if clause.article == article}


def _rows(agreement: Agreement, article: str) -> dict[str, Any]:
    return (
        {f"level {row.level}": _plain(row) for row in agreement.rows}
        if agreement.rows_article == article
        else {}
    )


def _plain(part: Any) -> Any:
    return msgspec.to_builtins(part)


def _header(agreement: Agreement) -> dict[str, Any]:
    until = agreement.period.until
    return {
        "title": _plain(agreement.title),
        "notice": _plain(agreement.notice),
        "model": agreement.model,
        "since": format_instant(agreement.period.since),
        "until": until and format_instant(until),
        "suspended": (
            [
                [format_instant(gap.since), gap.until and format_instant(gap.until)]
                for gap in agreement.suspensions
            ]
            or None
        ),
        "succeeds": agreement.succeeds,
        "rests_on": sorted(agreement.rests_on),
        "survives": sorted(agreement.survives),
        "actions": sorted(agreement.actions),
        "cases": sorted(agreement.cases),
        "custody": _plain(agreement.custody),
    }


_PARTS: dict[str, Any] = {
    "header": _header,
    "party": lambda one: {party.id: _plain(party) for party in one.parties},
    "area": lambda one: {area.id: _plain(area) for area in one.areas},
    "purpose": lambda one: {purpose.id: _plain(purpose) for purpose in one.purposes},
    "clearance": lambda one: {
        f"{reach.party} {reach.level}": _plain(reach) for reach in one.clearances
    },
    "clock": lambda one: {clock.id: _plain(clock) for clock in one.clocks},
    "refusal": lambda one: {refusal.id: _plain(refusal) for refusal in one.refusals},
    "suite": lambda one: {suite.id: _plain(suite) for suite in one.suites},
    "group": lambda one: {group.id: _plain(group) for group in one.groups},
    "scenario": lambda one: {scenario.name.en: _plain(scenario) for scenario in one.scenarios},
}
