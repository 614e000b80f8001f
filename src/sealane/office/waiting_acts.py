"""Operations on acts that wait for a second person; and how every act of two comes to wait.

Where whoever asks lets it, an act that turns out to take two is kept as it was asked, and answered
with the act that waits; one that takes nobody else is done at once.
Spec: spec/openapi.yaml "Two people"; docs/console.md §Two people; docs/who-may.md; R57, R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sealane.base.errors import Refused, SealaneError, declare
from sealane.office import (
    agreements,
    cases,
    copies,
    enrolling,
    item_acts,
    joining,
    people,
    posts,
    settling,
    stated,
    vetting,
)
from sealane.office.operation import (
    REASON_MOST,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.two_words import sentences
from sealane.registry.waiting_act_records import WaitingAct
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register.acts import AWAITED, Actor
from sealane.services.two_people import answering, asking, told
from sealane.services.two_people.asking import AskedAct

WAITS = "waits"
"""The one member of the answer to an act that waits."""
CAN_WAIT: Mapping[str, Operation] = MappingProxyType(
    {
        one.id: one
        for wing in (
            *(agreements, cases, copies, enrolling, item_acts),
            *(joining, people, posts, settling, vetting),
        )
        for one in wing.OPERATIONS
        if one.can_wait
    }
)
"""Every operation whose act can wait for the second person."""
CANNOT_WAIT = declare(
    "act.cannot_wait",
    Refused,
    "{operation} takes two people and does not wait: a file or a secret that is sent with it is"
    " kept by nobody meanwhile.",
    "{operation} は二人で行うもので、待機できません。"
    "併せて送られるファイルや秘密は保存しないためです。",
    "Do it with the second person beside you.",
    "第二の人の立会いのもとで行ってください。",
)


def answered(
    office: NodeOffice, operation: Operation, actor: Actor, asked: OfficeQuestion
) -> dict[str, Any]:
    """What the operation answers; or, where it takes two and is to wait, `waits`: the act.

    Raises: as the operation; Refused `act.cannot_wait`; as `asking.let_wait`.
    """
    if not asked.waits:
        return operation.do(office, actor, asked)
    try:
        return operation.do(office, replace(actor, waits=True), asked)
    except SealaneError as error:
        if error.code != AWAITED.code:
            raise
        needed = error.details or {}
    if not operation.can_wait:
        raise CANNOT_WAIT(operation=operation.id)
    waiting = AskedAct(
        operation=operation.id,
        act=Act(needed["act"]),
        duties=needed["duties"],
        says=asked.says,
        stated=asked.stated,
        version=asked.match,
        summary=sentences(operation, asked.says),
    )
    return {WAITS: asking.let_wait(office.node, waiting, by=actor)}


def _list(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return told.listed(office.node, by=actor)


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return told.shown(office.node, asked["act"], by=actor)


def _confirm(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    def run(node: Node, two: Actor, row: WaitingAct) -> dict[str, Any]:
        operation = CAN_WAIT.get(row.operation)
        if operation is None:
            raise CANNOT_WAIT(operation=row.operation)
        says = {name: value for name, value in row.says.items() if value is not None}
        question = OfficeQuestion(
            says=stated.read(operation, says),
            stated=frozenset(row.stated),
            match=row.version,
            address=asked.address,
        )
        return operation.do(replace(office, node=node), two, question)

    return answering.confirm(office.node, asked["act"], by=actor, digest=asked["digest"], run=run)


def _decline(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return answering.decline(office.node, asked["act"], by=actor, reason=asked["reason"])


def _take_back(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return asking.take_back(office.node, asked["act"], by=actor)


_ACT = StatedMember(
    name="act", place=MemberPlace.PATH, needed=True, says="The waiting act's number."
)
OPERATIONS = (
    Operation(
        id="acts.list",
        act=Act.SEE_WAITING,
        path="/api/v1/acts",
        answer="WaitingActs",
        do=_list,
    ),
    Operation(
        id="acts.show",
        act=Act.SEE_WAITING,
        path="/api/v1/acts/{act}",
        says="One act that waits for a second person, with everything that it asks.",
        says_ja="第二の人を待つ一つの行為と、求められている全ての内容。",
        answer="WaitingAct",
        members=(_ACT,),
        do=_show,
    ),
    Operation(
        id="acts.confirm",
        act=Act.CONFIRM,
        method="POST",
        path="/api/v1/acts/{act}/confirm",
        says="Do, as the second person, what somebody else asked; judged anew as it stands now.",
        says_ja="他の人が求めた行為を第二の人として承認し、現在の状態で改めて判断の上、行う。",
        answer="ActConfirmed",
        members=(
            _ACT,
            StatedMember(
                name="digest", needed=True, says="Of what was seen, as it was told with it."
            ),
        ),
        do=_confirm,
        example={"digest": "0" * 96},
    ),
    Operation(
        id="acts.decline",
        act=Act.CONFIRM,
        method="POST",
        path="/api/v1/acts/{act}/decline",
        says="Decline to be the second person; the act is not done.",
        says_ja="第二の人として承認しない。その行為は行われない。",
        answer="WaitingAct",
        members=(
            _ACT,
            StatedMember(
                name="reason", needed=True, most=REASON_MOST, says="Why, for whoever asked."
            ),
        ),
        do=_decline,
        example={"reason": "the authority's document is of last year"},
    ),
    Operation(
        id="acts.take-back",
        act=Act.TAKE_BACK,
        method="POST",
        path="/api/v1/acts/{act}/take-back",
        answer="WaitingAct",
        members=(_ACT,),
        do=_take_back,
        example={},
    ),
)
