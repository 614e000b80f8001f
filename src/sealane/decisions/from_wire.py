"""From the wire's records to the domain's values, member by member.

Spec: spec/interfaces.md §4 (members of a request).
"""

from __future__ import annotations

from functools import lru_cache

import msgspec

from sealane.base.errors import Malformed, declare
from sealane.base.values import BAD_INSTANT, Instant, format_instant, parse_instant
from sealane.decisions import wire as shape
from sealane.decisions.asked import (
    ApprovedVisit,
    AskedItem,
    Authorisation,
    Briefing,
    Consent,
    Facility,
    HeldClearance,
    Subject,
    TakingPart,
)
from sealane.registry.person import SEPARATED

MALFORMED = declare(
    "request.malformed",
    Malformed,
    "The request's member {where} is wrong: {why}.",
    "要求のメンバー {where} が正しくありません：{why_ja}。",
    "Write every member of spec/interfaces.md §4, and no other.",
    "spec/interfaces.md §4 のメンバーをすべて、それだけを書いてください。",
)
DUTIES = {duty: place for place, duty in enumerate(SEPARATED)}


@lru_cache(maxsize=1 << 16)
def instant_from_wire(text: str) -> Instant:
    """The instant of a text in its one form. Raises: Malformed `value.instant`."""
    instant = parse_instant(text)
    if len(text) != 20 and format_instant(instant) != text:
        raise BAD_INSTANT(text=text)  # the strict reader writes it in its one text first
    return instant


def _end(text: str | None) -> Instant | None:
    return None if text is None else instant_from_wire(text)


def item_from_wire(wire: shape.WireItem) -> AskedItem:
    """The item in the domain's values. Raises: Malformed `value.instant`."""
    return AskedItem(
        id=wire.id,
        area=wire.area,
        kind=wire.kind,
        provider=wire.provider,
        purposes=frozenset(wire.purposes),
        released_to=frozenset(wire.released_to),
        recalled=wire.recalled,
        project=wire.project,
        until=_end(wire.until),
        originator=wire.originator,
        release_officer=wire.release_officer,
        second_signer=wire.second_signer,
        joint_committee_ref=wire.joint_committee_ref,
    )


def subject_from_wire(wire: shape.WireSubject) -> Subject:
    """The person in the domain's values. Raises: Malformed `value.instant`, `request.malformed`."""
    return Subject(
        id=wire.id,
        nationality=frozenset(wire.nationality),
        organisation=wire.organisation,
        organisation_country=wire.organisation_country,
        clearances=tuple(
            [
                HeldClearance(
                    issuer=one.issuer,
                    policy=one.policy,
                    level=one.level,
                    basis=one.basis,
                    granted=instant_from_wire(one.granted),
                    expires=_end(one.expires),
                    sponsor=one.sponsor,
                    status=one.status,
                )
                for one in wire.clearances
            ]
        ),
        briefings=tuple(
            [
                Briefing(
                    agreement=one.agreement, on=instant_from_wire(one.on), until=_end(one.until)
                )
                for one in wire.briefings
            ]
        ),
        authorisations=tuple([_authorisation(one) for one in wire.authorisations]),
        roles=frozenset(wire.roles),
        duties=frozenset([DUTIES[duty] for duty in wire.duties if duty in DUTIES]),
    )


def _authorisation(wire: shape.WireAuthorisation) -> Authorisation:
    item = wire.item if isinstance(wire.item, str) else None
    project = wire.project if isinstance(wire.project, str) else None
    if (item is None) == (project is None):
        raise MALFORMED(
            position="subject.authorisations",
            where="subject.authorisations",
            why="exactly one of item and project",
            why_ja="item と project のどちらか一方だけを書く",
        )
    return Authorisation(
        item=item,
        project=project,
        by=wire.by,
        since=instant_from_wire(wire.since),
        until=_end(wire.until),
    )


def facility_from_wire(wire: shape.WireFacility) -> Facility:
    """The facility in the domain's values. Raises: Malformed `value.instant`."""
    return Facility(
        id=wire.id,
        country=wire.country,
        policy=wire.accredited.policy,
        level=wire.accredited.level,
        until=_end(wire.until),
    )


def consent_from_wire(wire: shape.WireConsent) -> Consent:
    """The consent in the domain's values. Raises: Malformed `value.instant`."""
    return Consent(
        act=wire.act,
        item=wire.item,
        to=wire.to,
        by=wire.by,
        answer=wire.answer,
        at=instant_from_wire(wire.at),
        until=_end(wire.until),
        purpose=wire.purpose or None,
        level=wire.level or None,
        person=wire.person or None,
        paragraphs=frozenset(wire.paragraphs) if isinstance(wire.paragraphs, list) else None,
    )


def part_from_wire(wire: shape.WirePart | msgspec.UnsetType) -> TakingPart | None:
    """As whom the reader takes part; None where nothing is said of it."""
    if not isinstance(wire, shape.WirePart):
        return None
    return TakingPart(case=wire.case, name=wire.name)


def visit_from_wire(wire: shape.WireVisit | msgspec.UnsetType) -> ApprovedVisit | None:
    """The visit in the domain's values; None where there is none. Raises: Malformed
    `value.instant`.
    """
    if not isinstance(wire, shape.WireVisit):
        return None
    return ApprovedVisit(
        case=wire.case,
        level=wire.level,
        subject=wire.subject,
        since=instant_from_wire(wire.since),
        until=instant_from_wire(wire.until),
        facility=wire.facility,
        people=frozenset(wire.people),
    )
