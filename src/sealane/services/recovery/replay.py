"""Build register rows again from the statements that the ledgers prove: items, copies, transfers,
recalls, assurances, cases.

Nothing is said, erased or sent; lives are stepped by the same tables as when the statements first
took effect. A row that is there is only moved on. Spec: spec/ledger.md §7; R39, R42, R47, R48.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sealane.base.errors import SealaneError
from sealane.base.values import parse_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.ledger.receipt import Statement
from sealane.ports import Tx
from sealane.services import holding
from sealane.services.cases import again, answered
from sealane.services.exchange import assurance, onward_word, relabel
from sealane.services.exchange.relabel import equivalent
from sealane.services.node import Node
from sealane.services.register import effects, items, partner_cards
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
    effect = EFFECTS.get(kept.statement.type)
    if effect is None:
        return
    try:
        effect(node, tx, kept, done)
    except (SealaneError, KeyError, TypeError):
        done.refused.append(kept.digest)


def _offer(node: Node, tx: Tx, kept: Said, done: Rebuilt) -> None:
    """Our own offer makes the row; a partner's does when we answered that it was received."""
    said = kept.statement
    if said.by == node.party and (not _passes_on(said) or _is_here(node, tx, said)):
        _enter(node, tx, kept, done, handle_as=None)


def _passes_on(said: Statement) -> bool:
    """Whether an offer is of another nation's item."""
    return bodies.stated(said.saying(bodies.Offer).onward) is not None


def _is_here(node: Node, tx: Tx, said: Statement) -> bool:
    """Whether the item is in the register already: what was passed on may stand in a log that is
    replayed before the one with the item's own offer, and comes by the word to its origin then.
    """
    return node.records.items.get(tx, id=str(said.item)) is not None


def _enter(node: Node, tx: Tx, offer: Said, done: Rebuilt, *, handle_as: str | None) -> None:
    """The item, or one more party that an item of ours was offered to."""
    item, at = str(offer.statement.item), parse_instant(offer.statement.at)
    held = holding.of(node.records, tx, item)
    if held is None:
        items.enter(node, tx, items.under_way(node, tx, offer, at=at, handle_as=handle_as))
        done.items.append(item)
    elif held.item.provider == node.party and not held.copies_of(offer.statement.to):
        made = items.under_way(node, tx, offer, at=at, held=held)
        items.change(node, tx, held, made)
    elif _to_be_passed_on(node, tx, offer):
        items.enter(node, tx, items.passed_on(node, tx, held.item, offer, at=at))
    else:
        return
    done.copies += 1


def _to_be_passed_on(node: Node, tx: Tx, offer: Said) -> bool:
    """Whether an offer of ours makes a leg that the register has not got yet."""
    said = offer.statement
    leg = holding.between(node.records, tx, str(said.item), (said.by, said.to))
    is_there = leg is not None and leg.onward is not None
    return said.by == node.party and _passes_on(said) and not is_there


def _moved(node: Node, tx: Tx, kept: Said, done: Rebuilt) -> None:
    """What either side said of an offer or of its copies moves them."""
    said = kept.statement
    if isinstance(said.body, bodies.TransferReceived) and said.by == node.party:
        offer = held_statement(node, tx, said.body.answers)
        if offer is not None:
            _enter(node, tx, offer, done, handle_as=said.body.handle_as)
    done.receipts += effects.apply(node, tx, kept)


def _recalled(node: Node, tx: Tx, kept: Said, done: Rebuilt) -> None:
    said = kept.statement
    before = holding.between(node.records, tx, str(said.item), (said.by, said.to))
    effects.apply(node, tx, kept)
    done.recalls += before is not None and before.item.recalled is None


