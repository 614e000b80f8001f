"""May a copy be made, or lie there and in these hands? Of a received item its agreement says so, by
its clauses; of an own item the nation's rule.

Whoever is to have the copy must be able to open the item in that place. A copy that is in nobody's
hands lies closed in the registry: what the clauses ask of a reader is then asked of nobody.
Spec: R20, R29, R32, R41; spec/interfaces.md §4 (copy).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError
from sealane.decisions.decide import Decision
from sealane.decisions.terms import Reason
from sealane.labels.model.label import label_from_json
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.records import FacilityEntry
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.deciding.national_rule import (
    NATIONAL,
    PLACE,
    national_place_refusal,
    national_refusal,
)
from sealane.services.deciding.request import (
    ReaderFacts,
    opening_request,
    registered_item,
    registered_reader,
)
from sealane.services.node import Node

OF_HANDS = frozenset(
    {
        "access.not_cleared",
        "access.not_authorised",
        "access.not_briefed",
        "access.not_releasable",
        "activity.not_joined",
    }
)
"""Codes of clauses about whoever has a copy in their hands."""
OF_PLACE = frozenset({"access.facility", "activity.facility"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyVerdict:
    """What an agreement says of a copy, a place and whoever is to have it."""

    request: dict[str, Any]
    decision: Decision
    unmet: tuple[Reason, ...]
    """The clauses that count here and are not met."""
    post: str

    @property
    def error(self) -> SealaneError:
        return refusal(self.decision, unmet=self.unmet)


def ask(
    node: Node,
    tx: Tx,
    held: Holding,
    *,
    action: str,
    place: FacilityEntry,
    holder: str | None,
    clerk: str,
    purpose: str | None = None,
) -> CopyVerdict:
    """What the agreement of a received item says of it.

    Args:
        action: `copy`, of which every clause counts; or `open` for a copy that is there already,
            of which those about the place and about who has it do.
    """
    row = held.given(node.party)
    assert row is not None, "a received item was sealed for this nation"
    person = node.person(tx, holder or clerk)
    reader = ReaderFacts(
        subject=registered_reader(node, tx, person).subject, facility=dict(place.data)
    )
    purposes = row.facts["purposes"]
    request = opening_request(
        registered_item(node, tx, row),
        reader,
        action=action,
        purpose=purpose or (purposes[0] if purposes else None),
        at=node.host.now(),
    )
    decision = decide_now(node, tx, request)
    unmet = tuple(
        one
        for one in decision.unmet
        if (holder is not None or one.code not in OF_HANDS)
        and (action == "copy" or one.code in OF_HANDS | OF_PLACE)
    )
    return CopyVerdict(request=request, decision=decision, unmet=unmet, post=str(person["post"]))


def require_own(
    node: Node, tx: Tx, held: Holding, *, place: FacilityEntry, holder: str | None
) -> None:
    """What this nation's own rule asks of a copy of its own item. Raises: Refused
    `national.refused`, `national.place`.
    """
    label = label_from_json(held.item.label)
    ground = national_place_refusal(node, place.data, label)
    if ground is not None:
        raise PLACE(party=node.party, facility=place.id, why=ground.why, why_ja=ground.why_ja)
    if holder is None:
        return
    ground = national_refusal(node, node.person(tx, holder), label, held.item)
    if ground is not None:
        raise NATIONAL(party=node.party, person=holder, why=ground.why, why_ja=ground.why_ja)
