"""What partners have spent at all processes of a node together: one row for each partner's measure.

A process takes a slice at a time, so that few statements ask the store. Spec: spec/exchange.md
§3.2.
"""

from __future__ import annotations

from sealane.base.values import Instant
from sealane.services.node import Node
from sealane.services.statements.partner_limits import Quota, Shared, Spending


def shared(node: Node) -> Shared:
    """The measures of a node's store, as `PartnerLimits` asks for them."""

    def spend(asked: Spending, at: Instant) -> tuple[int, int]:
        party, measure = asked.party, asked.measure
        # losing power may give a partner back what it spent last: no record says otherwise
        with node.store.hinting() as tx:
            row = node.records.measures.get(tx, party=party, measure=measure.name)
            quota = Quota(measure, 0 if row is None else row.full)
            quota.give(asked.back)
            wait = quota.wait(asked.size, at)
            more = 0 if wait else quota.some(at, measure.slice)
            node.records.measures.put(
                tx, {"party": party, "measure": measure.name}, full=quota.full
            )
        return more, wait

    return spend
