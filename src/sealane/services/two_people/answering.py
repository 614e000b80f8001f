"""The second person answers a waiting act: confirms exactly what was asked, and it is done in the
same step; or declines it, and says why.

A confirmation stands in for nothing: the act is judged anew as everything stands by then, the first
person's duty and the version that it was decided on included. What is refused leaves the act
waiting and nothing else.
Spec: docs/console.md §Two people; docs/adr/0076-an-act-waits.md; R57, R64.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sealane.base.errors import Conflict, Malformed, Refused, declare
from sealane.ports import Tx
from sealane.registry.person_proof import PersonProof
from sealane.registry.waiting_act_life import SECOND, WAITING_ACT, may_answer, standing
from sealane.registry.waiting_act_records import WaitingAct, WaitingActState
from sealane.registry.who_may import Act
from sealane.services.leadership import FencedStore
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import bound_fields, record
from sealane.services.two_people import told
from sealane.services.two_people.asking import put

REASON = 500
Run = Callable[[Node, Actor, WaitingAct], dict[str, Any]]
"""Does a waiting act by the operation that it names, through the node that it is given, in the name
of the two.
"""

OWN = declare(
    "act.own",
    Refused,
    "{person} asked for it; another person confirms or declines it.",
    "{person} 自身が求めた行為です。承認又は不承認は別の人が行います。",
    "Take it back, or wait for the other person.",
    "取り下げるか、別の人の回答を待ってください。",
)
OTHER_CONTENT = declare(
    "act.other_content",
    Conflict,
    "What was confirmed is not what waits as {id}; nothing was done.",
    "承認された内容は、待機中の {id} の内容と異なります。何も行っていません。",
    "Read it again, and confirm what it shows.",
    "読み直し、表示された内容を承認してください。",
)
NO_REASON = declare(
    "act.reason",
    Malformed,
    "Whoever declines an act says why, in 1 to {most} characters.",
    "行為を承認しない際は、1～{most} 字で理由を述べてください。",
    "Write it for the person who asked.",
    "求めた人に宛てて書いてください。",
)


def confirm(node: Node, name: str, *, by: Actor, digest: str, run: Run) -> dict[str, Any]:
    """Do a waiting act by two: the one who asked, and the one who confirms.

    Args:
        digest: of what was seen, as it was told with it.
        run: does it; raises what it refuses, and then the act still waits.
    Raises: Malformed `usage.person`; NotFound `person.unknown`, `act.unknown`; Refused
    `person.unproven`, `act.own`; Conflict `act.other_content`, `life.no_such_step`; Untrusted
    `directory.altered`; as `run`.
    """
    with node.store.reading() as tx:
        row, actor = _answerable(node, tx, name, by, "confirm")
    if not hmac.compare_digest(digest.encode("utf-8", "replace"), row.digest.encode()):
        raise OTHER_CONTENT(id=row.id)
    first = Actor(row.person, PersonProof(row.proof))
    two = replace(first, second=replace(actor, second=None))
    turn = node.host.entropy(16).hex()

    def marked(tx: Tx) -> None:
        """Every step of the act begins with it: the first says that the act is done."""
        if told.held(node, tx, name).turn != turn:
            _done(node, tx, name, by=by, two=two, turn=turn)

    answer = run(replace(node, store=FencedStore(node.store, lambda _: None, marked)), two, row)
    # what found nothing to write is done all the same
    with node.store.writing() as tx:
        marked(tx)
        after = told.as_json(node, tx, told.held(node, tx, name), str(actor.person))
    return {"act": after, "answer": answer}


def _done(node: Node, tx: Tx, name: str, *, by: Actor, two: Actor, turn: str) -> None:
    row, actor = _answerable(node, tx, name, by, "confirm")
    after = replace(_ended(node, row, actor, "confirm"), turn=turn)
    record(
        node,
        tx,
        "act.confirmed",
        item=row.id,
        act=row.act,
        type=row.operation,
        object_digest=row.digest,
        **bound_fields(node, tx, "waiting_acts", after),
        **two.told(),
    )
    put(node, tx, after)


def decline(node: Node, name: str, *, by: Actor, reason: str) -> dict[str, Any]:
    """Say no to a waiting act; nothing was done, and whoever asked is told why.

    Raises: as `confirm`; Malformed `act.reason`.
    """
    if not reason.strip() or len(reason) > REASON:
        raise NO_REASON(most=REASON)
    with node.store.writing() as tx:
        row, actor = _answerable(node, tx, name, by, "decline")
        after = replace(_ended(node, row, actor, "decline"), reason=reason.strip())
        record(
            node,
            tx,
            "act.declined",
            item=row.id,
            act=row.act,
            type=row.operation,
            people=[row.person],
            **bound_fields(node, tx, "waiting_acts", after),
            **actor.told(),
        )
        put(node, tx, after)
        return told.as_json(node, tx, after, str(actor.person))


def _answerable(node: Node, tx: Tx, name: str, by: Actor, event: str) -> tuple[WaitingAct, Actor]:
    """An act that this person may answer now, and who that is. What may not be known to them is not
    there.
    """
    actor = acts.require(node, tx, Act.CONFIRM, by)
    who = node.person(tx, str(actor.person))
    row = told.held(node, tx, name)
    if row.person == who["id"]:
        raise OWN(person=row.person)
    if not may_answer(row, str(who["id"]), who["duties"]):
        raise told.NO_ACT(id=name[:80])
    WAITING_ACT.step(standing(row, node.host.now()), event, by=SECOND)
    return row, actor


def _ended(node: Node, row: WaitingAct, actor: Actor, event: str) -> WaitingAct:
    step = WAITING_ACT.step(standing(row, node.host.now()), event, by=SECOND)
    return replace(
        row,
        state=WaitingActState(step.to),
        by=str(actor.person),
        by_proof=str(actor.proof),
        at=node.now()[1],
    )
