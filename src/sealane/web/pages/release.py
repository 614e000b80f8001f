"""The release desk: a composer that cannot make an invalid mark, the readers before the act, then
file and decision.

The officer signs in as one person and cannot name the second signer: that one signs in and signs.
Spec: R30, R31, R35, R64; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.agreements.vocabulary import KINDS
from sealane.base.errors import Unavailable
from sealane.decisions.decide import Decision
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.registry.transfer import WAITING
from sealane.registry.who_may import Act, may
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.exchange import assurance, outbox
from sealane.services.exchange import release as releasing
from sealane.services.exchange.projects import new_project
from sealane.services.node import Node
from sealane.services.register import acts
from sealane.services.register.readers_there import ReadersQuestion, ReadersThere, readers_there
from sealane.web import shown
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.release_choice import (
    BAD_FORM,
    chosen_of,
    foreseen_for,
    mark_form,
    others_of,
    parties_of,
    release_as_chosen,
    targets_of,
    wanted,
    wish_of,
)
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

WAITS, UNASSURED = "release.no_second_signer", "release.no_assurance"


def desk(shell: Shell, visit: Visit) -> Reply:
    """Compose, see the mark, the equivalent and the readers; the file comes last."""
    node, lang = shell.node, visit.lang
    if not may(Act.RELEASE, visit.person["id"], visit.person["duties"]):
        return Page("release.html", {"trouble": "release.not_officer"}, 403)
    with node.store.reading() as tx:
        targets = targets_of(node, tx)
        if not targets:
            return Page("release.html", {"trouble": "release.no_agreement"}, 409)
        chosen = chosen_of(node, targets, visit.query)
        agreement, _ = targets[chosen["target"]]
        parties = parties_of(targets, chosen["target"], visit)
        originators = _people(node, tx, "originator")
        held = wish_of(visit, chosen)
        assured = {
            party: assurance.held(node, tx, _key(node, agreement, party, chosen))
            for party in parties
        }
        asked = _asked(visit, agreement, parties, chosen, originators)
        offer = mark_form(node, tx, visit, agreement, asked=asked, assured=assured).offer(held)
        composed = None
        if "level" in visit.query and offer.label:
            whole = None if asked is None else replace(asked, label=offer.label)
            judged = {} if whole is None else foreseen_for(node, tx, whole, assured)
            asks = "asked" not in visit.query
            question = _question(agreement, chosen, offer.label)
            about = _recipients(node, tx, question, assured, judged)
            composed = _composed(node, agreement, offer.label, about, asks=asks)
            composed["marks"] = offer.marks
            composed["warned"] = new_project(node, tx, chosen["project"] or None)
    return Page(
        "release.html",
        {
            "trouble": None,
            "targets": [(key, one[0], one[1]) for key, one in targets.items()],
            "chosen": chosen,
            "wish": held,
            "agreement": agreement,
            "parties": parties,
            "others": others_of(targets, chosen["target"]),
            "offer": offer,
            "composed": composed,
            "originators": originators,
            "kinds": KINDS,
            "party_name": shown.party_name(agreement, lang),
            "words": shown.agreement_words(agreement, lang),
            "also": [one for one in agreement.purposes if one.id != chosen["purpose"]],
        },
    )


def ask(shell: Shell, visit: Visit) -> Reply:
    """Ask each recipient for its signed assurance, and go back to see who could read; one that is
    away keeps no other from being asked.
    """
    node = shell.node
    _require_officer(node, visit)
    posted = wanted(node, visit)
    chosen = posted.chosen
    troubles = []
    for party in posted.parties:
        try:
            about = _question(posted.agreement, chosen, posted.label)
            assurance.obtain(node, party, about)
        except Unavailable as error:
            troubles.append(error)
    if len(troubles) == len(posted.parties):
        raise troubles[0]
    values = [(name, value) for name in ("c", "to") for value in visit.several.get(name, ())]
    again = [*chosen.items(), *values, ("countries", visit.form.get("countries", ""))]
    return RedirectResponse(f"/release?{urlencode([*again, ('asked', '1')])}#readers", 303)


def release(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """Decide, seal, record and send; what is refused shows its card."""
    node = shell.node
    _require_officer(node, visit)
    posted = wanted(node, visit)
    chosen = posted.chosen
    if visit.file is None or not visit.file.filename:
        raise BAD_FORM(member=visit.t("release.file"))
    kind = visit.form.get("kind", "file")
    asked = replace(
        release_as_chosen(
            visit, posted.agreement, posted.parties, chosen, visit.form.get("originator", "")
        ),
        label=posted.label,
        each=visit.form.get("each") == "1",
        purposes=tuple(dict.fromkeys((chosen["purpose"], *visit.several.get("also", ())))),
        kind=kind if kind in KINDS else "file",
        committee=visit.form.get("committee", "").strip() or None,
        title=(visit.form.get("title", "").strip() or visit.file.filename)[:200],
        media_type=(visit.file.content_type or "application/octet-stream")[:120],
    )
    try:
        released = releasing.release(node, asked, visit.file.file)
    except DecisionRefused as error:
        return refusals.keep(visit, error, item=None, action="release", purpose=chosen["purpose"])
    outbox.deliver_at_once(node, item=released.item)
    done = "waiting" if released.state == WAITING else "released"
    left = [one.to for one in released.transfers if one.state == "refused"]
    query = urlencode({"done": done, **({"left": ",".join(left)} if left else {})})
    return RedirectResponse(f"/items/{released.item}?{query}", 303)


def _require_officer(node: Node, visit: Visit) -> None:
    """Before a form is read, let alone a file or the partner's answer."""
    with node.store.reading() as tx:
        acts.require(node, tx, Act.RELEASE, visit.actor)


