"""Operations on numbered copies: the registry clerk's acts, who has each copy, who read what.

Spec: spec/openapi.yaml; spec/exchange.md §10; R27, R39, R40, R47, R48.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sealane.base.values import parse_instant
from sealane.office.operation import (
    REASON_MOST,
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, answers_in_short, reader_of
from sealane.registry.who_may import Act
from sealane.services.custody import copying, disclosures, ending
from sealane.services.register import custody
from sealane.services.register.acts import Actor

COPY = StatedMember(
    name="copy",
    kind=MemberKind.NUMBER,
    needed=True,
    least=0,
    most=(1 << 31) - 1,
    says="The copy's number; 0 is the original.",
)
PLACE = StatedMember(name="place", needed=True, says="The facility where it is to lie.")
HOLDER = StatedMember(name="holder", says="Who is to have it; default: the registry.")


def _told(office: NodeOffice, item: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What came of the act, and what the partner answered meanwhile; a refusal is told it too."""
    try:
        found = act()
    finally:
        sent = office.deliver(item)
    return {**found, "answers": answers_in_short(sent)}


def _copy(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    item = asked["item"]
    return _told(
        office,
        item,
        lambda: copying.copy(
            office.node,
            item,
            actor,
            place=asked["place"],
            holder=asked["holder"],
            purpose=asked["purpose"],
        ),
    )


def _move(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    item = asked["item"]
    return _told(
        office,
        item,
        lambda: copying.move(
            office.node,
            item,
            actor,
            number=asked["copy"],
            place=asked["place"],
            holder=asked["holder"],
        ),
    )


def _remark(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    item, number = asked["item"], asked["copy"]
    return _told(office, item, lambda: copying.remark(office.node, item, actor, number=number))


def _return(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    item, number = asked["item"], asked["copy"]
    return _told(office, item, lambda: ending.give_back(office.node, item, actor, number=number))


def _destroy(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    item, number, means = asked["item"], asked["copy"], asked["means"]
    return _told(
        office,
        item,
        lambda: ending.destroy(office.node, item, actor, number=number, means=means),
    )


def _custody(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    at, item = asked["at"], asked["item"]
    when = None if at is None else parse_instant(at)
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor, item=item)
        return custody.of_item(office.node, tx, item, at=when)


def _disclosures(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor, item=asked["item"])
        return disclosures.of_item(office.node, tx, asked["item"])


OPERATIONS = (
    Operation(
        id="items.copy",
        act=Act.COPY,
        method="POST",
        path="/api/v1/items/{item}/copies",
        answer="CopyTold",
        members=(
            ITEM,
            PLACE,
            HOLDER,
            StatedMember(name="purpose", says="Default: the first of the item's."),
        ),
        do=_copy,
        example={"place": "jpn.registry"},
    ),
    Operation(
        id="items.move",
        act=Act.MOVE,
        method="POST",
        path="/api/v1/items/{item}/move",
        answer="CopyTold",
        members=(ITEM, COPY, PLACE, HOLDER),
        do=_move,
        example={"copy": 1, "place": "jpn.registry"},
    ),
    Operation(
        id="items.remark",
        act=Act.REMARK,
        method="POST",
        path="/api/v1/items/{item}/remark",
        answer="CopyTold",
        members=(ITEM, COPY),
        do=_remark,
        example={"copy": 1},
    ),
    Operation(
        id="items.return",
        act=Act.RETURN,
        method="POST",
        path="/api/v1/items/{item}/return",
        answer="CopyReturned",
        members=(ITEM, COPY),
        do=_return,
        example={"copy": 1},
    ),
    Operation(
        id="items.destroy",
        act=Act.DESTROY,
        method="POST",
        path="/api/v1/items/{item}/destroy",
        answer="CopyDestroyed",
        members=(
            ITEM,
            COPY,
            StatedMember(name="means", most=REASON_MOST, says="How, for the certificate."),
        ),
        do=_destroy,
        second=True,
        turns_into=Act.CERTIFY,
        example={"copy": 1, "means": "shredded"},
    ),
    Operation(
        id="items.custody",
        act=Act.SEE_HISTORY,
        path="/api/v1/items/{item}/custody",
        says="Where each copy is, who has it, since when and by whose word; now or then.",
        says_ja="各写しの所在、保有者、時点及び根拠（現在又は過去）。",
        answer="Custody",
        members=(
            ITEM,
            StatedMember(
                name="at", place=MemberPlace.QUERY, says="As it stood then; default: now."
            ),
        ),
        do=_custody,
    ),
    Operation(
        id="items.disclosures",
        act=Act.SEE_HISTORY,
        path="/api/v1/items/{item}/disclosures",
        says="Who read the item, when and for what, and how each proved to be who they are.",
        says_ja="誰が、いつ、何のためにこの項目を読み、どのように本人であることを証明したか。",
        answer="Disclosures",
        members=(ITEM,),
        do=_disclosures,
    ),
)
