"""A marking scheme: one party's levels, tags, constraints and marks, each fact with its source.

All data. What code a scheme needs beside it, its `SchemeRules`, is given to it by whoever
makes it, so that nothing here knows any nation.
Spec: X.841 and Open XML SPIF 2.1 (the nouns), spec/scheme.md (the file).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sealane.base.values import Instant
from sealane.labels.model.clearance import Clearance
from sealane.labels.model.errors import UNKNOWN_POLICY
from sealane.labels.model.groups import CountryGroups
from sealane.labels.model.label import CategoryType, Label
from sealane.labels.model.verdict import Verdict

_T = TypeVar("_T")
Domain = Literal["listed", "countries", "text"]
Absent = Literal["unconstrained", "national", "nobody"]
AccessKind = Literal["held", "none", "affiliated", "citizen", "posted", "consent", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a fact comes from and how well it was seen: read, excerpt, secondary, background, not
    found or ours.
    """

    source: str = ""
    status: str = ""


Operation = Literal["onlyOne", "oneOrMore", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Of these `Tag=Value` references a label must hold exactly one, at least one, or all.

    Spec: SPIF 2.1 (requiredCategory).
    """

    operation: Operation
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One classification. `order` compares only within its `branch`; equal branches form one
    ladder.

    `base` names the classification of which this is only a marking. `marks` maps a syntax to the
    spellings it reads, the first being the one it writes. Portions of a `silent` level take no part
    in a product that has others. `not_before` and `not_after` bound the
    labels' creation; the end is exclusive.
    """

    name: str
    order: int
    branch: str = ""
    base: str | None = None
    silent: bool = False
    obsolete: bool = False
    not_before: Instant | None = None
    not_after: Instant | None = None
    text: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    colour: str = ""
    excludes: tuple[str, ...] = ()
    needs: tuple[Needs, ...] = ()
    lacv: str = ""
    origin: Origin = field(default_factory=Origin)
    note: str = ""

    def in_use(self, at: Instant) -> bool:
        """Whether it may be given at an instant: not retired, begun and not ended."""
        begun = self.not_before is None or self.not_before <= at
        ended = self.not_after is not None and self.not_after <= at
        return begun and not (ended or self.obsolete)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """What a restrictive value asks of a person.

    held: the value in the clearance. none: nothing, it tells how to handle. affiliated: an
    organisation of one of the countries in `affiliations`; with `released`, a reader on the label's
    release list needs none. citizen: a citizenship in `citizens`. posted: a citizenship in
    `citizens`, or one in `guests` while serving in one of `organisations` of the scheme's country,
    whom it admits without a list. consent: a recorded consent. nobody: no label-only decision may
    grant it.
    """

    kind: AccessKind = "held"
    citizens: tuple[str, ...] = ()
    guests: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    released: bool = False


HELD = AccessRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class TagValue:
    """One value of a tag, with what it may sit on and beside. References are `Tag` or
    `Tag=Value`.
    """

    name: str
    text: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: frozenset[str] | None = None
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    needs: tuple[Needs, ...] = ()
    obsolete: bool = False
    not_before: Instant | None = None
    not_after: Instant | None = None
    access: AccessRule = HELD
    lacv: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One kind of category. `domain`: listed values only; countries and groups; or free text with a
    `prefix`es list.

    `absent` says what a label without this tag means: no constraint, the scheme's own nation, or
    nobody. `groups` says whether group tokens may stand beside countries; `vocabulary` names a
    country list other than ISO.
    """

    name: str
    type: CategoryType
    domain: Domain = "listed"
    absent: Absent = "unconstrained"
    minimum: int = 0
    maximum: int | None = None
    groups: bool = False
    vocabulary: str | None = None
    prefixes: tuple[str, ...] = ()
    levels: frozenset[str] | None = None
    excludes: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    access: AccessRule = HELD
    values: Mapping[str, TagValue] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ignore_case: bool = False
    oid: str = ""
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One document a scheme rests on."""

    id: str
    title: str
    where: str = ""
    status: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChoice:
    """Which of several sources is followed in a matter on which they differ, and why.

    `follows` and `over` are ids of the scheme's sources.
    """

    matter: Mapping[str, str]
    follows: str
    over: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A scheme's own test case: a text and what it is, or the code it is refused with."""

    syntax: str
    text: str
    canonical: str | None = None
    classification: str | None = None
    categories: Mapping[str, tuple[str, ...]] | None = None
    error: str | None = None
    lenient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeRules:
    """The code that judges labels of a scheme; most share one, some nations have their own.

    `check(scheme, label, at)` accepts a label or refuses it with a code. `merge(labels, scheme,
    at)` makes the label of a product; `access(label, person, scheme, at)` says who may have it.
    """

    check: Callable[[Scheme, Label, Instant | None], None]
    merge: Callable[[Sequence[Label], Scheme, Instant], Label]
    access: Callable[[Label, Clearance, Scheme, Instant], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scheme:
    """One security policy, loaded and cross-checked. `country` is the party it belongs to, if one.

    `rules` judges its labels; `extra` holds what only those rules read.
    """

    id: str
    country: str | None
    oid: str
    version: str
    name: Mapping[str, str]
    levels: tuple[Level, ...]
    tags: tuple[Tag, ...]
    groups: CountryGroups
    rules: SchemeRules
    syntaxes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    readings: tuple[SourceChoice, ...] = ()
    vectors: tuple[Vector, ...] = ()
    status: str = ""
    findings: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    _by_level: dict[str, Level] = field(default_factory=dict, repr=False)
    _by_tag: dict[str, Tag] = field(default_factory=dict, repr=False)
    _derived: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._by_level.update((level.name, level) for level in self.levels)
        self._by_tag.update((tag.name, tag) for tag in self.tags)

    def level(self, classification: str) -> Level | None:
        """The level of this name; None when the scheme has none."""
        return self._by_level.get(classification)

    def tag(self, name: str) -> Tag | None:
        """The tag of this name; None when the scheme has none."""
        return self._by_tag.get(name)

    def derived(self, key: str, build: Callable[[Scheme], _T]) -> _T:
        """A table computed once from this scheme, such as a syntax's token map."""
        found = self._derived.get(key)
        if found is None:
            found = self._derived[key] = build(self)
        return found

    def check(self, label: Label, *, at: Instant | None = None) -> None:
        """Accept a label only if every part of it is known and everything in it may stand together.

        Args:
            at: the instant at which the label is to be valid when it carries no creation date.
        Raises: Malformed `label.unknown_token`, `label.category_type`, `label.empty_category`;
            Refused `label.retired`, `label.level_conflict`, `label.contradiction`,
            `label.requires`, `label.selection`, `label.unsatisfiable`.
        Spec: R15; X.841.
        """
        self.rules.check(self, label, at)


class Schemes(Mapping[str, Scheme]):
    """Every loaded scheme by its id, and the countries and groups they share.

    Example:
        >>> sorted(sealane.shipped_schemes())[:3]
        ['AUS', 'CAN', 'CUI']
    """

    __slots__ = ("_schemes", "groups")

    def __init__(self, schemes: Mapping[str, Scheme], groups: CountryGroups) -> None:
        self._schemes = dict(schemes)
        self.groups = groups

    def __getitem__(self, policy: str) -> Scheme:
        found = self._schemes.get(policy)
        if found is None:
            raise UNKNOWN_POLICY(policy=policy[:40])
        return found

    def __hash__(self) -> int:
        return id(self)  # a loaded set never changes; what was judged by it is kept by it

    def get(self, policy: str, default: Any = None) -> Any:
        """The scheme of this id, or `default`."""
        return self._schemes.get(policy, default)

    def __contains__(self, policy: object) -> bool:
        return policy in self._schemes

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemes)

    def __len__(self) -> int:
        return len(self._schemes)

    def check(self, label: Label, *, at: Instant | None = None) -> Scheme:
        """The label's scheme, once it accepts the label. Raises: Malformed `label.unknown_policy`;
        as `Scheme.check`.
        """
        scheme = self[label.policy]
        scheme.check(label, at=at)
        return scheme
