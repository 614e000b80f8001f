"""How often each partner was refused, and why: a few rows that grow in number with partners and
codes alone, however often they ask.

Spec: spec/exchange.md §3.2; R57.
"""

from __future__ import annotations

from typing import Any

from sealane.ports import Tx
from sealane.services.node import Node
from sealane.services.statements.journal import record
from sealane.services.statements.partner_limits import PartnerLimits


def note(node: Node, tx: Tx, party: str, code: str, count: int = 1) -> int:
    """So many refusals more; how many it were of this kind today."""
    now = node.now()[1]
    row = node.records.refusals.get(tx, party=party, code=code)
    before, today = (0, 0) if row is None else (row.count, row.today)
    if row is None or row.last[:10] != now[:10]:
        today = 0
    node.records.refusals.put(
        tx, {"party": party, "code": code}, count=before + count, today=today + count, last=now
    )
    return today + count


def settle(node: Node, limits: PartnerLimits) -> None:
    """Enter what the door refused since the last time; the first of a day stands in the internal
    log too.
    """
    due = limits.settle()
    if not due:
        return
    with node.store.writing() as tx:
        for (party, code), count in sorted(due.items()):
            if note(node, tx, party, code, count) == count:
                limited(node, tx, party, code)


def limited(node: Node, tx: Tx, party: str, code: str) -> None:
    """Tell the internal log that from here on today such refusals of a partner are only counted."""
    record(node, tx, "peer.limited", party=party, reason=code)


def told(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """Every partner's refusals by code: how many ever, and when the last was."""
    return [
        {"partner": row.party, "code": row.code, "count": row.count, "last": row.last}
        for row in node.records.refusals.find(tx, order="party")
    ]
