"""Inventories: the copies that this nation is to have, counted one by one by whom it was assigned
to.

What an inventory is closed without is missing: of a partner's item an incident with its provider
opens in the same step, of an own one the security officer is to say what became of it. A copy that
ended meanwhile, by a certificate or a return, is accounted for.
Spec: spec/inventory.md §1, §2; R39, R40, R47, R52, R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.base.values import DAY, Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.inventory_life import CLERK, COUNT_DAYS, INVENTORY, LINE, SECURITY
from sealane.registry.inventory_records import (
    CountLine,
    Inventory,
    InventoryState,
    LineState,
)
from sealane.registry.records import Copy, CopyState
from sealane.registry.who_may import Act
from sealane.services.custody.beginning import NO_COPY
from sealane.services.dialogue import acting, incidents
from sealane.services.dialogue.beginning import NO_CASE_THERE, CaseAsked
from sealane.services.inspection import counted
from sealane.services.node import NO_ITEM, Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.register.directory import NO_FACILITY
from sealane.services.statements.journal import bound_fields, record

SERIES, FINDING_MOST = "inventory", 1000
HAD = frozenset({CopyState.HELD, CopyState.RECALLED, CopyState.NOT_DESTROYED})

NOT_YOUR_COUNT = declare(
    "inventory.not_yours",
    Refused,
    "Inventory {inventory} is assigned to {assigned}, who counts it.",
    "棚卸し {inventory} は {assigned} に割り当てられています。",
    "Ask that person, or open an inventory of your own.",
    "本人に依頼するか、別の棚卸しを開いてください。",
)
NO_LEVEL = declare(
    "inventory.level",
    Malformed,
    "{level!r} is a level of no scheme that is loaded here.",
    "{level!r} は、ここに読み込まれたどの方式の区分でもありません。",
    "`sealane scheme list` shows the levels.",
    "区分は `sealane scheme list` で確認できます。",
)
DUE_PAST = declare(
    "inventory.due",
    Malformed,
    "An inventory is due after it is opened; {due} has passed.",
    "期限は開始より後の日時です。{due} は過ぎています。",
    "Name a later instant.",
    "より後の日時を指定してください。",
)
NO_FINDING = declare(
    "inventory.finding",
    Malformed,
    "A finding has 1 to {most} characters.",
    "調査結果は 1～{most} 字で書いてください。",
    "Write what became of the copy.",
    "写しがどうなったかを書いてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountAsked:
    """What is to be counted, by whom and by when; each None limits nothing."""

    assigned: str
    level: str | None = None
    place: str | None = None
    due: str | None = None


def open_inventory(node: Node, asked: CountAsked, *, by: Actor) -> dict[str, Any]:
    """An inventory of the copies that the register says are here now, assigned to a registry clerk.

    Raises: Malformed `usage.person`, `inventory.level`, `inventory.due`, `value.instant`; NotFound
    `person.unknown`, `facility.unknown`; Refused `person.duty`: who opens it, or to whom it is
    assigned, is no registry clerk.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.COUNT, by)
        assigned = node.person(tx, asked.assigned)
        if asked.place is not None and node.facility(tx, asked.place) is None:
            raise NO_FACILITY(facility=asked.place)
        actor = acts.require(node, tx, Act.COUNT, by)
        acts.require_duty(node, tx, Act.COUNT, replace(actor, person=str(assigned["id"])))
        if asked.level is not None and not any(
            scheme.level(asked.level) for scheme in node.schemes.values()
        ):
            raise NO_LEVEL(level=asked.level[:60])
        now, at = node.now()
        due = Instant(now + COUNT_DAYS * DAY) if asked.due is None else parse_instant(asked.due)
        if due <= now:
            raise DUE_PAST(due=format_instant(due))
        row = Inventory(
            id=f"V-{node.records.serial(tx, SERIES):06}",
            level=asked.level,
            place=asked.place,
            assigned=asked.assigned,
            opened_by=str(actor.person),
            since=at,
            due=format_instant(due),
            state=InventoryState.OPEN,
        )
        lines = _lines(node, tx, row)
        record(
            node,
            tx,
            "inventory.opened",
            item=row.id,
            count=len(lines),
            facility=row.place,
            due=row.due,
            people=[row.assigned],
            **actor.told(),
        )
        node.records.inventories.add(tx, row)
        node.records.inventory_lines.add_all(tx, lines)
        return counted.told(node, tx, row)


