"""Operations on lent key shares: lend one, and see which are lent.

Spec: spec/exchange.md §6.1; docs/who-may.md; R20, R47.
"""

from __future__ import annotations

from typing import Any

from sealane.office.item_acts import answers_of
from sealane.office.operation import (
    MemberKind,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import ITEM, TO, reader_of
from sealane.registry.who_may import Act
from sealane.services.opening import leasing, lent
from sealane.services.register.acts import Actor

UNTIL = StatedMember(
    name="until",
    needed=True,
    says="When it ends by itself, at most as long from now as the agreement's clock `lease` says.",
)
PURPOSES = StatedMember(
    name="purposes", kind=MemberKind.TEXTS, default=(), says="Default: all of the item's."
)
READERS = StatedMember(
    name="readers",
    kind=MemberKind.TEXTS,
    default=(),
    says="Ids of the only people there who may; default: whomever the holder's own decision"
    " permits.",
)


def _lend(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    terms = leasing.LeaseTerms(
        until=asked["until"], purposes=asked["purposes"], readers=asked["readers"]
    )
    made = leasing.lease(office.node, asked["item"], asked["to"], terms, actor)
    return {**made, "answers": answers_of(office.deliver(asked["item"]))}


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, name = office.node, asked["item"]
    with node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor, item=name)
        found = []
        for transfer in node.holding(tx, name).transfers:
            found += lent.of_item(node, tx, node.given(tx, name, transfer.to))
    return {"item": name, "leases": found}


OPERATIONS = (
    Operation(
        id="items.lease",
        act=Act.LEASE,
        method="POST",
        path="/api/v1/items/{item}/leases",
        answer="Leased",
        members=(ITEM, TO("Who has the item.", needed=True), UNTIL, PURPOSES, READERS),
        do=_lend,
        example={"to": "JPN", "until": "2026-11-25T00:00:00Z"},
    ),
    Operation(
        id="items.leases",
        act=Act.SEE_HISTORY,
        path="/api/v1/items/{item}/leases",
        says="The key shares lent for openings of an item without the line.",
        says_ja="回線なしで項目を開くために貸与した鍵の分割片。",
        answer="Leases",
        members=(ITEM,),
        do=_list,
    ),
)
