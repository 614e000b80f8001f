"""A courier between the two nodes of a pair, for the tests of what rests on the journey."""

from __future__ import annotations

from typing import Any

from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.node import Node
from tests import nations
from tests.lane import dialogue
from tests.lane.dialogue import at, said, settled
from tests.lane.made import staff

HOUR, DAY = 3600, 86_400
CARRIES = {"AUS": "aus.second", "JPN": "jpn.sato"}
"""Who of each nation is cleared for what is carried."""


def clerks(pair: nations.Pair) -> None:
    """A registry clerk of each nation, beside the officers."""
    dialogue.officers(pair)
    for node in (pair.aus, pair.jpn):
        staff(node, clerk(node), "registry-clerk")


def clerk(node: Node) -> str:
    return f"{node.party.lower()}.courier-clerk"


def form(pair: nations.Pair, sender: Node, **changes: Any) -> dict[str, Any]:
    return {
        "couriers": [CARRIES[sender.party]],
        "origin": "Canberra",
        "destination": "東京 Tokyo",
        "from": at(pair, 2 * DAY),
        "until": at(pair, 3 * DAY),
        "packages": ["1 of 2, 封緘 A-1041: copy 1", "2 of 2, 封緘 A-1042: copy 1"],
    } | changes


def announced(pair: nations.Pair, *items: str, sender: Node | None = None, **changes: Any) -> str:
    """A journey that both nations know of; its number."""
    node = sender or pair.aus
    asked = CaseAsked(
        kind="courier",
        with_=nations.other(node.party),
        agreement=nations.AGREEMENT,
        form=form(pair, node, **changes),
        items=items,
    )
    case = acting.open_case(node, asked, person=clerk(node))
    settled(pair, 1)
    return case


def speaks(pair: nations.Pair, node: Node, case: str, event: str, *items: str, **told: Any) -> None:
    """A clerk says it, and both know; a loss is the security officer's word."""
    officer = event in ("lose", "settle")
    person = f"{node.party.lower()}.security" if officer else clerk(node)
    said(node, case, event, *items, person=person, **told)
    settled(pair, 1)


def under_way(pair: nations.Pair, *items: str, sender: Node | None = None) -> str:
    """A journey that has begun: expected, and handed to the courier."""
    node = sender or pair.aus
    there = pair.jpn if node is pair.aus else pair.aus
    case = announced(pair, *items, sender=node)
    speaks(pair, there, case, "expect")
    pair.clock.pass_(2 * DAY)
    speaks(pair, node, case, "hand-over", note="in the presence of the watch")
    return case


def arrived(pair: nations.Pair, *items: str, seals: str = "intact", **whose: Any) -> str:
    """A journey whose packages are there, and not checked yet."""
    case = under_way(pair, *items, **whose)
    there = pair.aus if whose.get("sender") is pair.jpn else pair.jpn
    pair.clock.pass_(20 * HOUR)
    speaks(pair, there, case, "arrive", seals=seals)
    return case
