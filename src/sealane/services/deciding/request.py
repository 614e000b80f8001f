"""What is asked about an opening, built in one place from the register's own facts.

A request has two halves, the item and the reader. The item's half is always our own record; the
reader's is our own, or what the reader's nation states (`partner_request`).
Spec: R20, R22, R32; spec/interfaces.md §4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.values import Instant, format_instant
from sealane.ports import Tx
from sealane.registry.records import Given, Item
from sealane.registry.regime import as_counted
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.deciding.consents import all_consents, standing_consents
from sealane.services.deciding.taking_part import Activities
from sealane.services.deciding.visiting import StandingVisit, covering
from sealane.services.node import Node

VISIT = "visit"
SUBJECT = (
    "id",
    "nationality",
    "organisation",
    "organisation_country",
    "clearances",
    "briefings",
    "authorisations",
    "roles",
    "duties",
)
"""What a request tells of a person; the rest of the record stays in the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts:
    """The half of a request that is about the item: the members of the same names."""

    item: Mapping[str, Any]
    label: Mapping[str, Any]
    agreement: str
    consents: list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFacts:
    """The half of a request that is about the reader: the members of the same names."""

    subject: Mapping[str, Any]
    facility: Mapping[str, Any] | None


def opening_request(
    item: ItemFacts,
    reader: ReaderFacts,
    *,
    action: str,
    purpose: str | None,
    at: Instant,
    visit: StandingVisit | None = None,
) -> dict[str, Any]:
    """The exact request that is decided: this reader, this item, at this instant.

    Args: visit: where the reader is on a visit to the item's provider, and nowhere else then.

    A reader is asked about as a reader for their own state, as previews do. To open an item for a
    purpose that its provider did not give it for is the act of a new purpose.
    """
    new = action == "open" and purpose not in item.item["purposes"]
    visiting_ = {} if visit is None else {"visit": visit.member()}
    return {
        "action": "new-purpose" if new else action,
        "label": item.label,
        "item": item.item,
        "subject": reader.subject,
        "recipient": reader.subject["organisation_country"],
        "purpose": purpose,
        "facility": reader.facility if visit is None else visit.place(),
        "consents": item.consents,
        "assurance": None,
        "agreement": item.agreement,
        "at": format_instant(at),
        **visiting_,
    }


def own_request(
    node: Node, tx: Tx, row: Item, *, person: str, purpose: str, action: str
) -> dict[str, Any]:
    """The request for a person of this node's directory and an item of its register, now. Raises:
    NotFound `person.unknown`.
    """
    request = opening_request(
        registered_item(node, tx, row),
        registered_reader(node, tx, node.person(tx, person)),
        action=action,
        purpose=purpose,
        at=node.host.now(),
        visit=visit_of(node, tx, row, person=person, action=action),
    )
    return request | Activities(node, tx).stated_part(row.facts["project"], person)


def visit_of(node: Node, tx: Tx, row: Item, *, person: str, action: str) -> StandingVisit | None:
    """The approved visit to the item's provider on which a person of this nation is now, for the
    act `visit`; None for any other act, and where none was approved.
    """
    if action != VISIT:
        return None
    return covering(node, tx, agreement=row.agreement, host=row.provider, person=person)


def registered_item(node: Node, tx: Tx, row: Item) -> ItemFacts:
    """A registered item's half of a request, as its row and the consents about it stand."""
    holder = row.to if isinstance(row, Given) else node.party
    return _registered(row, standing_consents(node, tx, row.id, holder))


def registered_items(node: Node, tx: Tx, rows: Iterable[Item]) -> list[ItemFacts]:
    """The same of many, in their order."""
    consents = all_consents(node, tx)
    return [_registered(row, consents.get(row.id, [])) for row in rows]


def _registered(row: Item, consents: list[dict[str, Any]]) -> ItemFacts:
    return ItemFacts(
        item=item_facts(row), label=row.label, agreement=row.agreement, consents=consents
    )


def registered_reader(node: Node, tx: Tx, person: Mapping[str, Any]) -> ReaderFacts:
    """The reader's half of a request from a person's record and the facility that it names; a
    clearance ends where its regime, or an authority's extension of it, ends it.
    """
    facility = None
    if person.get("facility"):
        place = node.facility(tx, person["facility"])
        facility = None if place is None else place.data
    subject = {name: person[name] for name in SUBJECT}
    subject["clearances"] = [as_counted(node.regimes, one) for one in person["clearances"]]
    return ReaderFacts(subject=subject, facility=facility)


def item_facts(row: Item) -> dict[str, Any]:
    """The `item` member of a request about a registered item, as of now; what was withdrawn or
    rejected is to a decision as if it had been recalled. For a recipient: as it was given to it.
    """
    return {**row.facts, "recalled": shut(row)}


def shut(row: Item) -> bool:
    """Whether no key of an item leaves any more: recalled, withdrawn or rejected; or the copy that
    it opens was destroyed or went back.
    """
    ended = isinstance(row, Given) and row.ended
    return ended or row.recalled is not None or row.state in TAKEN_BACK


def stated_facts(
    *,
    id: str,  # noqa: A002 - the member's name
    provider: str,
    until: str,
    area: str = "",
    kind: str = "file",
    purposes: Iterable[str] = (),
    released_to: Iterable[str] = (),
    project: str | None = None,
    originator: str | None = None,
    release_officer: str | None = None,
    second_signer: str | None = None,
    joint_committee_ref: str | None = None,
) -> dict[str, Any]:
    """The facts of an item as its register row keeps them: every member but `recalled`; a
    person who is not known is null.
    """
    return {
        "id": id,
        "area": area,
        "kind": kind,
        "provider": provider,
        "purposes": list(purposes),
        "released_to": list(released_to),
        "project": project,
        "until": until,
        "originator": originator,
        "release_officer": release_officer,
        "second_signer": second_signer,
        "joint_committee_ref": joint_committee_ref,
    }


def bare_subject(person: Mapping[str, Any], duty: str) -> dict[str, Any]:
    """A subject that names a person and one duty, and tells nothing of clearances."""
    return {
        "id": person["id"],
        "nationality": [],
        "organisation": person["organisation"],
        "organisation_country": person["organisation_country"],
        "clearances": [],
        "briefings": [],
        "authorisations": [],
        "roles": [],
        "duties": [duty],
    }


def served_key_access(row: Given, party: str) -> str:
    """The recorded digest of the key access object that a party serves; of an undivided key the
    only one.
    """
    digests = row.sealed["key_access"]
    return str(digests.get(party) or digests[""])
