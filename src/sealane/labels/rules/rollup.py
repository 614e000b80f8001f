"""The label of a product made of portions: highest level, restrictions united, releasability shared
by all.

The operation is commutative, associative and idempotent, and no reader is admitted whom any portion
keeps out; where that leaves nobody the product is refused, never widened. `merge` asks the rules of
the scheme; `merge_generic` is what most schemes have.
Spec: R13; spec/labels.md §Roll-up, §Lists and groups.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sealane.base.values import Instant
from sealane.labels.model.errors import INCOMPARABLE, MIXED_POLICIES, TRUNCATED, UNSATISFIABLE
from sealane.labels.model.label import BAD_LABEL, Category, Label, earliest
from sealane.labels.model.scheme import Level, Scheme, Schemes, Tag
from sealane.labels.rules.lists import OpenedLists, product_date

MAX_PORTIONS, MAX_DEPTH = 100_000, 8


def merge(labels: Sequence[Label], schemes: Schemes, *, at: Instant) -> Label:
    """The one label of a product made of these portions, accepted by their scheme.

    Args:
        at: the instant at which decomposable groups are opened.
    Raises: Malformed `label.truncated`: nothing to merge; Refused `label.mixed_policies`,
        `label.incomparable`, `label.unsatisfiable`; and as `Scheme.check` for every portion and for
        the result.
    """
    if not labels or len(labels) > MAX_PORTIONS:
        raise TRUNCATED(position=0, expected=f"list of 1 to {MAX_PORTIONS} labels")
    first = labels[0].policy
    scheme = schemes[first]
    distinct = list(dict.fromkeys(labels))
    dated = scheme.derived("dated", _dated)
    checked = set()
    for label in distinct:
        if label.policy != first:
            raise MIXED_POLICIES(first=first, second=label.policy[:40])
        when = None if label.created is None or not _turns_on_date(label, dated) else label.created
        key = (label.classification, label.categories, label.succession, label.privacy_mark, when)
        if key not in checked:
            checked.add(key)
            scheme.check(label)
    made = scheme.rules.merge(distinct, scheme, at)
    scheme.check(made)
    return made


def portions(given: Sequence[Any], *, depth: int = 0) -> list[Any]:
    """The portions of a product made of products: lists within lists taken apart, so that grouping
    cannot matter.

    Some banners cannot be merged on (RELIDO beside an unmarked portion is for a person to decide):
    then the portions can.
    Raises: Malformed `label.malformed`: more than eight deep.
    Spec: R13; spec/labels.md §Roll-up.
    """
    if depth > MAX_DEPTH:
        raise BAD_LABEL(member="labels", why=f"more than {MAX_DEPTH} lists deep")
    out: list[Any] = []
    for one in given:
        out += portions(one, depth=depth + 1) if isinstance(one, list | tuple) else [one]
    return out


def _dated(scheme: Scheme) -> frozenset[str]:
    """The words and groups whose use began or ended: for labels without them the date of making
    changes no verdict.
    """
    levels = [
        level.name
        for level in scheme.levels
        if level.not_before is not None or level.not_after is not None
    ]
    tags = [
        f"={tag.name}"
        for tag in scheme.tags
        if any(
            value.not_before is not None or value.not_after is not None
            for value in tag.values.values()
        )
    ]
    groups = [
        token
        for token, group in scheme.groups.groups.items()
        if group.start is not None or group.end is not None
    ]
    return frozenset([*levels, *tags, *groups])


def _turns_on_date(label: Label, dated: frozenset[str]) -> bool:
    return label.classification in dated or any(
        f"={category.tag}" in dated or not dated.isdisjoint(category.values)
        for category in label.categories
    )


def merge_generic(labels: Sequence[Label], scheme: Scheme, at: Instant) -> Label:
    """The merge of every scheme without rules of its own."""
    labels = _speaking(labels, scheme)
    level = highest([scheme.level(name) for name in {label.classification for label in labels}])
    contents = {(label.categories, label.created) for label in labels}
    present = {category.tag for content, _ in contents for category in content}
    created = product_date(labels, scheme)
    opening = OpenedLists(groups=scheme.groups, at=at, product=created)
    categories = []
    for tag in scheme.tags:
        if tag.name in present:
            values = _values(
                tag,
                {(_held(content, tag), date) for content, date in contents},
                scheme.country,
                opening,
            )
            if values:
                if tag.type == "restrictive":
                    values = _guests_out(tag, values, labels)
                categories.append(Category(tag.name, tag.type, tuple(sorted(values))))
    first = labels[0]
    return Label(
        policy=scheme.id,
        classification=level.name,
        categories=tuple(sorted(categories)),
        originator=_same([label.originator for label in labels]),
        privacy_mark=_same([label.privacy_mark for label in labels]),
        created=created,
        review=earliest(label.review for label in labels),
        succession=(
            first.succession
            if all(label.succession == first.succession for label in labels)
            else None
        ),
    )


def _speaking(labels: Sequence[Label], scheme: Scheme) -> Sequence[Label]:
    """The portions whose level is not silent; all of them when every level is.

    Spec: spec/scheme.md §Levels.
    """
    quiet = {level.name for level in scheme.levels if level.silent}
    if not quiet:
        return labels
    return [label for label in labels if label.classification not in quiet] or labels


def _guests_out(tag: Tag, values: frozenset[str], labels: Sequence[Label]) -> frozenset[str]:
    """A caveat that admits guests (AGAO), beside a portion without it, is joined by the one for
    citizens alone (AUSTEO).

    The portion without it admits no guest, so the product may not.

    Spec: spec/labels.md §Nationality, §Roll-up.
    """
    for name in sorted(values & tag.values.keys()):
        rule = tag.values[name].access
        if rule.kind == "posted" and not all(name in label.values(tag.name) for label in labels):
            closed = [
                one.name
                for one in tag.values.values()
                if one.access.kind == "citizen" and set(one.access.citizens) <= set(rule.citizens)
            ]
            if not closed:
                raise _nobody()
            values |= {closed[0]}
    return values


def highest(levels: Sequence[Level | None]) -> Level:
    """The top of levels that lie on one ladder.
    Raises: Refused `label.incomparable`: on several.
    """
    known = [level for level in levels if level is not None]
    top = max(known, key=lambda level: level.order)
    if any(level.branch != top.branch for level in known):
        raise INCOMPARABLE(position="classification")
    return top


def _held(content: tuple[Category, ...], tag: Tag) -> frozenset[str] | None:
    return next(
        (frozenset(category.values) for category in content if category.tag == tag.name), None
    )


Given = Collection[tuple[frozenset[str] | None, str | None]]
"""Per portion the values of one tag, None when it has none, and the portion's date."""


