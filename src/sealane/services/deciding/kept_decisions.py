"""The decision of an opening, kept with all that it was made of: for lists that ask about many
openings again and again, of which few are others by now.

What is kept stands while the item's half and the reader's half of the request are the same, the
agreements and the nation's rules are the same, and no dated fact came or ended since. Whoever opens
is decided anew (`decide_now`); this is for what is shown.
Spec: spec/agreement.md §10; R20, R22, R37.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from sealane.agreements.loaded import Agreements
from sealane.base.values import Instant
from sealane.decisions.activity import Activity
from sealane.decisions.decide import Decision
from sealane.decisions.outlook import horizon
from sealane.decisions.outlook.holdings import FOREVER
from sealane.decisions.overlay import Overlay
from sealane.ports import Tx
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import ItemFacts, ReaderFacts, opening_request
from sealane.services.deciding.taking_part import Activities
from sealane.services.node import Node

MOST = 2000
Part = tuple[Activity | None, bool]
"""The activity that the item is of, and whether the reader takes part in it."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision, and what it was made of."""

    item: ItemFacts
    reader: ReaderFacts
    agreements: Agreements
    overlays: tuple[Overlay, ...]
    part: Part
    since: Instant
    until: Instant
    decision: Decision

    def stands(
        self,
        node: Node,
        agreements: Agreements,
        item: ItemFacts,
        reader: ReaderFacts,
        *,
        part: Part,
    ) -> bool:
        """Whether nothing that it was made of is another by now."""
        same = self.agreements is agreements and self.overlays is node.overlays
        return (
            same
            and self.part == part
            and (self.item, self.reader) == (item, reader)
            and self.since <= node.host.now() < self.until
        )


def decision_on(
    node: Node, tx: Tx, item: ItemFacts, reader: ReaderFacts, *, action: str, purpose: str
) -> Decision:
    """What `decide_now` says of this reader and this item now; its request may be of an earlier
    instant. Raises: as `decide_now`.
    """
    node.require_current(tx)
    agreements = node.agreements(tx)
    names = (str(item.item["id"]), str(reader.subject["id"]))
    key = (node.settings.node, *names, action, purpose)
    known = _KEPT.get(key)
    now = node.host.now()
    activities, project = Activities(node, tx), item.item["project"]
    joins = str(reader.subject["id"]) in activities.people_here(project)
    part: Part = (activities.at(project, now), joins)
    if known is None or not known.stands(node, agreements, item, reader, part=part):
        item, reader = copy.deepcopy(item), copy.deepcopy(reader)
        request = opening_request(item, reader, action=action, purpose=purpose, at=now)
        made = decide_now(node, tx, request)
        until = horizon.holds_until(made.request, agreements=agreements, groups=node.schemes.groups)
        if len(_KEPT) >= MOST:
            _KEPT.clear()
        known = _KEPT[key] = _Decided(
            item, reader, agreements, node.overlays, part, now, until or FOREVER, made
        )
    return known.decision


_KEPT: dict[tuple[str, ...], _Decided] = {}
"""By node, item, person, action and purpose; what does not stand any more is made anew."""
