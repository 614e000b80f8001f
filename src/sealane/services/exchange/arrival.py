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
from sealane.ledger.receipt import Statement
from sealane.ports import Spool, Tx
from sealane.registry.transfer import COPY, HOLDER, QUEUED, TRANSFER, WITHDRAWN, suspense_ends
from sealane.services.deciding.decision import decide_now, record_national
from sealane.services.deciding.equivalent import handle_as
from sealane.services.exchange import reseal
from sealane.services.node import NOT_YOURS, Node, require_duty
from sealane.services.opening import containers
from sealane.services.statements.inbox import accept_envelope, earlier_answer, keep_answer
from sealane.services.statements.journal import compose, log_statement, queue, record

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
    signed is answered.
        Unavailable: the disk is full; the sender tries again.
    """
    with node.store.reading() as tx:
        said = accept_envelope(node, tx, data, types=("offer", "rewrapped"))
        if (known := earlier_answer(node, tx, data)) is not None:
            return known
    name = receipt.digest(data)
    with node.blobs.adding() as spool:
        try:
            if isinstance(said.body, bodies.Rewrapped):
                _store(container, spool, said.body)
                return _replace(node, data, said, spool, reseal.check(node, said, spool))
            arrived = _check(node, said, container, spool)
        except SealaneError as error:
            if error.exit_status == 3:
                raise
            return _reject(node, data, said, name, error)
        node.host.reached("receive.stored")
        spool.keep(said.saying(bodies.Offer).container)
        return _register(node, data, said, name, arrived)


def _replace(
    node: Node, data: bytes, said: Statement, spool: Spool, facts: dict[str, Any]
) -> bytes:
    made = said.saying(bodies.Rewrapped)
    node.host.reached("rewrap.checked")
    spool.keep(made.container)
    node.host.reached("rewrap.stored")
    with node.store.writing() as tx:
        if (known := earlier_answer(node, tx, data)) is not None:
            return known
        answer = reseal.replace(node, tx, data, said, facts)
        keep_answer(node, tx, data, said, answer)
    node.host.reached("rewrap.taken")
    node.blobs.destroy(made.replaces)
    return answer


def _check(node: Node, said: Statement, container: BinaryIO, spool: Spool) -> Arrived:
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
    _store(container, spool, body)
    label = label_from_json(body.label)
    with node.store.reading() as tx:
        partner = node.partner(tx, said.by)
        if (
            node.records.get(tx, "items", id=said.item) is not None
        ):  # a number given twice, as after an old backup
            raise INCONSISTENT(what="another item of this number is registered")
        for told in node.records.find(tx, "statements", order="kept", item=said.item):
            if told["type"] == "withdrawn" and told["by"] == said.by:
                raise TAKEN_BACK(party=said.by)
        node.schemes[label.policy].check(label)
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


def _register(node: Node, data: bytes, said: Statement, name: str, arrived: Arrived) -> bytes:
    body, (now, at) = said.saying(bodies.Offer), node.now()
    request = body.request
    facts = {key: value for key, value in request["item"].items() if key != "recalled"}
    step = TRANSFER.step(QUEUED, "deliver", by=HOLDER)
    answer = compose(
        node,
        step.statement,
        to=said.by,
        agreement=(said.agreement, said.agreement_digest),
        item=said.item,
        body={
            "answers": name,
            "container": body.container,
            "copy": 1,
            "handle_as": arrived.handle_as,
            "decision": body.decision,
        },
    )
    with node.store.writing() as tx:
        if (known := earlier_answer(node, tx, data)) is not None:
            return known
        log_statement(node, tx, data, said)
        node.records.add(
            tx,
            "items",
            id=said.item,
            direction="in",
            provider=said.by,
            agreement=said.agreement,
            agreement_digest=said.agreement_digest,
            facts=facts,
            label=body.label,
            handle_as=arrived.handle_as,
            title=body.title[:200],
            media_type=body.media_type[:120],
            size=body.size,
            container=body.container,
            policy_uuid=body.policy_uuid,
            sealed=arrived.record,
            request=request,
            decision=body.decision,
            state=step.to,
            created=at,
            recalled=None,
            reference=None,
        )
        node.records.add(
            tx,
            "copies",
            item=said.item,
            number=1,
            holder=node.party,
            place=node.settings.node,
            state="held",
            since=at,
            authority=name,
        )
        received = log_statement(node, tx, answer, receipt.peek(answer))
        node.records.add(
            tx,
            "transfers",
            item=said.item,
            to=node.party,
            state=step.to,
            since=at,
            offer=name,
            due=format_instant(suspense_ends(node.version(tx, node.item(tx, str(said.item))), now)),
            receipt=received,
        )
        keep_answer(node, tx, data, said, answer)
    node.host.reached("receive.recorded")
    return answer


def _reject(node: Node, data: bytes, said: Statement, name: str, error: SealaneError) -> bytes:
    """Say why, signed, and keep both in the ledger: a rejection is evidence too."""
    body = {"answers": name, "code": error.code, "reason": error.message[:500]}
    kind = "rejected"
    if isinstance(said.body, bodies.Offer):
        kind, body = "transfer.rejected", {**body, "container": said.body.container}
    answer = compose(
        node,
        kind,
        to=said.by,
        agreement=(said.agreement, said.agreement_digest),
        item=said.item,
        body=body,
    )
    with node.store.writing() as tx:
        log_statement(node, tx, data, said)
        log_statement(node, tx, answer, receipt.peek(answer))
        keep_answer(node, tx, data, said, answer)
    return answer


def accept(node: Node, item: str, clerk: str) -> None:
    """The registry clerk accepts a delivered item; the provider is told by a signed receipt. Spec:
    R44, R64.
    """
    with node.store.writing() as tx:
        _settle(node, tx, item, clerk, "accept", body={"by_person": clerk})


def reject(node: Node, item: str, clerk: str, *, reason: str) -> None:
    """The registry clerk turns a delivered item away: its provider is told by a signed statement,
    no key of it is used here any more, and the container is erased.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`,
    `life.no_such_step`; Refused `person.duty`. Spec: R44, R64; spec/exchange.md §4 (turned away).
    """
    with node.store.writing() as tx:
        row = node.item(tx, item)
        body = {"container": row["container"], "code": CLERK.code, "reason": reason[:500]}
        _settle(node, tx, item, clerk, "reject", body=body)
        for copy in node.records.find(tx, "copies", order="number", item=item, state="held"):
            step = COPY.step(copy["state"], "reject", by=HOLDER)
            key = {"item": item, "number": copy["number"]}
            node.records.change(tx, "copies", key, state=step.to, since=node.now()[1])
    node.host.reached("reject.recorded")
    node.blobs.destroy(row["container"])


def _settle(node: Node, tx: Tx, item: str, clerk: str, event: str, *, body: dict[str, Any]) -> None:
    """The clerk's step, said to the provider and recorded in the same transaction."""
    person, row = node.person(tx, clerk), node.item(tx, item)
    if row["direction"] != "in":
        raise NOT_YOURS(item=item, party=", ".join(row["facts"]["released_to"]) or row["provider"])
    require_duty(person, "registry-clerk")
    step = TRANSFER.step(row["state"], event, by=HOLDER)
    transfer = node.records.get(tx, "transfers", item=item, to=node.party)
    data = compose(
        node,
        step.statement,
        to=row["provider"],
        agreement=(row["agreement"], row["agreement_digest"]),
        item=item,
        body={"answers": transfer["offer"] if transfer else "", **body},
    )
    said = receipt.peek(data)
    log_statement(node, tx, data, said)
    node.records.change(tx, "items", {"id": item}, state=step.to)
    node.records.change(
        tx,
        "transfers",
        {"item": item, "to": node.party},
        state=step.to,
        since=node.now()[1],
        due=None,
    )
    queue(node, tx, data, said)


def note_receipt(node: Node, tx: Tx, said: Statement, data: bytes) -> None:
    """The sender's side of an answer to its offer: log it, move the transfer, mark the copy.
    Idempotent.
    """
    name = receipt.digest(data)
    if node.records.get(tx, "entry_refs", statement=name) is not None:
        return
    log_statement(node, tx, data, said)
    row = node.item(tx, str(said.item))
    if row["state"] == WITHDRAWN:
        return  # it crossed with our withdrawal, which stands; the holder obeys that next
    body = said.body
    if isinstance(body, bodies.TransferReceived) and body.container != row["container"]:
        raise WRONG_BYTES(what="the receipt names another container")
    event = TRANSFER.event_of(row["state"], f"statement.{said.type}") or said.type
    step = TRANSFER.step(row["state"], event, by=HOLDER)
    node.records.change(tx, "items", {"id": row["id"]}, state=step.to)
    ended = {} if step.stops is None else {"due": None}
    node.records.change(
        tx,
        "transfers",
        {"item": row["id"], "to": said.by},
        state=step.to,
        since=said.at,
        receipt=name,
        **ended,
    )
    if event == "reject":
        copy = node.records.get(tx, "copies", item=row["id"], number=1)
        if copy is not None and copy["state"] == "held":
            made = COPY.step(copy["state"], event, by=HOLDER)
            key = {"item": row["id"], "number": 1}
            node.records.change(tx, "copies", key, state=made.to, since=said.at)
    record(
        node,
        tx,
        "transfer.delivered",
        agreement=said.agreement,
        item=row["id"],
        statement=name,
        outcome=said.type.split(".")[1],
        object_digest=row["container"],
    )
