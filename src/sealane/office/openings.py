"""The operation of an opening: both nations decide, and the file comes with the answer.

Spec: spec/openapi.yaml; spec/key-access.md §5.2; R20, R31.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    Carries,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, PURPOSE
from sealane.registry.who_may import Act
from sealane.services.dialogue import alarms
from sealane.services.exchange import signature
from sealane.services.opening import open_item
from sealane.services.register.acts import Actor


def _open(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    try:
        with alarms.content_watched(office.node, asked["item"], actor):
            opened = open_item.open_item(
                office.node,
                asked["item"],
                person=actor,
                purpose=asked["purpose"],
                action=asked["action"],
                sink=asked.sink,
            )
    finally:
        office.deliver(asked["item"])
    return {
        "item": opened.item,
        "decision": opened.decision,
        "media_type": opened.media_type,
        "title": opened.title,
    }


def _read_to_sign(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert asked.sink is not None
    opened = signature.read(office.node, asked["item"], signer=actor, sink=asked.sink)
    return {
        "item": opened.item,
        "decision": None,
        "media_type": opened.media_type,
        "title": opened.title,
    }


OPERATIONS = (
    Operation(
        id="items.read-to-sign",
        act=Act.READ_TO_SIGN,
        method="POST",
        path="/api/v1/items/{item}/read-to-sign",
        says="Read, as its second signer, what is to be signed. The file is the answer.",
        says_ja="第二署名者として、署名の対象を読む。ファイルが回答となる。",
        answer="Opened",
        carries=Carries.OUT,
        members=(ITEM,),
        do=_read_to_sign,
        example={},
    ),
    Operation(
        id="items.open",
        act=Act.OPEN,
        method="POST",
        path="/api/v1/items/{item}/open",
        says="Open a registered item for a purpose; both nations decide. The file is the answer.",
        says_ja="項目を目的のために開封する（両国が判断する）。ファイルが回答となる。",
        answer="Opened",
        carries=Carries.OUT,
        members=(
            ITEM,
            PURPOSE(MemberPlace.BODY),
            StatedMember(
                name="action", words=("open",), default="open", says="What is done with it."
            ),
        ),
        do=_open,
        example={"purpose": "assessment"},
    ),
)
