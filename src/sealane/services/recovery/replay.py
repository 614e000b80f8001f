"""Build register rows again from the statements that the ledgers prove: items, copies, transfers,
recalls, assurances.

Nothing is said, erased or sent; lives are stepped by the same tables as when the statements first
took effect. A row that is there is only moved on. Spec: spec/ledger.md §7; R39, R42, R47, R48.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import format_instant, parse_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry.records import Copy, CopyState, Direction, Item, ItemState, Transfer
from sealane.registry.transfer import COPY, HOLDER, PROVIDER, TRANSFER, suspense_ends
from sealane.services.deciding.equivalent import handle_as
from sealane.services.node import Node
from sealane.services.statements.journal import Said, held_statement


@dataclass(slots=True, kw_only=True)
class Rebuilt:
    """What came back into the register, and what could not."""

    items: list[str] = field(default_factory=list)
    copies: int = 0
    receipts: int = 0
    recalls: int = 0
    refused: list[str] = field(default_factory=list)
    """Digests of statements that no longer fit the rows."""


def replay(node: Node, tx: Tx, kept: Said, done: Rebuilt) -> None:
    """Let one proven statement take its effect on the register again."""
    said = kept.statement
    effect = EFFECTS.get(said.type)
    if effect is None:
        return
    try:
        effect(node, tx, said, kept.digest, done)
    except (SealaneError, KeyError, TypeError):
        done.refused.append(kept.digest)


def _offer(node: Node, tx: Tx, said: Statement, name: str, done: Rebuilt) -> None:
    """Our own offer makes the row; a partner's does when we answered that it was received."""
    if said.by == node.party:
        _enter(node, tx, said, name, done)


def _enter(node: Node, tx: Tx, offer: Statement, name: str, done: Rebuilt) -> None:
    if node.records.items.get(tx, id=offer.item) is not None:
        return
    body, ours = offer.saying(bodies.Offer), offer.by == node.party
    facts = {key: value for key, value in body.request["item"].items() if key != "recalled"}
    node.records.items.add(
        tx,
        Item(
            id=str(offer.item),
            direction=Direction.OUT if ours else Direction.IN,
            provider=offer.by,
            agreement=offer.agreement,
            agreement_digest=offer.agreement_digest,
            facts=facts,
            label=body.label,
            handle_as=None,
            title=body.title[:200],
            media_type=body.media_type[:120],
            size=body.size,
            container=body.container,
            policy_uuid=body.policy_uuid,
            sealed=bodies.as_json(body.sealed),
            request=body.request,
            decision=body.decision,
            state=ItemState.QUEUED,
            created=offer.at,
            recalled=None,
            reference=None,
        ),
    )
    holders = [(0, node.party, "originator")] if ours else []
    for number, holder, authority in [*holders, (1, offer.to, name)]:
        place = node.settings.node if holder == node.party else holder
        node.records.copies.add(
            tx,
            Copy(
                item=str(offer.item),
                number=number,
                holder=holder,
                place=place,
                state=CopyState.HELD,
                since=offer.at,
                authority=authority,
            ),
        )
    agreement = node.version(tx, node.item(tx, str(offer.item)))
    due = format_instant(suspense_ends(agreement, parse_instant(offer.at)))
    node.records.transfers.add(
        tx,
        Transfer(
            item=str(offer.item),
            to=offer.to,
            state=ItemState.QUEUED,
            since=offer.at,
            offer=name,
            due=due,
            receipt=None,
        ),
    )
    done.items.append(str(offer.item))
    done.copies += 1


def _moved(node: Node, tx: Tx, said: Statement, name: str, done: Rebuilt) -> None:
    offered = str(said.answers)
    if (
        isinstance(said.body, bodies.TransferReceived)
        and said.by == node.party
        and (offer := held_statement(node, tx, offered)) is not None
    ):
        _enter(node, tx, offer.statement, offered, done)
        node.records.items.change(tx, {"id": said.item}, handle_as=said.body.handle_as)
    transfer = node.records.transfers.get(tx, item=said.item, to=said.by)
    if transfer is None or transfer.receipt == name or transfer.offer != offered:
        return
    event = TRANSFER.event_of(transfer.state, f"statement.{said.type}")
    if event is None:
        return
    step = TRANSFER.step(transfer.state, event, by=HOLDER)
    ended = {} if step.stops is None else {"due": None}
    node.records.items.change(tx, {"id": said.item}, state=step.to)
    node.records.transfers.change(
        tx,
        {"item": said.item, "to": said.by},
        state=step.to,
        since=said.at,
        receipt=name,
        **ended,
    )
    if event == "reject":
        node.records.copies.change(
            tx, {"item": said.item, "number": 1}, state=step.to, since=said.at
        )
    done.receipts += 1


