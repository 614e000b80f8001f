"""Operations of one's own desk: what waits, and requests for access.

Spec: spec/openapi.yaml; docs/console.md §Home, §Access requests; R36, R37, R42, R44.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    REASON_MOST,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, PURPOSE, limited
from sealane.registry.who_may import Act
from sealane.services.access import answering, asking
from sealane.services.home import desk
from sealane.services.home.kinds import KINDS
from sealane.services.register import acts
from sealane.services.register.acts import Actor

REQUEST = StatedMember(
    name="request", place=MemberPlace.PATH, needed=True, says="The request's number."
)
ANSWER = StatedMember(name="reason", most=REASON_MOST, says="Why, for whoever asked.")


def _home(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        acts.require(node, tx, Act.SEE_HOME, actor)
        person = node.person(tx, str(actor.person))
    return desk.home(node, person, limit=asked["limit"], only=asked["kind"])


def _ask(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return asking.ask_access(
        office.node,
        asked["item"],
        person=actor,
        purpose=asked["purpose"],
        action=asked["action"],
        said=asked["said"],
    )


def _list(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return answering.requests(office.node, person=actor)


def _grant(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return answering.answer_access(
        office.node, asked["request"], person=actor, grant=True, reason=asked["reason"]
    )


def _refuse(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return answering.answer_access(
        office.node, asked["request"], person=actor, grant=False, reason=asked["reason"]
    )


OPERATIONS = (
    Operation(
        id="home.show",
        act=Act.SEE_HOME,
        path="/api/v1/home",
        says="What waits for who asks, by their duties: the oldest and overdue first.",
        says_ja="本人の職務で待っている事項（期限を過ぎたもの、古いものから）。",
        answer="Home",
        members=(
            limited(desk.MOST, desk.USUAL),
            StatedMember(
                name="kind",
                place=MemberPlace.QUERY,
                words=tuple(one.name for one in KINDS),
                says="One kind alone.",
            ),
        ),
        do=_home,
    ),
    Operation(
        id="access.request",
        act=Act.ASK_ACCESS,
        method="POST",
        path="/api/v1/items/{item}/access-requests",
        answer="AccessRequest",
        members=(
            ITEM,
            PURPOSE(MemberPlace.BODY),
            StatedMember(
                name="action", words=("open", "view"), default="open", says="What was refused."
            ),
            StatedMember(name="said", most=REASON_MOST, says="Why it is needed."),
        ),
        do=_ask,
        example={"purpose": "assessment", "said": "for the quarterly assessment"},
    ),
    Operation(
        id="access.list",
        act=Act.SEE_ACCESS,
        path="/api/v1/access-requests",
        answer="AccessRequests",
        do=_list,
    ),
    Operation(
        id="access.grant",
        act=Act.ANSWER_ACCESS,
        method="POST",
        path="/api/v1/access-requests/{request}/grant",
        answer="AccessRequest",
        members=(REQUEST, ANSWER),
        do=_grant,
        example={"reason": "needed for the quarterly assessment"},
    ),
    Operation(
        id="access.refuse",
        act=Act.ANSWER_ACCESS,
        method="POST",
        path="/api/v1/access-requests/{request}/refuse",
        answer="AccessRequest",
        members=(REQUEST, ANSWER),
        do=_refuse,
        example={"reason": "the summary is enough"},
    ),
)
