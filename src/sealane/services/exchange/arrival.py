"""Arrival: judge the offer's terms before a byte of its container is taken; verify every byte
against it; decide again; record; only then say received.

Whatever is wrong is answered by a signed rejection with a stable code. The same offer again gets
the same answer.
Spec: R12, R39, R42, R44, R59; spec/exchange.md §4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from sealane.base.errors import (
    Refused,
    SealaneError,
    Unavailable,
    Untrusted,
    declare,
)
from sealane.base.values import format_instant
from sealane.ledger import bodies, receipt
from sealane.ledger.bodies import Way
from sealane.ledger.receipt import Statement
from sealane.ports import Spool, Tx
from sealane.registry import effects, numbered
from sealane.registry.records import Given
from sealane.registry.transfer import HOLDER, TRANSFER
from sealane.registry.who_may import Act
from sealane.services.exchange import recall, reseal
from sealane.services.exchange.offer_terms import OfferTerms, judge_terms, require_room, size_of
from sealane.services.exchange.stray_files import NewNames
from sealane.services.node import Node
from sealane.services.opening import containers
from sealane.services.register import acts, items
from sealane.services.register import effects as register_effects
from sealane.services.register.acts import Named
from sealane.services.spans import ARRIVAL, spanned
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
CLERK = declare(
    "item.turned_away",
    Refused,
    "The registry clerk turned item {item} away.",
    "文書管理官が項目 {item} の受理を拒みました。",
    "Read the reason that came with it, mend that, and release it again.",
    "添えられた理由を読み、改めたうえで再度提供してください。",
)


Mismatched = Callable[[Node, Tx, Said, SealaneError], None]
"""What is done, in the step that answers an offer, when its container is not what it names."""


def _nothing(_: Node, __: Tx, ___: Said, ____: SealaneError) -> None:
    """Where it is answered alone."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """An offer whose terms hold: its container is to be taken, of exactly this many bytes."""

    heard: Said
    size: int


def receive(
    node: Node, data: bytes, container: BinaryIO, *, mismatched: Mismatched = _nothing
) -> bytes:
    """The signed answer to an offer: `transfer.received` once it is stored and recorded, else
    `transfer.rejected`.

    Raises: Untrusted, Malformed: the envelope itself proves nothing about who speaks, so nothing
    signed is answered; and as `inbox.admit`, which is noted once.
        Unavailable: the disk is full, or `node.in_doubt`, `node.behind`; the sender tries again.
    """
    return take(node, data, container, mismatched=mismatched).data


def take(
    node: Node,
    data: bytes,
    container: BinaryIO,
    *,
    claimed: bool = False,
    mismatched: Mismatched = _nothing,
) -> Said:
    """`receive`, for whoever reads the answer here. Raises: as `receive`.

    Args:
        claimed: the offer answers a claim of ours, and may be as old as the medium that brought it.
    """
    judged = judge(node, data, claimed=claimed)
    if isinstance(judged, Said):
        return judged
    return take_in(node, judged, container, mismatched=mismatched)


def judge(
    node: Node, data: bytes, *, claimed: bool = False, at_hand: bool = False
) -> Said | Awaited:
    """What an offer's terms come to: our answer to it, or the container that is to be taken now.

    Signature, standing, room, assurance and both nations' decisions are judged here, and nothing of
    the container was read. Raises: as `receive`; Unavailable `offer.no_room`.

    Args:
        at_hand: the container lies here, and is proven to be the one named: where it is read in one
            piece, `take_in` alone judges its terms, for nothing is spared by refusing it before.
    """
    with node.store.reading() as tx:
        node.require_current(tx)
        heard = prove(node, tx, data, types=bodies.types_by(Way.OFFERED))
    with refusals_recorded(node, heard), node.store.reading() as tx:
        known = _known(node, tx, heard)
        if known is not None:
            return known
        admit(node, tx, heard.statement, any_age=claimed)
        size = size_of(heard.statement)
        require_room(node, tx, heard.statement.by, size)
    if at_hand and size <= CHUNK:
        return Awaited(heard, size)
    try:
        judge_terms(node, heard.statement)
    except SealaneError as error:
        if error.exit_status == Unavailable.exit_status:
            raise
        return _reject(node, heard, error)
    return Awaited(heard, size)


@spanned(ARRIVAL)
def take_in(
    node: Node, awaited: Awaited, container: BinaryIO, *, mismatched: Mismatched = _nothing
) -> Said:
    """The answer to an offer whose terms hold, once its container is stored, or is none that fits.

    Raises: Unavailable: the disk is full, or the upload ended; the sender tries again.
    """
    heard, said = awaited.heard, awaited.heard.statement
    fresh = NewNames(node)
    with node.blobs.adding() as spool:
        try:
            _store(container, spool, said)
            # what held when the upload began may have changed while it came
            terms = judge_terms(node, said)
            if isinstance(said.body, bodies.Rewrapped):
                reseal.check(node, said, spool)
                return _replace(node, heard, spool, fresh)
            assert terms is not None
            _verify(node, said, terms, spool)
        except SealaneError as error:
            if error.exit_status == Unavailable.exit_status:
                raise
            return _reject(node, heard, error, mismatched if _is_mismatch(error) else _nothing)
        fresh.keep(spool, said.saying(bodies.Offer).container)
        node.host.reached("receive.stored")
        return _register(node, heard, terms, fresh)


def judged(
    node: Node, data: bytes, *, mismatched: Mismatched = _nothing
) -> bytes | Callable[[BinaryIO], bytes]:
    """The signed answer to an offer, or what takes its container and gives the answer. Raises: as
    `judge`.
    """
    found = judge(node, data)
    if isinstance(found, Said):
        return found.data
    return lambda container: take_in(node, found, container, mismatched=mismatched).data


def _is_mismatch(error: SealaneError) -> bool:
    """Whether bytes came that are not what the offer names."""
    return error.code == WRONG_BYTES.code or error.code.startswith("container.")


def _known(node: Node, tx: Tx, heard: Said) -> Said | None:
    answer = earlier_answer(node, tx, heard)
    return None if answer is None else Said.of(receipt.peek(answer), answer)


def _replace(node: Node, heard: Said, spool: Spool, fresh: NewNames) -> Said:
    made = heard.statement.saying(bodies.Rewrapped)
    node.host.reached("rewrap.checked")
    fresh.keep(spool, made.container)
    node.host.reached("rewrap.stored")
    with node.store.writing() as tx:
        if (known := _known(node, tx, heard)) is not None:
            return known
        fresh.require_there(tx)
        answer = reseal.replace(node, tx, heard)
        keep_answer(node, tx, heard, answer)
    node.host.reached("rewrap.taken")
    node.blobs.destroy(made.replaces)
    return answer


def _verify(node: Node, said: Statement, terms: OfferTerms, spool: Spool) -> None:
    """The stored container is the one that the offer states, under its terms. Raises: Untrusted
    `offer.container_mismatch`, `container.*`.
    """
    body = said.saying(bodies.Offer)
    with node.store.reading() as tx:
        partner, held = node.partner(tx, said.by), node.agreements(tx)
        passed_on = bodies.stated(body.onward) is not None
        of = node.partner(tx, body.request["item"]["provider"]) if passed_on else None
    spool.file.seek(0)
    facts = containers.verify_arrival(
        node,
        spool.file,
        partner=partner,
        label=terms.label,
        agreement=(said.agreement, said.agreement_digest),
        policy_uuid=body.policy_uuid,
        agreements=held,
        of=of,
    )
    if facts != bodies.as_json(body.sealed):
        raise WRONG_BYTES(what="what the manifest seals")


def _store(container: BinaryIO, spool: Spool, said: Statement) -> None:
    """Stream to the private spool, never beyond the offered size, and compare size and SHA-384."""
    wanted = size_of(said)
    spool.expect(wanted)
    held = 0
    while chunk := container.read(min(CHUNK, wanted - held + 1)):
        held += len(chunk)
        if held > wanted:
            raise WRONG_BYTES(what="longer than offered")
        spool.take(chunk)
    if held != wanted:
        raise WRONG_BYTES(what=f"{held} of {wanted} bytes")
    assert isinstance(said.body, bodies.Offer | bodies.Rewrapped)
    if spool.digest() != said.body.container:
        raise WRONG_BYTES(what="SHA-384")


def _register(node: Node, heard: Said, terms: OfferTerms, fresh: NewNames) -> Said:
    """Enter the item and answer that it was received, in one step."""
    now = node.host.now()
    with node.store.writing() as tx:
        if (known := _known(node, tx, heard)) is not None:
            return known
        fresh.require_there(tx)
        log_statement(node, tx, heard)
        holding = items.under_way(node, tx, heard, at=now, handle_as=terms.handle_as)
        offer = heard.statement.saying(bodies.Offer)
        answer = talk.reply(
            node,
            tx,
            heard,
            bodies.TransferReceived(
                answers=heard.digest,
                container=offer.container,
                copy=numbered.FIRST,
                handle_as=terms.handle_as,
                decision=offer.decision,
            ),
        )
        received = items.spoken(answer, at=format_instant(now))
        items.enter(node, tx, effects.answered(holding, received))
        keep_answer(node, tx, heard, answer)
    node.host.reached("receive.recorded")
    return answer


def _reject(
    node: Node, heard: Said, error: SealaneError, mismatched: Mismatched = _nothing
) -> Said:
    """Say why, signed, and keep both in the ledger: a rejection is evidence too."""
    body = heard.statement.body
    with node.store.writing() as tx:
        # the same bytes came to another process at once, and were answered meanwhile
        if (known := _known(node, tx, heard)) is not None:
            return known
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
        mismatched(node, tx, heard, error)
    return answer


def accept(node: Node, item: str, clerk: Named) -> None:
    """The registry clerk accepts a delivered item; the provider is told by a signed receipt. Spec:
    R44, R64.
    """
    with node.store.writing() as tx:
        actor, _, _ = acts.require_about(node, tx, Act.ACCEPT, clerk, item)
        row = node.held(tx, item)
        body = bodies.TransferAccepted(answers=str(row.offer), by_person=str(actor.person))
        _settle(node, tx, row, "accept", body)
        acts.note(node, tx, Act.ACCEPT, actor, item=item)


def reject(node: Node, item: str, clerk: Named, *, reason: str) -> None:
    """The registry clerk turns a delivered item away: its provider is told by a signed statement,
    no key of it is used here any more, and the container is erased.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`,
    `life.no_such_step`; Refused `person.duty`. Spec: R44, R64; spec/exchange.md §4 (turned away).
    """
    with node.store.writing() as tx:
        actor, _, _ = acts.require_about(node, tx, Act.REJECT, clerk, item)
        row = node.held(tx, item)
        body = bodies.TransferRejected(
            answers=str(row.offer),
            container=row.container,
            code=CLERK.code,
            reason=reason[: talk.REASON],
        )
        _settle(node, tx, row, "reject", body)
        recall.call_back_made_from(node, tx, item, at=node.now()[1], told=actor.told())
        acts.note(node, tx, Act.REJECT, actor, item=item)
    node.host.reached("reject.recorded")
    node.blobs.destroy(row.container)


def _settle(node: Node, tx: Tx, row: Given, event: str, body: bodies.Body) -> None:
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
