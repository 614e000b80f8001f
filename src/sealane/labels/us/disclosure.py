"""What US portions let foreigners have: a point for each, and the one point of all of them.

A point is (released, displayable, RELIDO): lists meet, RELIDO holds only if everywhere. An empty
point is NOFORN. A classified portion without any such marking stands apart: beside a list it is
NOFORN, beside RELIDO a person decides.
Spec: CAPCO Register and Manual 2016 (foreign-disclosure table); IC ISM 2021-NOV (roll-up).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sealane.base.errors import Refused, declare
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.labels.rules.lists import OpenedLists
from sealane.labels.us.vocabulary import DISPLAY, DISSEM, EYES, NOFORN, NON_IC, OWNER, RELIDO

UNDETERMINABLE = declare(
    "label.undeterminable",
    Refused,
    "The banner cannot be determined: {why}.",
    "バナーを決められません：{why_ja}。",
    "Have a disclosure officer mark the product.",
    "情報開示担当官が製品の標示を決めてください。",
)
NF_BY_NATURE = {"LES NOFORN": "LES", "SBU NOFORN": "SBU"}
View = dict[str, tuple[str, ...]]
"""A portion's values by tag."""


def view_of(label: Label) -> View:
    """The values of a label by tag."""
    return {category.tag: category.values for category in label.categories}


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


def uncaveated(label: Label) -> bool:
    """Whether the label is UNCLASSIFIED with nothing to say who may have it: such a portion weighs
    nothing.
    """
    if label.classification != "UNCLASSIFIED":
        return False
    for category in label.categories:
        foreign_owner = category.tag == OWNER and category.values != ("USA",)
        if category.type != "informative" or foreign_owner:
            return False
    return True


def says_release(views: Iterable[View]) -> bool:
    """Whether some portion says anything about foreign disclosure."""
    for view in views:
        if RELEASABLE_TO in view or DISPLAY in view:
            return True
        if {NOFORN, RELIDO} & set(view.get(DISSEM, ())):
            return True
    return False


def disclosure_of(label: Label) -> Disclosure:
    """One portion's foreign disclosure; a REL list without USA counts as no release at all."""
    return _point(view_of(label))


def _point(view: View) -> Disclosure:
    controls = view.get(DISSEM, ())
    noforn_by_nature = not NF_BY_NATURE.keys().isdisjoint(view.get(NON_IC, ()))
    if NOFORN in controls or noforn_by_nature:
        return CLOSED
    released, shown = frozenset(view.get(RELEASABLE_TO, ())), frozenset(view.get(DISPLAY, ()))
    abroad = released - {"USA"} if "USA" in released else frozenset()
    relido = RELIDO in controls
    return Disclosure(
        released=abroad,
        shown=abroad | shown,
        relido=relido,
        eyes=EYES in controls,
        marked=bool(released or shown or relido),
    )


def disclosure_of_all(
    portions: Sequence[Label], views: Sequence[View], lists: OpenedLists
) -> Disclosure:
    """The one point of all portions; equal points of one date weigh once.

    Raises: Refused `label.undeterminable`.
    """
    # 1. Each portion's point; what is JOINT is released by its list, as everything else is.
    dated: dict[tuple[Disclosure, str | None], None] = {}
    for label, view in zip(portions, views, strict=True):
        if uncaveated(label):
            continue
        dated[_point(view), label.created] = None
    if not dated:
        return Disclosure()
    # 2. A portion that says nothing makes the product NOFORN, or, beside RELIDO alone, undecided.
    marked = [(point, created) for point, created in dated if point.marked]
    if len(marked) < len(dated):
        if marked and all(point.relido for point, _ in marked):
            raise UNDETERMINABLE(
                why="RELIDO stands beside a portion without a foreign-disclosure marking",
                why_ja="RELIDO の部分と、開示標示のない部分が混在しています",
            )
        return Disclosure(marked=bool(marked))
    # 3. All say something: lists meet, RELIDO and EYES ONLY hold only if everywhere.
    with_list = [point for point, _ in marked if point.released]
    return Disclosure(
        released=lists.common([(point.released, created) for point, created in marked]),
        shown=lists.common([(point.shown, created) for point, created in marked]),
        relido=all(point.relido for point, _ in marked),
        eyes=bool(with_list) and all(point.eyes for point in with_list),
        marked=True,
    )
