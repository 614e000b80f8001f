"""How every act on a numbered copy begins: who acts, what is named, whose it is; refused in the one
order that all acts share.

Spec: spec/interfaces.md §6; docs/who-may.md; R40, R64.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import NotFound, declare
from sealane.ports import Tx
from sealane.registry.effects import Holding
from sealane.registry.records import Copy, FacilityEntry
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts, custody, items
from sealane.services.register.acts import Actor, Named
from sealane.services.register.custody import Hand
from sealane.services.register.directory import NO_FACILITY

NO_COPY = declare(
    "copy.unknown",
    NotFound,
    "{party} has no copy {number} of {item}.",
    "{party} に項目 {item} の写し {number} はありません。",
    "`sealane item custody` lists every copy with its nation and number.",
    "`sealane item custody` で各国の写しと番号を確かめてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Who acts, and on what."""

    actor: Actor
    held: Holding
    place: FacilityEntry | None
    copies: tuple[Copy, ...]
    """This nation's own."""

    def copy(self, number: int) -> Copy:
        """The copy of this number, which was found to be there."""
        return next(one for one in self.copies if one.number == number)


def begin(
    node: Node,
    tx: Tx,
    act: Act,
    who: Named,
    item: str,
    *,
    people: Iterable[str | None] = (),
    place: str | None = None,
    number: int | None = None,
) -> Begun:
    """The act as far as nothing refuses it: the actor, all that is named, the side, the duty.

    Args:
        people: who is named beside the actor; None names nobody.
    Raises: Malformed `usage.person`; NotFound `person.unknown`, `item.unknown`, `facility.unknown`,
    `copy.unknown`; Conflict `item.not_yours`; Refused `person.unproven`, `person.duty`; Unavailable
    `node.in_doubt`, `node.behind`.
    """
    node.require_current(tx)
    actor = acts.actor_of(who)
    # 1. Everybody who is named is somebody here, first who acts.
    acts.known(node, tx, act, actor)
    for person in people:
        if person is not None:
            node.person(tx, person)
    # 2. What is named is there: the item, the place, the copy.
    held = node.holding(tx, item)
    facility = None if place is None else node.facility(tx, place)
    if place is not None and facility is None:
        raise NO_FACILITY(facility=place)
    copies = held.copies_of(node.party)
    if number is not None and number not in {copy.number for copy in copies}:
        raise NO_COPY(party=node.party, number=number, item=item)
    # 3. It is this nation's act, and this person's.
    acts.require_about(node, tx, act, actor, item)
    return Begun(actor=actor, held=held, place=facility, copies=copies)


def done(
    node: Node,
    tx: Tx,
    begun: Begun,
    after: Holding,
    *,
    act: Act,
    certificate: dict[str, Any] | None = None,
) -> None:
    """The copies as they stand by the act from now on, with the entry that says whose it was."""
    told = begun.actor.told()
    by = Hand(told=told, certificate=certificate)
    for row in items.change(node, tx, begun.held, after, by=by):
        custody.enter(node, tx, row, act=str(act), told=told)
