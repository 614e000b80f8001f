"""Operations that look: the register, one item, its history, who could read it.

Spec: spec/openapi.yaml; R37, R39, R40.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
)
from sealane.office.shared import ACTION, ITEM, PURPOSE, item_version, paged, reader_of
from sealane.registry.who_may import Act
from sealane.services.deciding import previews
from sealane.services.deciding.reach import sight_of
from sealane.services.register import views
from sealane.services.register.acts import Actor


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, limit = office.node, asked["limit"]
    with node.store.reading() as tx:
        reader = reader_of(office, tx, Act.SEE_REGISTER, actor)
        sight = sight_of(node, tx, reader)
        found = views.items(node, tx, sight, limit=limit + 1, after=asked["after"])
    shown = found[:limit]
    return {"items": shown, "after": shown[-1]["id"] if len(found) > limit else None}


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node = office.node
    with node.store.reading() as tx:
        reader = reader_of(office, tx, Act.SEE_REGISTER, actor)
        return views.item(node, tx, asked["item"], sight_of(node, tx, reader))


def _history(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    node, name = office.node, asked["item"]
    with node.store.reading() as tx:
        reader_of(office, tx, Act.SEE_HISTORY, actor, item=name)
        return {"item": name, "history": views.history(node, tx, name)}


def _readers(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    with office.node.store.reading() as tx:
        reader_of(office, tx, Act.FORESEE, actor, item=asked["item"])
        return previews.told(
            office.node, tx, asked["item"], purpose=asked["purpose"], action=asked["action"]
        )


OPERATIONS = (
    Operation(
        id="items.list",
        act=Act.SEE_REGISTER,
        path="/api/v1/items",
        says="The register, newest first.",
        says_ja="登録簿（新しい順）。",
        answer="ItemPage",
        members=paged(),
        do=_list,
        keyless=True,
    ),
    Operation(
        id="items.show",
        act=Act.SEE_REGISTER,
        path="/api/v1/items/{item}",
        says="One item with its copies and transfers.",
        says_ja="一件の項目と、その写し及び移動。",
        answer="WholeItem",
        members=(ITEM,),
        do=_show,
        version=item_version,
    ),
    Operation(
        id="items.history",
        act=Act.SEE_HISTORY,
        path="/api/v1/items/{item}/history",
        says="Everything this node's ledgers hold about an item, denials too.",
        says_ja="この項目について台帳にある全て（拒否も含む）。",
        answer="History",
        members=(ITEM,),
        do=_history,
    ),
    Operation(
        id="items.readers",
        act=Act.FORESEE,
        path="/api/v1/items/{item}/readers",
        says="Who of this node's people could read it now, and for the others what is unmet.",
        says_ja="現在この項目を読める自国の者と、読めない者の満たさない条項。",
        answer="Readers",
        members=(ITEM, PURPOSE(MemberPlace.QUERY), ACTION("visit")),
        do=_readers,
    ),
)