def _acknowledged(node: Node, tx: Tx, kept: Said, done: Rebuilt) -> None:
    """What the holder acknowledged it did: another container in the old one's place, or another
    label, from its acknowledgement on; and each side's word in a case, from when the other took it.
    """
    order = held_statement(node, tx, str(kept.statement.answers))
    if order is not None and isinstance(order.statement.body, OF_CASES):
        if kept.statement.by == node.party:
            again.taken(node, tx, order)
        elif order.statement.by == node.party:
            answered.note_answer(node, tx, order, kept.statement)
        return
    if order is None or order.statement.item is None:
        return
    body, handled = order.statement.body, None
    if isinstance(body, bodies.OnwardOffered | bodies.OnwardSaid):
        if kept.statement.by == node.party:
            done.copies += onward_word.again(node, tx, order)
        return
    if isinstance(body, bodies.Relabelled):
        if kept.statement.by != node.party:
            relabel.note_answer(node, tx, order, kept)
            return
        label = label_from_json(body.label)
        handled = equivalent(node, tx, order.statement.agreement, label)
    elif not isinstance(body, bodies.Rewrapped):
        return
    node.item(tx, str(order.statement.item))
    done.receipts += effects.apply(node, tx, order, handle_as=handled)


def _passed_on(node: Node, tx: Tx, kept: Said, done: Rebuilt) -> None:
    """What we told the origin of an item that we passed on; the origin's own register follows its
    acknowledgement.
    """
    if kept.statement.by == node.party:
        done.copies += onward_word.again(node, tx, kept)


def _relabelled(node: Node, tx: Tx, kept: Said, _: Rebuilt) -> None:
    """The originator's new label holds from the order on."""
    said = kept.statement
    if said.by == node.party:
        row = node.item(tx, str(said.item))
        effects.apply(node, tx, kept, handle_as=row.handle_as)


def _assured(node: Node, tx: Tx, kept: Said, _: Rebuilt) -> None:
    said = kept.statement
    asked = held_statement(node, tx, str(said.answers))
    if said.by == node.party or asked is None:
        return
    question = assurance.question_asked(
        asked.statement.agreement, asked.statement.saying(bodies.AssuranceRequest)
    )
    assurance.keep(node, tx, question, kept)


def _renewed(node: Node, tx: Tx, kept: Said, _: Rebuilt) -> None:
    """A partner's next card, as we acknowledged it. Our own lives in the keystore: one that was
    lost with it is made anew, and exchanged by hand.
    """
    if kept.statement.by != node.party:
        partner_cards.take_again(node, tx, kept)


def _accepted(node: Node, tx: Tx, kept: Said, _: Rebuilt) -> None:
    """Two people here accepted a partner's card, and we told it; or a partner told us."""
    if kept.statement.by == node.party:
        partner_cards.accept_again(node, tx, kept)
    else:
        partner_cards.note_accepted(node, tx, kept)


def _said_in_case(node: Node, tx: Tx, kept: Said, _: Rebuilt) -> None:
    """Our own word in a case; a partner's counts from our acknowledgement on."""
    if kept.statement.by == node.party:
        again.said(node, tx, kept)


def _rejected(node: Node, tx: Tx, kept: Said, _: Rebuilt) -> None:
    """What a partner refused of what we said in a case counts for nothing."""
    order = held_statement(node, tx, str(kept.statement.answers))
    if order is None or order.statement.by != node.party:
        return
    if isinstance(order.statement.body, OF_CASES):
        answered.note_answer(node, tx, order, kept.statement)


OF_CASES = (bodies.CaseOpened, bodies.CaseSaid)
EFFECTS: dict[str, Callable[[Node, Tx, Said, Rebuilt], None]] = {
    "offer": _offer,
    "transfer.received": _moved,
    "transfer.rejected": _moved,
    "transfer.accepted": _moved,
    "withdrawn": _moved,
    "recall.ordered": _recalled,
    "onward.offered": _passed_on,
    "onward.said": _passed_on,
    "copied": _moved,
    "copy.destroyed": _moved,
    "copy.returned": _moved,
    "destroyed": _moved,
    "destroy.failed": _moved,
    "acknowledged": _acknowledged,
    "rejected": _rejected,
    "case.opened": _said_in_case,
    "case.said": _said_in_case,
    "relabelled": _relabelled,
    "assurance": _assured,
    "card.renewed": _renewed,
    "card.accepted": _accepted,
}
"""Which statements change the register, and how."""
