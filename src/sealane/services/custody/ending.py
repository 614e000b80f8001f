"""A copy goes back, or is destroyed before a witness and certified: told to its provider by a
signed statement, on record in both ledgers.

What the node keeps it erases itself, in the step that says so. What lies in people's hands ends by
their word and the witness's: a node proves what it erased, never what people did.
Spec: spec/exchange.md §10; R47, R48.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.errors import Malformed, Refused, Unavailable, declare
from sealane.base.values import parse_instant
from sealane.decisions.compiled import terms_of
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.ledger.bodies import Body
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.effects import Holding
from sealane.registry.numbered import in_hands
from sealane.registry.records import Copy, CopyState
from sealane.registry.transfer import COPY, HOLDER
from sealane.registry.who_may import Act
from sealane.services.custody.beginning import Begun, begin, done
from sealane.services.exchange.onward_word import tell_origin
from sealane.services.node import Node
from sealane.services.register import acts, items
from sealane.services.register import effects as register_effects
from sealane.services.register.acts import Actor, ByTwo, Named
from sealane.services.register.effects import certificate_of
from sealane.services.statements.journal import Said, log_statement
from sealane.services.statements.talk import REASON, acknowledge, tell

TOP = 4
"""The row from which on a destruction is witnessed, whatever the agreement says."""
WITNESS = "witness"
"""The duty by which an agreement says so of a lower row."""
BY_THE_NODE = "container erased by the node"
NOT_STATED = "destroyed; means not stated"

WITNESS_NEEDED = declare(
    "item.witness_needed",
    Refused,
    "At its level ({clause}) copy {copy} of {item} is destroyed before a witness, another person.",
    "この秘密区分（{clause}）では、項目 {item} の写し {copy} の廃棄に別の人の立会いが必要です。",
    "Give --witness PERSON: a registry clerk, a second signer or a security officer; in production"
    " with --witness-token-file F.",
    "--witness PERSON で文書管理官、第二署名者又は保全責任者を指定してください。production では"
    " --witness-token-file F も必要です。",
)
NOT_ERASED = declare(
    "item.not_erased",
    Unavailable,
    "The container of {item} could not be erased ({why}); nothing was said or recorded.",
    "項目 {item} のコンテナを消去できませんでした（{why}）。何も記録・送信していません。",
    "The node's operator: see to the disk, then destroy the copy again.",
    "運用者へ：ディスクを確かめてから、もう一度廃棄してください。",
)
TOO_LONG = declare(
    "item.means_too_long",
    Malformed,
    "The means of destruction are longer than {most} characters.",
    "廃棄の方法が {most} 文字を超えています。",
    "Say it in a sentence; keep the rest on paper.",
    "一文で記し、詳細は紙で保管してください。",
)


def destroy(
    node: Node, item: str, clerk: Named, *, number: int, means: str | None = None
) -> dict[str, Any]:
    """Destroy a copy of this nation's and certify it; the witness is the actor's second.

    Raises: as `begin`; Conflict `life.no_such_step`; Refused `item.witness_needed`; Malformed
    `item.means_too_long`; Unavailable `item.not_erased`. Spec: R48.
    """
    witness = acts.actor_of(clerk).second
    with node.store.writing() as tx:
        people = () if witness is None else (witness.person,)
        begun = begin(node, tx, Act.DESTROY, clerk, item, people=people, number=number)
        copy = begun.copy(number)
        COPY.step(copy.state, "certify", by=HOLDER)
        _witnessed(node, tx, begun, copy)
        if means is not None and len(means) > REASON:
            raise TOO_LONG(most=REASON)
        kept = not in_hands(begun.held.item, copy)
        said = means or (BY_THE_NODE if kept else NOT_STATED)
        certificate = _certified(node, tx, begun, copy, said)
        if kept:
            _erase(node, begun.held)
    node.host.reached("destroy.recorded")
    return {"item": item, "copy": number, "certificate": certificate}


def give_back(node: Node, item: str, clerk: Named, *, number: int) -> dict[str, Any]:
    """Give a copy of a received item back to its provider; what the node keeps of it is erased.

    Raises: as `begin`; Conflict `life.no_such_step`; Unavailable `item.not_erased`. Spec: R47.
    """
    with node.store.writing() as tx:
        begun = begin(node, tx, Act.RETURN, clerk, item, number=number)
        copy = begun.copy(number)
        COPY.step(copy.state, "return", by=HOLDER)
        body = bodies.CopyReturned(
            answers=_offer(node, begun.held), copy=number, by_person=str(begun.actor.person)
        )
        told = _tell(node, tx, begun.held, body)
        after = effects.ended(begun.held, items.spoken(told), numbers=(number,))
        done(node, tx, begun, after, act=Act.RETURN)
        if not in_hands(begun.held.item, copy):
            _erase(node, begun.held)
    node.host.reached("return.recorded")
    return {
        "item": item,
        "copy": number,
        "nation": node.party,
        "state": CopyState.RETURNED,
        "statement": told.digest,
    }


def note_ended(node: Node, tx: Tx, heard: Said) -> Said:
    """The provider's side of a certificate, or of a copy that comes back. History stays."""
    log_statement(node, tx, heard)
    register_effects.apply(node, tx, heard)
    tell_origin(node, tx, heard)
    return acknowledge(node, tx, heard)


