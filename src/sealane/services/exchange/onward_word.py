"""What a holder tells the nation whose item it passed on: the offer, and all that was said of it
between the third party and the holder; and what that nation's register makes of it.

The origin believes what the two signed, and nothing else: each statement is carried to it as its
exact bytes, in the log of holder and origin alone.
Spec: spec/onward.md §5; R32, R39, R47, R48.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace

from sealane.base.errors import Malformed, SealaneError, Unavailable, declare
from sealane.base.values import format_instant, parse_instant
from sealane.crypto.keys import PublicKey
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.registry import copy_effects
from sealane.registry.effects import Holding
from sealane.registry.records import Given
from sealane.sealing.kao import key_access_from_json
from sealane.services import holding
from sealane.services.exchange.onward_sealing import Resealed
from sealane.services.node import Node
from sealane.services.opening import key_parts, onward_grant
from sealane.services.register import effects, items
from sealane.services.statements import speaker_keys
from sealane.services.statements.journal import Said, held_statement, log_statement
from sealane.services.statements.talk import acknowledge, reject, tell

TOLD = frozenset(
    {
        "transfer.received",
        "transfer.rejected",
        "transfer.accepted",
        "recall.ordered",
        "destroyed",
        "destroy.failed",
        "copied",
        "copy.destroyed",
        "copy.returned",
        "acknowledged",
    }
)
"""What is carried to the origin; an acknowledgement with the label that it answers."""

NOT_THAT = declare(
    "onward.other_word",
    Malformed,
    "What was told of the item passed on does not fit it: {what}.",
    "第三国提供した項目について伝えられたことが、その項目と一致しません（{what}）。",
    "Compare both registers: `sealane audit reconcile`.",
    "`sealane audit reconcile` で双方の登録簿を比べてください。",
)
WAITS = declare(
    "onward.waits",
    Unavailable,
    "What {item} was passed on by is not here yet.",
    "{item} の第三国提供の申出がまだ届いていません。",
    "It comes again by itself.",
    "自動で再送されます。",
)


def tell_offered(
    node: Node, tx: Tx, row: Given, leg: Holding, sealed: Resealed, *, answers: str
) -> None:
    """Tell the origin of an item by which offer it was passed on, and give it its part of the key.

    Args:
        row: the item as this nation has it.
        answers: the digest of the origin's key release that let it go.
    """
    offered = None if leg.onward is None else leg.given(leg.onward.to)
    offer = None if offered is None else held_statement(node, tx, str(offered.offer))
    assert offer is not None
    body = bodies.OnwardOffered(
        answers=answers,
        offer=base64.b64encode(offer.data).decode(),
        key_access=dict(sealed.key_access),
        policy=sealed.policy,
    )
    agreement = (row.agreement, row.agreement_digest)
    tell(node, tx, body, to=row.provider, agreement=agreement, item=row.id)


def tell_origin(node: Node, tx: Tx, said: Said, *, order: Said | None = None) -> None:
    """Tell the origin of an item what was said about it between a third party and this nation,
    which passed it on; of every other item nothing.

    Args:
        order: what an acknowledgement answers.
    """
    statement = said.statement
    two = (statement.by, statement.to)
    leg = holding.between(node.records, tx, str(statement.item), two)
    if leg is None or leg.onward is None or leg.onward.by != node.party:
        return
    row = node.item(tx, leg.item.id)
    carried = None if order is None else base64.b64encode(order.data).decode()
    body = bodies.OnwardSaid(
        statement=base64.b64encode(said.data).decode(), order=bodies.optional(carried)
    )
    agreement = (row.agreement, row.agreement_digest)
    tell(node, tx, body, to=row.provider, agreement=agreement, item=row.id)


def note_offered(node: Node, tx: Tx, heard: Said) -> Said:
    """The origin's side of an item that was passed on: the third party's copy and its part of the
    key stand in the register from now on, whatever became of the consent meanwhile.
    """
    log_statement(node, tx, heard)
    try:
        items.enter(node, tx, _leg(node, tx, heard))
    except SealaneError as error:
        return reject(node, tx, heard, error)
    return acknowledge(node, tx, heard)


def again(node: Node, tx: Tx, kept: Said) -> bool:
    """Let a word of what was passed on take its effect once more, at the holder or at the nation
    whose item it is, from bytes that a log of ours proves; whether a leg came back by it.
    """
    said = kept.statement
    body, row = said.body, node.item(tx, str(said.item))
    if isinstance(body, bodies.OnwardSaid):
        order = bodies.stated(body.order)
        _take(node, tx, _as_it_is(body.statement), None if order is None else _as_it_is(order))
        return False
    offered = said.saying(bodies.OnwardOffered)
    offer = _as_it_is(offered.offer)
    if holding.given(node.records, tx, row.id, offer.statement.to) is not None:
        return False
    part = {"key_access": offered.key_access, "policy": offered.policy}
    at, ours = parse_instant(offer.statement.at), said.by == node.party
    leg = items.passed_on(node, tx, row, offer, at=at, part=None if ours else part)
    items.enter(node, tx, leg)
    return True


def _as_it_is(text: str) -> Said:
    """A statement that was carried here, proven before."""
    data = base64.b64decode(text)
    return Said.of(receipt.peek(data), data)


def _leg(node: Node, tx: Tx, heard: Said) -> Holding:
    """The leg that a holder's word makes. Raises: Malformed `onward.other_word`,
    `onward.beyond_grant`; Untrusted `key.unwrap_failed`, `statement.*`.
    """
    said = heard.statement
    body, row = said.saying(bodies.OnwardOffered), node.item(tx, str(said.item))
    offer = _carried(node, tx, body.offer, by=(said.by,))
    made = offer.statement.saying(bodies.Offer)
    released = held_statement(node, tx, body.answers)
    granted = None
    if released is not None:
        granted = onward_grant.of_answer(released.statement.saying(bodies.KeyReleased))
    if granted is None:
        raise NOT_THAT(what="grant")
    onward_grant.require_within(granted, offer.statement)
    to = offer.statement.to
    if holding.given(node.records, tx, row.id, to) is not None:
        raise NOT_THAT(what="third party")
    part = {"key_access": body.key_access, "policy": body.policy}
    leg = items.passed_on(node, tx, row, offer, at=node.host.now(), part=part)
    _require_part(node, leg, made)
    return leg


def _require_part(node: Node, leg: Holding, made: bodies.Offer) -> None:
    """The part of the key is this nation's, and opens under the terms of the offer, whatever the
    item's label is by now. Raises: Malformed `onward.other_word`; Untrusted `key.unwrap_failed`.
    """
    given = None if leg.onward is None else leg.given(leg.onward.to)
    assert given is not None
    assert given.part is not None
    part = key_access_from_json(given.part["key_access"])
    if given.sealed["key_access"].get(node.party) != part.digest():
        raise NOT_THAT(what="part of the key")
    terms = replace(key_parts.ItemTerms.of(given), label=label_from_json(made.label))
    key_parts.share_in(node, part, given.part["policy"], terms)


def note_said(node: Node, tx: Tx, heard: Said) -> Said:
    """The origin's side of what was said between holder and third party: it takes the effect that
    it has in the holder's register. Raises: Unavailable `onward.waits`.
    """
    leg = _told_of(node, tx, heard.statement)
    log_statement(node, tx, heard)
    try:
        _follow(node, tx, heard.statement, leg)
    except SealaneError as error:
        return reject(node, tx, heard, error)
    return acknowledge(node, tx, heard)


def _told_of(node: Node, tx: Tx, said: Statement) -> Holding:
    """The leg that a holder's word is about. Raises: Unavailable `onward.waits`: it is not here
    yet; Malformed `statement.*`.
    """
    told = receipt.peek(base64.b64decode(said.saying(bodies.OnwardSaid).statement))
    leg = holding.between(node.records, tx, str(said.item), (told.by, told.to))
    if leg is None or leg.onward is None:
        raise WAITS(item=said.item)
    return leg


def _follow(node: Node, tx: Tx, said: Statement, leg: Holding) -> None:
    """Let what the two said take its effect on the leg. Raises: Malformed `onward.other_word`;
    Untrusted `statement.*`.
    """
    body, onward = said.saying(bodies.OnwardSaid), leg.onward
    assert onward is not None
    two = (onward.by, onward.to)
    told = _carried(node, tx, body.statement, by=two)
    about = (told.statement.item, told.statement.agreement, told.statement.agreement_digest)
    if about != (said.item, onward.agreement, onward.agreement_digest):
        raise NOT_THAT(what="item or agreement")
    if {told.statement.by, told.statement.to} != set(two) or said.by != onward.by:
        raise NOT_THAT(what="parties")
    if told.statement.type not in TOLD:
        raise NOT_THAT(what="type")
    order = bodies.stated(body.order)
    _take(node, tx, told, None if order is None else _carried(node, tx, order, by=(onward.by,)))


def _take(node: Node, tx: Tx, told: Said, order: Said | None) -> None:
    """The effect of what was said between holder and third party. Raises: Malformed
    `statement.wrong_type`.
    """
    said = told.statement
    if not isinstance(said.body, bodies.Acknowledged):
        effects.apply(node, tx, told)
        return
    leg = holding.between(node.records, tx, str(said.item), (said.by, said.to))
    if leg is None or order is None or said.answers != order.digest:
        return
    if order.statement.saying(bodies.Relabelled).label == leg.item.label:
        at = format_instant(node.host.now())
        items.change(node, tx, leg, copy_effects.remarked(leg, said.by, at=at))


def _carried(node: Node, tx: Tx, text: str, *, by: Sequence[str]) -> Said:
    """A statement that was carried here, proven to be said by one of these parties. Raises:
    Malformed `onward.other_word`, `statement.*`; Untrusted `signature.invalid`, `statement.*`.
    """
    data = base64.b64decode(text)

    def keys_of(claimed: Statement) -> Sequence[PublicKey]:
        if claimed.by not in by:
            raise NOT_THAT(what="speaker")
        return speaker_keys.keys_of(node, tx, claimed, data)

    return Said.of(receipt.hear(data, keys_of), data)
