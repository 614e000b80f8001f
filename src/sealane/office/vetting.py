"""Operations about clearances and assurances: what a security officer does of a day.

Spec: spec/openapi.yaml; docs/who-may.md; R23, R28, R30.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import parse_instant
from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ACTION, PERSON, PURPOSE, TO, reader_of
from sealane.registry.who_may import Act
from sealane.services.deciding import previews
from sealane.services.exchange import assurance
from sealane.services.register import clearances, roll
from sealane.services.register.acts import Actor

AGREEMENT = StatedMember(name="agreement", needed=True, says="The agreement's id.")
UNTIL = StatedMember(name="until", needed=True, says="Until when it counts.")


def _reads(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.FORESEE, actor)
        return previews.told_of(
            office.node, tx, asked["person"], purpose=asked["purpose"], action=asked["action"]
        )


def _history(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_CLEARANCES, actor)
        records = roll.told_of(office.node, tx, asked["person"])
    return {"person": asked["person"], "records": records}


def _extend(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    held = clearances.extend(
        office.node,
        asked["person"],
        asked["level"],
        until=parse_instant(asked["until"]),
        reference=asked["reference"],
        by=actor,
    )
    return {"person": asked["person"], "clearance": held}


def _warn(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    told = clearances.warn(office.node, by=actor, days=asked["days"])
    return {"warned": [one.as_json() for one in told]}


def _debrief(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    at = clearances.debrief(office.node, asked["person"], asked["agreement"], by=actor)
    return {"person": asked["person"], "agreement": asked["agreement"], "until": at}


def _assurances(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor)
        return {"assurances": assurance.standing(office.node, tx)}


def _assure(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    told = {name: asked[name] for name in ("agreement", "area", "level", "until")}
    given = assurance.give(
        office.node,
        to=asked["to"],
        agreement=asked["agreement"],
        area=asked["area"],
        level=asked["level"],
        officer=actor,
        until=parse_instant(asked["until"]),
    )
    return {**told, "by": actor.person, "to": given}


OPERATIONS = (
    Operation(
        id="people.reads",
        act=Act.FORESEE,
        path="/api/v1/people/{person}/reads",
        says="What a person could read of everything received, now and for a purpose.",
        says_ja="ある人が、受領した全ての項目のうち、現在その目的で読めるもの。",
        answer="Reads",
        members=(PERSON, PURPOSE(MemberPlace.QUERY), ACTION()),
        do=_reads,
    ),
    Operation(
        id="people.history",
        act=Act.SEE_CLEARANCES,
        path="/api/v1/people/{person}/history",
        says="A person's record as it is and as it was, the newest first.",
        says_ja="ある人の現在及び以前の記録（新しい順）。",
        answer="PersonHistory",
        members=(PERSON,),
        do=_history,
    ),
    Operation(
        id="people.extend",
        act=Act.VET,
        method="POST",
        path="/api/v1/people/{person}/extensions",
        says="Let a clearance count longer than its regime says, by an authority's document.",
        says_ja="権限ある機関の文書により、適格性の有効期間を延長する。",
        answer="ClearanceHeld",
        members=(
            PERSON,
            StatedMember(name="level", needed=True, says="The clearance, as the record names it."),
            UNTIL,
            StatedMember(name="reference", needed=True, says="The authority's document."),
        ),
        do=_extend,
        second=True,
        example={"level": "SECRET", "until": "2027-06-30T00:00:00Z", "reference": "AGSVA 12/26"},
    ),
    Operation(
        id="people.debrief",
        act=Act.VET,
        method="POST",
        path="/api/v1/people/{person}/debriefs",
        says="End a person's briefing on an agreement, now.",
        says_ja="取決めについての事前説明を、今終了する。",
        answer="Debriefed",
        members=(PERSON, AGREEMENT),
        do=_debrief,
        second=True,
        example={"agreement": "jpn-aus-2022"},
    ),
    Operation(
        id="people.warn",
        act=Act.VET,
        method="POST",
        path="/api/v1/people/warnings",
        says="Whose clearance lapses soon; that they were told is recorded.",
        says_ja="適格性が間もなく失効する人に警告し、記録する。",
        answer="Warned",
        members=(
            StatedMember(
                name="days",
                kind=MemberKind.NUMBER,
                least=0,
                most=3660,
                default=30,
                says="Within so many days.",
            ),
        ),
        do=_warn,
        second=True,
        example={"days": 30},
    ),
    Operation(
        id="assurances.list",
        act=Act.SEE_HISTORY,
        path="/api/v1/assurances",
        says="The assurances given and received, the first to end before the others.",
        says_ja="与えた保証と受けた保証（期限の早い順）。",
        answer="Assurances",
        do=_assurances,
    ),
    Operation(
        id="assurances.give",
        act=Act.ASSURE,
        method="POST",
        path="/api/v1/assurances",
        answer="Assured",
        members=(
            AGREEMENT,
            StatedMember(name="area", needed=True, says="Subject area of the agreement."),
            StatedMember(name="level", needed=True, says="The provider's classification."),
            UNTIL,
            TO("The one party that may rely on it; default: each other party."),
        ),
        do=_assure,
        example={
            "agreement": "jpn-aus-2022",
            "area": "maritime",
            "level": "SECRET",
            "until": "2027-06-30T00:00:00Z",
        },
    ),
)
