"""What every page tells beside what it is about: what is suspended, stopped or closed, alarms, and
keys to be seen to.

Spec: docs/console.md §Every page; R8, R57.
"""

from __future__ import annotations

from typing import Any

from sealane.registry.records import Duty
from sealane.services.newness import REFUSED_WHILE
from sealane.services.node import Node
from sealane.services.register import (
    agreement_view,
    equivocations,
    key_ends,
    partner_cards,
    sign_in_tries,
)
from sealane.web.visit import Page, Visit

NO_KEYS: dict[str, Any] = {"cards_waiting": [], "cards_forked": [], "ending": []}
TOUCHED = ("/items/", "/release", "/refusals/", "/agreements")
"""Where pages begin that an agreement's suspension touches, beside the register itself."""
NOTHING: dict[str, Any] = {
    "suspended": [],
    "stopped": [],
    "closed": None,
    "alarms": [],
    "keys": NO_KEYS,
}


def told(node: Node, visit: Visit, page: Page) -> dict[str, Any]:
    """What every page tells this visitor beside what it is about."""
    return {
        "suspended": _suspended(node, visit, page),
        "stopped": _stopped(node) if visit.person else [],
        "closed": _closed(node, visit),
        "alarms": _alarms(node, visit),
        "keys": _keys(node, visit),
    }


def _suspended(node: Node, visit: Visit, page: Page) -> list[dict[str, Any]]:
    """What is suspended now, on every page that it touches: by whom, why and since when."""
    if not visit.person or not (visit.path == "/" or visit.path.startswith(TOUCHED)):
        return []
    with node.store.reading() as tx:
        found = agreement_view.suspensions(node, tx)
    return [one for one in found if page.about in (None, one["agreement"])]


def _stopped(node: Node) -> list[str]:
    """The partners to which no key goes; said on every page."""
    with node.store.reading() as tx:
        return equivocations.open_ones(node, tx)


def _closed(node: Node, visit: Visit) -> dict[str, str] | None:
    """What a node that may be older than what it said tells on every page; None when it is
    current.
    """
    with node.store.reading() as tx:
        refusal = REFUSED_WHILE.get(node.newness(tx))
    if refusal is None or not visit.person:
        return None
    error, ja = refusal(), visit.lang == "ja"
    return {
        "code": error.code,
        "message": error.message_ja if ja else error.message,
        "remedy": error.remedy_ja if ja else error.remedy,
    }


def _alarms(node: Node, visit: Visit) -> list[dict[str, Any]]:
    """Attacks on the sign-in door, told to those who keep it."""
    if not {Duty.SECURITY_OFFICER, Duty.OPERATOR} & set(visit.person.get("duties", ())):
        return []
    with node.store.reading() as tx:
        return sign_in_tries.alarms(node, tx)


def _keys(node: Node, visit: Visit) -> dict[str, Any]:
    """Keys of ours that end and cards of partners to be seen to, on the first page of those who
    see to them.
    """
    keepers = {Duty.SECURITY_OFFICER, Duty.OPERATOR} & set(visit.person.get("duties", ()))
    if visit.path != "/" or not keepers:
        return NO_KEYS
    with node.store.reading() as tx:
        cards = partner_cards.told(node, tx)
    return {**cards, "ending": key_ends.keys_ending(node)}
