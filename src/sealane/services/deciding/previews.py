"""Who will be able to read this, by the same `decide` that later opens it. Spec: R20, R33;
spec/agreement.md §10.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
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
from sealane.services.deciding.decision import decide_now
from sealane.services.deciding.request import (
    opening_request,
    registered_item,
    registered_reader,
    stated_facts,
)
from sealane.services.node import Node

MAX_PEOPLE = 5000


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
) -> list[str]:
    """This node's posts that could open such an item now, were it released to us under this
    project.
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
    return [str(person["post"]) for person in readers(node, tx, row, purpose=purpose)]


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
    """Each person of the directory with the decision they would get now, in order of id."""
    item, at = registered_item(row), node.host.now()
    for held in node.people(tx, limit=MAX_PEOPLE):
        person = dict(held.data)
        reader = registered_reader(node, tx, person)
        request = opening_request(item, reader, action=action, purpose=purpose, at=at)
        yield person, decide_now(node, tx, request)


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
    rows = list(_received(node, tx))
    holdings: dict[str, Holdings] = {}
    ends: list[Instant | None] = []
    for number, row in enumerate(rows):
        asked = registered_item(row)
        held = held_from_json(
            {"item": asked.item, "label": asked.label, "consents": asked.consents}
        )
        holdings.setdefault(row.agreement, Holdings(row.agreement)).add(
            number, held.label, held.item, held.consents
        )
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
    )
    dates = itertools.chain(
        *(horizon.of_agreement(name, agreements) for name in holdings),
        *(horizon.of_reader(who.subject, who.facility, name, agreements) for name in holdings),
        ends,
    )
    return Readable(
        [rows[number] for number in found if not _forbidden(node, rows[number], reader)],
        len(rows),
        horizon.first_after(reader.at, dates),
    )


def _received(node: Node, tx: Tx) -> Iterator[Item]:
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
