"""What a statement does to this node's register, written where it is said, heard or replayed.

What it does is worked out by `registry.effects`, which an audit asks too; here the holding is read,
and what is different afterwards is written, in the transaction that logs the statement.
Spec: spec/exchange.md §4, §6 to §10; R39, R42, R47, R48.
"""

from __future__ import annotations

from typing import Any

from sealane.base.values import parse_instant
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.registry import copy_effects, effects
from sealane.registry.effects import Holding
from sealane.services import holding
from sealane.services.node import Node
from sealane.services.register import items
from sealane.services.register.custody import Hand
from sealane.services.statements.journal import Said


def apply(
    node: Node,
    tx: Tx,
    said: Said,
    *,
    at: str | None = None,
    handle_as: str | None = None,
) -> bool:
    """Let a statement take its effect; whether anything moved. An item that is not registered here
    has nothing to move.

    Args:
        said: the order itself where an acknowledgement is what makes it so.
        at: when this node heard it, where that is what counts here.
        handle_as: for a relabelling, what the new label is handled as here.
    """
    told = said.statement
    before = holding.between(node.records, tx, str(told.item), (told.by, told.to))
    if before is None:
        return False
    after = _after(node, before, said, at=at, handle_as=handle_as)
    items.change(node, tx, before, after, by=Hand(certificate=certificate_of(said)))
    return after != before


def certificate_of(said: Said) -> dict[str, Any] | None:
    """The certificate that a statement is, as every answer tells it; None: it is none."""
    body, statement = said.statement.body, said.statement
    if not isinstance(body, bodies.CopyDestroyed):
        return None
    return {
        "item": statement.item,
        "copy": body.copy,
        "by": body.by_person,
        "proof": body.proof,
        "witness": body.witness,
        "witness_proof": body.witness_proof,
        "at": statement.at,
        "means": body.means,
        "statement": said.digest,
    }


def _not_ahead(node: Node, said: Said) -> str | None:
    """Now, for a statement that says to be of a time that has not come yet: nothing in this
    register happened later than it was heard. None: it takes effect as it was said.
    """
    now, text = node.now()
    return text if parse_instant(said.statement.at) > now else None


def _after(
    node: Node,
    held: Holding,
    said: Said,
    *,
    at: str | None,
    handle_as: str | None,
) -> Holding:
    word, body = items.spoken(said, at=at or _not_ahead(node, said)), said.statement.body
    match body:
        case bodies.TransferReceived() | bodies.TransferRejected() | bodies.TransferAccepted():
            return effects.answered(held, word)
        case bodies.Withdrawn():
            return effects.withdrawn(held, word)
        case bodies.RecallOrdered():
            return effects.recalled(held, word, register=node.party, numbers=body.copies)
        case bodies.Destroyed():
            return effects.destroyed(held, word, register=node.party, numbers=body.copies)
        case bodies.Copied():
            place = node.settings.node if word.by == node.party else word.by
            return copy_effects.copied(held, word, number=body.copy, place=place)
        case bodies.CopyDestroyed() | bodies.CopyReturned():
            return effects.ended(held, word, numbers=(body.copy,))
        case bodies.Rewrapped():
            made = (body.container, body.size, bodies.as_json(body.sealed))
            return effects.resealed(held, word.to, replaces=body.replaces, made=made)
        case bodies.Relabelled():
            after = effects.relabelled(
                held, replaces=body.replaces, label=body.label, handle_as=handle_as
            )
            return copy_effects.remarked(after, node.party, at=word.at, by_hand=False)
    return held
