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
from sealane.registry.transfer import COPY, HOLDER, PROVIDER
from sealane.services.node import WRONG_STATE, Node
from sealane.services.statements.journal import Said, is_logged, log_statement, record
from sealane.services.statements.talk import REASON, reply, tell

ERASED = (
    "ciphertext erased; key share of this nation released no more; copies made by people are not"
    " covered"
)


def recall(node: Node, item: str, *, reason: str, person: str | None) -> dict[str, Any]:
    """Order every copy back; from this commit on no key of ours opens the item. Idempotent.

    Raises: NotFound `item.unknown`; Conflict `item.state`: the item is not ours.
    """
    with node.store.writing() as tx:
        row = node.item(tx, item)
        if row.provider != node.party:
            raise WRONG_STATE(item=item, state=f"held for {row.provider}")
        if row.recalled is not None:
            return {"item": item, "recalled": row.recalled, "copies": _copies(node, tx, item)}
        at = node.now()[1]
        node.records.items.change(tx, {"id": item}, recalled=at)
        record(node, tx, "recall.ordered", item=item, actor=person, agreement=row.agreement or None)
        for copy in node.records.copies.find(tx, order="number", item=item):
            if copy.holder == node.party or copy.state != "held":
                continue
            step = COPY.step(copy.state, "recall", by=PROVIDER)
            order = tell(
                node,
                tx,
                bodies.RecallOrdered(reason=reason[:REASON], copies=(copy.number,)),
                to=copy.holder,
                agreement=(row.agreement, row.agreement_digest),
                item=item,
            )
            node.records.copies.change(
                tx,
                {"item": item, "number": copy.number},
                state=step.to,
                since=at,
                authority=order.digest,
            )
        node.host.reached("recall.recorded")
        return {"item": item, "recalled": at, "copies": _copies(node, tx, item)}


def obey(node: Node, tx: Tx, heard: Said) -> Said:
    """The holder's side: mark recalled, erase, and answer with a destruction receipt, all before
    the answer leaves.

    The erasing comes first within the open transaction: killed in between, the order arrives again
    and finds it done.
    """
    log_statement(node, tx, heard)
    order = heard.statement.saying(bodies.RecallOrdered)
    row = node.item(tx, str(heard.statement.item))
    at = node.now()[1]
    node.records.items.change(tx, {"id": row.id}, recalled=at)
    trouble = _erase(node, row.container)
    node.host.reached("recall.erased")
    for copy in node.records.copies.find(tx, order="number", item=row.id, holder=node.party):
        if copy.state == "held":
            step = COPY.step("held", "recall", by=PROVIDER)
            step = COPY.step(step.to, "fail" if trouble else "destroy", by=HOLDER)
            node.records.copies.change(
                tx,
                {"item": row.id, "number": copy.number},
                state=step.to,
                since=at,
                authority=heard.digest,
            )
    if trouble:
        return reply(
            node,
            tx,
            heard,
            bodies.DestroyFailed(
                answers=heard.digest,
                copies=order.copies,
                what=ERASED,
                by_person=node.settings.node,
                reason=trouble,
            ),
        )
    return reply(
        node,
        tx,
        heard,
        bodies.Destroyed(
            answers=heard.digest, copies=order.copies, what=ERASED, by_person=node.settings.node
        ),
    )


def erase_again(node: Node) -> list[str]:
    """Try once more to erase what could not be erased when it was recalled; each that is gone is
    said to its provider, under the order that is still open. The items that were erased.
    """
    erased = []
    with node.store.reading() as tx:
        stuck = node.records.copies.find(tx, order="item", holder=node.party, state="not destroyed")
    for copy in stuck:
        with node.store.writing() as tx:
            row = node.item(tx, copy.item)
            step = COPY.step(copy.state, "destroy", by=HOLDER)
            if _erase(node, row.container) is not None:
                continue
            at, key = node.now()[1], {"item": copy.item, "number": copy.number}
            tell(
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
            node.records.copies.change(tx, key, state=step.to, since=at)
        erased.append(str(row.id))
    return erased


def note_destruction(node: Node, tx: Tx, heard: Said) -> None:
    """The provider's side of a destruction receipt. Idempotent; history stays."""
    said = heard.statement
    destroyed = said.saying(bodies.Destroyed)
    if is_logged(node, tx, heard):
        return
    log_statement(node, tx, heard)
    for number in destroyed.copies:
        copy = node.records.copies.get(tx, item=said.item, number=number)
        event = None if copy is None else COPY.event_of(copy.state, f"statement.{said.type}")
        if copy is not None and event is not None:
            step = COPY.step(copy.state, event, by=HOLDER)
            node.records.copies.change(
                tx,
                {"item": said.item, "number": number},
                state=step.to,
                since=said.at,
                authority=heard.digest,
            )


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
