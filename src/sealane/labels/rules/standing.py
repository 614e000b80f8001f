"""The scheme's verdict by table: yes for a label whose every part may stand as it does, or no
answer.

A yes here is a yes of `check`; anything out of the ordinary (dated words, free text, needs between
categories) is left to `check`, which also says what is wrong.
Spec: R15; X.841.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sealane.labels.model.label import CategoryType, Label

if TYPE_CHECKING:
    from sealane.labels.model.scheme import Level, Scheme, Tag

UNBOUNDED = 1 << 30
_Rule = tuple[str, frozenset[str], frozenset[str]]
_FREE: _Rule = ("", frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class _Place:
    """One tag at one level: how many values it takes, and each value with what it excludes and
    requires.
    """

    type: CategoryType
    minimum: int
    maximum: int
    rules: dict[str, _Rule]
    bound: bool
    """Whether any value excludes or requires another."""
    free: frozenset[str] | None
    """For a tag of the author's own words, the listed words that are not such; None for every other
    tag.
    """


def stands(scheme: Scheme, label: Label) -> bool:
    """Whether tables alone show that the scheme accepts the level and categories of a label; False
    says nothing.
    """
    places = scheme.derived("standing", _tables).get(label.classification)
    if places is None:
        return False
    bound = False
    for category in label.categories:
        place = places.get(category.tag)
        values = category.values
        if (
            place is None
            or place.type != category.type
            or not place.minimum <= len(values) <= place.maximum
        ):
            return False
        rules = place.rules
        for value in values:
            if value not in rules and (
                place.free is None or value in place.free or not _plain(value)
            ):
                return False
        bound = bound or place.bound
    return not bound or _agree(label, places)


def _plain(text: str) -> bool:
    """Whether words of the author's are printable ASCII without spaces around them, so that they
    show all they hold.
    """
    return text.isascii() and text.isprintable() and text == text.strip()


def _agree(label: Label, places: dict[str, _Place]) -> bool:
    """Whether nothing in the label excludes, or lacks, another part of it."""
    present: set[str] = set()
    excludes: set[str] = set()
    requires: set[str] = set()
    for category in label.categories:
        present.add(category.tag)
        rules = places[category.tag].rules
        for value in category.values:
            name, shut, asked = rules.get(value, _FREE)
            if name:
                present.add(name)
            if shut:
                excludes |= shut
            if asked:
                requires |= asked
    return present.isdisjoint(excludes) and present.issuperset(requires)


def _tables(scheme: Scheme) -> dict[str, dict[str, _Place]]:
    from sealane.labels.rules.check import needs_tags

    if needs_tags(scheme):
        return {}
    named = frozenset(
        reference
        for tag in scheme.tags
        for rules in (
            (tag.excludes, tag.requires),
            *((value.excludes, value.requires) for value in tag.values.values()),
        )
        for references in rules
        for reference in references
    )
    return {
        level.name: {
            tag.name: _place(scheme, tag, level, named)
            for tag in scheme.tags
            if tag.levels is None or level.name in tag.levels
        }
        for level in scheme.levels
        if level.not_before is None and level.not_after is None
    }


def _place(scheme: Scheme, tag: Tag, level: Level, named: frozenset[str]) -> _Place:
    """One tag at one level; `named` are the references that some rule of the scheme makes."""
    rules: dict[str, _Rule] = {}
    if tag.domain == "countries":
        codes = (
            scheme.groups.countries
            if tag.vocabulary is None
            else scheme.groups.vocabularies.get(tag.vocabulary, ())
        )
        rules.update(dict.fromkeys(codes, _FREE))
        rules.update(dict.fromkeys(scheme.groups.groups if tag.groups else (), _FREE))
    for value in tag.values.values():
        rules.pop(value.name, None)
        if (
            value.name in tag.prefixes
            or value.not_before is not None
            or value.not_after is not None
            or (value.levels is not None and level.name not in value.levels)
        ):
            continue
        rules[value.name] = ("", frozenset(value.excludes), frozenset(value.requires))
    rules = {name: _rule(tag, name, rule, named) for name, rule in rules.items()}
    bound = any(shut or asked for _, shut, asked in rules.values())
    own = (
        tag.domain == "text"
        and not (tag.prefixes or tag.excludes or tag.requires)
        and not any(
            reference.startswith(f"{tag.name}=") and reference.partition("=")[2] not in tag.values
            for reference in named
        )
    )
    return _Place(
        tag.type,
        max(tag.minimum, 1),
        UNBOUNDED if tag.maximum is None else tag.maximum,
        rules,
        bound,
        frozenset(tag.values) if own else None,
    )


def _rule(tag: Tag, name: str, rule: _Rule, named: frozenset[str]) -> _Rule:
    """A value's rule with its tag's own, and its name as a reference where some rule makes it."""
    reference = f"{tag.name}={name}"
    if not (tag.excludes or tag.requires) and reference not in named:
        return rule
    return (
        reference if reference in named else "",
        rule[1].union(tag.excludes),
        rule[2].union(tag.requires),
    )
