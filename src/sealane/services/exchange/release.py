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

from sealane.base.exercise import require_same_world
from sealane.decisions.decide import Decision
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.effects import Holding
from sealane.registry.records import ItemState
from sealane.registry.transfer import PROVIDER, TRANSFER, WAITING
from sealane.registry.who_may import Act
from sealane.services.cases import committee
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.exchange import derived, earlier_release, judged_release, offering, unusual
from sealane.services.exchange.asked_release import Release as Release
from sealane.services.exchange.asked_release import with_proven_second
from sealane.services.exchange.earlier_release import Warned
from sealane.services.exchange.judged_release import Judged, Judgement, recipients_of
from sealane.services.exchange.judged_release import foreseen as foreseen
from sealane.services.exchange.projects import new_project
from sealane.services.exchange.release_containers import Made, sealed_for
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import containers
from sealane.services.register import acts, items, remarks
from sealane.services.register.acts import Actor, Named
from sealane.services.register.numbers import next_item
from sealane.services.register.readers_there import ReadersThere, readers_there
from sealane.services.spans import RELEASE, spanned
from sealane.services.statements.journal import record


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


def unheard(_: Warned) -> None:
    """Whoever asks reads the warnings in the answer."""


@spanned(RELEASE)
def release(
    node: Node, asked: Release, source: BinaryIO, say: Callable[[Warned], None] = unheard
) -> Released:
    """Decide for each recipient and, when permitted, seal, record and queue one item; a refusal is
    recorded and raised, or with `each` listed beside what was sent.

    The same `reference` with the same terms and file gives the earlier item back, so a caller may
    safely ask again.

    Args:
        say: hears what a person should know before any partner does.
    Raises: NotFound `person.unknown`; Misconfigured `partner.unknown`; Refused `person.duty`,
    `decision.refused`; Unavailable `partner.no_answer` when an assurance is missing and the
    partner is away, `container.swept`; Conflict `release.reference_taken`, `release.unanswered`;
    Malformed: its terms.
    """
    asked = with_proven_second(node, asked)
    asked = replace(asked, to=recipients_of(node, asked))
    require_same_world(node.party, asked.label.policy)
    node.schemes[asked.label.policy].check(asked.label)
    if (earlier := earlier_release.by_reference(node, asked, source)) is not None:
        return told_again(node, asked, earlier)
    foreseen = foreseen_here(node, asked, say)
    judgement = judged_release.judged(node, asked)
    with ExitStack() as stack:
        made = sealed_for(node, asked, judgement, source, stack)
        node.host.reached("release.sealed")
        with node.store.writing() as tx:
            earlier = earlier_release.meanwhile(node, tx, asked, made.document)
            if earlier is None:
                made.names.require_there(tx)
                released = _register(node, tx, asked, judgement, made, foreseen=foreseen)
    if earlier is not None:
        for one in made.everything:
            node.blobs.destroy(one.container)
        return told_again(node, asked, earlier)
    node.host.reached("release.recorded")
    return released


def foreseen_here(node: Node, asked: Release, say: Callable[[Warned], None]) -> tuple[Warned, ...]:
    """What is wrong with a release as far as this nation alone can tell, said at once."""
    with node.store.reading() as tx:
        foreseen = new_project(node, tx, asked.project)
    for warning in foreseen:
        say(warning)
    return foreseen


def _register(
    node: Node,
    tx: Tx,
    asked: Release,
    judgement: Judgement,
    made: Made,
    *,
    foreseen: Sequence[Warned],
) -> Released:
    """Decide anew, now with the item's number; enter the item and offer it to each recipient.
    Raises: Refused `decision.refused`; Conflict `release.unanswered`.
    """
    number = next_item(node, tx)
    again, going = decided_again(node, tx, asked, judgement, number)
    warnings = (*foreseen, *warnings_of(node, tx, asked, going, made))
    unusual.require_answered(asked, warnings)
    item = items.sealed_here(
        node,
        item=number,
        label=asked.label,
        document=made.document,
        agreement=judgement.agreement,
        facts={**judgement.facts, "id": number, "released_to": [one.to for one in going]},
        media_type=asked.media_type,
        pages=asked.pages,
    )
    item = replace(item, reference=asked.reference)
    own = [] if made.own is None else [items.container_for(number, node.party, made.own)]
    holding = outward(
        node, tx, Holding(item=item, containers=tuple(own)), asked, going=going, made=made
    )
    items.enter(node, tx, holding)
    holding = offered(node, tx, holding, going)
    remarks.note(node, tx, number, asked.actor, act=Act.RELEASE, text=asked.reason)
    unusual.enter_answer(node, tx, number, asked, warnings)
    sent = tuple(outcome(holding, one) for one in again)
    return Released(item=number, state=holding.item.state, transfers=sent, warnings=warnings)


def decided_again(
    node: Node, tx: Tx, asked: Release, judgement: Judgement, item: str
) -> tuple[list[Judged], list[Judged]]:
    """Every recipient as it is decided within the step that records, and those that it goes to.
    Raises: Refused `decision.refused`.
    """
    again = [judged_release.again(node, tx, one, item) for one in judgement.recipients]
    if stopped := judged_release.stopping(asked, again):
        raise stopped
    return again, [one for one in again if one.goes]


def outward(
    node: Node, tx: Tx, own: Holding, asked: Release, *, going: Sequence[Judged], made: Made
) -> Holding:
    """The item on its way out, with a container and a transfer for each recipient; each sealing is
    recorded.
    """
    holding = offering.outward(node, own, asked)
    for one in going:
        packed = made.by_party[one.to]
        container = items.container_for(own.item.id, one.to, packed)
        holding = offering.prepared(node, holding, container, one)
        _record_sealed(node, tx, asked, one, packed)
    return holding


def offered(node: Node, tx: Tx, holding: Holding, going: Sequence[Judged]) -> Holding:
    """Offered to each recipient that nobody has still to sign for."""
    for one in going:
        if not one.waits:
            holding = offering.offer(node, tx, holding, one.to)
    return holding


def outcome(holding: Holding, one: Judged) -> RecipientOutcome:
    """What came of it for one recipient."""
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


def warnings_of(
    node: Node, tx: Tx, asked: Release, going: Sequence[Judged], made: Made
) -> tuple[Warned, ...]:
    """What a person should know of a release before anything of it is entered."""
    parties = [one.to for one in going]
    found = [earlier_release.empty()] if made.is_empty else []
    found += [earlier_release.no_readers(one.to) for one in going if not one.readers.posts]
    found += earlier_release.duplicates(node, tx, made.document, parties)
    if names := committee.uninspected(node, tx, asked.committee):
        found.append(earlier_release.uninspected(str(asked.committee), names))
    return (*found, *unusual.found(node, tx, asked.label, parties))


def told_again(node: Node, asked: Release, held: Holding) -> Released:
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
        purposes = {one.to: str(one.request["purpose"]) for one in waiting}
        derived.require_free(node, tx, held.item, purposes)
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
    node: Node, tx: Tx, asked: Release, one: Judged, packed: containers.Packed
) -> None:
    assert one.decision is not None
    record(
        node,
        tx,
        "item.sealed",
        item=one.request["item"]["id"],
        object_digest=packed.container,
        policy=packed.policy_uuid,
        label_digest=asked.label.digest(),
        decision=one.decision.digest,
        **asked.actor.told(),
    )
