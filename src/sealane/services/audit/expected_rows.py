"""What a party's register must say of each item, by the statements that its own log tells of, in
that log's order.

Pure: the same rule judges our register and the partner's, so that neither's database is believed.
Spec: R39, R42, R47, R59.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.ledger.telling import Told
from sealane.registry.transfer import COPY, TRANSFER

Bodies = Callable[[str], Mapping[str, Any] | None]
"""A statement's body by its digest; None where its bytes are not held."""


@dataclass(slots=True, kw_only=True)
class Expected:
    """One item as the receipts have it; members that only lost bytes could tell are None."""

    offer: str
    container: str | None
    state: str = "queued"
    recalled: bool = False
    copies: dict[int, str] = field(default_factory=lambda: {1: "held"})
    label: Mapping[str, Any] | None = None
    policy_uuid: str | None = None
    decision: str | None = None
    because: dict[str, tuple[str, str]] = field(default_factory=dict)
    """(party, digest of its statement) that made a member what it is."""


def expected(told: Iterable[Told], bodies: Bodies, party: str) -> dict[str, Expected]:
    """Every item that must stand in a party's register, by its id."""
    fold = _Fold(bodies, party)
    for one in told:
        if one.item is not None:
            fold.take(one, one.item)
    return fold.items


class _Fold:
    def __init__(self, bodies: Bodies, party: str) -> None:
        self.bodies, self.party = bodies, party
        self.items: dict[str, Expected] = {}
        self.offers: dict[str, Told] = {}
        self.orders: dict[str, Told] = {}

    def take(self, one: Told, item: str) -> None:
        if one.type == "offer":
            self.offers[one.statement] = one
            if one.by == self.party:
                self._enter(one, item)
        elif (
            one.type == "transfer.received"
            and one.by == self.party
            and (offer := self.offers.get(str(one.answers)))
        ):
            self._enter(offer, item)
        if one.type in ("rewrapped", "relabelled"):
            self.orders[one.statement] = one
        if (held := self.items.get(item)) is not None:
            self._step(held, one)

    def _enter(self, offer: Told, item: str) -> None:
        body = self.bodies(offer.statement) or {}
        made = Expected(
            offer=offer.statement,
            container=offer.container,
            label=body.get("label"),
            policy_uuid=body.get("policy_uuid"),
            decision=body.get("decision"),
        )
        made.because = dict.fromkeys(
            ("container", "state", "label", "policy_uuid", "decision", "copies", "recalled"),
            (offer.by, offer.statement),
        )
        self.items[item] = made

    def _step(self, held: Expected, one: Told) -> None:
        who = (one.by, one.statement)
        entry = f"statement.{one.type}"
        moves = any(row.entry == entry for row in TRANSFER.rows)
        if moves:
            event = TRANSFER.event_of(held.state, entry)
            if event is not None and one.answers == held.offer:
                step = next(
                    row for row in TRANSFER.rows if (row.state, row.event) == (held.state, event)
                )
                held.state, held.because["state"] = step.to, who
                if COPY.event_of(held.copies[1], entry) is not None:
                    held.copies[1], held.because["copies"] = step.to, who
        elif one.type == "recall.ordered":
            held.recalled, held.because["recalled"] = True, who
            self._copies(held, one, "recall")
        elif one.type in ("destroyed", "destroy.failed"):
            self._copies(held, one, "destroy" if one.type == "destroyed" else "fail")
        elif (
            one.type == "acknowledged" and (order := self.orders.get(str(one.answers))) is not None
        ):
            self._obeyed(held, order, provider=False)
        elif one.type == "relabelled" and one.by == self.party:
            self._obeyed(held, one, provider=True)

    def _copies(self, held: Expected, one: Told, event: str) -> None:
        body = self.bodies(one.statement) or {}
        for number in body.get("copies", [1]):
            state = held.copies.get(number, "held")
            if event in COPY.events(state):
                held.copies[number] = next(
                    row.to for row in COPY.rows if (row.state, row.event) == (state, event)
                )
                held.because["copies"] = (one.by, one.statement)

    def _obeyed(self, held: Expected, order: Told, *, provider: bool) -> None:
        body, who = self.bodies(order.statement) or {}, (order.by, order.statement)
        if order.type == "rewrapped":
            held.container, held.because["container"] = body.get("container", order.container), who
        elif provider or order.by != self.party:
            held.label, held.because["label"] = body.get("label"), who