def tick(
    node: Node, inventory: str, item: str, number: int, found: LineState, *, by: Actor
) -> dict[str, Any]:
    """Note that a copy is there, or is not; until the inventory is closed it may be noted again.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `inventory.unknown`,
    `item.unknown`, `copy.unknown`; Refused `person.duty`, `inventory.not_yours`; Conflict
    `life.no_such_step`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.COUNT, by)
        row = counted.kept(node, tx, inventory)
        if not node.records.inventory_lines.count(tx, inventory=row.id, item=item):
            raise NO_ITEM(item=item[:80])
        line = node.records.inventory_lines.get(tx, inventory=row.id, item=item, number=number)
        if line is None:
            raise NO_COPY(party=node.party, item=item, number=number)
        actor = _counter(node, tx, row, by)
        INVENTORY.step(row.state, "tick", by=CLERK)
        step = LINE.step(counted.standing(node, tx, line), str(found), by=CLERK)
        after = replace(line, state=LineState(step.to), by=str(actor.person), at=node.now()[1])
        _keep_line(node, tx, after, "inventory.ticked", actor, state=str(after.state))
        return counted.told(node, tx, row)


def close(node: Node, inventory: str, *, by: Actor) -> dict[str, Any]:
    """The inventory is over: every copy that was not found, or not looked for, and that the
    register still says is here, is missing, and each opens an incident.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `inventory.unknown`; Refused
    `person.duty`, `inventory.not_yours`; Conflict `life.no_such_step`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.COUNT, by)
        row = counted.kept(node, tx, inventory)
        actor = _counter(node, tx, row, by)
        INVENTORY.step(row.state, "close", by=CLERK)
        lines = counted.lines_of(node, tx, row.id)
        lost = [
            (line, copy)
            for line in lines
            if counted.standing(node, tx, line) in (LineState.UNSEEN, LineState.ABSENT)
            and (copy := _had(node, tx, line)) is not None
        ]
        after = replace(
            row,
            state=InventoryState.CLOSED,
            closed=node.now()[1],
            closed_by=str(actor.person),
        )
        record(
            node,
            tx,
            "inventory.closed",
            item=row.id,
            count=len(lines),
            size=len(lost),
            **actor.told(),
        )
        node.records.inventories.change(
            tx, {"id": row.id}, state=after.state, closed=after.closed, closed_by=after.closed_by
        )
        for line, copy in lost:
            _miss(node, tx, line, copy, actor)
        node.host.reached("inventory.closed")
        return counted.told(node, tx, after)


def settle(
    node: Node, inventory: str, item: str, number: int, *, finding: str, by: Actor
) -> dict[str, Any]:
    """The security officer's word on a missing copy of an own item. A partner's item has its case.

    Raises: Malformed `usage.person`, `inventory.finding`; NotFound `person.unknown`,
    `inventory.unknown`, `copy.unknown`; Refused `person.duty`; Conflict `life.no_such_step`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, Act.SETTLE, by)
        row = counted.kept(node, tx, inventory)
        line = node.records.inventory_lines.get(tx, inventory=row.id, item=item, number=number)
        if line is None:
            raise NO_COPY(party=node.party, item=item[:80], number=number)
        actor = acts.require(node, tx, Act.SETTLE, by)
        step = LINE.step(line.state, "settle", by=SECURITY)
        if not finding.strip() or len(finding) > FINDING_MOST:
            raise NO_FINDING(most=FINDING_MOST)
        after = replace(
            line,
            state=LineState(step.to),
            by=str(actor.person),
            at=node.now()[1],
            finding=finding.strip(),
        )
        _keep_line(node, tx, after, "inventory.settled", actor)
        return counted.told(node, tx, row)


def _counter(node: Node, tx: Tx, row: Inventory, by: Actor) -> Actor:
    """Who counts is a clerk, and the one whom it is assigned to."""
    actor = acts.require(node, tx, Act.COUNT, by)
    if actor.person != row.assigned:
        raise NOT_YOUR_COUNT(inventory=row.id, assigned=row.assigned)
    return actor


def _lines(node: Node, tx: Tx, row: Inventory) -> list[CountLine]:
    had = node.records.waits.at_hand(tx, node.party, level=row.level, place=row.place)
    return [
        CountLine(
            inventory=row.id,
            item=item.id,
            number=copy.number,
            provider=item.provider,
            level=item.handle_as or str(item.label.get("classification", "")),
            place=copy.place,
            person=copy.person,
        )
        for copy, item in had
    ]


def _had(node: Node, tx: Tx, line: CountLine) -> Copy | None:
    """The copy of a line, where the register still says that it is here."""
    copy = node.records.copies.get(tx, item=line.item, holder=node.party, number=line.number)
    return copy if copy is not None and copy.state in HAD else None


def _miss(node: Node, tx: Tx, line: CountLine, copy: Copy, actor: Actor) -> None:
    """A copy is missing: the incident first, then the line that names it."""
    case = _incident(node, tx, line, copy, actor)
    step = LINE.step(counted.standing(node, tx, line), "miss", by=CLERK)
    after = replace(
        line,
        state=LineState(step.to),
        by=str(actor.person),
        at=node.now()[1],
        incident=case,
    )
    _keep_line(
        node, tx, after, "inventory.missing", actor, type=None if case is None else incidents.KIND
    )


def _incident(node: Node, tx: Tx, line: CountLine, copy: Copy, actor: Actor) -> str | None:
    """The case with the item's provider; None for an own item, or where no case can be opened with
    that nation: then it is answered for here.
    """
    item = node.item(tx, line.item)
    if item.provider == node.party:
        return None
    text = f"Inventory {line.inventory}: copy {copy.number} of {item.id} was not found."
    asked = CaseAsked(
        kind=incidents.KIND,
        with_=item.provider,
        agreement=item.agreement,
        form={"what": "loss", "text": text},
        items=(item.id,),
    )
    try:
        return acting.open_of_itself(node, tx, asked, actor=actor)
    except SealaneError as error:
        if error.code in NO_CASE_THERE:
            return None
        raise


def _keep_line(node: Node, tx: Tx, after: CountLine, kind: str, actor: Actor, **told_: Any) -> None:
    record(
        node,
        tx,
        kind,
        item=after.item,
        copy=after.number,
        **bound_fields(node, tx, "inventory_lines", after),
        **told_,
        **actor.told(),
    )
    key: Mapping[str, object] = {
        "inventory": after.inventory,
        "item": after.item,
        "number": after.number,
    }
    node.records.inventory_lines.change(
        tx,
        key,
        state=after.state,
        by=after.by,
        at=after.at,
        incident=after.incident,
        finding=after.finding,
    )
