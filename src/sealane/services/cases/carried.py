"""At which level of the agreement an item stands that a case names.

Spec: spec/case.md §7.
"""

from __future__ import annotations

from sealane.agreements.agreement import EquivalenceRow
from sealane.cases.course import Course
from sealane.cases.form import wrong
from sealane.registry.records import Item
from sealane.services.cases.between import OTHER_AGREEMENT


def row_of_item(found: Course, item: Item) -> EquivalenceRow:
    """The agreement's row for an item's own level, by its provider's word. Raises: Conflict
    `case.other_agreement`; Malformed `case.form`: the agreement has no such level.
    """
    if item.agreement != found.head.agreement:
        raise OTHER_AGREEMENT(item=item.id, agreement=found.head.agreement)
    level = str(item.label["classification"])
    for row in found.agreement.rows:
        if level in row.gives.get(item.provider, ()):
            return row
    why = (f"{level} is no level of the agreement", f"{level} は取決めの区分ではありません")
    raise wrong("items", why)
