"""Release: parse, load, decide, seal, record, queue. Delivery is `delivering`; nothing leaves
before it is recorded.

One item goes to one recipient or to several: one number and one document, and for each recipient a
decision, a container under a key of its own, a transfer and a numbered copy. Containers are sealed
into private spools first and named only when the item, its statements, its ledger entries and its
outbox rows commit in one step; a process killed in between leaves nameless spools that the next
start sweeps.
Spec: R2, R30, R31, R35, R39, R42, R64; spec/exchange.md §4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from sealane.base.errors import Conflict, declare
from sealane.decisions.decide import Decision
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.effects import Holding
from sealane.registry.records import Direction, Given, ItemState
from sealane.registry.transfer import PROVIDER, TRANSFER, WAITING
from sealane.registry.who_may import Act
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.exchange import earlier_release, judged_release, offering
from sealane.services.exchange.asked_release import Release as Release
from sealane.services.exchange.asked_release import with_proven_second
from sealane.services.exchange.earlier_release import Warned
from sealane.services.exchange.judged_release import Judged, Judgement, recipients_of
from sealane.services.exchange.judged_release import foreseen as foreseen
from sealane.services.exchange.projects import new_project
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import containers
from sealane.services.register import acts, items
from sealane.services.register.acts import Actor, Named
from sealane.services.register.numbers import next_item
from sealane.services.register.readers_there import ReadersThere, readers_there
from sealane.services.spans import RELEASE, spanned
from sealane.services.statements.journal import record

SEALED_OTHERWISE = declare(
    "release.sealed_otherwise",
    Conflict,
    "Item {item} was sealed for other terms than this release: {what}.",
    "項目 {item} はこの提供と異なる条件で封緘されています：{what}。",
    "Seal it again for this partner and this version of the agreement.",
    "この相手国と取決めのこの版のために封緘し直してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientOutcome:
    """What came of a release for one recipient: the transfer's state, or `refused`, and the
    decision it rests on.
    """

    to: str
    state: str
    decision: dict[str, Any] | None
    readers: ReadersThere = field(default_factory=ReadersThere)
    """Posts that the recipient says could read it, and as of when."""
    trouble: str | None = None
    """Why nothing went to it, as a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The registered item, with what came of it for each recipient that was asked for."""

    item: str
    state: str
    transfers: tuple[RecipientOutcome, ...]
    warnings: tuple[Warned, ...] = ()
    earlier: bool = False
    """Whether this very release was asked before, by its reference, so that nothing was shared."""


def _unheard(_: Warned) -> None:
    """Whoever asks reads the warnings in the answer."""


@spanned(RELEASE)
def release(
    node: Node, asked: Release, source: BinaryIO, say: Callable[[Warned], None] = _unheard
) -> Released:
    """Decide for each recipient and, when permitted, seal, record and queue one item; a refusal is
    recorded and raised, or with `each` listed beside what was sent.

    The same `reference` with the same terms and file gives the earlier item back, so a caller may
    safely ask again.

    Args:
        say: hears what a person should know before any partner does.
    Raises: NotFound `person.unknown`; Misconfigured `partner.unknown`; Refused `person.duty`,
    `decision.refused`; Unavailable `partner.no_answer` when an assurance is missing and the
    partner is away; Conflict `release.reference_taken`; Malformed for label or request.
    """
    asked = with_proven_second(node, asked)
    asked = replace(asked, to=recipients_of(node, asked))
    node.schemes[asked.label.policy].check(asked.label)
    if (earlier := earlier_release.by_reference(node, asked, source)) is not None:
        return _again(node, asked, earlier)
    foreseen = _foreseen(node, asked, say)
    judgement = judged_release.judged(node, asked)
    going, cards = judgement.going, [judgement.cards[one.to] for one in judgement.going]
    with ExitStack() as stack:
        spools = [stack.enter_context(node.blobs.adding()) for _ in going]
        size = _size(source)
        for spool in spools:
            spool.expect(size)
        made = containers.pack_several(
            node,
            source,
            list(zip((spool.file for spool in spools), cards, strict=True)),
            _document(node, asked, judgement, size),
            agreements=judgement.agreements,
        )
        for spool, sealed in zip(spools, made, strict=True):
            spool.keep(sealed.container)
        node.host.reached("release.sealed")
        with node.store.writing() as tx:
            earlier = earlier_release.meanwhile(node, tx, asked, made[0].document)
            if earlier is None:
                released = _register(node, tx, asked, judgement, made)
    if earlier is not None:
        for sealed in made:
            node.blobs.destroy(sealed.container)
        return _again(node, asked, earlier)
    node.host.reached("release.recorded")
    return replace(released, warnings=(*foreseen, *released.warnings))


def _foreseen(node: Node, asked: Release, say: Callable[[Warned], None]) -> tuple[Warned, ...]:
    """What is wrong with a release as far as this nation alone can tell, said at once."""
    with node.store.reading() as tx:
        foreseen = new_project(node, tx, asked.project)
    for warning in foreseen:
        say(warning)
    return foreseen


def _document(
    node: Node, asked: Release, judgement: Judgement, size: int | None
) -> containers.Document:
    return containers.Document(
        label=asked.label,
        agreement=judgement.agreement,
        media_type=asked.media_type,
        profile=asked.profile,
        size=size,
        interop_url=node.interop_url,
        digest=True,
    )


def _register(
    node: Node,
    tx: Tx,
    asked: Release,
    judgement: Judgement,
    made: Sequence[containers.Packed],
) -> Released:
    """Decide anew, now with the item's number; enter the item and offer it to each recipient.
    Raises: Refused `decision.refused`.
    """
    number = next_item(node, tx)
    sealed_for = {one.to: sealed for one, sealed in zip(judgement.going, made, strict=True)}
    again = [judged_release.again(node, tx, one, number) for one in judgement.recipients]
    if stopped := judged_release.stopping(asked, again):
        raise stopped
    going = [one for one in again if one.goes]
    warnings = _warnings(node, tx, going, made[0])
    item = items.sealed_here(
        node,
        item=number,
        label=asked.label,
        document=made[0].document,
        agreement=judgement.agreement,
        facts={**judgement.facts, "id": number, "released_to": [one.to for one in going]},
        media_type=asked.media_type,
    )
    item = replace(item, reference=asked.reference)
    holding = offering.outward(node, Holding(item=item), asked)
    for one in going:
        sealed = sealed_for[one.to]
        container = items.container_for(number, one.to, sealed)
        holding = offering.prepared(node, holding, container, one)
        _record_sealed(node, tx, asked, one, sealed)
    items.enter(node, tx, holding)
    for one in going:
        if not one.waits:
            holding = offering.offer(node, tx, holding, one.to)
    sent = tuple(_sent(holding, one) for one in again)
    return Released(item=number, state=holding.item.state, transfers=sent, warnings=warnings)


def _sent(holding: Holding, one: Judged) -> RecipientOutcome:
    transfer = holding.transfer_to(one.to)
    if transfer is None:
        told = judged_release.told(one)
        return RecipientOutcome(**told)
    assert one.decision is not None
    return RecipientOutcome(
        to=one.to,
        state=transfer.state,
        decision=one.decision.as_json(),
        readers=one.readers,
    )


def _warnings(
    node: Node, tx: Tx, going: Sequence[Judged], sealed: containers.Packed
) -> tuple[Warned, ...]:
    found = [earlier_release.no_readers(one.to) for one in going if not one.readers.posts]
    found += earlier_release.duplicates(node, tx, sealed.document, [one.to for one in going])
    if not sealed.record["plaintext_bytes"]:
        found.insert(0, earlier_release.empty())
    return tuple(found)


def _again(node: Node, asked: Release, held: Holding) -> Released:
    """What an earlier release of the same reference came to, as it stands now."""
    sent = []
    for to in asked.to:
        given = held.given(to)
        if given is None:
            sent.append(RecipientOutcome(to=to, state="refused", decision=None))
            continue
        with node.store.reading() as tx:
            readers = readers_there(node, tx, to, judged_release.question_of(asked))
        sent.append(
            RecipientOutcome(
                to=to,
                state=given.state,
                decision={
                    "decision": "refuse" if given.offer is None else "permit",
                    "digest": given.decision,
                },
                readers=readers,
            )
        )
    row = held.item
    return Released(item=row.id, state=row.state, transfers=tuple(sent), earlier=True)


def release_sealed(
    node: Node, item: str, asked: Release, say: Callable[[Warned], None] = _unheard
) -> Released:
    """Release an item that `seal --to` sealed earlier, to whom it was sealed for: the same
    decision, the container as it stands.

    `asked` names label, agreement and media type as the register has them.
    Raises: as `release`; Conflict `item.state`, `release.sealed_otherwise`.
    """
    asked = with_proven_second(node, asked)
    with node.store.reading() as tx:
        acts.require_about(node, tx, Act.RELEASE, asked.actor, item)
    asked = replace(asked, to=recipients_of(node, asked))
    with node.store.reading() as tx:
        row = node.item(tx, item)
        if row.direction != Direction.OWN or row.state != ItemState.SEALED or row.recalled:
            raise WRONG_STATE(item=item, state=row.state if row.recalled is None else "recalled")
        _sealed_as_asked(node, tx, node.held(tx, item), asked)
    foreseen = _foreseen(node, asked, say)
    judgement = judged_release.judged(node, asked)
    with node.store.writing() as tx:
        (one,) = (judged_release.again(node, tx, one, item) for one in judgement.recipients)
        if stopped := judged_release.stopping(asked, [one]):
            raise stopped
        own = node.holding(tx, item)
        facts = {**judgement.facts, "id": item}
        outward = replace(own, item=replace(own.item, facts=items.stored_facts(facts)))
        outward = offering.outward(node, replace(outward, containers=()), asked)
        (container,) = own.containers
        holding = offering.prepared(node, outward, replace(container, to=one.to), one)
        items.change(node, tx, own, holding)
        acts.note(node, tx, Act.RELEASE, asked.actor, item=item)
        if not one.waits:
            holding = offering.offer(node, tx, holding, one.to)
    node.host.reached("release.recorded")
    return Released(
        item=item,
        state=holding.item.state,
        transfers=(_sent(holding, one),),
        warnings=foreseen,
    )


def _sealed_as_asked(node: Node, tx: Tx, row: Given, asked: Release) -> None:
    """Silence where the container is what this release wants. Raises: Conflict
    `release.sealed_otherwise`.
    """
    digest = node.agreement_row(tx, asked.agreement).digest
    differs = {
        "label": row.label != asked.label.as_json(),
        "agreement": row.agreement != asked.agreement,
        "version of the agreement": row.agreement_digest != digest,
        "recipient": len(asked.to) > 1 or not {*asked.to, ""} & set(row.sealed["key_access"]),
        "container": not node.blobs.has(row.container),
    }
    if wrong := [what for what, other in differs.items() if other]:
        raise SEALED_OTHERWISE(item=row.id, what=", ".join(wrong))


def countersign(node: Node, item: str, signer: Named) -> Released:
    """The second signer's act: decide anew with both names for every recipient that waits, record
    and queue. All of them or none. Spec: R35, R64.

    Raises: NotFound `person.unknown`, `item.unknown`; Conflict `item.not_yours`, `item.state`,
    `life.no_such_step`; Refused `person.duty`, `decision.refused`.
    """
    with node.store.writing() as tx:
        actor, _, _ = acts.require_about(node, tx, Act.COUNTERSIGN, signer, item)
        held, who = node.holding(tx, item), str(actor.person)
        if held.item.recalled is not None:
            raise WRONG_STATE(item=item, state="recalled")
        waiting = [one for one in held.transfers if one.state == WAITING]
        if not waiting:
            TRANSFER.step(held.item.state, "countersign", by=PROVIDER)
        decided = [(one.to, *_with_signer(node, tx, one.request, who)) for one in waiting]
        refused = [(to, decision) for to, _, decision in decided if not decision.permit]
        if not refused:
            holding = held
            for to, request, decision in decided:
                holding = _signed(node, tx, holding, (to, request, decision), actor)
            sent = tuple(
                RecipientOutcome(to=to, state=ItemState.QUEUED, decision=decision.as_json())
                for to, _, decision in decided
            )
            return Released(item=item, state=holding.item.state, transfers=sent)
    for to, decision in refused:
        judged_release.record_refusal(node, actor, decision, to=to, item=item)
    to, decision = refused[0]
    raise refusal(decision, to=to if len(decided) > 1 else None)


def _with_signer(
    node: Node, tx: Tx, asked: dict[str, Any], signer: str
) -> tuple[dict[str, Any], Decision]:
    """A waiting request with the signer's name, now, and its decision."""
    item = {**asked["item"], "second_signer": signer}
    request = {**asked, "item": item, "at": node.now()[1]}
    return request, decide_now(node, tx, request)


