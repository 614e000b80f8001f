"""Recall and destruction: an order that follows every copy, answered by what was erased, in the
receipt's own words.

A node can prove that it erased its key share and its ciphertext, never that a person kept no copy.
Spec: R40, R47, R48; spec/exchange.md §7.
"""

from __future__ import annotations

from typing import Any

from sealane.base.errors import SealaneError
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry.records import Copy, CopyState, Newness
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts, effects
from sealane.services.register.acts import Named
from sealane.services.statements.journal import Said, is_logged, log_statement, record
from sealane.services.statements.talk import REASON, reply, tell

ERASED = (
    "ciphertext erased; key share of this nation released no more; copies made by people are not"
    " covered"
)


def recall(node: Node, item: str, *, reason: str, person: Named) -> dict[str, Any]:
    """Order every copy back; from this commit on no key of ours opens the item. Idempotent.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`: another nation
    provided it; Refused `person.duty`. Spec: R47, R64.
    """
    with node.store.writing() as tx:
        actor, _, row = acts.require_about(node, tx, Act.RECALL, person, item)
        if row.recalled is not None:
            return {"item": item, "recalled": row.recalled, "copies": _copies(node, tx, item)}
        at = node.now()[1]
        node.records.items.change(tx, {"id": item}, recalled=at)
        held = _out(node, tx, item)
        record(
            node,
            tx,
            "recall.ordered",
            item=item,
            agreement=row.agreement or None,
            partners=[copy.holder for copy in held],
            **actor.told(),
        )
        for copy in held:
            order = tell(
                node,
                tx,
                bodies.RecallOrdered(reason=reason[:REASON], copies=(copy.number,)),
                to=copy.holder,
                agreement=(row.agreement, row.agreement_digest),
                item=item,
            )
            effects.apply(node, tx, order, at=at)
        node.host.reached("recall.recorded")
        return {"item": item, "recalled": at, "copies": _copies(node, tx, item)}


def _out(node: Node, tx: Tx, item: str) -> list[Copy]:
    """The copies that other parties hold: each is called back by an order of its own, so that no
    holder learns of another.
    """
    copies = node.records.copies.find(tx, order="number", item=item, state=CopyState.HELD)
    return [copy for copy in copies if copy.holder != node.party]


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's side: mark recalled, erase, and answer with a destruction receipt, all before
    the answer leaves.

    The erasing comes first within the open transaction: killed in between, the order arrives again
    and finds it done.
    """
    log_statement(node, tx, heard)
    order = heard.statement.saying(bodies.RecallOrdered)
    row = node.held(tx, str(heard.statement.item))
    at = node.now()[1]
    trouble = _erase(node, row.container)
    node.host.reached("recall.erased")
    effects.apply(node, tx, heard, at=at)
    body = bodies.Destroyed(
        answers=heard.digest, copies=order.copies, what=ERASED, by_person=node.settings.node
    )
    if trouble:
        body = bodies.DestroyFailed(
            answers=body.answers,
            copies=body.copies,
            what=body.what,
            by_person=body.by_person,
            reason=trouble,
        )
    answer = reply(node, tx, heard, body)
    effects.apply(node, tx, answer, at=at)
    return answer


def erase_again(node: Node) -> list[str]:
    """Try once more to erase what could not be erased when it was recalled; each that is gone is
    said to its provider, under the order that is still open. The items that were erased.
    """
    erased = []
    with node.store.reading() as tx:
        if node.newness(tx) != Newness.CURRENT:
            return []
        stuck = node.records.copies.find(
            tx, order="item", holder=node.party, state=CopyState.NOT_DESTROYED
        )
    for copy in stuck:
        with node.store.writing() as tx:
            row = node.held(tx, copy.item)
            if _erase(node, row.container) is not None:
                continue
            told = tell(
                node,
                tx,
                bodies.Destroyed(
                    answers=copy.authority,
                    copies=(copy.number,),
                    what=ERASED,
                    by_person=node.settings.node,
                ),
                to=row.provider,
                agreement=(row.agreement, row.agreement_digest),
                item=row.id,
            )
            effects.apply(node, tx, told)
        erased.append(str(row.id))
    return erased


def note_destruction(node: Node, tx: Tx, heard: Said) -> None:
    """The provider's side of a destruction receipt. Idempotent; history stays."""
    heard.statement.saying(bodies.Destroyed)
    if is_logged(node, tx, heard):
        return
    log_statement(node, tx, heard)
    effects.apply(node, tx, heard)


def _erase(node: Node, container: str) -> str | None:
    try:
        node.blobs.destroy(container)
    except (SealaneError, OSError) as error:
        return type(error).__name__
    return None


def _copies(node: Node, tx: Tx, item: str) -> list[dict[str, Any]]:
    return [
        {name: getattr(copy, name) for name in ("number", "holder", "place", "state", "since")}
        for copy in node.records.copies.find(tx, order="number", item=item)
    ]
