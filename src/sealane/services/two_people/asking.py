"""The first person lets an act wait for the second, and may take it back while it does.

The act was judged up to the second already, by its own door: who asks may do it. What waits is the
whole question, bound to the ledger by its digest; it cannot become another one.
Spec: docs/console.md §Two people; R57, R64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Unavailable, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.ports import Tx
from sealane.registry.waiting_act_life import FIRST, HOURS, WAITING_ACT, content, standing
from sealane.registry.waiting_act_records import WaitingAct, WaitingActState
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import WHO, Actor
from sealane.services.statements.journal import bound_fields, record
from sealane.services.two_people import told

OPEN_MOST = 50
"""Acts that one person may have waiting."""

TOO_MANY = declare(
    "act.too_many",
    Unavailable,
    "{person} has {most} acts waiting for a second person.",
    "{person} には第二の人を待つ行為が {most} 件あります。",
    "Wait until some are answered, or take some back: `sealane act list`.",
    "回答を待つか、一部を取り下げてください（`sealane act list`）。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAct:
    """What the first person asks."""

    operation: str
    act: Act
    duties: Sequence[str]
    """Of which the second needs one."""
    says: Mapping[str, Any]
    stated: frozenset[str]
    version: str | None
    summary: Mapping[str, str]

    def is_of(self, row: WaitingAct) -> bool:
        """Whether a row asks the very same."""
        return (row.operation, row.says, row.stated, row.version) == (
            self.operation,
            dict(self.says),
            sorted(self.stated),
            self.version,
        )


def let_wait(node: Node, asked: AskedAct, *, by: Actor) -> dict[str, Any]:
    """The waiting act, from this commit on; the same question of the same person while it waits is
    the same act.

    Raises: Malformed `usage.person`; NotFound `person.unknown`; Refused `person.unproven`;
    Unavailable `act.too_many`.
    """
    with node.store.writing() as tx:
        acts.known(node, tx, asked.act, by)
        if by.person is None:
            raise WHO(count="several")
        mine = [row for row in told.live(node, tx) if row.person == by.person]
        for row in mine:
            if asked.is_of(row):
                return told.as_json(node, tx, row, by.person)
        if len(mine) >= OPEN_MOST:
            raise TOO_MANY(person=by.person, most=OPEN_MOST)
        row = _made(node, asked, by)
        record(
            node,
            tx,
            "act.waits",
            item=row.id,
            act=row.act,
            type=row.operation,
            due=row.until,
            object_digest=row.digest,
            **bound_fields(node, tx, "waiting_acts", row),
            **by.told(),
        )
        node.records.waiting_acts.add(tx, row)
        return told.as_json(node, tx, row, by.person)


def _made(node: Node, asked: AskedAct, by: Actor) -> WaitingAct:
    now, at = node.now()
    row = WaitingAct(
        # it sorts by when it was asked, and nobody can guess or count by it
        id=f"W-{now // 1_000_000:012x}-{node.host.entropy(6).hex()}",
        operation=asked.operation,
        act=str(asked.act),
        duties=list(asked.duties),
        says=dict(asked.says),
        stated=sorted(asked.stated),
        version=asked.version,
        summary=dict(asked.summary),
        digest="",
        person=str(by.person),
        proof=str(by.proof),
        since=at,
        until=format_instant(Instant(now + HOURS * 3600 * SECOND)),
    )
    return replace(row, digest=content(row))


def take_back(node: Node, name: str, *, by: Actor) -> dict[str, Any]:
    """The first person takes an act back; nothing was done.

    Raises: Malformed `usage.person`; NotFound `person.unknown`, `act.unknown`; Refused
    `person.unproven`; Conflict `life.no_such_step`; Untrusted `directory.altered`.
    """
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.TAKE_BACK, by)
        row = told.held(node, tx, name)
        if row.person != actor.person:
            raise told.NO_ACT(id=name[:80])
        now, at = node.now()
        step = WAITING_ACT.step(standing(row, now), "take-back", by=FIRST)
        after = replace(
            row,
            state=WaitingActState(step.to),
            by=str(actor.person),
            by_proof=str(actor.proof),
            at=at,
        )
        record(
            node,
            tx,
            "act.taken_back",
            item=row.id,
            act=row.act,
            type=row.operation,
            **bound_fields(node, tx, "waiting_acts", after),
            **actor.told(),
        )
        put(node, tx, after)
        return told.as_json(node, tx, after, str(actor.person))


def put(node: Node, tx: Tx, after: WaitingAct) -> None:
    """Write down what became of an act, in the step whose entry binds it."""
    node.records.waiting_acts.change(
        tx,
        {"id": after.id},
        state=after.state,
        by=after.by,
        by_proof=after.by_proof,
        at=after.at,
        reason=after.reason,
        turn=after.turn,
    )
