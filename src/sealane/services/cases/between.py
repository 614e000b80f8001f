"""Items that a case may name: registered, and between the two that speak in it.

Spec: spec/case.md §3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sealane.base.errors import Conflict, declare
from sealane.cases.form import wrong
from sealane.cases.kind import CaseEvent, CaseKind, Side
from sealane.ports import Tx
from sealane.services import holding
from sealane.services.node import NO_ITEM, NOT_YOURS, Node

OTHER_AGREEMENT = declare(
    "case.other_agreement",
    Conflict,
    "Item {item} rests on another agreement than this case ({agreement}).",
    "項目 {item} は、この案件の取決め（{agreement}）とは別の取決めに基づきます。",
    "Open the case under the item's own agreement.",
    "項目の取決めの下で案件を開いてください。",
)


@dataclass(frozen=True, slots=True)
class CaseNaming:
    """In which case items are named: who opened it, the other nation whoever speaks, and the
    agreement.
    """

    opener: str
    partner: str
    agreement: str


def require_shared(
    node: Node, tx: Tx, where: CaseKind | CaseEvent, items: Sequence[str], named: CaseNaming
) -> None:
    """As many items as the kind or the event takes, each of them between us and the partner,
    provided by the side that the kind says and under the case's own agreement.

    Raises: NotFound `item.unknown`: not registered, or not between the two; Conflict
    `item.not_yours`, `case.other_agreement`; Malformed `case.form`: too few or too many.
    """
    for item in items:
        row = node.records.items.get(tx, id=item)
        if row is None or not _between(node, tx, item, named.partner):
            raise NO_ITEM(item=item)
        if isinstance(where, CaseKind) and where.open.items_of is not Side.EITHER:
            by_opener = where.open.items_of is Side.OPENER
            if (row.provider == named.opener) is not by_opener:
                raise NOT_YOURS(item=item, party=row.provider)
            if row.agreement != named.agreement:
                raise OTHER_AGREEMENT(item=item, agreement=named.agreement)
    least, most = _bounds(where)
    if not least <= len(items) <= most:
        raise wrong(
            "items",
            (f"it names {least} to {most} items", f"項目は {least}～{most} 件です"),
        )


def _bounds(where: CaseKind | CaseEvent) -> tuple[int, int]:
    if isinstance(where, CaseKind):
        return where.open.least_items, where.open.most_items
    return 0, 256 if where.items else 0


def _between(node: Node, tx: Tx, item: str, partner: str) -> bool:
    """Whether an item was given by one of the two to the other."""
    whole = holding.of(node.records, tx, item)
    if whole is None:
        return False
    if whole.item.provider == partner:
        return whole.given(node.party) is not None
    given = whole.given(partner)
    return whole.item.provider == node.party and given is not None and given.offer is not None