def _asked(
    visit: Visit,
    agreement: Agreement,
    parties: tuple[str, ...],
    chosen: Mapping[str, str],
    originators: list[dict[str, Any]],
) -> releasing.Release | None:
    """The release as far as it is known before there is a file; None where nobody could be its
    originator.
    """
    others = [one["id"] for one in originators if one["id"] != visit.person["id"]]
    return release_as_chosen(visit, agreement, parties, chosen, others[0]) if others else None


def _question(agreement: Agreement, chosen: Mapping[str, str], label: Label) -> ReadersQuestion:
    return ReadersQuestion(
        agreement=agreement.id,
        area=chosen["area"],
        label=label,
        project=chosen["project"] or None,
        purpose=chosen["purpose"],
    )


def _key(node: Node, agreement: Agreement, party: str, chosen: Mapping[str, str]) -> dict[str, str]:
    return {
        "agreement": agreement.id,
        "by": party,
        "to": node.party,
        "area": chosen["area"],
        "level": chosen["level"],
    }


def _people(node: Node, tx: Tx, duty: str) -> list[dict[str, Any]]:
    return [
        dict(row.data)
        for row in node.records.people.find(tx, order="id")
        if duty in row.data["duties"]
    ]


@dataclass(frozen=True, slots=True)
class Recipient:
    """A recipient, what it has assured, who could read there, and what would be decided of it
    now.
    """

    party: str
    assured: Mapping[str, Any] | None
    readers: ReadersThere
    foreseen: Decision | None


def _recipients(
    node: Node,
    tx: Tx,
    question: ReadersQuestion,
    assured: Mapping[str, Mapping[str, Any] | None],
    judged: Mapping[str, Decision],
) -> list[Recipient]:
    """Each recipient as things stand."""
    return [
        Recipient(party, given, readers_there(node, tx, party, question), judged.get(party))
        for party, given in assured.items()
    ]


def _composed(
    node: Node, agreement: Agreement, label: Label, about: Sequence[Recipient], *, asks: bool
) -> dict[str, Any]:
    """The mark as it will stand, and each recipient beside it."""
    return {
        "mark": shown.mark_of(node.schemes, label),
        "recipients": [_recipient(node, agreement, label, one, asks=asks) for one in about],
    }


def _recipient(
    node: Node,
    agreement: Agreement,
    label: Label,
    about: Recipient,
    *,
    asks: bool,
) -> dict[str, Any]:
    """What the mark becomes at one recipient, who could read it there, and which clauses would
    refuse it as things stand.

    Args:
        asks: the partner was not asked yet, so that a missing assurance says nothing.
    """
    there = agreement.equivalent(label.policy, label.classification, about.party)
    levels = () if there is None else there.names
    unmet = () if about.foreseen is None else about.foreseen.unmet
    asks = asks and about.assured is None
    if asks:
        unmet = tuple(reason for reason in unmet if reason.code != UNASSURED)
    return {
        "party": about.party,
        "assured": about.assured,
        "readers": about.readers,
        "there": [shown.level_mark(node.schemes, about.party, name) for name in levels],
        "verified": there is not None and there.verified,
        "waits": any(reason.code == WAITS for reason in unmet),
        "unmet": [reason for reason in unmet if reason.code != WAITS],
        "asks": asks,
        "judged": about.foreseen is not None,
    }
