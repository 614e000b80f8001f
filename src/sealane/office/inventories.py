"""The operations of inventories: counted by a registry clerk, copy by copy.

Spec: spec/openapi.yaml; spec/inventory.md; docs/who-may.md; R39, R52.
"""

from __future__ import annotations

from typing import Any

from sealane.office.operation import (
    MemberKind,
    MemberPlace,
    NodeOffice,
    OfficeQuestion,
    Operation,
    StatedMember,
)
from sealane.office.shared import paged
from sealane.registry.inventory_records import LineState
from sealane.registry.who_may import Act
from sealane.services.inspection import counted, counting
from sealane.services.inspection.counting import CountAsked
from sealane.services.register.acts import Actor

INVENTORY = StatedMember(
    name="inventory", place=MemberPlace.PATH, needed=True, says="The inventory's number."
)
_COPY = (
    StatedMember(name="item", needed=True, says="The item's number."),
    StatedMember(
        name="copy",
        kind=MemberKind.NUMBER,
        needed=True,
        least=0,
        most=(1 << 31) - 1,
        says="The copy's number; 0 is the original.",
    ),
)


def _open(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    wanted = CountAsked(
        assigned=asked["assign"], level=asked["level"], place=asked["place"], due=asked["due"]
    )
    return counting.open_inventory(office.node, wanted, by=actor)


def _list(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return counted.listed(
        office.node,
        by=actor,
        open_alone=asked["open"],
        limit=asked["limit"],
        after=asked["after"],
    )


def _show(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return counted.show(office.node, asked["inventory"], by=actor)


def _tick(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    found = LineState(asked["found"])
    return counting.tick(
        office.node, asked["inventory"], asked["item"], asked["copy"], found, by=actor
    )


def _close(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    told = counting.close(office.node, asked["inventory"], by=actor)
    office.deliver_all()
    return told


def _settle(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    return counting.settle(
        office.node,
        asked["inventory"],
        asked["item"],
        asked["copy"],
        finding=asked["finding"],
        by=actor,
    )


OPERATIONS = (
    Operation(
        id="inventories.open",
        act=Act.COUNT,
        method="POST",
        path="/api/v1/inventories",
        says="Open an inventory of the copies that are held here, and assign it to a clerk.",
        says_ja="ここにある写しの棚卸しを開き、文書管理官に割り当てる。",
        answer="Inventory",
        members=(
            StatedMember(name="assign", needed=True, says="Who counts: a registry clerk."),
            StatedMember(name="level", says="Of this level alone; default: every level."),
            StatedMember(name="place", says="In this facility alone; default: every place."),
            StatedMember(name="due", says="By when; default: in 30 days."),
        ),
        do=_open,
        example={"assign": "aus.clerk", "level": "SECRET"},
    ),
    Operation(
        id="inventories.list",
        act=Act.SEE_INVENTORIES,
        path="/api/v1/inventories",
        answer="Inventories",
        members=(
            StatedMember(
                name="open",
                kind=MemberKind.TRUTH,
                place=MemberPlace.QUERY,
                default=False,
                says="Those alone that are still counted.",
            ),
            *paged(counted.LIST_MOST),
        ),
        do=_list,
    ),
    Operation(
        id="inventories.show",
        act=Act.SEE_INVENTORIES,
        path="/api/v1/inventories/{inventory}",
        says="One inventory, copy by copy.",
        says_ja="一つの棚卸し（写しごと）。",
        answer="Inventory",
        members=(INVENTORY,),
        do=_show,
    ),
    Operation(
        id="inventories.tick",
        act=Act.COUNT,
        method="POST",
        path="/api/v1/inventories/{inventory}/ticks",
        says="Note that a copy is there, or is not.",
        says_ja="写しがある、又はないことを記録する。",
        answer="Inventory",
        members=(
            INVENTORY,
            *_COPY,
            StatedMember(
                name="found",
                needed=True,
                words=(LineState.PRESENT, LineState.ABSENT),
                says="Whether it is there.",
            ),
        ),
        do=_tick,
        example={"item": "AUS-2026-000001", "copy": 0, "found": "present"},
    ),
    Operation(
        id="inventories.close",
        act=Act.COUNT,
        method="POST",
        path="/api/v1/inventories/{inventory}/close",
        says="End an inventory; each copy that was not found opens an incident.",
        says_ja="棚卸しを終える。見つからなかった写しごとに事案を開く。",
        answer="Inventory",
        members=(INVENTORY,),
        do=_close,
        example={},
    ),
    Operation(
        id="inventories.settle",
        act=Act.SETTLE,
        method="POST",
        path="/api/v1/inventories/{inventory}/settle",
        answer="Inventory",
        members=(
            INVENTORY,
            *_COPY,
            StatedMember(
                name="finding",
                needed=True,
                most=counting.FINDING_MOST,
                says="What became of the copy.",
            ),
        ),
        do=_settle,
        example={"item": "AUS-2026-000001", "copy": 0, "finding": "found in another safe"},
    ),
)
