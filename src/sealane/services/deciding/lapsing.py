"""The horizon: whose clearance, briefing, authorisation and which place's accreditation lapse soon,
and which items close by it.

What closes is worked out by deciding twice, an instant before and at the end: exactly what a clock
turned to that instant would say, as long as nothing else is entered.
Spec: spec/interfaces.md §5 (people horizon); R22, R23, R26.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.decisions.outlook.facts import held_from_json, reader_from_json
from sealane.decisions.outlook.holdings import Holdings
from sealane.decisions.outlook.preview import Reader
from sealane.decisions.outlook.world import Held
from sealane.labels.model.label import label_from_json
from sealane.ports import Tx
from sealane.registry.records import Direction, Item, PersonEntry
from sealane.registry.regime import Regimes, counts_until
from sealane.registry.searched import PageAsked, Sought, VisiblePart
from sealane.services.deciding.national_rule import national_refusal
from sealane.services.deciding.request import registered_items, registered_reader
from sealane.services.deciding.taking_part import Activities
from sealane.services.node import Node

MOST = 1_000_000
DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsing:
    """One end within the horizon."""

    person: str | None
    """None: of a facility's accreditation."""
    what: str
    of: str
    """The level, agreement, item, project or facility that it is about."""
    at: Instant

    def as_json(self, items: Iterable[str], posts: Iterable[str]) -> dict[str, Any]:
        told = {
            "person": self.person,
            "what": self.what,
            "of": self.of,
            "expires": format_instant(self.at),
            "items": sorted(items),
            "posts": sorted(posts),
        }
        return told if self.person is not None else {**told, "facility": self.of}


def horizon(node: Node, tx: Tx, *, days: int = DAYS) -> dict[str, Any]:
    """What lapses within so many days, the first end first, with the items that this person, or
    everybody at this facility, can no longer open from then on, and the posts and rooms that people
    are in which ask for what lapses.
    """
    now = node.host.now()
    until = Instant(now + days * DAY)
    people = [row.data for row in node.people(tx, limit=MOST)]
    places = node.entered_of(
        tx, "facilities", node.records.facilities.find(tx, order="id", limit=MOST)
    )
    told = []
    for person in people:
        ends = [one for one in _ends(node, person) if now < one.at <= until]
        held = _NamedItems(node, tx, person) if ends else None
        told += [
            one.as_json(held.closing(one.at) if held else (), _posts(node, tx, one)) for one in ends
        ]
    for place in places:
        end = place.data["until"] and parse_instant(place.data["until"])
        if end and now < end <= until:
            lapse = Lapsing(person=None, what="accreditation", of=place.id, at=end)
            there = [one for one in people if one["facility"] == place.id]
            closing = {name for one in there for name in _NamedItems(node, tx, one).closing(end)}
            told.append(lapse.as_json(closing, _posts(node, tx, lapse)))
    told.sort(key=lambda one: (parse_instant(one["expires"]), one["person"] or "", one["what"]))
    return {"until": format_instant(until), "lapses": told}


def ends_of(node: Node, person: Mapping[str, Any], *, days: int) -> list[Lapsing]:
    """What a person's record gives that ends within so many days."""
    now = node.host.now()
    return [one for one in _ends(node, person) if now < one.at <= now + days * DAY]


def ends_within(node: Node, tx: Tx, *, days: int) -> list[Lapsing]:
    """The same of everybody, and accreditations of facilities; not which items close by it."""
    now = node.host.now()
    until = now + days * DAY
    found = [one for one in _ends_of_all(node, tx) if now < one.at <= until]
    for place in node.records.facilities.find(tx, order="id", limit=MOST):
        end = place.data["until"] and parse_instant(place.data["until"])
        if end and now < end <= until and node.entered(tx, "facilities", place):
            found.append(Lapsing(person=None, what="accreditation", of=place.id, at=end))
    return found


_ASKED = {
    "clearance": None,
    "briefing": "agreement",
    "authorisation": "project",
    "accreditation": "facility",
}
"""By what a post asks for it; None: every post asks for a clearance."""


