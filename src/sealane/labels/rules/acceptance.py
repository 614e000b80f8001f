"""Whether a scheme accepts a label: every part known, everything in it fit to stand together.

Spec: R15; X.841; Open XML SPIF 2.1 (excludedClass, requiredClass, requiredCategory,
excludedCategory, selections).
"""

from __future__ import annotations

from sealane.base.values import Instant, parse_instant
from sealane.labels.model.errors import (
    CATEGORY_TYPE,
    CONTRADICTION,
    EMPTY_CATEGORY,
    FORBIDDEN_CHARACTER,
    LEVEL_CONFLICT,
    REQUIRES,
    RETIRED,
    SELECTION,
    SPACING,
    UNSATISFIABLE,
    hidden,
    unknown,
)
from sealane.labels.model.groups import CountryGroups
from sealane.labels.model.label import Category, Label
from sealane.labels.model.scheme import Level, Needs, Scheme, Tag, TagValue


def check_label(scheme: Scheme, label: Label, at: Instant | None) -> None:
    """What every scheme asks of a label, as `Scheme.check`; `at` stands in for a missing creation
    date.
    """
    # 1. Each tag is the scheme's and of its type, whatever the level: a caveat called informative
    #    would be read as asking nothing.
    tags = [_tag(scheme, category, number) for number, category in enumerate(label.categories)]
    # 2. The level is the scheme's, and was in use when the label was made.
    level = scheme.level(label.classification)
    if level is None:
        raise unknown(label.classification, "classification")
    if label.privacy_mark is not None:
        visible(label.privacy_mark, "privacy_mark")
    created = at if label.created is None else parse_instant(label.created)
    _in_time(level, created, "classification")
    # 3. Each category by itself: how many values, then every value.
    for number, (tag, category) in enumerate(zip(tags, label.categories, strict=True)):
        _category(scheme, tag, category, level, created=created, number=number)
    # 4. All of them together: what excludes, requires or needs another.
    if scheme.derived("needs", needs_tags):
        _needed(scheme, label)
    bring = scheme.derived("rules", _bring_rules)
    if not bring.isdisjoint([category.tag for category in label.categories]):
        _together(scheme, label)
    # 5. What the label is to become.
    if label.succession is not None and label.succession.label is not None:
        _successor(scheme, label, label.succession.label)


def needs_tags(scheme: Scheme) -> bool:
    """Whether some tag must be present, or a level or value excludes or needs others."""
    if any(tag.minimum for tag in scheme.tags):
        return True
    if any(level.needs or level.excludes for level in scheme.levels):
        return True
    return any(value.needs for tag in scheme.tags for value in tag.values.values())


def _bring_rules(scheme: Scheme) -> frozenset[str]:
    """The tags that exclude or require others, by themselves or by a value."""
    return frozenset(
        tag.name
        for tag in scheme.tags
        if tag.excludes
        or tag.requires
        or any(value.excludes or value.requires for value in tag.values.values())
    )


def _in_time(fact: Level | TagValue, created: Instant | None, position: str) -> None:
    """A retired word is readable on undated or old labels; a dated label must lie within the word's
    life.
    """
    if fact.not_after is None and fact.not_before is None:
        return
    if created is None:
        return
    late = fact.not_after is not None and created >= fact.not_after
    early = fact.not_before is not None and created < fact.not_before
    if late or early:
        raise RETIRED(position=position, name=fact.name)


def _tag(scheme: Scheme, category: Category, number: int) -> Tag:
    tag = scheme.tag(category.tag)
    if tag is None:
        raise unknown(category.tag, f"categories[{number}].tag")
    if tag.type != category.type:
        where = f"categories[{number}].type"
        raise CATEGORY_TYPE(position=where, tag=tag.name, right=tag.type, given=category.type)
    return tag


def _category(
    scheme: Scheme,
    tag: Tag,
    category: Category,
    level: Level,
    *,
    created: Instant | None,
    number: int,
) -> None:
    values = category.values
    if not values or tag.maximum is not None or tag.minimum:
        _count(tag, category, f"categories[{number}]")
    if tag.levels is not None and level.name not in tag.levels:
        raise LEVEL_CONFLICT(position=f"categories[{number}]")
    if tag.domain != "countries":
        _values(tag, category, level, created, number)
    elif not scheme.groups.codes(tag.vocabulary).issuperset(values):
        for place, token in enumerate(values):
            country(tag, token, scheme.groups, f"categories[{number}].values[{place}]")


def _count(tag: Tag, category: Category, where: str) -> None:
    if not category.values:
        if tag.type == "permissive":
            raise UNSATISFIABLE(
                position=where,
                why="a permissive category is empty",
                why_ja="許可型カテゴリーが空です",
            )
        raise EMPTY_CATEGORY(position=where, tag=tag.name)
    count = len(category.values)
    if (tag.maximum is not None and count > tag.maximum) or count < tag.minimum:
        raise SELECTION(
            position=where,
            tag=tag.name,
            minimum=tag.minimum,
            maximum=tag.maximum or "any",
            count=count,
        )


def _values(
    tag: Tag, category: Category, level: Level, created: Instant | None, number: int
) -> None:
    for place, name in enumerate(category.values):
        value = value_of(tag, name)
        if value is None:
            if tag.domain != "text":
                raise unknown(name, f"categories[{number}].values[{place}]")
            visible(name, f"categories[{number}].values[{place}]")
            continue
        if tag.prefixes and name not in tag.values:
            visible(name, f"categories[{number}].values[{place}]")
        if value.not_after is not None or value.not_before is not None:
            _in_time(value, created, f"categories[{number}].values[{place}]")
        if value.levels is not None and level.name not in value.levels:
            raise LEVEL_CONFLICT(position=f"categories[{number}].values[{place}]")