def _withdrawn(node: Node, tx: Tx, said: Statement, name: str, done: Rebuilt) -> None:
    """Our own word withdraws at once; the provider's, where its offer is what stands here."""
    holder = said.to
    transfer = node.records.transfers.get(tx, item=said.item, to=holder)
    if transfer is None or transfer.offer != said.answers:
        return
    event = TRANSFER.event_of(transfer.state, f"statement.{said.type}")
    if event is None:
        return
    step = TRANSFER.step(transfer.state, event, by=PROVIDER)
    node.records.items.change(tx, {"id": said.item}, state=step.to)
    key = {"item": said.item, "to": holder}
    node.records.transfers.change(tx, key, state=step.to, since=said.at, due=None)
    for copy in node.records.copies.find(tx, order="number", item=said.item, holder=holder):
        if copy.number != 0 and COPY.event_of(copy.state, f"statement.{said.type}"):
            at = {"item": said.item, "number": copy.number}
            node.records.copies.change(tx, at, state=step.to, since=said.at, authority=name)
    done.receipts += 1


def _recalled(node: Node, tx: Tx, said: Statement, name: str, done: Rebuilt) -> None:
    row = node.item(tx, str(said.item))
    if row.recalled is None:
        node.records.items.change(tx, {"id": said.item}, recalled=said.at)
        done.recalls += 1
    _copies(node, tx, said, name, ("recall", PROVIDER))


def _destroyed(node: Node, tx: Tx, said: Statement, name: str, done: Rebuilt) -> None:
    authority = (
        str(said.answers) if said.by == node.party else name
    )  # the holder destroys on the order's authority
    done.receipts += _copies(
        node, tx, said, authority, ("destroy" if said.type == "destroyed" else "fail", HOLDER)
    )


def _copies(node: Node, tx: Tx, said: Statement, name: str, event: tuple[str, str]) -> int:
    """Step the copies that a statement names; how many moved."""
    moved = 0
    body = said.body
    if not isinstance(body, bodies.RecallOrdered):
        body = said.saying(bodies.Destroyed)
    for number in body.copies:
        copy = node.records.copies.get(tx, item=said.item, number=number)
        if copy is not None and event[0] in COPY.events(copy.state):
            step = COPY.step(copy.state, event[0], by=event[1])
            node.records.copies.change(
                tx,
                {"item": said.item, "number": number},
                state=step.to,
                since=said.at,
                authority=name,
            )
            moved += 1
    return moved


def _acknowledged(node: Node, tx: Tx, said: Statement, _: str, done: Rebuilt) -> None:
    """What the holder acknowledged it did: another container in the old one's place, or another
    label.
    """
    order = held_statement(node, tx, str(said.answers))
    if order is None:
        return
    made, body = order.statement, order.statement.body
    if not isinstance(body, bodies.Rewrapped | bodies.Relabelled):
        return
    row = node.item(tx, str(made.item))
    if isinstance(body, bodies.Relabelled):
        if said.by != node.party:
            return
        _label(node, tx, made, handled=_handled(node, tx, made))
    elif row.container == body.replaces:
        node.records.items.change(
            tx,
            {"id": made.item},
            container=body.container,
            size=body.size,
            sealed=bodies.as_json(body.sealed),
        )
    else:
        return
    done.receipts += 1


def _relabelled(node: Node, tx: Tx, said: Statement, _: str, __: Rebuilt) -> None:
    """The originator's new label holds from the order on; the holder's from its acknowledgement."""
    if said.by == node.party:
        _label(node, tx, said, handled=node.item(tx, str(said.item)).handle_as)


def _label(node: Node, tx: Tx, said: Statement, *, handled: str | None) -> None:
    body = said.saying(bodies.Relabelled)
    row, label = node.item(tx, str(said.item)), label_from_json(body.label)
    if label_from_json(row.label).digest() == body.replaces:
        node.records.items.change(
            tx,
            {"id": said.item},
            label=label.as_json(),
            handle_as=handled,
        )


def _handled(node: Node, tx: Tx, said: Statement) -> str | None:
    label = label_from_json(said.saying(bodies.Relabelled).label)
    try:
        return handle_as(node, tx, said.agreement, label).handle_as
    except SealaneError:
        return None


def _assured(node: Node, tx: Tx, said: Statement, name: str, _: Rebuilt) -> None:
    asked = held_statement(node, tx, str(said.answers))
    if said.by == node.party or asked is None:
        return
    question, body = (
        asked.statement.saying(bodies.AssuranceRequest),
        said.saying(bodies.AssuranceAnswer),
    )
    if (question.area, question.level) != (body.area, body.level):
        return  # it was logged as heard, and refused
    key = {"agreement": said.agreement, "by": said.by, "area": body.area, "level": body.level}
    known = node.records.assurances.get(tx, **key)
    if known is None or str(known.data["at"]) < said.at:
        data: dict[str, Any] = {
            **bodies.as_json(body),
            "at": said.at,
            "project": question.project,
        }
        node.records.assurances.put(tx, key, data=data, statement=name)


EFFECTS: dict[str, Callable[[Node, Tx, Statement, str, Rebuilt], None]] = {
    "offer": _offer,
    "transfer.received": _moved,
    "transfer.rejected": _moved,
    "transfer.accepted": _moved,
    "withdrawn": _withdrawn,
    "recall.ordered": _recalled,
    "destroyed": _destroyed,
    "destroy.failed": _destroyed,
    "acknowledged": _acknowledged,
    "relabelled": _relabelled,
    "assurance": _assured,
}
"""Which statements change the register, and how."""
