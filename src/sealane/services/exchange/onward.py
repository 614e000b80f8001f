"""Onward: a holder passes a received item on to a third party, with the consent of the nation whose
item it is.

Two decisions, each by the agreement that it belongs to: may it leave those two (`onward`, under the
item's own), and may it go to the third party (`release`, under the agreement with it). The origin's
key service decides the first as well, and gives its share with a signed grant; the item is sealed
anew, its key in three parts. Offer, register and the word to the origin commit together.
Spec: R6, R32, R35; spec/onward.md; docs/adr/0081-onward-in-three-parts.md.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Refused, declare
from sealane.base.values import parse_instant
from sealane.decisions.decide import Decision
from sealane.labels.model.label import label_from_json
from sealane.ports import Tx
from sealane.registry import effects
from sealane.registry.records import Given
from sealane.registry.who_may import Act
from sealane.services import holding
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.deciding.onward_leave import OnwardLeave, leave, named_purpose
from sealane.services.deciding.request import own_request, shut
from sealane.services.exchange import assurance, judged_release, offering, onward_sealing
from sealane.services.exchange.asked_release import Release, facts_of, request_of
from sealane.services.exchange.onward_sealing import Resealed
from sealane.services.exchange.onward_word import tell_offered
from sealane.services.node import WRONG_STATE, Node
from sealane.services.opening import onward_grant
from sealane.services.opening.denials import note_denial
from sealane.services.opening.shares import Permitted
from sealane.services.register import acts, items
from sealane.services.register.acts import Actor, Named
from sealane.services.statements.journal import record

LOWER = declare(
    "onward.level_lower",
    Refused,
    "Under {agreement} {to} would handle {item} below the level at which it is held here.",
    "{agreement} によれば、{to} は {item} を、ここでの区分より低い区分で取り扱うことになります。",
    "The provider marks it higher, or another agreement is named.",
    "提供国がより高い区分を標示するか、別の取決めを指定してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PassingOn:
    """What a person asks to be passed on, to whom, and under which agreement with that party."""

    item: str
    to: str
    agreement: str | None = None
    """None: no agreement is named, and then nothing goes."""
    purpose: str | None = None
    """None: the one that the consent names, else the first that both agreements know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    """What came of it: the transfer's state, and what it rests on."""

    item: str
    to: str
    agreement: str
    state: str
    decision: Mapping[str, Any]
    """By the agreement with the third party."""
    leave: Mapping[str, Any]
    """By the item's own agreement, with the consent."""
    earlier: bool = False
    """Whether it was passed on before, so that nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Going:
    """What is passed on, and what is known of it before the origin is asked."""

    row: Given
    asked: PassingOn
    own: Permitted
    bounds: OnwardLeave
    assurance: Mapping[str, Any] | None

    @property
    def agreement(self) -> str:
        return str(self.asked.agreement)


def pass_on(node: Node, asked: PassingOn, *, person: Named) -> PassedOn:
    """Decide, ask the origin for its share and grant, seal anew, record, and queue the offer to the
    third party with the word to the origin.

    Asked again, it tells how the transfer stands. A refusal at home is told to the origin.
    Raises: NotFound `person.unknown`, `item.unknown`, `item.no_container`; Conflict
    `item.not_yours`, `item.state`; Refused `person.duty`, `decision.refused`, `onward.*`,
    `key.refused`; Misconfigured `partner.unknown`; Unavailable `key.provider_unavailable`,
    `partner.no_answer`; Untrusted `container.*`, `statement.other_answer`. Spec: spec/onward.md §3.
    """
    with node.store.reading() as tx:
        actor, officer, _ = acts.require_about(node, tx, Act.ONWARD, person, asked.item)
        if actor.second is not None:
            acts.require(node, tx, Act.COUNTERSIGN, actor.second)
        row, earlier = node.held(tx, asked.item), _earlier(node, tx, asked)
        asked = replace(asked, purpose=asked.purpose or _purpose(node, tx, row, asked))
    if earlier is not None:
        return earlier
    own = _permitted(node, row, asked, actor, str((officer or {})["post"]))
    going = _judged(node, row, asked, own)
    node.host.reached("onward.decided")
    with ExitStack() as stack:
        plain = stack.enter_context(tempfile.TemporaryFile())
        granted = onward_sealing.read(node, row, own, plain)
        within = replace(going.bounds, purposes=granted.purposes, until=granted.until)
        going = replace(going, bounds=within)
        sealed = onward_sealing.sealed_for(
            node, row, (asked.to, going.agreement), plain, stack=stack
        )
        node.host.reached("onward.sealed")
        with node.store.writing() as tx:
            sealed.names.require_there(tx)
            passed = _record(node, tx, going, sealed, granted)
    node.host.reached("onward.recorded")
    return passed


def _earlier(node: Node, tx: Tx, asked: PassingOn) -> PassedOn | None:
    """How an item stands that went to this party before. Raises: Conflict `item.state`: that came
    to an end, and a number is given once.
    """
    leg = holding.between(node.records, tx, asked.item, (node.party, asked.to))
    if leg is None or leg.onward is None:
        return None
    given = leg.given(asked.to)
    assert given is not None
    if shut(given):
        state = "recalled" if given.recalled else given.state
        raise WRONG_STATE(item=asked.item, state=state)
    return PassedOn(
        item=asked.item,
        to=asked.to,
        agreement=given.agreement,
        state=given.state,
        decision={"decision": "permit", "digest": given.decision},
        leave={"consents": given.request["consents"]},
        earlier=True,
    )


def _purpose(node: Node, tx: Tx, row: Given, asked: PassingOn) -> str:
    """What it is passed on for where nobody said so."""
    named = named_purpose(node, tx, row, asked.to)
    if named is not None:
        return named
    held = node.agreements(tx)
    name = asked.agreement
    listed = {one.id for one in held[name].purposes} if name is not None and name in held else set()
    purposes = [str(one) for one in row.facts["purposes"]]
    return next((one for one in purposes if one in listed), purposes[0])


def _leaving(node: Node, tx: Tx, row: Given, asked: PassingOn, person: str) -> dict[str, Any]:
    """The question whether the item may leave the two whose agreement it rests on."""
    request = own_request(node, tx, row, person=person, purpose=str(asked.purpose), action="onward")
    third = {} if asked.agreement is None else {"third_agreement": asked.agreement}
    return {**request, "recipient": asked.to, **third}


def _permitted(node: Node, row: Given, asked: PassingOn, actor: Actor, post: str) -> Permitted:
    """This nation's own permission by the item's agreement; a refusal is told to the origin and
    raised. Raises: Refused `decision.refused`.
    """
    with node.store.reading() as tx:
        request = _leaving(node, tx, row, asked, str(actor.person))
        decision = decide_now(node, tx, request)
    if not decision.permit:
        note_denial(node, row, request, decision, post, by=actor)
        raise refusal(decision)
    return Permitted(request=request, decision=decision, post=post, actor=actor)


def _judged(node: Node, row: Given, asked: PassingOn, own: Permitted) -> _Going:
    """What the agreement with the third party says, before the origin is asked for anything.
    Raises: Refused `onward.*`, `decision.refused`; as `assurance.obtain`.
    """
    name = str(asked.agreement)
    with node.store.reading() as tx:
        node.partner(tx, asked.to)
        agreement = onward_grant.require_all_three(node, tx, name, provider=row.origin, to=asked.to)
        _require_no_lower(node, tx, row, agreement, asked.to)
        bounds = leave(node, tx, row, asked.to, str(asked.purpose), agreement=agreement)
        node.require_honest(tx, asked.to)
    question = judged_release.question_of(_terms(row, asked, own.actor, bounds))
    given, _ = assurance.obtain(node, asked.to, question)
    going = _Going(row=row, asked=asked, own=own, bounds=bounds, assurance=given)
    with node.store.reading() as tx:
        _, decision = _decided(node, tx, going)
    if not decision.permit:
        judged_release.record_refusal(node, own.actor, decision, to=asked.to, item=row.id)
        raise refusal(decision)
    return going


def _require_no_lower(node: Node, tx: Tx, row: Given, agreement: Agreement, to: str) -> None:
    """The third party handles it no lower than it is held here. Raises: Refused
    `onward.level_lower`.
    """
    label = label_from_json(row.label)
    here = node.agreements(tx)[row.agreement]
    held = here.equivalent(label.policy, label.classification, node.party)
    there = agreement.equivalent(label.policy, label.classification, to)
    if held is not None and there is not None and there.level < held.level:
        raise LOWER(agreement=agreement.id, to=to, item=row.id)


def _terms(row: Given, asked: PassingOn, actor: Actor, bounds: OnwardLeave) -> Release:
    """The item as a release to the third party states it."""
    return Release(
        label=label_from_json(row.label),
        to=(asked.to,),
        agreement=str(asked.agreement),
        area=str(row.facts["area"]),
        purpose=str(asked.purpose),
        purposes=bounds.purposes,
        until=parse_instant(bounds.until),
        originator=str(row.facts["originator"]),
        officer=str(actor.person),
        second=None if actor.second is None else actor.second.person,
        kind=str(row.facts["kind"]),
        project=row.facts["project"],
    )


def _decided(node: Node, tx: Tx, going: _Going) -> tuple[dict[str, Any], Decision]:
    """The request of a release to the third party, by this nation and of the origin's item, and
    what is decided of it now.
    """
    row, to = going.row, going.asked.to
    terms = _terms(row, going.asked, going.own.actor, going.bounds)
    facts = {
        **facts_of(node, terms),
        "id": row.id,
        "provider": row.origin,
        "originator": row.facts["originator"],
        "until": going.bounds.until,
    }
    request = request_of(node, tx, terms, facts, to=to, assurance=going.assurance)
    request["consents"] = [dict(going.bounds.consent)]
    return request, decide_now(node, tx, request)


def _record(
    node: Node, tx: Tx, going: _Going, sealed: Resealed, granted: onward_sealing.Granted
) -> PassedOn:
    """Decide both anew, enter the leg, offer it, and tell the origin. Raises: Conflict
    `item.state`; Refused `decision.refused`.
    """
    row, asked, actor = going.row, going.asked, going.own.actor
    now = node.held(tx, row.id)
    if shut(now) or now.label != row.label or _earlier(node, tx, asked) is not None:
        raise WRONG_STATE(item=row.id, state="recalled" if now.recalled else now.state)
    leaving = decide_now(node, tx, _leaving(node, tx, now, asked, str(actor.person)))
    request, decision = _decided(node, tx, going)
    for one in (leaving, decision):
        if not one.permit:
            raise refusal(one)
    leg = items.leg_of(now, (node.party, asked.to), sealed.agreement, request["item"])
    container = items.container_for(row.id, asked.to, sealed.packed)
    at = node.now()[1]
    leg = effects.prepared(leg, container, request, decision.digest, at=at)
    items.enter(node, tx, leg)
    _enter_entries(node, tx, going, sealed, decisions=(leaving, decision))
    leg = offering.offer(node, tx, leg, asked.to, granted=granted.data)
    tell_offered(node, tx, now, leg, sealed, answers=granted.answers)
    return PassedOn(
        item=row.id,
        to=asked.to,
        agreement=going.agreement,
        state=leg.item.state,
        decision=decision.as_json(),
        leave=leaving.as_json(),
    )


def _enter_entries(
    node: Node, tx: Tx, going: _Going, sealed: Resealed, *, decisions: tuple[Decision, Decision]
) -> None:
    """What was decided, told to the nation whose matter each decision is; and the sealing."""
    row, asked, told = going.row, going.asked, going.own.actor.told()
    leaving, decision = decisions
    record(
        node,
        tx,
        "decision.permit",
        agreement=row.agreement,
        partners=[row.provider],
        item=row.id,
        decision=leaving.digest,
        peer=asked.to,
        **told,
    )
    record(
        node,
        tx,
        "item.sealed",
        item=row.id,
        object_digest=sealed.packed.container,
        policy=sealed.packed.policy_uuid,
        label_digest=label_from_json(row.label).digest(),
        decision=decision.digest,
        **told,
    )
