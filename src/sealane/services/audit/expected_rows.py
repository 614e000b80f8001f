"""What a party's register must say of each item, by the statements that its own log tells of, in
that log's order.

Pure: the same rule judges our register and the partner's, so that neither's database is believed.
Spec: R39, R42, R47, R59.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import SealaneError
from sealane.ledger.telling import Told
from sealane.registry import copy_effects, effects, numbered
from sealane.registry.effects import Holding, Spoken
from sealane.registry.records import Direction, Given, Item, ItemContainer, ItemState

Bodies = Callable[[str], Mapping[str, Any] | None]
"""A statement's body by its digest; None where its bytes are not held."""
ABOUT_OFFERS = ("transfer.received", "transfer.rejected", "transfer.accepted")
CHANGES = ("rewrapped", "relabelled")
"""Orders that hold in the holder's register from its acknowledgement on."""


@dataclass(slots=True, kw_only=True)
class Expected:
    """One item as the receipts have it between two parties; members that only lost bytes could tell
    are None.
    """

    holding: Holding
    to: str
    because: dict[str, tuple[str, str]] = field(default_factory=dict)
    """(party, digest of its statement) that made a member what it is."""

    @property
    def _given(self) -> Given:
        found = self.holding.given(self.to)
        assert found is not None
        return found

    @property
    def container(self) -> str | None:
        return self._given.container or None

    @property
    def policy_uuid(self) -> str | None:
        return self._given.policy_uuid or None

    @property
    def decision(self) -> str | None:
        return self._given.decision or None

    @property
    def label(self) -> Mapping[str, Any] | None:
        return self.holding.item.label or None

    @property
    def state(self) -> ItemState:
        return self._given.state

    @property
    def recalled(self) -> bool:
        return self.holding.item.recalled is not None

    @property
    def copies(self) -> dict[int, str]:
        return {copy.number: copy.state for copy in self.holding.copies_of(self.to)}


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
        self.called: dict[str, dict[str, Sequence[int]]] = {}
        """By item, the copies that each order called back."""

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
        if one.type in CHANGES:
            self.orders[one.statement] = one
        held = self.items.get(item)
        if held is None:
            return
        cause = self._cause(one)
        self._follow(held, cause, self._after(held.holding, one))

    def _enter(self, offer: Told, item: str) -> None:
        """What an offer makes: what only lost bytes could tell is left empty."""
        body = self.bodies(offer.statement) or {}
        row = Item(
            id=item,
            direction=Direction.OUT if offer.by == self.party else Direction.IN,
            provider=offer.by,
            agreement="",
            agreement_digest="",
            facts={},
            label=dict(body.get("label") or {}),
            title="",
            media_type="",
            state=ItemState.QUEUED,
            created=offer.said,
        )
        container = ItemContainer(
            policy_uuid=body.get("policy_uuid") or "",
            item=item,
            to=offer.to,
            container=offer.container or "",
            size=0,
            sealed={},
        )
        decision = body.get("decision") or ""
        waiting = effects.prepared(Holding(item=row), container, {}, decision, at=offer.said)
        made = effects.offered(waiting, _spoken(offer), place=offer.to, due=None)
        because = dict.fromkeys(
            ("container", "state", "label", "policy_uuid", "decision", "copies", "recalled"),
            (offer.by, offer.statement),
        )
        self.items[item] = Expected(holding=made, to=offer.to, because=because)

    def _cause(self, one: Told) -> Told:
        """The statement by whose word it is so: of an acknowledgement, the order that it obeys."""
        order = self.orders.get(str(one.answers)) if one.type == "acknowledged" else None
        return one if order is None else order

    def _after(self, held: Holding, one: Told) -> Holding:
        word = _spoken(one)
        if one.type in ABOUT_OFFERS:
            return effects.answered(held, word)
        if one.type == "withdrawn":
            return effects.withdrawn(held, word)
        if one.type == "recall.ordered":
            numbers = self._numbers(held, one)
            self.called.setdefault(str(one.item), {})[one.statement] = numbers
            return effects.recalled(held, word, register=self.party, numbers=numbers)
        if one.type in ("destroyed", "destroy.failed"):
            numbers = self._numbers(held, one)
            return effects.destroyed(held, word, register=self.party, numbers=numbers)
        if one.type == "copied" and one.copy is not None:
            return copy_effects.copied(held, word, number=one.copy, place=one.by)
        if one.type in ("copy.destroyed", "copy.returned") and one.copy is not None:
            return effects.ended(held, word, numbers=(one.copy,))
        if one.type == "relabelled" and one.by == self.party:
            return self._obeyed(held, one)
        order = self.orders.get(str(one.answers)) if one.type == "acknowledged" else None
        if order is not None and (order.type == "rewrapped" or order.by != self.party):
            return self._obeyed(held, order)
        return held

    def _numbers(self, held: Holding, one: Told) -> Sequence[int]:
        """The copies that a statement names. Where its bytes are lost: of an order, the next of
        that party's copies, for each is called back by itself in the order of numbers; of an answer
        to an order, the copies of that order.
        """
        body = self.bodies(one.statement)
        if body is not None and "copies" in body:
            return list(body["copies"])
        if one.type == "recall.ordered":
            numbers = [copy.number for copy in held.copies_of(one.to)]
            earlier = self.called.get(str(one.item), {})
            return numbers[len(earlier) : len(earlier) + 1] or [numbered.FIRST]
        return self.called.get(str(one.item), {}).get(str(one.answers), [numbered.FIRST])

    def _obeyed(self, held: Holding, order: Told) -> Holding:
        body = self.bodies(order.statement) or {}
        if order.type == "rewrapped":
            container = str(body.get("container") or order.container or "")
            return effects.resealed(
                held, order.to, replaces=body.get("replaces"), made=(container, 0, {})
            )
        replaces = body.get("replaces") if held.item.label else None
        try:
            return effects.relabelled(
                held, replaces=replaces, label=body.get("label") or {}, handle_as=None
            )
        except SealaneError:  # a label that cannot be read proves nothing of what follows it
            return held

    @staticmethod
    def _follow(held: Expected, cause: Told, after: Holding) -> None:
        """Take what is different, and note whose word made it so."""
        before, who = held.holding, (cause.by, cause.statement)
        then, now = before.given(held.to), after.given(held.to)
        for member in ("container", "state", "label", "recalled"):
            if getattr(now, member) != getattr(then, member):
                held.because[member] = who
        if after.copies != before.copies:
            held.because["copies"] = who
        held.holding = after


def _spoken(one: Told) -> Spoken:
    return Spoken(
        type=one.type, by=one.by, to=one.to, digest=one.statement, at=one.said, answers=one.answers
    )
