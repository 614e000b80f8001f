"""The level under which a received item is held here: the agreement's row and nothing nearer. Spec:
R3, R4, R5, R12.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealane.base.errors import Refused, declare
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.services.deciding.accreditation import require_accredited
from sealane.services.node import Node

NO_EQUIVALENT = declare(
    "offer.no_equivalent",
    Refused,
    "{agreement} has no row for {classification} towards {party}.",
    "{agreement} に {classification} から {party} への対応行がありません。",
    "The originator marks it at a level the agreement names.",
    "作成国が取決めの定める区分で標示し直してください。",
)


@dataclass(frozen=True, slots=True)
class Local:
    """The equivalent recorded beside the provider's level; `verified` is the row's status."""

    handle_as: str
    verified: bool


def handle_as(node: Node, tx: Tx, agreement: str, label: Label) -> Local:
    """Raises: Refused `offer.no_equivalent`, `node.not_accredited`."""
    found = node.agreements(tx)[agreement].equivalent(
        label.policy, label.classification, node.party
    )
    if found is None:
        raise NO_EQUIVALENT(
            agreement=agreement, classification=label.classification, party=node.party
        )
    require_accredited(node, node.party, found.names[0])
    return Local(found.names[0], found.verified)
