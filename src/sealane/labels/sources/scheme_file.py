"""A scheme from the text of its TOML file: every member known, every reference resolved, or refused
with the reason.

Spec: spec/scheme.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from sealane.base.errors import Malformed
from sealane.base.values import Instant, parse_instant
from sealane.labels.model.errors import SCHEME_MALFORMED
from sealane.labels.model.groups import CountryGroups
from sealane.labels.model.scheme import (
    HELD,
    AccessRule,
    Level,
    Needs,
    Origin,
    Scheme,
    Source,
    SourceChoice,
    Tag,
    TagValue,
    Vector,
)
from sealane.labels.nations import RULE_PLACES, rules_named
from sealane.labels.sources.scheme_shape import (
    AccessPart,
    FactPart,
    LevelPart,
    NeedsPart,
    ReadingPart,
    SchemePart,
    TagPart,
    ValuePart,
    VectorPart,
    read_toml,
)


def scheme_from_toml(data: bytes, *, groups: CountryGroups, file: str = "scheme") -> Scheme:
    """The scheme of a file, cross-checked; its vectors are run by whoever loads it beside the
    others.

    Raises: Malformed `scheme.malformed`: not UTF-8 TOML, an unknown or missing member, a name
        twice, a reference to nothing, two levels on one rung, an impossible date.
    """
    part: SchemePart = read_toml(data, file, SchemePart)
    made = _Maker(part, file)
    if part.rollup not in RULE_PLACES:
        raise made.refuse(f"rollup {part.rollup!r} names no rules")
    scheme = Scheme(
        id=part.id,
        country=part.country,
        oid=part.oid,
        version=part.version,
        name=part.name,
        status=part.status,
        rules=rules_named(part.rollup),
        syntaxes=tuple(part.syntaxes),
        extra=part.extra,
        groups=groups,
        levels=tuple(made.level(one) for one in part.level),
        tags=tuple(made.tag(one) for one in part.tag),
        sources=tuple(
            Source(
                id=one.id, title=one.title, where=one.where, status=one.status, licence=one.licence
            )
            for one in part.source
        ),
        readings=tuple(made.reading(one) for one in part.reading),
        vectors=tuple(_vector(one) for one in part.vector),
    )
    made.cross_check(scheme)
    return scheme


class _Maker:
    """Turns parts into facts and refuses with the file and the member that is wrong."""

    def __init__(self, part: SchemePart, file: str) -> None:
        self.file = file
        self.part = part
        self.levels = {one.name for one in part.level}
        self.sources = {one.id for one in part.source}
        self.references = {tag.name for tag in part.tag} | {
            f"{tag.name}={value.name}" for tag in part.tag for value in tag.value
        }

    def refuse(self, why: str) -> Exception:
        return SCHEME_MALFORMED(file=self.file, why=why)

    def level(self, part: LevelPart) -> Level:
        start, end = self._dates(part.name, part.not_before, part.not_after)
        return Level(
            name=part.name,
            order=part.order,
            branch=part.branch,
            base=part.base,
            silent=part.silent,
            obsolete=part.obsolete,
            not_before=start,
            not_after=end,
            text=part.text,
            colour=part.colour,
            note=part.note,
            marks=_marks(part.marks),
            origin=self._origin(part.name, part),
            lacv=part.lacv,
            excludes=self._references(part.name, part.excludes),
            needs=self._needs(part.name, part.needs),
        )

    def tag(self, part: TagPart) -> Tag:
        values = {one.name: self._value(one) for one in part.value}
        if len(values) != len(part.value):
            raise self.refuse(f"a value of tag {part.name!r} occurs twice")
        if part.maximum is not None and part.maximum < part.minimum:
            raise self.refuse(f"tag {part.name!r} has maximum below minimum")
        if any(prefix not in values for prefix in part.prefixes):
            raise self.refuse(f"tag {part.name!r} has a prefix that is no value")
        return Tag(
            name=part.name,
            type=part.type,
            domain=part.domain,
            absent=part.absent,
            minimum=part.minimum,
            maximum=part.maximum,
            groups=part.groups,
            vocabulary=part.vocabulary,
            prefixes=tuple(part.prefixes),
            levels=self._levels(part.name, part.levels),
            excludes=self._references(part.name, part.excludes),
            requires=self._references(part.name, part.requires),
            access=_access(part.access),
            values=values,
            text=part.text,
            marks=_marks(part.marks),
            ignore_case=part.ignore_case,
            oid=part.oid,
            origin=self._origin(part.name, part),
        )

    def _value(self, part: ValuePart) -> TagValue:
        start, end = self._dates(part.name, part.not_before, part.not_after)
        return TagValue(
            name=part.name,
            text=part.text,
            marks=_marks(part.marks),
            levels=self._levels(part.name, part.levels),
            excludes=self._references(part.name, part.excludes),
            requires=self._references(part.name, part.requires),
            obsolete=part.obsolete,
            not_before=start,
            not_after=end,
            access=_access(part.access),
            origin=self._origin(part.name, part),
            needs=self._needs(part.name, part.needs),
            lacv=part.lacv,
        )

    def reading(self, part: ReadingPart) -> SourceChoice:
        for one in (part.follows, *part.over):
            if one not in self.sources:
                raise self.refuse(f"a reading names an unknown source {one!r}")
        if not {"en", "ja"} <= set(part.matter):
            raise self.refuse("a reading needs its matter in en and ja")
        return SourceChoice(
            matter=part.matter, follows=part.follows, over=tuple(part.over), why=part.why
        )

    def cross_check(self, scheme: Scheme) -> None:
        """Names once, rungs once, bases real, languages both. Raises: Malformed
        `scheme.malformed`.
        """
        if not scheme.levels:
            raise self.refuse("no levels")
        _once(self, [one.name for one in scheme.levels], "level")
        _once(self, [one.name for one in scheme.tags], "tag")
        _once(
            self, [f"{one.branch}:{one.order}" for one in scheme.levels], "rung (branch and order)"
        )
        _once(self, [one.lacv for one in scheme.levels if one.lacv], "lacv")
        for name in _empty_marks(self.part):
            raise self.refuse(f"{name!r} has an empty mark")
        for level in scheme.levels:
            if level.base is not None and level.base not in self.levels:
                raise self.refuse(f"level {level.name!r} has an unknown base")
        named = [
            (scheme.id, scheme.name),
            *((level.name, level.text) for level in scheme.levels),
            *((tag.name, tag.text) for tag in scheme.tags),
        ]
        for name, text in named:
            if not {"en", "ja"} <= set(text):
                raise self.refuse(f"{name!r} needs its text in en and ja")

    def _dates(
        self, name: str, start: str | None, end: str | None
    ) -> tuple[Instant | None, Instant | None]:
        try:
            first, last = (None if one is None else day(one) for one in (start, end))
        except Malformed:
            raise self.refuse(f"{name!r} has an impossible date") from None
        if first is not None and last is not None and last <= first:
            raise self.refuse(f"{name!r} ends before it begins")
        return first, last

    def _origin(self, name: str, part: FactPart) -> Origin:
        if part.source and part.source not in self.sources:
            raise self.refuse(f"{name!r} names an unknown source {part.source!r}")
        found = next((one for one in self.part.source if one.id == part.source), None)
        return Origin(
            source=part.source, status=part.status or (found.status if found else self.part.status)
        )

    def _levels(self, name: str, levels: list[str] | None) -> frozenset[str] | None:
        if levels is None:
            return None
        if not set(levels) <= self.levels:
            raise self.refuse(f"{name!r} names an unknown level")
        return frozenset(levels)

    def _references(self, name: str, references: list[str]) -> tuple[str, ...]:
        for one in references:
            if one not in self.references:
                raise self.refuse(f"{name!r} refers to {one!r}, which does not exist")
        return tuple(references)

    def _needs(self, name: str, parts: list[NeedsPart]) -> tuple[Needs, ...]:
        for one in parts:
            if not one.of:
                raise self.refuse(f"{name!r} needs nothing by {one.operation}")
        return tuple(
            Needs(operation=one.operation, references=self._references(name, one.of))
            for one in parts
        )


def day(text: str) -> Instant:
    """A date, meaning its first instant in UTC, or a whole instant. Raises: Malformed
    `value.instant`.
    """
    return parse_instant(text if "T" in text else f"{text}T00:00:00Z")


def _once(maker: _Maker, names: list[str], what: str) -> None:
    if len(set(names)) != len(names):
        twice = next(name for number, name in enumerate(names) if name in names[:number])
        raise maker.refuse(f"the {what} {twice!r} occurs twice")


def _empty_marks(part: SchemePart) -> Iterator[str]:
    """Who has a list of spellings with nothing in it."""
    every: list[LevelPart | TagPart | ValuePart] = [*part.level, *part.tag]
    every += [value for tag in part.tag for value in tag.value]
    for one in every:
        if not all(spellings and all(spellings) for spellings in one.marks.values()):
            yield one.name


def _marks(marks: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {syntax: tuple(spellings) for syntax, spellings in marks.items()}


def _access(part: AccessPart | None) -> AccessRule:
    if part is None:
        return HELD
    return AccessRule(
        kind=part.kind,
        citizens=tuple(part.citizens),
        guests=tuple(part.guests),
        organisations=tuple(part.organisations),
        affiliations=tuple(part.affiliations),
        released=part.released,
    )


def _vector(part: VectorPart) -> Vector:
    categories = part.categories
    return Vector(
        syntax=part.syntax,
        text=part.text,
        canonical=part.canonical,
        classification=part.classification,
        categories=(
            None
            if categories is None
            else {tag: tuple(values) for tag, values in categories.items()}
        ),
        error=part.error,
        lenient=part.lenient,
    )
