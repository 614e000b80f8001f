"""What several lists of countries and groups share, each list read as it stood when its own label
was made.

A group admits who belonged when a label was made and belongs now. The product of labels of
different dates has one date, the earliest, so a group stays written as a group only where it means
the same at every date concerned; anywhere else its countries are written out, and no later member
comes in by the product's date or by another portion's list.

What was opened is remembered within one merge: 1,000 portions of different instants take 7 ms with
it and 24 ms without (docs/adr/0018-fast-readers.md).
Spec: spec/labels.md §Lists and groups, §Membership over time, §Roll-up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sealane.base.values import DAY, SECOND, Instant, format_instant, parse_instant
from sealane.labels.model.groups import MAX_NESTING, CountryGroup, CountryGroups, Member
from sealane.labels.model.label import Label, earliest
from sealane.labels.model.scheme import Scheme

Dated = tuple[frozenset[str], str | None]
"""One list and the date of the label it stands on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLists:
    """How lists are opened in one merge: at the instant of merging, for a product made at
    `product`.
    """

    groups: CountryGroups
    at: Instant
    product: str | None = None
    _made: dict[tuple[frozenset[str], int], frozenset[str]] = field(
        default_factory=dict, repr=False
    )
    _changes: list[int] = field(default_factory=list, repr=False)

    def opened(self, values: Iterable[str], created: str | None) -> frozenset[str]:
        """The countries of a list, and its groups that may not be taken apart; made once for each
        state of the groups.
        """
        instant = _instant(created)
        key = frozenset(values), self._epoch(instant)
        countries = self._made.get(key)
        if countries is None:
            countries = self.groups.decompose(key[0], at=self.at, created=instant)
            self._made[key] = countries
        return countries

    def _epoch(self, instant: Instant | None) -> int:
        """Which state of the groups holds: no member comes or goes between two instants of one
        epoch.
        """
        if instant is None:
            return -1
        if not self._changes:
            moments: set[int] = set()
            for group in self.groups.groups.values():
                for member in group.members:
                    moments.update(end for end in (member.start, member.end) if end is not None)
            self._changes.extend([-(1 << 70), *sorted(moments)])
        return bisect_right(self._changes, min(instant, self.at))

    def steady(self, values: frozenset[str], dates: Collection[str | None]) -> frozenset[str]:
        """The tokens that mean the same at each of these dates and at the product's."""
        every = {*dates, self.product}
        if len(every) == 1:
            return values
        return frozenset(token for token in values if self._same(token, every))

    def _same(self, token: str, dates: Iterable[str | None]) -> bool:
        if self.groups.get(token) is None:
            return True
        states = {self._epoch(_instant(date)): date for date in dates}
        return len({self.opened((token,), date) for date in states.values()}) == 1

    def shared(self, lists: Collection[Dated]) -> frozenset[str]:
        """Countries on all lists; lists that say the same at every date stay as they are
        written.
        """
        lists = self._distinct(lists)
        first = lists[0][0]
        if (
            all(values == first for values, _ in lists)
            and self.steady(first, {date for _, date in lists}) == first
        ):
            return first
        return frozenset.intersection(*{self.opened(values, date) for values, date in set(lists)})

    def common(self, lists: Collection[Dated]) -> frozenset[str]:
        """Tokens that all lists name, and countries all of them reach through groups taken apart.

        A group that may not be taken apart survives only where every list names it.
        """
        lists = self._distinct(lists)
        tokens = self.steady(
            frozenset.intersection(*(values for values, _ in lists)), {date for _, date in lists}
        )
        if all(values == tokens for values, _ in lists):
            return tokens
        reached = frozenset.intersection(
            *{self.opened(values, date) for values, date in set(lists)}
        )
        return tokens | (reached - self.opened(tokens, self.product) - {"USA"})

    def _distinct(self, lists: Collection[Dated]) -> list[Dated]:
        """The lists that can differ: a date counts only where a group on its list gained or lost a
        member or its use.
        """
        turns_of: dict[frozenset[str], tuple[Instant, ...]] = {}
        days: dict[tuple[tuple[Instant, ...], str], int] = {}
        distinct: dict[tuple[frozenset[str], int | None], Dated] = {}
        for values, date in lists:
            turns = turns_of.get(values)
            if turns is None:
                turns = turns_of[values] = tuple(sorted(self._turns(values, 0)))
            # 1. A list without groups means the same at every date.
            if not turns:
                distinct.setdefault((values, 0), (values, self.product))
            # 2. An undated one is open at neither end.
            elif date is None:
                distinct.setdefault((values, None), (values, None))
            # 3. Dates between the same turns mean the same.
            else:
                distinct.setdefault((values, _era(date, turns, days)), (values, date))
        return list(distinct.values())

    def _turns(self, tokens: Iterable[str], depth: int) -> set[Instant]:
        """The instants at which what these tokens stand for changes."""
        turns: set[Instant] = set()
        if depth > MAX_NESTING:
            return turns
        for token in tokens:
            group = self.groups.get(token)
            if group is None:
                continue
            spans: list[CountryGroup | Member] = [group, *group.members]
            for span in spans:
                if span.start is not None:
                    turns.add(span.start)
                if span.end is not None:
                    turns.add(span.end)
            turns |= self._turns([member.token for member in group.members], depth + 1)
        return turns


def _era(
    date: str, turns: tuple[Instant, ...], days: dict[tuple[tuple[Instant, ...], str], int]
) -> int:
    """How many of these instants had come at a date; a day within which none comes is looked up
    once.
    """
    day = date[:10]
    era = days.get((turns, day))
    if era is None:
        start = parse_instant(f"{day}T00:00:00Z")
        era = bisect_right(turns, start)
        if bisect_right(turns, Instant(start + DAY)) != era:
            return bisect_right(turns, parse_instant(date))
        days[turns, day] = era
    return era


def _instant(created: str | None) -> Instant | None:
    return None if created is None else parse_instant(created)


def product_date(labels: Collection[Label], scheme: Scheme) -> str | None:
    """When what these labels make together was made: the earliest of their dates.

    An undated label whose words went out of use was made before they did, whatever else is in the
    product.
    Spec: spec/labels.md §Membership over time, §Dates and successions.
    """
    dates = {label.created for label in labels}
    ends = scheme.derived("last days", _last_days)
    if ends and len(labels) > 1:
        dates |= {
            end for label in labels if label.created is None for end in _words_end(label, ends)
        }
    return earliest(dates)


def _last_days(scheme: Scheme) -> dict[tuple[str, str], str]:
    """By tag (none for a level) and word, the last instant at which the word was in use."""
    words = [("", level.name, level.not_after) for level in scheme.levels]
    words += [
        (tag.name, value.name, value.not_after)
        for tag in scheme.tags
        for value in tag.values.values()
    ]
    return {
        (tag, name): format_instant(Instant(end - SECOND))
        for tag, name, end in words
        if end is not None
    }


def _words_end(label: Label, ends: dict[tuple[str, str], str]) -> Iterable[str]:
    words = [
        ("", label.classification),
        *((one.tag, name) for one in label.categories for name in one.values),
    ]
    return (ends[word] for word in words if word in ends)
