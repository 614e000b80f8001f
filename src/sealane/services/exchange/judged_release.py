"""What is decided of a release, for each recipient by itself, before anything is sealed.

Each refusal is recorded. All or nothing, unless the asker wants each that may be served to be
served. Spec: R2, R30, R31, R35.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.agreements.loaded import Agreements
from sealane.base.errors import Malformed, Misconfigured, SealaneError, declare
from sealane.decisions.decide import Decision
from sealane.decisions.request import unknown_word
from sealane.ports import Tx
from sealane.protocol.card import Card
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.exchange import assurance as assurances
from sealane.services.exchange.asked_release import (
    Release,
    facts_of,
    request_of,
    require_known,
    require_people,
)
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.register.readers_there import ReadersQuestion, ReadersThere
from sealane.services.statements.journal import record

SECOND_SIGNER = "release.no_second_signer"

NO_RECIPIENT = declare(
    "release.no_recipient",
    Malformed,
    "A release names at least one recipient party; an empty list is nobody.",
    "提供には受領国が少なくとも一つ必要です。空の宛先は誰でもありません。",
    "Give --to with the partner's code.",
    "--to に相手国の符号を指定してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found about one recipient: its part in the release, or what keeps it out."""

    to: str
    request: dict[str, Any]
    decision: Decision | None
    readers: ReadersThere
    waits: bool = False
    """Whether only the second signer's name is missing."""
    trouble: SealaneError | None = None

    @property
    def goes(self) -> bool:
        return self.trouble is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All recipients of a release with what it rests on."""

    facts: dict[str, Any]
    agreement: tuple[str, str]
    agreements: Agreements
    cards: Mapping[str, Card]
    recipients: tuple[Judged, ...]

    @property
    def going(self) -> tuple[Judged, ...]:
        return tuple(one for one in self.recipients if one.goes)


def question_of(asked: Release) -> ReadersQuestion:
    """Whom a release asks its recipients about: readers of this label, project and purpose."""
    return ReadersQuestion(
        agreement=asked.agreement,
        area=asked.area,
        label=asked.label,
        project=asked.project,
        purpose=asked.purpose,
    )


def recipients_of(node: Node, asked: Release) -> tuple[str, ...]:
    """Whom a release is for, each once, asked by who may.

    Raises: Malformed `release.no_recipient`; NotFound `person.unknown`; Misconfigured
    `partner.unknown`: one stops all, for a name that nobody here knows is a slip of the asker;
    Refused `person.duty`.
    """
    parties = tuple(dict.fromkeys(asked.to))
    if not all(parties) or not parties:
        raise NO_RECIPIENT()
    with node.store.reading() as tx:
        require_known(node, tx, asked)
        for party in parties:
            node.partner(tx, party)
        require_people(node, tx, asked)
    return parties


def judged(node: Node, asked: Release) -> Judgement:
    """The decision for each recipient; refusals are recorded, and raised where they stop the
    release.

    Raises: Refused `decision.refused`, `person.duty`; Unavailable `partner.no_answer` when an
    assurance is missing and the partner is away; Misconfigured `agreement.not_held`; Malformed for
    label or request.
    """
    with node.store.reading() as tx:
        facts = facts_of(node, asked)
        cards = {party: node.partner(tx, party) for party in asked.to}
        agreement = (asked.agreement, node.agreement_row(tx, asked.agreement).digest)
        held = node.agreements(tx)
    _require_listed(held.at(asked.agreement, node.host.now()), asked)
    recipients = tuple(_judged_for(node, asked, facts, to) for to in asked.to)
    for one in recipients:
        if one.decision is not None and not one.goes:
            record_refusal(node, asked.actor, one.decision, asked=asked, to=one.to)
    if stopped := stopping(asked, recipients):
        raise stopped
    node.host.reached("release.decided")
    return Judgement(
        facts=facts, agreement=agreement, agreements=held, cards=cards, recipients=recipients
    )


def _require_listed(agreement: Agreement | None, asked: Release) -> None:
    """A slip in an area or a purpose is told at home, before any partner hears of it. Raises:
    Malformed `request.unknown_word`.
    """
    if agreement is None:
        return
    areas = {area.id for area in agreement.areas}
    if asked.area not in areas:
        raise unknown_word(asked.area, "area", areas, position="area")
    purposes = {purpose.id for purpose in agreement.purposes}
    for purpose in (asked.purpose, *asked.purposes):
        if purpose not in purposes:
            raise unknown_word(purpose, "purpose", purposes, position="purpose")


def _judged_for(node: Node, asked: Release, facts: dict[str, Any], to: str) -> Judged:
    """One recipient's assurance and decision; what is wrong with it is no other's matter."""
    try:
        assurance, readers = assurances.obtain(node, to, question_of(asked))
    except (Malformed, Misconfigured):
        raise
    except SealaneError as error:
        return Judged(to=to, request={}, decision=None, readers=ReadersThere(), trouble=error)
    with node.store.reading() as tx:
        request = request_of(node, tx, asked, facts, to=to, assurance=assurance)
        decision = decide_now(node, tx, request)
    waits = not decision.permit and asked.second is None and _only_second_missing(decision)
    return Judged(
        to=to,
        request=request,
        decision=decision,
        readers=readers,
        waits=waits,
        trouble=None if decision.permit or waits else refusal(decision, to=_named(asked, to)),
    )


def again(node: Node, tx: Tx, one: Judged, item: str) -> Judged:
    """A recipient's decision inside the step that records it, with the item's number."""
    if not one.goes:
        return one
    request = {**one.request, "item": {**one.request["item"], "id": item}}
    decision = decide_now(node, tx, request)
    trouble = None if decision.permit or one.waits else refusal(decision, to=one.to)
    return replace(one, request=request, decision=decision, trouble=trouble)


def stopping(asked: Release, recipients: Sequence[Judged]) -> SealaneError | None:
    """What stops the release of all: one recipient that it cannot go to, or with `each` that there
    is none that it can go to. A refusal comes before what may be mended by trying again.
    """
    troubles = [one.trouble for one in recipients if one.trouble is not None]
    if not troubles or (asked.each and len(troubles) < len(recipients)):
        return None
    found = next((one for one in troubles if one.exit_status == 1), troubles[0])
    if len(recipients) > 1:
        found.details = {**(found.details or {}), "transfers": [told(one) for one in recipients]}
    return found


def told(one: Judged) -> dict[str, Any]:
    """A recipient that nothing was sent to, as the answer lists it."""
    decision = None if one.decision is None else one.decision.as_json()
    trouble = None if one.trouble is None else one.trouble.code
    state = "refused" if trouble else "not released"
    return {"to": one.to, "state": state, "decision": decision, "trouble": trouble}


def foreseen(
    node: Node, tx: Tx, asked: Release, to: str, assurance: Mapping[str, Any] | None
) -> Decision:
    """What `release` would decide of a recipient now, by the very same rules; nothing is asked,
    recorded or sent.

    Raises: Refused `person.duty`; Malformed `request.*`.
    """
    require_people(node, tx, asked)
    facts = facts_of(node, asked)
    return decide_now(node, tx, request_of(node, tx, asked, facts, to=to, assurance=assurance))


def record_refusal(
    node: Node,
    actor: Actor,
    decision: Decision,
    *,
    to: str,
    asked: Release | None = None,
    item: str | None = None,
) -> None:
    """Name what was refused towards whom in this nation's own log."""
    clauses = [reason.clause for reason in decision.unmet]
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "decision.refuse",
            item=item,
            decision=decision.digest,
            clauses=clauses[:64],
            peer=to,
            purpose=asked.purpose if asked else None,
            label_digest=asked.label.digest() if asked else None,
            **actor.told(),
        )


def _named(asked: Release, to: str) -> str | None:
    """The recipient, where there are several that a refusal may be about."""
    return to if len(asked.to) > 1 else None


def _only_second_missing(decision: Decision) -> bool:
    return [reason.code for reason in decision.unmet] == [SECOND_SIGNER]