def _posts(node: Node, tx: Tx, lapse: Lapsing) -> set[str]:
    """Posts and rooms that a person is in, or that lie in a facility, and that ask for it."""
    where: dict[str, Any] = {} if lapse.person is None else {"person": lapse.person}
    named = _ASKED[lapse.what]
    found = set()
    for placing in node.records.placings.find(tx, order="id", limit=MOST, ended=None, **where):
        row = node.records.posts.get(tx, id=placing.post)
        asks = {"facility": placing.post} if row is None else row.asks
        if named is None or asks.get(named) == lapse.of:
            found.add(placing.post)
    return found


def _ends_of_all(node: Node, tx: Tx) -> Sequence[Lapsing]:
    """Every end of everybody's, worked out once for the same records."""
    people, key = node.people(tx, limit=MOST), node.settings.node
    kept = _ENDS.get(key)
    if kept is None or kept[0] is not people or kept[1] is not node.regimes:
        ends = [one for row in people for one in _ends(node, row.data)]
        kept = _ENDS[key] = people, node.regimes, ends
    return kept[2]


_ENDS: dict[str, tuple[Sequence[PersonEntry], Regimes, Sequence[Lapsing]]] = {}
"""By node, with the records and the regimes that it was made of."""


def _ends(node: Node, person: Mapping[str, Any]) -> Iterator[Lapsing]:
    """Every end of what a person's record gives."""
    for held in person["clearances"]:
        end = counts_until(node.regimes, held)
        if held["status"] == "active" and end is not None:
            yield Lapsing(person=person["id"], what="clearance", of=held["level"], at=end)
    for what, of, rows in (
        ("briefing", ("agreement",), person["briefings"]),
        ("authorisation", ("item", "project"), person["authorisations"]),
    ):
        for given in rows:
            if given["until"] is not None:
                about = next(str(given[name]) for name in of if given.get(name))
                end = parse_instant(given["until"])
                yield Lapsing(person=person["id"], what=what, of=about, at=end)


class _NamedItems:
    """The items that a person's record names the person for, and which of them open when."""

    def __init__(self, node: Node, tx: Tx, person: Mapping[str, Any]) -> None:
        self._node, self._tx, self._person = node, tx, person
        self._activities = Activities(node, tx)
        given = person["authorisations"]
        named = VisiblePart(
            projects=frozenset(one["project"] for one in given if one.get("project")),
            items=frozenset(one["item"] for one in given if one.get("item")),
            reached=frozenset(),
        )
        index, every = node.records.search, PageAsked(limit=MOST)
        names = index.page(tx, Sought(), named, every) or []
        rows = node.records.items.among(tx, "id", names)
        self._received = [row for row in rows if row.direction == Direction.IN]
        self._own = [row for row in rows if row.direction != Direction.IN]
        asked = registered_items(node, tx, self._received)
        self._asked = {row.id: one for row, one in zip(self._received, asked, strict=True)}
        facts = registered_reader(node, tx, person)
        self._who = reader_from_json({"subject": facts.subject, "facility": facts.facility})

    def closing(self, at: Instant) -> set[str]:
        """What opens until an instant, and no longer from then on."""
        return self._open(Instant(at - 1)) - self._open(at)

    def _open(self, at: Instant) -> set[str]:
        node = self._node
        own = {
            row.id
            for row in self._own
            if national_refusal(node, self._person, label_from_json(row.label), row, at) is None
        }
        return own | self._opened(self._received, at)

    def _opened(self, rows: Sequence[Item], at: Instant) -> set[str]:
        """What was received, opened for any of its own purposes."""
        node, purposes = self._node, {one for row in rows for one in row.facts["purposes"]}
        holdings: dict[str, Holdings] = {}
        every: list[Held] = []
        for number, row in enumerate(rows):
            asked = self._asked[row.id]
            held = held_from_json(
                {"item": asked.item, "label": asked.label, "consents": asked.consents}
            )
            every.append(held)
            under = holdings.setdefault(row.agreement, Holdings(row.agreement))
            under.add(number, held.label, held.item, held.consents)
        reader = Reader(
            subject=self._who.subject,
            facility=self._who.facility,
            purpose="",
            at=at,
            accept_unverified=node.settings.accept_unverified,
        )
        agreements = node.agreements(self._tx)
        return {
            rows[number].id
            for under in holdings.values()
            for asked in (replace(reader, purpose=purpose) for purpose in sorted(purposes))
            for number in under.readable(asked, agreements=agreements, schemes=node.schemes)
            if not self._activities.shut_to(under.agreement, every[number], asked)
        }
