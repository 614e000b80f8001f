"""What US portions let foreigners have: a point for each, and the one point of all of them.

A point is (released, displayable, RELIDO): lists meet, RELIDO holds only if everywhere. An empty
point is NOFORN. A classified portion without any such marking stands apart: beside a list it is
NOFORN, beside RELIDO a person decides.
Spec: CAPCO Register and Manual 2016 (foreign-disclosure table); IC ISM 2021-NOV (roll-up).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sealane.base.errors import Refused, declare
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.rules.lists import OpenedLists
from sealane.labels.us.vocabulary import DISPLAY, DISSEM, EYES, JOINT, NOFORN, NON_IC, OWNER, RELIDO

UNDETERMINABLE = declare(
    "label.undeterminable",
    Refused,
    "The banner cannot be determined: {why}.",
    "バナーを決められません：{why_ja}。",
    "Have a disclosure officer mark the product.",
    "開示担当官が製品の標識を決めてください。",
)
NF_BY_NATURE = {"LES NOFORN": "LES", "SBU NOFORN": "SBU"}
View = dict[str, tuple[str, ...]]
"""A portion's values by tag."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What one portion lets foreigners have: tokens released, tokens released or shown, RELIDO;
    `marked` if it says so.
    """

    released: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()
    relido: bool = False
    eyes: bool = False
    marked: bool = False

    @property
    def closed(self) -> bool:
        """NOFORN: nobody abroad, and no official may add anybody."""
        return self.marked and not self.released and not self.shown and not self.relido


CLOSED = Disclosure(marked=True)


def _uncaveated(label: Label) -> bool:
    return label.classification == "UNCLASSIFIED" and not any(
        category.type != "informative" or (category.tag == OWNER and category.values != ("USA",))
        for category in label.categories
    )


def says_release(views: Iterable[View]) -> bool:
    return any(
        RELEASABLE_TO in view
        or DISPLAY in view
        or not {NOFORN, RELIDO}.isdisjoint(view.get(DISSEM, ()))
        for view in views
    )


def disclosure_of(label: Label) -> Disclosure:
    """One portion's foreign disclosure; a REL list without USA counts as no release at all."""
    return _point({category.tag: category.values for category in label.categories})


def _point(view: View) -> Disclosure:
    controls = view.get(DISSEM, ())
    if NOFORN in controls or (NON_IC in view and not NF_BY_NATURE.keys().isdisjoint(view[NON_IC])):
        return CLOSED
    released, shown = frozenset(view.get(RELEASABLE_TO, ())), frozenset(view.get(DISPLAY, ()))
    abroad = released - {"USA"} if "USA" in released else frozenset()
    return Disclosure(
        abroad,
        abroad | shown,
        RELIDO in controls,
        EYES in controls,
        bool(released or shown or RELIDO in controls),
    )


def disclosure_of_all(
    portions: Sequence[Label], views: Sequence[View], opening: OpenedLists
) -> Disclosure:
    mixed = len({frozenset(view.get(JOINT, ())) for view in views}) > 1
    dated = {
        (_owned(_point(view), view, label, opening) if mixed else _point(view), label.created): None
        for label, view in zip(portions, views, strict=True)
        if not _uncaveated(label)
    }
    if not dated:
        return Disclosure()
    marked = [(point, created) for point, created in dated if point.marked]
    if len(marked) < len(dated):
        if marked and all(point.relido for point, _ in marked):
            raise UNDETERMINABLE(
                why="RELIDO stands beside a portion without a foreign-disclosure marking",
                why_ja="RELIDO の部分と、開示標識のない部分が混在しています",
            )
        return Disclosure(marked=bool(marked))
    lists = [point for point, _ in marked if point.released]
    return Disclosure(
        opening.common([(point.released, created) for point, created in marked]),
        opening.common([(point.shown, created) for point, created in marked]),
        all(point.relido for point, _ in marked),
        bool(lists) and all(point.eyes for point in lists),
        marked=True,
    )


def _owned(point: Disclosure, view: View, label: Label, opening: OpenedLists) -> Disclosure:
    """What is JOINT goes to its owners alone; a product that is not JOINT says so by its lists.

    Spec: ISM-ACES; spec/labels.md §Joint ownership.
    """
    if JOINT not in view:
        return point
    owners = opening.opened(view[JOINT], label.created)
    released, shown = (
        opening.opened(one, label.created) & owners for one in (point.released, point.shown)
    )
    return replace(point, released=released, shown=shown)
