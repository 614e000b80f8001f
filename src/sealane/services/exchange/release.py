"""Release: parse, load, decide, seal, record, queue. Delivery is `delivering`; nothing leaves
before it is recorded.

The container is sealed into a private spool first and named only when the item, its statement, its
ledger entries and its outbox row commit in one step; a process killed in between leaves a nameless
spool that the next start sweeps.
Spec: R2, R30, R31, R35, R39, R42, R64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from sealane.agreements.loaded import Agreements
from sealane.base.errors import Conflict, Malformed, declare
from sealane.decisions.decide import Decision
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.registry import effects
from sealane.registry.effects import Holding
from sealane.registry.records import Direction, Duty, Item, ItemState
from sealane.registry.transfer import PROVIDER, QUEUED, TRANSFER, WAITING
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.deciding.request import item_facts
from sealane.services.exchange import assurance as assurances
from sealane.services.exchange.asked_release import Release as Release
from sealane.services.exchange.asked_release import facts_of, request_of
from sealane.services.node import WRONG_STATE, Node, require_duty
from sealane.services.opening import containers
from sealane.services.register import items
from sealane.services.register.numbers import next_item
from sealane.services.statements.journal import record
from sealane.services.statements.talk import tell

SECOND_SIGNER = "release.no_second_signer"

REFERENCE_USED = declare(
    "release.reference_used",
    Conflict,
    "Reference {reference!r} was already used for another release, {item}.",
    "参照 {reference!r} は別の提供 {item} に使用済みです。",
    "Choose another reference.",
    "別の参照を選んでください。",
)
SEALED_OTHERWISE = declare(
    "release.sealed_otherwise",
    Conflict,
    "Item {item} was sealed for other terms than this release: {what}.",
    "項目 {item} はこの提供と異なる条件で封緘されています：{what}。",
    "Seal it again for this partner and this version of the agreement.",
    "この相手国と取決めのこの版のために封緘し直してください。",
)
NO_RECIPIENT = declare(
    "release.no_recipient",
    Malformed,
    "A release names one recipient party; an empty list is nobody.",
    "提供には受領国が一つ必要です。空の宛先は誰でもありません。",
    "Give --to with the partner's code.",
    "--to に相手国の符号を指定してください。",
)


@dataclass(frozen=True, slots=True)
class Released:
    """The registered item, its state, and the decision it rests on."""

    item: str
    state: str
    decision: dict[str, Any]
    readers: list[str]
    earlier: bool = False
    """Whether this very release was asked before, by its reference, so that nothing was shared."""


def release(node: Node, asked: Release, source: BinaryIO) -> Released:
    """Decide and, when permitted, seal, record and queue one item; a refusal is recorded and
    raised.

    The same `reference` with the same terms gives the earlier item back, so a caller may safely ask
    again.
    Raises: Refused `decision.refused`, `person.duty`; Unavailable `partner.unavailable` when an
    assurance is missing and
        the partner is away; Conflict `release.reference_used`; Malformed for label or request.
    """
    if not asked.to:
        raise NO_RECIPIENT()
    node.schemes[asked.label.policy].check(asked.label)
    if (earlier := _earlier(node, asked)) is not None:
        return earlier
    judged = _decided(node, asked)
    with node.blobs.adding() as spool:
        size = _size(source)
        spool.expect(size)
        sealed = containers.pack(
            node,
            source,
            spool.file,
            label=asked.label,
            agreement=(asked.agreement, judged.agreement_digest),
            partner=judged.partner,
            media_type=asked.media_type,
            profile=asked.profile,
            agreements=judged.agreements,
            size=size,
            interop_url=node.interop_url,
        )
        spool.keep(sealed.container)
        node.host.reached("release.sealed")
        with node.store.writing() as tx:
            item = next_item(node, tx)
            judged.facts["id"] = judged.request["item"]["id"] = item
            decision = decide_now(node, tx, judged.request)
            if not decision.permit and not judged.waits:
                raise refusal(decision)
            row = items.sealed_here(
                node,
                item=item,
                label=asked.label,
                sealed=sealed,
                agreement=(asked.agreement, judged.agreement_digest),
                facts=judged.facts,
                media_type=asked.media_type,
            )
            own = Holding(item=row)
            own = replace(own, item=replace(own.item, reference=asked.reference))
            holding = _outward(node, own, asked, judged.request, decision)
            items.enter(node, tx, holding)
            _record_sealed(node, tx, asked, holding.item)
            if not judged.waits:
                _offer(node, tx, holding)
    node.host.reached("release.recorded")
    return Released(item, judged.state, decision.as_json(), judged.readers)


def release_sealed(node: Node, item: str, asked: Release) -> Released:
    """Release an item that `seal --to` sealed earlier: the same decision, the container as it
    stands.

    `asked` names label, agreement and media type as the register has them.
    Raises: as `release`; Conflict `item.state`, `release.sealed_otherwise`.
    """
    with node.store.reading() as tx:
        row = node.item(tx, item)
        digest = str(node.agreement_row(tx, asked.agreement).digest)
    if row.direction != Direction.OWN or row.state != ItemState.SEALED or row.recalled is not None:
        raise WRONG_STATE(item=item, state=row.state if row.recalled is None else "recalled")
    differs = {
        "label": row.label != asked.label.as_json(),
        "agreement": row.agreement != asked.agreement,
        "version of the agreement": row.agreement_digest != digest,
        "recipient": not {asked.to, ""} & set(row.sealed["key_access"]),
        "container": not node.blobs.has(row.container),
    }
    if wrong := [what for what, other in differs.items() if other]:
        raise SEALED_OTHERWISE(item=item, what=", ".join(wrong))
    judged = _decided(node, asked)
    judged.facts["id"] = judged.request["item"]["id"] = item
    with node.store.writing() as tx:
        decision = decide_now(node, tx, judged.request)
        if not decision.permit and not judged.waits:
            raise refusal(decision)
        own = Holding(item=node.item(tx, item))
        holding = _outward(node, own, asked, judged.request, decision)
        items.change(node, tx, own, holding)
        if not judged.waits:
            _offer(node, tx, holding)
    node.host.reached("release.recorded")
    return Released(item, judged.state, decision.as_json(), judged.readers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What a release was decided on, before anything was sealed or registered."""

    request: dict[str, Any]
    facts: dict[str, Any]
    readers: list[str]
    waits: bool
    agreement_digest: str
    partner: Card
    agreements: Agreements

    @property
    def state(self) -> str:
        return TRANSFER.start if self.waits else QUEUED


