"""Visitors of other nations in rooms of this one: let in by an approved visit that covers person,
place, day and level, within the limits that were set for it.

A visitor is named as `PARTY:person`, or by the bare name where nobody here has it and one nation's
visits alone do.
Spec: spec/post.md §2; spec/case.md §7, §8; R37, R49, R50.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.ports import Tx
from sealane.registry.post_records import Post, PostKind
from sealane.services.cases import books
from sealane.services.cases.kept_own import kept_own
from sealane.services.deciding import visiting
from sealane.services.deciding.visiting import StandingVisit
from sealane.services.node import NO_PERSON, Node
from sealane.services.placing import lacking
from sealane.services.placing.lacking import Gap

_NAME = re.compile(r"([A-Z]{3}):(.+)")


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person of another nation, as a visit names them."""

    party: str
    person: str

    @property
    def name(self) -> str:
        """As placings and the ledger name them here."""
        return f"{self.party}:{self.person}"


Placed = dict[str, Any] | Visitor
"""Who is placed: the record of an own person, or a visitor."""


def who(node: Node, tx: Tx, name: str, kind: PostKind) -> Placed:
    """Who is meant: an own person, or for a room somebody whom an open visit here names. Raises:
    NotFound `person.unknown`; Untrusted `directory.altered`.
    """
    if node.records.people.get(tx, id=name) is not None or kind is PostKind.POST:
        return node.person(tx, name)
    party, person = _parted(name)
    found = {
        one
        for one in _named(node, tx, person)
        if party in (None, one.party) and one.party != node.party
    }
    if len(found) != 1:
        raise NO_PERSON(person=name[:60])
    return found.pop()


def of_placing(node: Node, tx: Tx, name: str) -> Visitor | None:
    """The visitor whom a placing names; None: it is an own person."""
    party, person = _parted(name)
    if party is None or node.records.people.get(tx, id=name) is not None:
        return None
    return Visitor(party, person)


def gaps(node: Node, tx: Tx, room: Post, visitor: Visitor) -> list[Gap]:
    """What a visitor lacks for a room now: of several visits by that which lacks least."""
    now, facility = node.host.now(), room.asks["facility"]
    lacks = [
        list(_of_visit(node, tx, room, visitor, one))
        for one in visiting.standing(node, tx, host=node.party, person=visitor.person)
        if one.visitors == visitor.party
        and one.facility in (room.id, facility)
        and one.covers(visitor.person, now)
    ]
    if not lacks:
        return [Gap(visitor.name, "visit", str(facility or room.id))]
    return [Gap(visitor.name, what, needs) for what, needs in min(lacks, key=len)]


def _of_visit(
    node: Node, tx: Tx, room: Post, visitor: Visitor, visit: StandingVisit
) -> Iterator[tuple[str, str]]:
    asks, assured = room.asks, visit.assured[visitor.person]
    level, name = str(asks["level"]), asks["agreement"]
    scheme = node.schemes[node.party]
    wanted, approved = scheme.level(level), scheme.level(visit.word)
    if wanted is None or approved is None or approved.order < wanted.order:
        yield "clearance", level
    briefed = assured.briefed_until is not None and (
        node.host.now() < parse_instant(assured.briefed_until)
    )
    if name is not None and not (name == visit.agreement and briefed):
        yield "briefing", str(name)
    if not {node.party, visitor.party} & set(assured.nationality):
        yield "nationality", f"{node.party}, {visitor.party}"
    agreed = node.agreements(tx).at(visit.agreement, node.host.now())
    if agreed is None or not agreed.in_force(node.host.now()):
        yield "agreement", visit.agreement
    if asks["project"] is not None:
        yield "authorisation", str(asks["project"])
    if asks["facility"] is not None and not lacking.holds(node, tx, asks["facility"], level):
        yield "accreditation", str(asks["facility"])
    rooms = kept_own(node, tx, visit.case).get("limits", {}).get("rooms")
    if rooms is not None and room.id not in rooms:
        yield "limits", room.id


def _parted(name: str) -> tuple[str | None, str]:
    found = _NAME.fullmatch(name)
    return (None, name) if found is None else (found[1], found[2])


def _named(node: Node, tx: Tx, person: str) -> Iterator[Visitor]:
    """Every nation's person of this name whom an open visit to this nation names, approved or
    not.
    """
    rows = node.records.cases.find(
        tx, order="id", limit=visiting.MOST, kind=visiting.KIND, over=0, with_=node.party
    )
    for row in rows:
        try:
            if person in books.course(node, tx, row).form()["visitors"]:
                yield Visitor(row.opener, person)
        except SealaneError:  # its agreement or kind is not here: it names nobody
            continue