def visible(text: str, position: int | str) -> None:
    """Free words show all they hold: no control, invisible or combining character, no space around
    them.

    Raises: Malformed `label.forbidden_character`, `label.spacing`.
    """
    if not (text.isascii() and text.isprintable()):
        for character in text:
            if hidden(character):
                code_points = [f"U+{ord(character):04X}"]
                raise FORBIDDEN_CHARACTER(position=position, details={"code_points": code_points})
    if text != text.strip():
        raise SPACING(position=position)


def country(tag: Tag, token: str, groups: CountryGroups, position: int | str | None) -> None:
    """A token of a country tag is a country of its vocabulary or, where the tag allows it,
    a group.
    """
    if not _admits(tag, token, groups):
        raise groups.unknown(token, position)


def _admits(tag: Tag, token: str, groups: CountryGroups) -> bool:
    return (
        groups.is_country(token, tag.vocabulary)
        or token in tag.values
        or (tag.groups and groups.get(token) is not None)
    )


def value_of(tag: Tag, name: str) -> TagValue | None:
    """The listed value a name stands for: exact, else by the tag's prefixes (`EXCLUSIVE-FOR
    <person>`). A prefix with nothing after it stands for nothing.
    """
    listed = tag.values.get(name)
    if listed is not None:
        return None if name in tag.prefixes else listed
    for prefix in tag.prefixes:
        rest = name.removeprefix(prefix + " ")
        if rest and rest != name and name == name.rstrip():
            return tag.values[prefix]
    return None


def _together(scheme: Scheme, label: Label) -> None:
    """What tags and values exclude and require, each held against all that is present."""
    # 1. The rules that the label's own tags and values bring with them.
    rules: list[tuple[tuple[str, ...], tuple[str, ...], int]] = []
    for number, category in enumerate(label.categories):
        tag = scheme.tag(category.tag)
        assert tag is not None
        if tag.excludes or tag.requires:
            rules.append((tag.excludes, tag.requires, number))
        if tag.values:
            for name in category.values:
                value = value_of(tag, name)
                if value is not None and (value.excludes or value.requires):
                    rules.append((value.excludes, value.requires, number))
    # 2. Each rule is kept by what is there.
    if not rules:
        return
    present = _present(label)
    for excludes, requires, number in rules:
        if not present.isdisjoint(excludes):
            raise CONTRADICTION(position=f"categories[{number}]")
        if not present.issuperset(requires):
            raise REQUIRES(position=f"categories[{number}]")


def _present(label: Label) -> set[str]:
    """Each tag that the label has, and each `Tag=Value`."""
    present = {category.tag for category in label.categories}
    for category in label.categories:
        present.update([f"{category.tag}={value}" for value in category.values])
    return present


def _needed(scheme: Scheme, label: Label) -> None:
    """Tags that must be there, and requirements of several references."""
    present = _present(label)
    for tag in scheme.tags:
        if tag.minimum and tag.name not in present:
            raise SELECTION(
                position="categories",
                tag=tag.name,
                minimum=tag.minimum,
                maximum=tag.maximum or "any",
                count=0,
            )
    level = scheme.level(label.classification)
    assert level is not None
    if not present.isdisjoint(level.excludes):
        raise CONTRADICTION(position="classification")
    _satisfied(level.needs, present, "classification")
    for number, category in enumerate(label.categories):
        known_tag = scheme.tag(category.tag)
        assert known_tag is not None
        for name in category.values:
            value = value_of(known_tag, name)
            if value is not None:
                _satisfied(value.needs, present, f"categories[{number}]")


def _satisfied(needs: tuple[Needs, ...], present: set[str], where: str) -> None:
    """Exactly one, at least one, or all of each requirement's references.

    Spec: SPIF 2.1 (requiredCategory).
    """
    for need in needs:
        held = sum(reference in present for reference in need.references)
        least = len(need.references) if need.operation == "all" else 1
        if need.operation == "onlyOne" and held > 1:
            raise CONTRADICTION(position=where)
        if held < least:
            raise REQUIRES(position=where)


def _successor(scheme: Scheme, label: Label, later: Label) -> None:
    """A successor is of the same policy and below, within the ladder; its caveats are known ones.

    Spec: spec/labels.md §Dates and successions; Email Protective Marking Standard (DOWNTO is
    strictly below SEC).
    """
    # 1. The same policy, and a level of it.
    old, new = scheme.level(label.classification), scheme.level(later.classification)
    if later.policy != label.policy or new is None or old is None:
        raise unknown(later.classification, "succession.label.classification")
    # 2. Strictly below: a date never makes anything more protected, nor changes its regime.
    if new.branch != old.branch or new.order >= old.order:
        raise CONTRADICTION(position="succession.label.classification")
    # 3. Every word of it is the scheme's.
    for number, category in enumerate(later.categories):
        _known(scheme, category, f"succession.label.categories[{number}]")
    # 4. So is what that is to become.
    if later.succession is not None and later.succession.label is not None:
        _successor(scheme, later, later.succession.label)


def _known(scheme: Scheme, category: Category, where: str) -> None:
    """Tag, type and values are the scheme's; what may stand together is asked when it takes
    effect.
    """
    tag = scheme.tag(category.tag)
    if tag is None:
        raise unknown(category.tag, f"{where}.tag")
    if tag.type != category.type:
        raise CATEGORY_TYPE(
            position=f"{where}.type", tag=tag.name, right=tag.type, given=category.type
        )
    for value in category.values:
        if tag.domain == "countries":
            country(tag, value, scheme.groups, where)
        elif tag.domain == "listed" and value_of(tag, value) is None:
            raise unknown(value, where)