def _decided(node: Node, asked: Release) -> _Judged:
    """The release's decision; a refusal is recorded and raised, a missing second signer waits.
    Raises: as `release`.
    """
    assurance, readers = assurances.obtain(
        node,
        partner=asked.to,
        agreement=asked.agreement,
        area=asked.area,
        label=asked.label,
        project=asked.project,
        purpose=asked.purpose,
    )
    with node.store.reading() as tx:
        facts = facts_of(node, tx, asked)
        request = request_of(node, tx, asked, facts, assurance)
        decision = decide_now(node, tx, request)
        agreement = node.agreement_row(tx, asked.agreement)
        partner, held = node.partner(tx, asked.to), node.agreements(tx)
    waits = not decision.permit and asked.second is None and _only_second_missing(decision)
    if not decision.permit and not waits:
        _record_refusal(node, asked, decision)
        raise refusal(decision)
    node.host.reached("release.decided")
    return _Judged(
        request=request,
        facts=facts,
        readers=readers,
        waits=waits,
        agreement_digest=str(agreement.digest),
        partner=partner,
        agreements=held,
    )


def foreseen(node: Node, tx: Tx, asked: Release, assurance: Mapping[str, Any] | None) -> Decision:
    """What `release` would decide now, by the very same rules; nothing is asked, recorded or sent.

    Raises: Refused `person.duty`; Malformed `request.*`.
    """
    return decide_now(node, tx, request_of(node, tx, asked, facts_of(node, tx, asked), assurance))


