"""What this deployment is accredited for: nothing above it is sealed, released, taken in or opened
here.

Spec: R63; docs/operators.md "Accreditation".
"""

from __future__ import annotations

from sealane.base.errors import Refused, declare
from sealane.registry.records import Item
from sealane.services.node import Node

ABOVE = declare(
    "node.not_accredited",
    Refused,
    "This node is accredited up to {accredited}; {level} is above it.",
    "このノードの認定は {accredited} までで、{level} はそれを超えます。",
    "Use a node that is accredited for it; the operator signs an accreditation with `sealane node"
    " policy DIR --accredited LEVEL`.",
    "認定されたノードを使ってください。認定は運用者が"
    " `sealane node policy DIR --accredited LEVEL` で署名します。",
)


def require_accredited(node: Node, policy: str, level: str) -> None:
    """A level of this nation's own scheme is not above the node's accreditation; a word that the
    scheme does not know is. Raises: Refused `node.not_accredited`.
    """
    limit, scheme = node.settings.accredited, node.schemes.get(node.party)
    if not limit or scheme is None or policy != scheme.id:
        return
    most, asked = scheme.level(limit), scheme.level(level)
    if most is None or asked is None or asked.order > most.order:
        raise ABOVE(accredited=limit, level=level)


def require_item_accredited(node: Node, row: Item) -> None:
    """The same of a registered item, by the level under which it is handled here."""
    if row.handle_as is not None:
        require_accredited(node, node.party, row.handle_as)
    else:
        require_accredited(node, row.label["policy"], row.label["classification"])
