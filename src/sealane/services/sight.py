"""What one person may see of the register: which items at all, and which of their titles.

Staff see all of it. Everybody else sees an item once an authorisation names the person for it or
for its project; its title only where the person's clearance reaches its level. What is not seen is
not there: the same `item.unknown` by the same steps.
Spec: spec/interfaces.md §5; docs/search.md §Trimming; R20, R21.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.base.values import Instant, parse_instant
from sealane.registry.records import Item
from sealane.registry.searched import LabelClass, VisiblePart
from sealane.registry.who_may import STAFF


def is_staff(person: Mapping[str, Any]) -> bool:
    """Whether the person's duties are about the register itself."""
    return not STAFF.isdisjoint(person["duties"])


@dataclass(slots=True)
class Sight:
    """One person's sight at one instant; each label class is decided once."""

    staff: bool
    projects: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    decide: Callable[[LabelClass], bool] = lambda _: False
    _decided: dict[LabelClass, bool] = field(default_factory=dict)
    _asked: tuple[Mapping[int, LabelClass], VisiblePart] | None = None

    def sees(self, item: Item) -> bool:
        """Whether the item is there for this person."""
        return self.staff or item.id in self.items or item.facts["project"] in self.projects

    def reaches(self, label_class: LabelClass) -> bool:
        """Whether this person may read the titles of such items."""
        if self.staff:
            return True
        if label_class not in self._decided:
            self._decided[label_class] = self.decide(label_class)
        return self._decided[label_class]

    def visible(self, classes: Mapping[int, LabelClass]) -> VisiblePart | None:
        """The same as the index is asked; None: everything.

        Args: classes: those of the register, by their numbers in the index.
        """
        if self.staff:
            return None
        asked = self._asked
        if asked is None or asked[0] is not classes:
            reached = frozenset(number for number, one in classes.items() if self.reaches(one))
            part = VisiblePart(projects=self.projects, items=self.items, reached=reached)
            self._asked = asked = classes, part
        return asked[1]


EVERYTHING = Sight(staff=True)
"""What staff see, and at an embedded node whoever holds the keystore."""


def sight_by_names(
    person: Mapping[str, Any],
    at: Instant,
    decide: Callable[[LabelClass], bool] = lambda _: False,
) -> Sight:
    """Which items a person sees at an instant; which titles, as `decide` says.

    Args: decide: whether the person's clearance reaches a label class.
    """
    if is_staff(person):
        return EVERYTHING
    naming = [given for given in person["authorisations"] if _counts(given, at)]
    return Sight(
        staff=False,
        projects=frozenset(str(one["project"]) for one in naming if one.get("project")),
        items=frozenset(str(one["item"]) for one in naming if one.get("item")),
        decide=decide,
    )


def _counts(given: Mapping[str, Any], at: Instant) -> bool:
    if given["until"] is None:
        return False
    return parse_instant(given["from"]) <= at < parse_instant(given["until"])