def _signed(
    node: Node, tx: Tx, held: Holding, anew: tuple[str, dict[str, Any], Decision], signer: Actor
) -> Holding:
    """One recipient's waiting transfer, signed and offered on the decision made anew."""
    to, request, decision = anew
    step = TRANSFER.step(WAITING, "countersign", by=PROVIDER)
    assert step.entry is not None
    row = held.item
    record(
        node,
        tx,
        step.entry,
        agreement=row.agreement,
        partners=[to],
        agreement_digest=row.agreement_digest,
        item=row.id,
        decision=decision.digest,
        **signer.told(),
    )
    signed = effects.decided_anew(held, to, request, decision.digest)
    facts = {**row.facts, "second_signer": signer.person}
    signed = replace(signed, item=replace(signed.item, facts=facts))
    items.change(node, tx, held, signed)
    return offering.offer(node, tx, signed, to)


def _record_sealed(
    node: Node, tx: Tx, asked: Release, one: Judged, sealed: containers.Packed
) -> None:
    assert one.decision is not None
    record(
        node,
        tx,
        "item.sealed",
        item=one.request["item"]["id"],
        object_digest=sealed.container,
        policy=sealed.policy_uuid,
        label_digest=asked.label.digest(),
        decision=one.decision.digest,
        **asked.actor.told(),
    )


def _size(source: BinaryIO) -> int | None:
    """Bytes to come when the source can tell."""
    if not source.seekable():
        return None
    here, end = source.tell(), source.seek(0, 2)
    source.seek(here)
    return end - here
