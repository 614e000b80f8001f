"""The cases in which a person's word is waited for: the earliest due, and how many there are, by
two questions however many are open.

Spec: docs/console.md §Home; R42.
"""

from __future__ import annotations

from collections.abc import Collection

from sealane.base.values import format_instant
from sealane.ports import Tx
from sealane.registry.waiting_records import CaseGroup
from sealane.services.cases.told import can_say, waits_for
from sealane.services.home.rows import HomeRow
from sealane.services.node import Node
from sealane.services.register import suspense


def of(node: Node, tx: Tx, duties: Collection[str], *, limit: int) -> tuple[list[HomeRow], int]:
    """The first so many cases in which somebody of this nation with these duties can say what is
    waited for, and the number of all.
    """
    at, count = format_instant(node.host.now()), 0
    alike, moved = list[CaseGroup](), list[CaseGroup]()
    groups = node.records.waits.case_groups(tx, at, parties=(node.party, ""))
    for group, here in groups.items():
        kind = node.case_kinds.get(group.kind)
        due = None if kind is None else kind.state_of(group.state).due
        if kind is None or (group.has_come and due is not None and due.event is not None):
            moved.append(group)  # its date acts: each is looked at
        elif can_say(node, kind, group.state, group.opener, duties):
            alike.append(group)
            count += here
    rows = node.records.waits.cases(tx, limit=limit, alike=(alike, at)) if alike else []
    if moved:
        dated = node.records.waits.cases(tx, limit=suspense.MOST, alike=(moved, at))
        more = [one for one in dated if waits_for(node, tx, one.case, duties)]
        rows, count = [*rows, *more], count + len(more)
    found = [
        HomeRow(
            kind="case", since=one.since, due=one.due, about=one.case, link=f"/cases/{one.case}"
        )
        for one in rows
    ]
    return found, count
