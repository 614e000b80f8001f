"""The release desk: a composer that cannot make an invalid mark, the readers before the act, then
file and decision.

The officer signs in as one person and cannot name the second signer: that one signs in and signs.
Spec: R30, R31, R35, R64; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.agreements.vocabulary import KINDS
from sealane.ports import Tx
from sealane.registry.records import Duty
from sealane.registry.transfer import WAITING
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.exchange import assurance, outbox
from sealane.services.exchange import release as releasing
from sealane.services.node import Node, require_duty
from sealane.web import shown
from sealane.web.pages.mark_form import MarkOffer
from sealane.web.pages.refusals import Refusals
from sealane.web.pages.release_choice import (
    BAD_FORM,
    chosen_of,
    mark_form,
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
    if Duty.RELEASE_OFFICER not in visit.person["duties"]:
        return Page("release.html", {"trouble": "release.not_officer"}, 403)
    with node.store.reading() as tx:
        targets = targets_of(node, tx)
        if not targets:
            return Page("release.html", {"trouble": "release.no_agreement"}, 409)
        chosen = chosen_of(node, targets, visit.query)
        agreement, party = targets[chosen["target"]]
        originators = _people(node, tx, "originator")
        held = wish_of(visit, chosen)
        assured = assurance.held(
            node, tx, _key(agreement, party, chosen), chosen["project"] or None
        )
        asked = _asked(visit, agreement, party, chosen, originators)
        offer = mark_form(node, tx, visit, agreement, asked=asked, assured=assured).offer(held)
    composed = None
    if "level" in visit.query and offer.label:
        asks = "asked" not in visit.query and assured is None
        composed = _composed(node, agreement, party, offer, asks=asks)
    return Page(
        "release.html",
        {
            "trouble": None,
            "targets": [(key, one[0], one[1]) for key, one in targets.items()],
            "chosen": chosen,
            "wish": held,
            "agreement": agreement,
            "party": party,
            "offer": offer,
            "assured": assured,
            "composed": composed,
            "originators": originators,
            "kinds": KINDS,
            "party_name": shown.party_name(agreement, lang),
            "words": shown.agreement_words(agreement, lang),
            "also": [one for one in agreement.purposes if one.id != chosen["purpose"]],
        },
    )


def ask(shell: Shell, visit: Visit) -> Reply:
    """Ask the recipient for its signed assurance, and go back to see who could read."""
    node = shell.node
    require_duty(visit.person, Duty.RELEASE_OFFICER)
    agreement, party, chosen, label = wanted(node, visit)
    assurance.obtain(
        node,
        partner=party,
        agreement=agreement.id,
        area=chosen["area"],
        label=label,
        project=chosen["project"] or None,
        purpose=chosen["purpose"],
    )
    values = [("c", value) for value in visit.several.get("c", ())]
    again = [*chosen.items(), *values, ("countries", visit.form.get("countries", ""))]
    return RedirectResponse(f"/release?{urlencode([*again, ('asked', '1')])}#readers", 303)


def release(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """Decide, seal, record and send; what is refused shows its card."""
    node = shell.node
    require_duty(visit.person, Duty.RELEASE_OFFICER)
    agreement, party, chosen, label = wanted(node, visit)
    if visit.file is None or not visit.file.filename:
        raise BAD_FORM(member=visit.t("release.file"))
    kind = visit.form.get("kind", "file")
    asked = replace(
        release_as_chosen(visit, agreement, party, chosen, visit.form.get("originator", "")),
        label=label,
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
    outbox.deliver_due(node, item=released.item)
    done = "waiting" if released.state == WAITING else "released"
    return RedirectResponse(f"/items/{released.item}?done={done}", 303)


def _asked(
    visit: Visit,
    agreement: Agreement,
    party: str,
    chosen: Mapping[str, str],
    originators: list[dict[str, Any]],
) -> releasing.Release | None:
    """The release as far as it is known before there is a file; None where nobody could be its
    originator.
    """
    others = [one["id"] for one in originators if one["id"] != visit.person["id"]]
    return release_as_chosen(visit, agreement, party, chosen, others[0]) if others else None


def _key(agreement: Agreement, party: str, chosen: Mapping[str, str]) -> dict[str, str]:
    return {
        "agreement": agreement.id,
        "by": party,
        "area": chosen["area"],
        "level": chosen["level"],
    }


def _people(node: Node, tx: Tx, duty: str) -> list[dict[str, Any]]:
    return [
        dict(row.data)
        for row in node.records.people.find(tx, order="id")
        if duty in row.data["duties"]
    ]


def _composed(
    node: Node, agreement: Agreement, party: str, offer: MarkOffer, *, asks: bool
) -> dict[str, Any]:
    """The mark as it will stand, what it becomes there, and which clauses would refuse it as things
    stand.

    Args:
        asks: the partner's assurance is still to be asked for, so its absence says nothing yet.
    """
    label = offer.label
    if label is None:
        return {}
    there = agreement.equivalent(label.policy, label.classification, party)
    levels = () if there is None else there.names
    unmet = () if offer.foreseen is None else offer.foreseen.unmet
    if asks:
        unmet = tuple(reason for reason in unmet if reason.code != UNASSURED)
    return {
        "mark": shown.mark_of(node.schemes, label),
        "marks": offer.marks,
        "there": [shown.level_mark(node.schemes, party, name) for name in levels],
        "verified": there is not None and there.verified,
        "waits": any(reason.code == WAITS for reason in unmet),
        "unmet": [reason for reason in unmet if reason.code != WAITS],
        "asks": asks,
        "judged": offer.foreseen is not None,
    }
