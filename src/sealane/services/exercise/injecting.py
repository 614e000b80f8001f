"""Injects: a leak, a lapsed clearance, a lost line; each by the act that would follow if it were
so, each in the ledger.

Spec: spec/exercise.md §4; R53, R57.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from sealane.base.errors import Conflict, NotFound, Refused, declare
from sealane.base.exercise import MARK, MARK_JA
from sealane.base.values import parse_instant
from sealane.ports import Tx
from sealane.registry.exercise_records import Inject, InjectKind
from sealane.registry.who_may import Act
from sealane.services.dialogue import acting
from sealane.services.dialogue.beginning import CaseAsked
from sealane.services.exercise import lines
from sealane.services.node import NOT_YOURS, Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.register.directory import keep_person
from sealane.services.statements.journal import bound_fields, record

SERIES, MOST = "inject", 1000
TEXT_MOST = 500
REAL = declare(
    "exercise.real_node",
    Refused,
    "This node is real: nothing is made to go wrong here.",
    "このノードは実際のもので、状況付与はできません。",
    "Play it at a node of an exercise: `sealane node init DIR --party ZZA --exercise`.",
    "演習用のノードで行ってください（`sealane node init DIR --party ZZA --exercise`）。",
)
NOTHING_LAPSES = declare(
    "exercise.no_clearance",
    NotFound,
    "{person} holds no clearance that could lapse.",
    "{person} には、失効させる有効な適格性がありません。",
    "See `sealane people list`.",
    "`sealane people list` を見てください。",
)
LOST_ALREADY = declare(
    "exercise.lost_already",
    Conflict,
    "The line to {party} is lost already.",
    "{party} との回線は既に途絶しています。",
    "Restore it first: `sealane exercise restore {party}`.",
    "先に `sealane exercise restore {party}` で復旧してください。",
)
STANDS = declare(
    "exercise.line_stands",
    Conflict,
    "The line to {party} is not lost.",
    "{party} との回線は途絶していません。",
    "`sealane exercise list` shows what is.",
    "`sealane exercise list` で確認できます。",
)


def leak(node: Node, item: str, *, text: str, by: Actor) -> dict[str, Any]:
    """A received item came into wrong hands: an incident opens with its provider, with the reach
    that the register has.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `item.unknown`; Refused
    `person.duty`, `exercise.real_node`; Conflict `item.not_yours`, `case.kind`.
    """
    with node.store.writing() as tx:
        actor = _actor(node, tx, by)
        row = node.item(tx, item)
        if row.provider == node.party:
            raise NOT_YOURS(item=item, party=row.provider)
        asked = CaseAsked(
            kind="incident",
            with_=row.provider,
            agreement=row.agreement,
            form={"what": "compromise", "text": f"{MARK} / {MARK_JA}: {text[:TEXT_MOST]}"},
            items=(item,),
        )
        case = acting.open_of_itself(node, tx, asked, actor=actor)
        return _enter(node, tx, InjectKind.LEAK, item, actor, case=case)


def lapse(node: Node, person: str, *, by: Actor) -> dict[str, Any]:
    """Every clearance of a person that counts now ends now.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `exercise.no_clearance`; Refused
    `person.duty`, `exercise.real_node`.
    """
    with node.store.writing() as tx:
        actor = _actor(node, tx, by)
        data, (now, at) = node.person(tx, person), node.now()
        ending = [
            one
            for one in data["clearances"]
            if one["status"] == "active"
            and one["expires"] is not None
            and parse_instant(one["expires"]) > now
        ]
        if not ending:
            raise NOTHING_LAPSES(person=person)
        ended = [{**one, "expires": at} if one in ending else one for one in data["clearances"]]
        changed = {**data, "clearances": ended}
        keep_person(node, tx, changed, kind="person.changed", actor=actor)
        return _enter(node, tx, InjectKind.LAPSE, person, actor)


def cut(node: Node, party: str, *, by: Actor) -> dict[str, Any]:
    """The line to a partner is lost from this commit on.

    Raises: Malformed `usage.person`; NotFound `person.unknown`; Misconfigured `partner.unknown`;
    Refused `person.duty`, `exercise.real_node`; Conflict `exercise.lost_already`.
    """
    with node.store.writing() as tx:
        actor = _actor(node, tx, by)
        node.partner(tx, party)
        if lines.lost(node, tx, party) is not None:
            raise LOST_ALREADY(party=party)
        return _enter(node, tx, InjectKind.LINE, party, actor)


def restore(node: Node, party: str, *, by: Actor) -> dict[str, Any]:
    """A line that was lost stands again; what waited for it goes out by itself.

    Raises: as `cut`; Conflict `exercise.line_stands`.
    """
    with node.store.writing() as tx:
        actor = _actor(node, tx, by)
        node.partner(tx, party)
        held = lines.lost(node, tx, party)
        if held is None:
            raise STANDS(party=party)
        after = replace(held, ended=node.now()[1], ended_by=str(actor.person))
        _record(node, tx, "exercise.restored", after, actor)
        node.records.injects.change(
            tx, {"id": after.id}, ended=after.ended, ended_by=after.ended_by
        )
        return told(after)


def listed(node: Node, *, by: Actor) -> dict[str, Any]:
    """Everything that was put in, the newest first. Raises: as `cut`."""
    with node.store.reading() as tx:
        _actor(node, tx, by)
        rows = node.records.injects.find(tx, order="id", newest=True, limit=MOST)
        return {"injects": [told(row) for row in node.entered_of(tx, "injects", rows)]}


def told(row: Inject) -> dict[str, Any]:
    """An inject as it is shown."""
    return {**asdict(row), "kind": str(row.kind)}


def _actor(node: Node, tx: Any, by: Actor) -> Actor:
    """Who acts, where somebody may: at a node of an exercise."""
    actor = acts.require(node, tx, Act.INJECT, by)
    if not node.settings.exercise:
        raise REAL()
    return actor


def _enter(
    node: Node, tx: Tx, kind: InjectKind, about: str, actor: Actor, *, case: str | None = None
) -> dict[str, Any]:
    row = Inject(
        id=f"X-{node.records.serial(tx, SERIES):06}",
        kind=kind,
        about=about,
        since=node.now()[1],
        by=str(actor.person),
        case=case,
    )
    _record(node, tx, "exercise.injected", row, actor)
    node.records.injects.add(tx, row)
    node.host.reached("exercise.injected")
    return told(row)


def _record(node: Node, tx: Tx, kind: str, row: Inject, actor: Actor) -> None:
    whom: dict[InjectKind, dict[str, Any]] = {
        InjectKind.LEAK: {"item": row.about},
        InjectKind.LAPSE: {"people": [row.about]},
        InjectKind.LINE: {"party": row.about},
    }
    bound = bound_fields(node, tx, "injects", row)
    record(node, tx, kind, type=str(row.kind), **whom[row.kind], **bound, **actor.told())
