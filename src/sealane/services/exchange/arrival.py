"""Arrival: verify sender, signature and every byte against the offer; decide again; record; only
then say received.

Whatever is wrong is answered by a signed rejection with a stable code. The same offer again gets
the same answer.
Spec: R12, R39, R42, R44, R59; spec/exchange.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import Conflict, Malformed, Refused, SealaneError, Untrusted, declare
from sealane.base.values import format_instant
from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
from sealane.ledger.receipt import Statement
from sealane.ports import Spool, Tx
from sealane.registry import effects
from sealane.registry.records import Direction, Duty, Item
from sealane.registry.transfer import HOLDER, TRANSFER
from sealane.services.deciding.decision import decide_now, record_national
from sealane.services.deciding.equivalent import handle_as
from sealane.services.exchange import assurance, reseal
from sealane.services.node import NOT_YOURS, Node, require_duty
from sealane.services.opening import containers
from sealane.services.register import effects as register_effects
from sealane.services.register import items
from sealane.services.statements import talk
from sealane.services.statements.inbox import (
    admit,
    earlier_answer,
    keep_answer,
    prove,
    refusals_recorded,
)
from sealane.services.statements.journal import Said, log_statement

CHUNK = 4 << 20

WRONG_BYTES = declare(
    "offer.container_mismatch",
    Untrusted,
    "The container is not the one the offer names ({what}).",
    "コンテナが申出のものと一致しません（{what}）。",
    "Send the offer again from the start.",
    "申出を最初から送り直してください。",
)
OTHER_DECISION = declare(
    "offer.decision_differs",
    Refused,
    "This node decides otherwise than the sender: {ours} here, {theirs} there.",
    "本ノードの判断が送り手と異なります（こちら {ours}、先方 {theirs}）。",
    "Compare agreement versions and schemes; the two digests are evidence.",
    "取決めの版と標識体系を比べてください。二つのダイジェストが証拠です。",
)
TAKEN_BACK = declare(
    "offer.withdrawn",
    Conflict,
    "{party} took this offer back before it arrived.",
    "{party} はこの申出を到着前に取り下げました。",
    "Nothing is to be done; the provider was told that it was not taken.",
    "対応は不要です。受け取らなかったことは提供国に伝えられています。",
)
CLERK = declare(
    "item.turned_away",
    Refused,
    "The registry clerk turned item {item} away.",
    "文書管理官が項目 {item} の受理を拒みました。",
    "Read the reason that came with it, mend that, and release it again.",
    "添えられた理由を読み、改めたうえで再度提供してください。",
)
INCONSISTENT = declare(
    "offer.inconsistent",
    Malformed,
    "The offer contradicts itself: {what}.",
    "申出の内容が矛盾しています：{what}。",
    "The sender must make a new offer.",
    "送り手が新しい申出を作る必要があります。",
)


@dataclass(frozen=True, slots=True)
class Arrived:
    """What was verified about an arriving container before anything is recorded."""

    handle_as: str
    verified_row: bool
    record: dict[str, Any]


def receive(node: Node, data: bytes, container: BinaryIO) -> bytes:
    """The signed answer to an offer: `transfer.received` once it is stored and recorded, else
    `transfer.rejected`.

    Raises: Untrusted, Malformed: the envelope itself proves nothing about who speaks, so nothing
    signed is answered; and as `inbox.admit`, which is noted once.
        Unavailable: the disk is full, or `node.in_doubt`, `node.behind`; the sender tries again.
    """
    return take(node, data, container).data


def take(node: Node, data: bytes, container: BinaryIO, *, claimed: bool = False) -> Said:
    """`receive`, for whoever reads the answer here. Raises: as `receive`.

    Args:
        claimed: the offer answers a claim of ours, and may be as old as the medium that brought it.
    """
    with node.store.reading() as tx:
        node.require_current(tx)
        heard = prove(node, tx, data, types=bodies.types_by(Way.OFFERED))
    with refusals_recorded(node, heard), node.store.reading() as tx:
        known = _known(node, tx, heard)
        if known is not None:
            return known
        admit(node, tx, heard.statement, any_age=claimed)
    said = heard.statement
    with node.blobs.adding() as spool:
        try:
            if isinstance(said.body, bodies.Rewrapped):
                _store(container, spool, said.body)
                reseal.check(node, said, spool)
                return _replace(node, heard, spool)
            arrived = _check(node, said, container, spool)
        except SealaneError as error:
            if error.exit_status == 3:
                raise
            return _reject(node, heard, error)
        node.host.reached("receive.stored")
        spool.keep(said.saying(bodies.Offer).container)
        return _register(node, heard, arrived)


def _known(node: Node, tx: Tx, heard: Said) -> Said | None:
    answer = earlier_answer(node, tx, heard)
    return None if answer is None else Said.of(receipt.peek(answer), answer)


def _replace(node: Node, heard: Said, spool: Spool) -> Said:
    made = heard.statement.saying(bodies.Rewrapped)
    node.host.reached("rewrap.checked")
    spool.keep(made.container)
    node.host.reached("rewrap.stored")
    with node.store.writing() as tx:
        if (known := _known(node, tx, heard)) is not None:
            return known
        answer = reseal.replace(node, tx, heard)
        keep_answer(node, tx, heard, answer)
    node.host.reached("rewrap.taken")
    node.blobs.destroy(made.replaces)
    return answer


def _consistent(node: Node, said: Statement) -> dict[str, Any]:
    """The request that an offer rests on, where the offer says one thing throughout. Raises:
    Malformed `offer.inconsistent`.
    """
    body = said.saying(bodies.Offer)
    request, item = body.request, body.request.get("item")
    if not isinstance(item, dict):
        raise INCONSISTENT(what="request")
    if (
        item.get("id") != said.item
        or request.get("agreement") != said.agreement
        or item.get("provider") != said.by
    ):
        raise INCONSISTENT(what="item, agreement or provider")
    if (
        request.get("recipient") != node.party
        or request.get("label") != body.label
        or request.get("action") != "release"
    ):
        raise INCONSISTENT(what="recipient, label or action")
    if body.copy != 1:
        raise INCONSISTENT(what="copy")
    return request


def _check(node: Node, said: Statement, container: BinaryIO, spool: Spool) -> Arrived:
    body = said.saying(bodies.Offer)
    request = _consistent(node, said)
    _store(container, spool, body)
    label = label_from_json(body.label)
    with node.store.reading() as tx:
        partner = node.partner(tx, said.by)
        if (
            node.records.items.get(tx, id=said.item) is not None
        ):  # a number given twice, as after an old backup
            raise INCONSISTENT(what="another item of this number is registered")
        for told in node.records.statements.find(tx, order="kept", item=said.item):
            if told.type == "withdrawn" and told.by == said.by:
                raise TAKEN_BACK(party=said.by)
        node.schemes[label.policy].check(label)
        # What is said in our name is ours to say: the sender's word for it proves nothing.
        assurance.require_given(node, tx, said, request)
        if node.records.items.get(tx, policy_uuid=body.policy_uuid) is not None:
            raise INCONSISTENT(what="another item of this policy is registered")
        decision = decide_now(node, tx, request)
        local, held = handle_as(node, tx, said.agreement, label), node.agreements(tx)
    if decision.national:
        with node.store.writing() as tx:
            record_national(node, tx, decision, str(said.item))
    if not decision.permit or decision.digest != body.decision:
        raise OTHER_DECISION(ours=decision.digest[:16], theirs=body.decision[:16])
    spool.file.seek(0)
    facts = containers.verify_arrival(
        node,
        spool.file,
        partner=partner,
        label=label,
        agreement=(said.agreement, said.agreement_digest),
        policy_uuid=body.policy_uuid,
        agreements=held,
    )
    if facts != bodies.as_json(body.sealed):
        raise WRONG_BYTES(what="what the manifest seals")
    return Arrived(local.handle_as, local.verified, facts)


def _store(container: BinaryIO, spool: Spool, body: bodies.Offer | bodies.Rewrapped) -> None:
    """Stream to the private spool, never beyond the offered size, and compare size and SHA-384."""
    wanted = body.size
    spool.expect(wanted)
    held = 0
    while chunk := container.read(CHUNK):
        held += len(chunk)
        if held > wanted:
            raise WRONG_BYTES(what="longer than offered")
        spool.take(chunk)
    if held != wanted:
        raise WRONG_BYTES(what=f"{held} of {wanted} bytes")
    if spool.digest() != body.container:
        raise WRONG_BYTES(what="SHA-384")


def _register(node: Node, heard: Said, arrived: Arrived) -> Said:
    """Enter the item and answer that it was received, in one step."""
    now = node.host.now()
    with node.store.writing() as tx:
        if (known := _known(node, tx, heard)) is not None:
            return known
        log_statement(node, tx, heard)
        holding = items.under_way(node, tx, heard, at=now, handle_as=arrived.handle_as)
        offer = holding.item
        answer = talk.reply(
            node,
            tx,
            heard,
            bodies.TransferReceived(
                answers=heard.digest,
                container=offer.container,
                copy=effects.FIRST,
                handle_as=arrived.handle_as,
                decision=offer.decision,
            ),
        )
        received = items.spoken(answer, at=format_instant(now))
        items.enter(node, tx, effects.answered(holding, received))
        keep_answer(node, tx, heard, answer)
    node.host.reached("receive.recorded")
    return answer


def _reject(node: Node, heard: Said, error: SealaneError) -> Said:
    """Say why, signed, and keep both in the ledger: a rejection is evidence too."""
    body = heard.statement.body
    with node.store.writing() as tx:
        log_statement(node, tx, heard)
        if isinstance(body, bodies.Offer):
            answer = talk.reply(
                node,
                tx,
                heard,
                bodies.TransferRejected(
                    answers=heard.digest,
                    container=body.container,
                    code=error.code,
                    reason=error.message[: talk.REASON],
                ),
            )
        else:
            answer = talk.reject(node, tx, heard, error)
        keep_answer(node, tx, heard, answer)
    return answer


def accept(node: Node, item: str, clerk: str) -> None:
    """The registry clerk accepts a delivered item; the provider is told by a signed receipt. Spec:
    R44, R64.
    """
    with node.store.writing() as tx:
        row, offer = _for_clerk(node, tx, item, clerk)
        body = bodies.TransferAccepted(answers=offer, by_person=clerk)
        _settle(node, tx, row, "accept", body)


def reject(node: Node, item: str, clerk: str, *, reason: str) -> None:
    """The registry clerk turns a delivered item away: its provider is told by a signed statement,
    no key of it is used here any more, and the container is erased.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`,
    `life.no_such_step`; Refused `person.duty`. Spec: R44, R64; spec/exchange.md §4 (turned away).
    """
    with node.store.writing() as tx:
        row, offer = _for_clerk(node, tx, item, clerk)
        body = bodies.TransferRejected(
            answers=offer,
            container=row.container,
            code=CLERK.code,
            reason=reason[: talk.REASON],
        )
        _settle(node, tx, row, "reject", body)
    node.host.reached("reject.recorded")
    node.blobs.destroy(row.container)


def _for_clerk(node: Node, tx: Tx, item: str, clerk: str) -> tuple[Item, str]:
    """A received item that this clerk may settle, and the digest of its offer."""
    person, row = node.person(tx, clerk), node.item(tx, item)
    if row.direction != Direction.IN:
        raise NOT_YOURS(item=item, party=", ".join(row.facts["released_to"]) or row.provider)
    require_duty(person, Duty.REGISTRY_CLERK)
    transfer = node.records.transfers.get(tx, item=item, to=node.party)
    return row, str(transfer.offer) if transfer is not None else ""


def _settle(node: Node, tx: Tx, row: Item, event: str, body: bodies.Body) -> None:
    """The clerk's step, said to the provider and recorded in the same transaction."""
    TRANSFER.step(row.state, event, by=HOLDER)
    told = talk.tell(
        node,
        tx,
        body,
        to=row.provider,
        agreement=(row.agreement, row.agreement_digest),
        item=row.id,
    )
    register_effects.apply(node, tx, told)
