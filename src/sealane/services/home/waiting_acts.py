"""Acts that take two people, on the home of the one who may be the second, and what became of them
on the home of the one who asked.

Spec: docs/console.md §Home, §Two people; R42, R64.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sealane.ports import Tx
from sealane.registry.waiting_act_life import standing
from sealane.registry.waiting_act_records import WaitingAct, WaitingActState
from sealane.services.home.rows import HomeRow
from sealane.services.node import Node
from sealane.services.two_people import told


def reaching(node: Node, tx: Tx, person: Mapping[str, Any]) -> Iterator[HomeRow]:
    """What others asked, and this person may confirm."""
    for row in told.reaching(node, tx, person):
        yield _row("act", row, row.since, row.until)


def ended(node: Node, tx: Tx, person: Mapping[str, Any]) -> Iterator[HomeRow]:
    """What became of one's own in the last days, but for what one took back."""
    now = node.host.now()
    for row in told.ended(node, tx, str(person["id"])):
        state = standing(row, now)
        if state != WaitingActState.TAKEN_BACK:
            yield _row(f"act-{state}", row, row.at or row.until, None)


def _row(kind: str, row: WaitingAct, since: str, due: str | None) -> HomeRow:
    return HomeRow(
        kind=kind, since=since, due=due, person=row.person, about=row.id, link=f"/acts/{row.id}"
    )