def witness_clause(node: Node, tx: Tx, held: Holding) -> str | None:
    """By which clause a destruction takes a witness; None where one person is enough. A level that
    cannot be told takes one. Spec: R48.
    """
    item, agreement = held.item, node.version(tx, held.item)
    label = label_from_json(item.label)
    if agreement is None:
        scheme = node.schemes[label.policy]
        level = scheme.level(label.classification)
        highest = max((one.order for one in scheme.levels), default=0)
        return None if level is not None and level.order < highest else "R48"
    terms = terms_of(agreement)
    row = terms.level_of(label, item.provider, str(item.facts["area"]))
    rules = terms.rules("release", row, str(item.facts["area"]), str(item.facts["kind"]))
    for duty in rules.obligations:
        if duty.duty == WITNESS:
            return duty.clause
    return None if row is not None and row < TOP else "R48"


def _witnessed(node: Node, tx: Tx, begun: Begun, copy: Copy) -> None:
    """Another person stands by where the level asks for one, and may wherever one is named. Raises:
    Refused `item.witness_needed`, `person.duty`.
    """
    clause = witness_clause(node, tx, begun.held)
    if clause is None and begun.actor.second is None:
        return
    lacking = WITNESS_NEEDED(
        item=copy.item, copy=copy.number, clause=clause or "-", details={"clause": clause}
    )
    two = ByTwo(lacking=lacking)
    acts.require_about(node, tx, Act.CERTIFY, begun.actor, copy.item, two=two)


def _certified(node: Node, tx: Tx, begun: Begun, copy: Copy, means: str) -> dict[str, Any]:
    """The certificate, on record; told to the provider where that is another nation."""
    held, actor, witness = begun.held, begun.actor, begun.actor.second
    if held.item.provider == node.party:
        certificate = _own_certificate(node, copy, actor, means)
        after = _destroyed_here(node, held, copy)
    else:
        body = bodies.CopyDestroyed(
            answers=_offer(node, held),
            copy=copy.number,
            by_person=str(actor.person),
            proof=str(actor.proof),
            witness=None if witness is None else witness.person,
            witness_proof=None if witness is None else str(witness.proof),
            means=means,
        )
        told = _tell(node, tx, held, body)
        certificate = certificate_of(told) or {}
        after = effects.ended(held, items.spoken(told), numbers=(copy.number,))
    done(node, tx, begun, after, act=Act.DESTROY, certificate=certificate)
    return certificate


def _own_certificate(node: Node, copy: Copy, actor: Actor, means: str) -> dict[str, Any]:
    """Of an own item's copy nobody else is told: the ledger binds the certificate by its digest."""
    witness = actor.second
    return {
        "item": copy.item,
        "copy": copy.number,
        "by": actor.person,
        "proof": str(actor.proof),
        "witness": None if witness is None else witness.person,
        "witness_proof": None if witness is None else str(witness.proof),
        "at": node.now()[1],
        "means": means,
        "statement": None,
    }


def _destroyed_here(node: Node, held: Holding, copy: Copy) -> Holding:
    since = max(copy.since, node.now()[1], key=parse_instant)
    gone = replace(copy, state=CopyState.DESTROYED, since=since)
    return replace(held, copies=tuple(gone if one == copy else one for one in held.copies))


def _offer(node: Node, held: Holding) -> str:
    """The offer by which this nation came to have the item."""
    row = held.given(node.party)
    assert row is not None
    assert row.offer is not None
    return row.offer


def _tell(node: Node, tx: Tx, held: Holding, body: Body) -> Said:
    item = held.item
    agreement = (item.agreement, item.agreement_digest)
    return tell(node, tx, body, to=item.provider, agreement=agreement, item=item.id)


def _erase(node: Node, held: Holding) -> None:
    """Erase this nation's own container, within the step that says so: killed in between, the act
    is done again and finds it done. Raises: Unavailable `item.not_erased`.
    """
    row = held.given(node.party)
    if row is None:
        return
    try:
        node.blobs.destroy(row.container)
    except OSError as error:
        raise NOT_ERASED(item=row.id, why=type(error).__name__) from None
    node.host.reached("destroy.erased")
