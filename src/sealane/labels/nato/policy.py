"""Rules of the NATO policy beyond its scheme file, and the dominance merge that refuses what the
published rule drops.

Spec: ADatP-4774 App. 2 (Context, Releasable To); ADatP-4774.1 §4.4; spec/labels.md
§Roll-up, §What absence means.
"""

from __future__ import annotations

from collections.abc import Sequence

from sealane.base.values import Instant
from sealane.labels.marks.syntax import Remark
from sealane.labels.model.errors import REQUIRES, SELECTION, UNSATISFIABLE
from sealane.labels.model.label import RELEASABLE_TO, Category, Label, earliest
from sealane.labels.model.scheme import Scheme, SchemeRules
from sealane.labels.rules.acceptance import check_label
from sealane.labels.rules.access import access_generic
from sealane.labels.rules.lists import OpenedLists, product_date

POLICY, CONTEXT, RELEASABLE = "NATO", "Context", "Releasable"
NOT_RELEASABLE_CONTEXT = Remark(
    "nato.context",
    "Releasable To stands without the Context value Releasable: nobody outside the context can"
    " have it.",
    "Context に Releasable がないため、Releasable To の国のうち文脈外の者は受け取れません。",
)

NOBODY_OUTSIDE = Remark(
    "nato.only",
    "Only and Releasable To share no country: those of Releasable To can never have it, as both are"
    " asked.",
    "Only と Releasable To に共通の国がありません。両方が求められるため、Releasable To"
    " の国は受け取れません。",
)


def check_nato(scheme: Scheme, label: Label, at: Instant | None) -> None:
    """What every scheme asks, then one context, and only one.

    Raises: as `check_label`; Refused `label.requires`, `label.selection`.
    """
    check_label(scheme, label, at)
    _one_context(label)


def _one_context(label: Label) -> None:
    if label.policy != POLICY:
        return
    contexts = [value for value in label.values(CONTEXT) if value != RELEASABLE]
    if not contexts:
        raise REQUIRES(position="categories", details={"requires": CONTEXT})
    if len(contexts) > 1:
        raise SELECTION(
            position="categories", tag=CONTEXT, minimum=1, maximum=1, count=len(contexts)
        )
    if RELEASABLE in label.values(CONTEXT) and not label.values(RELEASABLE_TO):
        raise REQUIRES(position="categories", details={"requires": RELEASABLE_TO})


def warnings(label: Label) -> tuple[Remark, ...]:
    """What the author of a label should know before it leaves."""
    released = label.values(RELEASABLE_TO)
    if label.policy != POLICY or not released:
        return ()
    remarks = []
    if RELEASABLE not in label.values(CONTEXT):
        remarks.append(NOT_RELEASABLE_CONTEXT)
    only = label.values("Only")
    if only and set(released).isdisjoint(only):
        remarks.append(NOBODY_OUTSIDE)
    return tuple(remarks)


def merge_nato(labels: Sequence[Label], scheme: Scheme, at: Instant) -> Label:
    """The label that dominates these: highest level, permissive values shared, restrictive and
    informative ones united.

    A permissive category that empties, or that only some of the labels carry, is refused: dropping
    it, as the published rule does, would let in readers that one of the labels keeps out.

    Raises: Refused `label.unsatisfiable`, `label.requires`.
    Spec: ADatP-4774.1 §4.4; spec/labels.md §Roll-up.
    """
    levels = [scheme.level(label.classification) for label in labels]
    highest = max((level for level in levels if level is not None), key=lambda it: it.order)
    created = product_date(labels, scheme)
    lists = OpenedLists(groups=scheme.groups, at=at, product=created)
    tags = {(category.tag, category.type) for label in labels for category in label.categories}
    categories = []
    for name, kind in sorted(tags):
        if kind == "permissive":
            values = _shared(name, labels, scheme, lists)
        else:
            values = frozenset().union(*(label.values(name) for label in labels))
        categories.append(Category(name, kind, tuple(sorted(values))))
    first = labels[0]
    same_succession = all(label.succession == first.succession for label in labels)
    made = Label(
        policy=scheme.id,
        classification=highest.name,
        categories=tuple(categories),
        originator=_same([label.originator for label in labels]),
        created=created,
        privacy_mark=_same([label.privacy_mark for label in labels]),
        review=earliest(label.review for label in labels),
        succession=first.succession if same_succession else None,
    )
    _one_context(made)
    return made


def _shared(
    name: str, labels: Sequence[Label], scheme: Scheme, lists: OpenedLists
) -> frozenset[str]:
    """What all the labels share of a permissive tag; each of them has something to share."""
    given = [frozenset(label.values(name)) for label in labels]
    tag = scheme.tag(name)
    if tag is not None and tag.domain == "countries":
        dated = {(values, label.created) for values, label in zip(given, labels, strict=True)}
        shared = lists.common(dated)
    else:
        shared = frozenset.intersection(*given)
    if not shared or not all(given):
        raise UNSATISFIABLE(
            why="the labels share no reader",
            why_ja="共通の閲覧者がいません",
            details={"tag": name},
        )
    return shared


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if all(value == values[0] for value in values) else None


RULES = SchemeRules(check=check_nato, merge=merge_nato, access=access_generic)
