"""Countries and dated groups of countries; a token has a kind by list, never by its length.

Spec: ISO 3166-1 (alpha-3 codes); spec/labels.md §Lists and groups, §Membership over time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from sealane.base.values import Instant
from sealane.labels.model.errors import GROUP_RETIRED, GROUP_TWICE, unknown_token

Membership = Literal["listed", "withheld", "prose"]
MAX_NESTING = 4
HINT = "Use ISO 3166-1 alpha-3 codes or a group that is loaded."
HINT_JA = "ISO 3166-1 alpha-3 の符号か、読み込まれている集団を使ってください。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One country or nested group and when it belongs; an end is the first instant it no longer
    does.
    """

    token: str
    start: Instant | None = None
    end: Instant | None = None

    def holds(self, at: Instant) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryGroup:
    """A named group: who belongs when, whether roll-up may take it apart, when the token was in
    use, and who says so.
    """

    token: str
    names: Mapping[str, str]
    members: tuple[Member, ...] = ()
    membership: Membership = "listed"
    decomposable: bool = False
    start: Instant | None = None
    end: Instant | None = None
    source: str = ""
    status: str = ""

    def in_use(self, at: Instant) -> bool:
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountryGroups:
    """Every known country code and group token.

    `countries` are ISO codes; `vocabularies` adds codes of other lists (GENC) by list name; `hints`
    names, for a token that people write by mistake, the one they probably mean: shown, never
    applied.
    """

    countries: frozenset[str]
    groups: Mapping[str, CountryGroup] = field(default_factory=dict)
    vocabularies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)

    def known(self, token: str) -> bool:
        """Whether the token is a country or a group of any list."""
        return token in self.countries or token in self.groups or self._foreign(token)

    def is_country(self, token: str, vocabulary: str | None = None) -> bool:
        """Whether the token is a country of ISO 3166-1, or, when a vocabulary is named, of that
        list.
        """
        return token in self.codes(vocabulary)

    def codes(self, vocabulary: str | None = None) -> frozenset[str]:
        """The country codes of ISO 3166-1, or, when a vocabulary is named, of that list."""
        if vocabulary is None:
            return self.countries
        return self.vocabularies.get(vocabulary, frozenset())

    def get(self, token: str) -> CountryGroup | None:
        """The group of this token."""
        return self.groups.get(token)

    def unknown(self, token: str, position: int | str | None = None) -> Exception:
        """The refusal of an unknown token, with what was probably meant as a hint only."""
        meant = self.hints.get(token)
        return unknown_token(
            token,
            position,
            f"{meant} was probably meant; it is not put right silently." if meant else HINT,
            f"おそらく {meant} のことですが、黙って直しません。" if meant else HINT_JA,
            **({"hint": meant} if meant else {}),
        )

    def expand(
        self, tokens: Iterable[str], *, at: Instant, created: Instant | None = None
    ) -> frozenset[str]:
        """The countries that tokens admit in an ACCESS decision; a group without a member list
        admits nobody.

        With `created`, a group admits only those who belonged then and belong now.
        Raises: Malformed `label.unknown_token`; Refused `label.group_retired`: retired before the
            label was made.
        Spec: spec/labels.md §Lists and groups, §Membership over time.
        """
        out: set[str] = set()
        for token in tokens:
            if token in self.countries:
                out.add(token)
            elif (group := self.groups.get(token)) is not None:
                made = at if created is None else min(created, at)
                if not group.in_use(made):
                    raise GROUP_RETIRED(token=token)
                then = self._members(group, made, 0)
                out |= then if created is None else then & self._members(group, at, 0)
            elif self._foreign(token):
                out.add(token)
            else:
                raise self.unknown(token)
        return frozenset(out)

    def decompose(
        self, tokens: Iterable[str], *, at: Instant, created: Instant | None = None
    ) -> frozenset[str]:
        """The countries of a releasability list for ROLL-UP: only decomposable groups open, others
        stay as they are.

        With `created`, a group opens to those who belonged then and belong now.
        Raises: Malformed `label.unknown_token`.
        Spec: spec/labels.md §Lists and groups, §Membership over time.
        """
        out: set[str] = set()
        for token in tokens:
            group = self.groups.get(token)
            if group is None:
                if not self.known(token):
                    raise self.unknown(token)
                out.add(token)
            elif group.decomposable and group.membership == "listed":
                now = self._members(group, at, 0)
                out |= now if created is None else now & self._members(group, min(created, at), 0)
            else:
                out.add(token)
        return frozenset(out)

    def dates(self, tokens: Iterable[str]) -> frozenset[Instant]:
        """Every instant at which what these tokens admit may change: beginnings and ends of groups
        and memberships.
        """
        out: set[Instant] = set()
        waiting, seen = list(tokens), set[str]()
        while waiting:
            token = waiting.pop()
            group = self.groups.get(token)
            if group is None or token in seen:
                continue
            seen.add(token)
            ends = [
                (group.start, group.end),
                *((member.start, member.end) for member in group.members),
            ]
            out |= {end for pair in ends for end in pair if end is not None}
            waiting += [member.token for member in group.members]
        return frozenset(out)

    def with_groups(self, more: Iterable[CountryGroup]) -> CountryGroups:
        """These and further groups, each token with one meaning; a nested member must be known.

        Raises: Refused `label.group_twice`: the token already means something; Malformed
            `label.unknown_token`.
        """
        groups, more = dict(self.groups), tuple(more)
        for group in more:
            if group.token in groups or self.known(group.token):
                raise GROUP_TWICE(token=group.token[:80])
            groups[group.token] = group
        made = replace(self, groups=groups)
        for group in more:
            for member in group.members:
                if not made.known(member.token):
                    raise made.unknown(member.token)
        return made

    def _members(self, group: CountryGroup, at: Instant, depth: int) -> frozenset[str]:
        if group.membership != "listed" or depth > MAX_NESTING:
            return frozenset()
        out: set[str] = set()
        for member in group.members:
            if member.holds(at):
                inner = self.groups.get(member.token)
                out |= {member.token} if inner is None else self._members(inner, at, depth + 1)
        return frozenset(out)

    def _foreign(self, token: str) -> bool:
        return any(token in codes for codes in self.vocabularies.values())
