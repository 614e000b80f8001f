"""When this node's keys end, how each of them stands, and who has to be warned.

Spec: docs/operators.md §Renew every key; R62.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.protocol.card import Card, certificate_kid, certificate_until
from sealane.services.node import Node

WARNED = (7, 30, 90)
"""Days before an end at which people are warned, the most urgent first."""
IN_USE, COMING, PUT_BY, ENDED = "in use", "coming", "put by", "ended"
TLS = "tls"
SINGLE, SEVERAL = ("log", "witness", "mirror"), ("statement", "head", "kas")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEnd:
    """A key or certificate that ends."""

    role: str
    kid: str
    until: Instant

    def days_left(self, now: Instant) -> float:
        """Days, and parts of one; below nought once it has ended."""
        return (self.until - now) / DAY

    def within(self, now: Instant) -> int | None:
        """The least of 90, 30 and 7 days that it ends within; None while it is further off."""
        return next((days for days in WARNED if self.days_left(now) <= days), None)

    def as_json(self, now: Instant) -> dict[str, Any]:
        """As people are warned of it, in whole days."""
        return {
            "role": self.role,
            "kid": self.kid,
            "until": format_instant(self.until),
            "days_left": math.floor(self.days_left(now)),
            "within": self.within(now),
        }


def key_ends(node: Node) -> list[KeyEnd]:
    """Every key that this node's newest card names and every certificate of its other doors, with
    its end, the soonest first; a key whose card states no end is not there. What metrics show
    (`sealane_key_days_left`).
    """
    card = node.own_card()
    found = [
        KeyEnd(role=role, kid=kid, until=end)
        for role, kid in named(card)
        if (end := certificate_until(card.tls) if role == TLS else card.until(kid)) is not None
    ]
    found += [
        KeyEnd(role=role, kid=certificate_kid(shown), until=certificate_until(shown))
        for role, shown in node.doors().items()
    ]
    return sorted(found, key=lambda one: (one.until, one.role, one.kid))


def keys_ending(node: Node) -> list[dict[str, Any]]:
    """Those of them that end within 90 days or have ended: what people are warned of."""
    now = node.host.now()
    return [one.as_json(now) for one in key_ends(node) if one.within(now) is not None]


def named(card: Card) -> list[tuple[str, str]]:
    """Role and id of each key of a card; the certificate by that of its key."""
    found = [(role, getattr(card, role).kid) for role in SINGLE]
    found += [(role, key.kid) for role in SEVERAL for key in getattr(card, role)]
    return [*found, (TLS, certificate_kid(card.tls))]


def states(node: Node, inventory: Iterable[Mapping[str, str | None]]) -> list[dict[str, Any]]:
    """Each key of the keystore with its end and its state: in use with a partner, or here; coming,
    on the newest card and known to no partner yet; put by; or ended.
    """
    newest, now = node.own_card(), node.host.now()
    with node.store.reading() as tx:
        cards = {party: node.own_card(party) for party in _partners(node, tx)}
    return [_state(key, newest, cards, now) for key in inventory]


def _partners(node: Node, tx: Tx) -> list[str]:
    return sorted(node.records.partners.column(tx, "party"))


def _state(
    key: Mapping[str, str | None], newest: Card, cards: Mapping[str, Card], now: Instant
) -> dict[str, Any]:
    role, kid = str(key["role"]), key["kid"]
    until = key["until"]
    users = [party for party, card in cards.items() if _names(card, key)]
    if until is not None and parse_instant(until) <= now:
        state = ENDED
    elif kid is None or users or (not cards and _names(newest, key)):
        state = IN_USE
    else:
        state = COMING if _names(newest, key) else PUT_BY
    return {
        "role": role,
        "kid": kid,
        "suite": key["alg"],
        "since": key["born"],
        "until": until,
        "state": state,
        "used_with": users,
        "name": key["name"],
        "retired": key["retired"],
    }


def _names(card: Card, key: Mapping[str, str | None]) -> bool:
    """Whether a card names a key of the keystore; its certificate, by the key that it certifies."""
    if key["role"] == TLS:
        return certificate_kid(card.tls) == key["kid"]
    return (str(key["role"]), key["kid"]) in named(card)
