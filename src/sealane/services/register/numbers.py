"""Numbers of this nation's own items: `PARTY-YYYY-NNNNNN`, each given once.

Spec: R39; spec/exchange.md §3.1.
"""

from __future__ import annotations

from sealane.ports import Tx
from sealane.services.node import Node


def next_item(node: Node, tx: Tx) -> str:
    """The next number that nothing here bears yet: whatever stands under a number already, however
    it came there, is passed over and never stops the series. Raises: Unavailable `node.in_doubt`,
    `node.behind`: numbers may have been given of which nothing is known here any more.
    """
    node.require_current(tx)
    while True:
        item = f"{node.party}-{node.now()[1][:4]}-{node.records.serial(tx, 'item'):06d}"
        registered = node.records.items.get(tx, id=item) is not None
        if not registered and not node.records.statements.find(
            tx, order="kept", limit=1, item=item
        ):
            return item
