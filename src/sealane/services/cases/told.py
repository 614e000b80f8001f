"""A case as it is shown: the same at both nodes, byte for byte; what this node adds stands apart.

Spec: spec/interfaces.md §6; spec/case.md §4.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sealane.cases.course import Course, due_text
from sealane.cases.kind import CaseKind, Side
from sealane.ports import Tx
from sealane.registry.case_records import KeptCase, KeptCaseEvent, WordStanding
from sealane.services.cases import books
from sealane.services.node import Node


def as_json(
    node: Node, row: KeptCase, found: Course, whole: Sequence[KeptCaseEvent]
) -> dict[str, Any]:
    """A case whole.

    Args: whole: everything that was said in it, whether it counts or not.
    """
    told, own = _shared(node, found), dict[str, Any]()
    if row.refused is not None:
        own["refused"] = row.refused
    for name, counting in (("crossed", WordStanding.CROSSED), ("not_taken", WordStanding.REFUSED)):
        if beside := [_event(one) for one in whole if one.counting == counting]:
            own[name] = beside
    if acted := _acted(books.counting(whole)):
        own["acted"] = acted
    mine = found.head.side_of(node.party)
    own["possible"] = [
        name
        for name in found.kind.possible(told["state"])
        if row.refused is None
        and (event := found.kind.event_of(name)) is not None
        and event.who in (mine, Side.EITHER)
    ]
    return {**told, "own": own}


def waits_for(node: Node, tx: Tx, case: str, duties: Collection[str]) -> bool:
    """Whether somebody with these duties can say what is waited for in a case now. Raises: as
    `books.course`.
    """
    found = books.course(node, tx, books.kept(node, tx, case))
    state = found.standing(node.host.now()).state
    return can_say(node, found.kind, state, found.head.opener, duties)


def can_say(node: Node, kind: CaseKind, state: str, opener: str, duties: Collection[str]) -> bool:
    """Whether somebody of this nation with these duties can say what is waited for in a state."""
    mine = Side.OPENER if opener == node.party else Side.WITH
    for name in kind.possible(state):
        event = kind.event_of(name)
        waited = event is not None and not event.takes_back and event.who in (mine, Side.EITHER)
        if event is not None and waited and set(event.duties) & set(duties):
            return True
    return False


def _shared(node: Node, found: Course) -> dict[str, Any]:
    head, standing = found.head, found.standing(node.host.now())
    return {
        "id": head.id,
        "kind": head.kind,
        "opener": head.opener,
        "with": head.with_,
        "agreement": head.agreement,
        "opened": head.opened,
        "statement": head.statement,
        "state": standing.state,
        "due": due_text(standing.due),
        "form": found.form(),
        "items": found.items(),
        "events": [step.as_json() for step in found.steps],
        "digest": found.digest(),
    }


def in_short(node: Node, row: KeptCase, found: Course) -> dict[str, Any]:
    """A case in a list."""
    told = _shared(node, found)
    return {name: told[name] for name in told if name not in ("events", "form")} | {
        "refused": row.refused
    }


def _event(one: KeptCaseEvent) -> Mapping[str, Any]:
    return {
        "event": one.event,
        "by": one.by,
        "at": one.at,
        "statement": one.statement,
        "form": one.form,
        "items": one.items,
        "code": one.code,
    }


def _acted(standing: list[KeptCaseEvent]) -> list[dict[str, Any]]:
    """Who of this nation said what; persons stay at home."""
    return [
        {"event": one.event, "person": one.person, "at": one.at}
        for one in standing
        if one.person is not None
    ]
