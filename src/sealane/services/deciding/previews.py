"""Who will be able to read this, by the same `decide` that later opens it. Spec: R20, R33;
spec/agreement.md §10.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.values import DAY, Instant, format_instant
from sealane.decisions.decide import Decision
from sealane.decisions.outlook import horizon
from sealane.decisions.outlook.facts import held_from_json, reader_from_json
from sealane.decisions.outlook.holdings import Holdings
from sealane.decisions.outlook.preview import Reader
from sealane.decisions.overlay import class_facts
from sealane.labels.model.label import Label, label_from_json
from sealane.ports import Tx
from sealane.registry.records import Direction, Item, ItemState
from sealane.services.deciding import visiting
from sealane.services.deciding.alike import Alike
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import (
    VISIT,
    opening_request,
    own_request,
    registered_item,
    registered_items,
    registered_reader,
    stated_facts,
)
from sealane.services.deciding.taking_part import Activities, is_with
from sealane.services.node import Node

MAX_PEOPLE = 5000
NAMED = "access.not_authorised"
"""The clause that names a person for an item or its project."""
UNBRIEFED, SHARED_MOST, SHARED_PAGE = "access.not_briefed", 1000, 50
"""The clause on briefings; and of how many of a partner's newest items the projects are known, read
so many at a time.
"""


@dataclass(frozen=True, slots=True)
class ReadersHere:
    """Who of this node could open it: for each such person the post; and for each other person who
    is named for it the first clause that keeps it closed.
    """

    posts: tuple[str, ...]
    blocked: tuple[str, ...]


def posts(
    node: Node,
    tx: Tx,
    *,
    agreement: str,
    provider: str,
    label: Label,
    area: str,
    project: str | None,
    purpose: str,
) -> ReadersHere:
    """This node's posts that could open such an item now, were it released to us under this
    project, and what keeps it closed to those who are named for it all the same.
    """
    facts = stated_facts(
        id="preview",
        provider=provider,
        until=format_instant(Instant(node.host.now() + DAY)),
        area=area,
        purposes=[purpose],
        released_to=[node.party],
        project=project,
        originator="preview",
        release_officer="preview.release",
    )
    row = Item(
        id="preview",
        direction=Direction.IN,
        provider=facts["provider"],
        agreement=agreement,
        agreement_digest="",
        facts=facts,
        label=label.as_json(),
        title="",
        media_type="",
        state=ItemState.DELIVERED,
        created=facts["until"],
    )
    open_to, blocked, strangers = [], list[str](), list[str]()
    for person, decision in everybody(node, tx, row, purpose=purpose, action="open"):
        if decision.permit:
            open_to.append(str(person["post"]))
        elif NAMED in {one.code for one in decision.reasons if one.met}:
            told = strangers if _is_stranger(person, decision, agreement) else blocked
            told.append(decision.unmet[0].clause)
    if strangers and is_shared(node, tx, agreement, provider, project):
        blocked += strangers
    return ReadersHere(tuple(open_to), tuple(blocked))


def _is_stranger(person: Mapping[str, Any], decision: Decision, agreement: str) -> bool:
    """Whether somebody never had to do with an agreement that briefs its people: named for a
    project all the same, perhaps one with another nation of which this partner is to know nothing.
    """
    unbriefed = UNBRIEFED in {one.code for one in decision.unmet}
    return unbriefed and agreement not in {one["agreement"] for one in person["briefings"]}


def is_shared(node: Node, tx: Tx, agreement: str, provider: str, project: str | None) -> bool:
    """Whether a project stands in something that this partner gave us under the agreement, or is an
    activity with it.
    """
    if is_with(node, tx, agreement, provider, project):
        return True
    after, given = None, {"agreement": agreement, "provider": provider}
    # most of what is asked about stands in what came last
    for _ in range(SHARED_MOST // SHARED_PAGE):
        page = node.records.items.find(
            tx, order="id", newest=True, limit=SHARED_PAGE, after=after, **given
        )
        if any(one.facts["project"] == project for one in page):
            return True
        if len(page) < SHARED_PAGE:
            return False
        after = page[-1].id
    return False


def readers(
    node: Node, tx: Tx, row: Item, *, purpose: str, action: str = "open"
) -> list[dict[str, Any]]:
    """The people of this node's directory who could act on a registered
    item now, in order of id.
    """
    return [
        person
        for person, decision in everybody(node, tx, row, purpose=purpose, action=action)
        if decision.permit
    ]


def everybody(
    node: Node, tx: Tx, row: Item, *, purpose: str, action: str
) -> Iterator[tuple[dict[str, Any], Decision]]:
    """Each person of the directory with the decision they would get now, in order of id; it is
    asked once for all who are alike, so that only its verdict and its reasons are theirs.
    """
    item, at = registered_item(node, tx, row), node.host.now()
    apart = Activities(node, tx).people_here(item.item["project"])
    alike, decided = Alike(item, apart=apart), dict[bytes, Decision]()
    for held in node.people(tx, limit=MAX_PEOPLE):
        person = dict(held.data)
        if action == VISIT:  # a visit names its people: nobody is like anybody else
            request = own_request(
                node, tx, row, person=person["id"], purpose=purpose, action=action
            )
            yield person, decide_now(node, tx, request)
            continue
        about = alike.about(person)
        name = alike.class_of(about)
        if name not in decided:
            reader = registered_reader(node, tx, about)
            request = opening_request(item, reader, action=action, purpose=purpose, at=at)
            decided[name] = decide_now(node, tx, request)
        yield person, decided[name]


def told(node: Node, tx: Tx, item: str, *, purpose: str, action: str) -> dict[str, Any]:
    """Who of this node's people could act on an item now, for the others the clauses that are
    unmet, and until when time alone changes nothing of it. Raises: NotFound `item.unknown`.
    """
    row = node.item(tx, item)
    asked = list(everybody(node, tx, row, purpose=purpose, action=action))
    agreements, groups = node.agreements(tx), node.schemes.groups
    until = horizon.first_after(
        node.host.now(),
        itertools.chain(
            Activities(node, tx).dates(row.facts["project"]),
            (
                horizon.holds_until(decision.request, agreements=agreements, groups=groups)
                for _, decision in asked
            ),
            visiting.dates(node, tx, row.provider) if action == VISIT else (),
        ),
    )
    return {
        "item": item,
        "may": [str(person["id"]) for person, decision in asked if decision.permit],
        "may_not": [
            {"id": person["id"], "clauses": [reason.clause for reason in decision.unmet]}
            for person, decision in asked
            if not decision.permit
        ],
        "holds_until": None if until is None else format_instant(until),
    }


def told_of(node: Node, tx: Tx, person: str, *, purpose: str, action: str) -> dict[str, Any]:
    """What a person could act on of everything received, now. Raises: NotFound
    `person.unknown`.
    """
    found = readable(node, tx, person, purpose=purpose, action=action)
    until = found.holds_until
    return {
        "person": person,
        "purpose": purpose,
        "may": [str(row.id) for row in found.rows],
        "asked": found.asked,
        "holds_until": None if until is None else format_instant(until),
    }


@dataclass(frozen=True, slots=True)
class Readable:
    """What a person could act on, of how many items, and until when time alone changes nothing of
    it.
    """

    rows: list[Item]
    asked: int
    holds_until: Instant | None


def readable(node: Node, tx: Tx, person: str, *, purpose: str, action: str = "open") -> Readable:
    """The received items that this person could act on now, in order of id: those that `decide_now`
    would permit.

    Asked once per class of items, then joined; the nation's own forbids too.
    Raises: NotFound `person.unknown`.
    """
    facts = registered_reader(node, tx, node.person(tx, person))
    who = reader_from_json({"subject": facts.subject, "facility": facts.facility})
    reader = Reader(
        subject=who.subject,
        facility=who.facility,
        purpose=purpose,
        at=node.host.now(),
        action=action,
        accept_unverified=node.settings.accept_unverified,
    )
    rows, activities = list(received(node, tx)), Activities(node, tx)
    holdings: dict[str, Holdings] = {}
    ends: list[Instant | None] = []
    every = [
        held_from_json({"item": one.item, "label": one.label, "consents": one.consents})
        for one in registered_items(node, tx, rows)
    ]
    for number, (row, held) in enumerate(zip(rows, every, strict=True)):
        holdings.setdefault(row.agreement, Holdings(row.agreement)).add(
            number, held.label, held.item, held.consents
        )
        ends.extend(activities.dates(held.item.project))
        ends.append(
            horizon.first_after(
                reader.at,
                horizon.of_item(held.item, held.label, held.consents, node.schemes.groups),
            )
        )
    agreements = node.agreements(tx)
    found = sorted(
        number
        for one in holdings.values()
        for number in one.readable(reader, agreements=agreements, schemes=node.schemes)
        if not activities.shut_to(one.agreement, every[number], reader)
        and not _forbidden(node, rows[number], reader)
    )
    dates = itertools.chain(
        *(horizon.of_agreement(name, agreements) for name in holdings),
        *(horizon.of_reader(who.subject, who.facility, name, agreements) for name in holdings),
        ends,
    )
    return Readable(
        [rows[number] for number in found],
        len(rows),
        horizon.first_after(reader.at, dates),
    )


def received(node: Node, tx: Tx) -> Iterator[Item]:
    """Every item that came from a partner, in order of id."""
    after = None
    while page := node.records.items.find(
        tx, order="id", limit=1000, after=after, direction=Direction.IN
    ):
        yield from page
        after = page[-1].id


def _forbidden(node: Node, row: Item, reader: Reader) -> bool:
    if not node.overlays:
        return False
    facts = class_facts(
        label_from_json(row.label),
        action=reader.action,
        agreement=row.agreement,
        provider=row.facts["provider"],
        recipient=reader.subject.organisation_country,
        area=row.facts["area"],
        purpose=reader.purpose,
    )
    return any(overlay.forbids(facts) for overlay in node.overlays)