def countersign(node: Node, item: str, signer: str) -> Released:
    """The second signer's act: decide anew with both names, record and queue. Spec: R35, R64."""
    with node.store.writing() as tx:
        row = node.item(tx, item)
        require_duty(node.person(tx, signer), Duty.SECOND_SIGNER)
        step = TRANSFER.step(row.state, "countersign", by=PROVIDER)
        request = dict(row.request)
        request["item"] = {**request["item"], "second_signer": signer}
        request["at"] = node.now()[1]
        decision = decide_now(node, tx, request)
        if decision.permit:
            assert step.entry is not None
            record(
                node,
                tx,
                step.entry,
                agreement=row.agreement,
                partners=[row.request["recipient"]],
                agreement_digest=row.agreement_digest,
                item=item,
                actor=signer,
                decision=decision.digest,
            )
            waiting = items.of(node, tx, item)
            assert waiting is not None
            signed = _decided_anew(waiting, request, decision, ItemState(step.to))
            items.change(node, tx, waiting, signed)
            _offer(node, tx, signed)
            return Released(item, step.to, decision.as_json(), [])
    _record_refusal(node, None, decision, item=item)
    raise refusal(decision)


def _only_second_missing(decision: Decision) -> bool:
    return [reason.code for reason in decision.unmet] == [SECOND_SIGNER]


def _decided_anew(
    held: Holding, request: dict[str, Any], decision: Decision, state: ItemState
) -> Holding:
    """What a request that was decided leaves on the item."""
    item = replace(
        held.item,
        facts=items.stored_facts(request["item"]),
        request=request,
        decision=decision.digest,
        state=state,
    )
    return replace(held, item=item)


def _outward(
    node: Node, own: Holding, asked: Release, request: dict[str, Any], decision: Decision
) -> Holding:
    """What was sealed here as it goes to a partner, with the copy that stays."""
    state = QUEUED if decision.permit else WAITING
    held = _decided_anew(own, request, decision, state)
    item = replace(held.item, direction=Direction.OUT, title=asked.title)
    outward = replace(held, item=item)
    return effects.original(outward, place=node.settings.node, at=node.now()[1])


def _record_sealed(node: Node, tx: Tx, asked: Release, item: Item) -> None:
    record(
        node,
        tx,
        "item.sealed",
        item=item.id,
        object_digest=item.container,
        policy=item.policy_uuid,
        label_digest=asked.label.digest(),
        decision=item.decision,
        actor=asked.officer,
    )


def _offer(node: Node, tx: Tx, holding: Holding) -> None:
    """State the release to the partner in one statement, log it, and queue it with its container;
    from then on the item is under way.
    """
    row = holding.item
    body = bodies.Offer(
        request=row.request,
        label=row.label,
        decision=row.decision,
        container=row.container,
        policy_uuid=row.policy_uuid,
        size=row.size,
        media_type=row.media_type,
        title=row.title,
        copy=effects.FIRST,
        handle_as=None,
        sealed=bodies.SealedRecord(**row.sealed),
    )
    offer = tell(
        node,
        tx,
        body,
        to=row.request["recipient"],
        agreement=(row.agreement, row.agreement_digest),
        item=row.id,
        container=row.container,
    )
    items.change(node, tx, holding, items.offered(node, tx, holding, offer, at=node.host.now()))


def _record_refusal(
    node: Node, asked: Release | None, decision: Decision, *, item: str | None = None
) -> None:
    clauses = [reason.clause for reason in decision.unmet]
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "decision.refuse",
            item=item,
            actor=asked.officer if asked else None,
            decision=decision.digest,
            clauses=clauses[:64],
            peer=asked.to if asked else None,
            purpose=asked.purpose if asked else None,
            label_digest=asked.label.digest() if asked else None,
        )


def _size(source: BinaryIO) -> int | None:
    """Bytes to come when the source can tell."""
    if not source.seekable():
        return None
    here = source.tell()
    end = source.seek(0, 2)
    source.seek(here)
    return end - here


def _earlier(node: Node, asked: Release) -> Released | None:
    if asked.reference is None:
        return None
    with node.store.reading() as tx:
        row = node.records.items.get(tx, reference=asked.reference)
        if row is None:
            return None
        facts = item_facts(row)
        # A label made from a mark is as old as its asking, so its date is no part of what is asked.
        label = {**asked.label.as_json(), "created": row.label["created"]}
        same = (
            row.label == label
            and facts["released_to"] == [asked.to]
            and facts["purposes"] == list(asked.purposes)
            and facts["area"] == asked.area
        )
    if not same:
        raise REFERENCE_USED(reference=asked.reference, item=row.id)
    return Released(
        row.id, row.state, {"decision": "permit", "digest": row.decision}, [], earlier=True
    )
