"""The label of a product made of portions: highest level, restrictions united, releasability shared by all.

The operation is commutative, associative and idempotent, and no reader is admitted whom any portion keeps out; where
that leaves nobody the product is refused, never widened. Schemes name their rules; `generic` is here.
Spec: R13; S1-S5, S30.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sealane.base.values import Instant
from sealane.labels.errors import INCOMPARABLE, MIXED_POLICIES, TRUNCATED, UNSATISFIABLE
from sealane.labels.label import Category, CategoryType, Label, earliest
from sealane.labels.scheme import Level, Scheme, Schemes, Tag

MAX_PORTIONS = 100_000
Rules = Callable[[Sequence[Label], Scheme, Instant], Label]


def merge(labels: Sequence[Label], schemes: Schemes, *, at: Instant) -> Label:
    """The one label of a product made of these portions, accepted by their scheme.

    Args:
        at: the instant at which decomposable groups are opened.
    Raises: Malformed `label.truncated`: nothing to merge; Refused `label.mixed_policies`, `label.incomparable`,
        `label.unsatisfiable`; and as `Scheme.check` for every portion and for the result.
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
        when = None if label.created is None or dated.isdisjoint(_words(label)) else label.created
        key = (label.classification, label.categories, label.succession, when)
        if scheme.rollup != "generic" or key not in checked:
            checked.add(key)
            scheme.check(label)
    made = _rules(scheme)(labels if scheme.rollup == "us" else distinct, scheme, at)
    scheme.check(made)
    return made


def _dated(scheme: Scheme) -> frozenset[str]:
    """The words of a scheme whose use began or ended: for labels without them the date of making changes nothing."""
    levels = [level.name for level in scheme.levels if level.not_before is not None or level.not_after is not None]
    tags = [f"={tag.name}" for tag in scheme.tags
            if any(value.not_before is not None or value.not_after is not None for value in tag.values.values())]
    return frozenset([*levels, *tags])


def _words(label: Label) -> set[str]:
    return {label.classification, *[f"={category.tag}" for category in label.categories]}


def _rules(scheme: Scheme) -> Rules:
    if scheme.rollup == "us":
        from sealane.labels.us_rollup import merge_us

        return merge_us
    if scheme.rollup == "nato":
        from sealane.labels.nato_policy import merge_nato

        return merge_nato
    return generic


def generic(labels: Sequence[Label], scheme: Scheme, at: Instant) -> Label:
    """The merge of every scheme without rules of its own."""
    level = highest([scheme.level(name) for name in {label.classification for label in labels}])
    contents = {label.categories for label in labels}
    present = {category.tag for content in contents for category in content}
    categories = []
    for tag in scheme.tags:
        if tag.name in present:
            values = _values(tag, [_held(content, tag) for content in contents], scheme, at)
            if values:
                categories.append(Category(tag.name, tag.type, tuple(sorted(values))))
    first = labels[0]
    return Label(
        policy=scheme.id, classification=level.name, categories=tuple(sorted(categories)),
        originator=_same([label.originator for label in labels]),
        privacy_mark=_same([label.privacy_mark for label in labels]),
        created=earliest(label.created for label in labels),
        review=earliest(label.review for label in labels),
        succession=first.succession if all(label.succession == first.succession for label in labels) else None,
    )


def highest(levels: Sequence[Level | None]) -> Level:
    """The top of levels that lie on one ladder. Raises: Refused `label.incomparable`: on several."""
    known = [level for level in levels if level is not None]
    top = max(known, key=lambda level: level.order)
    if any(level.branch != top.branch for level in known):
        raise INCOMPARABLE(position="classification")
    return top


def _held(content: tuple[Category, ...], tag: Tag) -> frozenset[str] | None:
    return next((frozenset(category.values) for category in content if category.tag == tag.name), None)


def _values(tag: Tag, given: list[frozenset[str] | None], scheme: Scheme, at: Instant) -> frozenset[str]:
    kind: CategoryType = tag.type
    some = [values for values in given if values is not None]
    if kind == "restrictive":
        return frozenset().union(*some)
    if kind == "informative":
        return _informative(tag, given, some)
    absent = len(some) < len(given)
    shared = _shared(tag, some, scheme, at)
    if absent and tag.absent == "nobody":
        raise _nobody()
    if absent and tag.absent == "national":
        if not all(scheme.country in opened for opened in (_opened(tag, one, scheme, at) for one in some)):
            raise _nobody()
        return frozenset()
    if not shared:
        raise _nobody()
    return shared


def _informative(tag: Tag, given: list[frozenset[str] | None], some: list[frozenset[str]]) -> frozenset[str]:
    """United; a tag that holds one value only survives when every portion agrees on it, else it would be a guess."""
    if tag.maximum == 1:
        return some[0] if all(values == some[0] for values in given) else frozenset()
    return frozenset().union(*some)


def _shared(tag: Tag, some: list[frozenset[str]], scheme: Scheme, at: Instant) -> frozenset[str]:
    """Values common to all lists; equal lists stay as they are written, others are compared with groups opened."""
    if all(values == some[0] for values in some):
        return some[0]
    return frozenset.intersection(*(_opened(tag, values, scheme, at) for values in set(some)))


def _opened(tag: Tag, values: frozenset[str], scheme: Scheme, at: Instant) -> frozenset[str]:
    return scheme.groups.decompose(values, at=at) if tag.domain == "countries" else values


def _nobody() -> Exception:
    return UNSATISFIABLE(why="the portions share no reader", why_ja="各部分に共通の読み手がいません")


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if all(value == values[0] for value in values) else None