def _values(tag: Tag, given: Given, country: str | None, opening: OpenedLists) -> frozenset[str]:
    some = [(values, date) for values, date in given if values is not None]
    absent = len(some) < len(given)
    if tag.type == "restrictive":
        return frozenset().union(*(values for values, _ in some))
    if tag.type == "informative":
        return _informative(tag, [values for values, _ in some], absent)
    if absent and tag.absent == "nobody":
        raise _nobody()
    if tag.domain != "countries":
        shared = frozenset.intersection(*(values for values, _ in some))
    elif absent and tag.absent == "national":
        if not all(country in opening.opened(values, date) for values, date in some):
            raise _nobody()
        return frozenset()
    else:
        shared = opening.shared(some)
    if not shared:
        raise _nobody()
    return shared


def _informative(tag: Tag, some: list[frozenset[str]], absent: bool) -> frozenset[str]:
    """United; a tag that holds one value only survives when every portion agrees on it, else it
    would be a guess.
    """
    if tag.maximum == 1:
        return some[0] if not absent and all(values == some[0] for values in some) else frozenset()
    return frozenset().union(*some)


def _nobody() -> Exception:
    return UNSATISFIABLE(
        why="the portions share no reader", why_ja="各部分に共通の閲覧者がいません"
    )


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if all(value == values[0] for value in values) else None
