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
from sealane.base.errors import Malformed, declare
from sealane.base.values import DAY, Instant, parse_instant
from sealane.decisions.decide import Decision
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.services.deciding.decision import DecisionRefused
from sealane.services.exchange import assurance, outbox
from sealane.services.exchange import release as releasing
from sealane.services.node import Node, require_duty
from sealane.web import shown
from sealane.web.composing import Desk, Offer, Wish, wish
from sealane.web.refusals import Refusals
from sealane.web.shell import Page, Reply, Shell, Visit

YEAR_DAYS = 365
KINDS = ("file", "oral", "visual", "equipment", "technical-data")
FIELDS = ("target", "level", "area", "purpose", "project", "until")
WAITS, UNASSURED = "release.no_second_signer", "release.no_assurance"

BAD_FORM = declare(
    "release.form",
    Malformed,
    "The form is not complete: {member}.",
    "フォームに不足があります：{member}。",
    "Go back and choose from the lists.",
    "戻って一覧から選んでください。",
)


def desk(shell: Shell, visit: Visit) -> Reply:
    """Compose, see the mark, the equivalent and the readers; the file comes last."""
    node, lang = shell.node, visit.lang
    if "release-officer" not in visit.person["duties"]:
        return Page("release.html", {"trouble": "release.not_officer"}, 403)
    with node.store.reading() as tx:
        targets = _targets(node, tx)
        if not targets:
            return Page("release.html", {"trouble": "release.no_agreement"}, 409)
        chosen = _chosen(node, targets, visit.query)
        agreement, party = targets[chosen["target"]]
        originators = _people(node, tx, "originator")
        held = _wish(visit, chosen)
        assured = assurance.held(
            node, tx, _key(agreement, party, chosen), chosen["project"] or None
        )
        asked = _asked(visit, agreement, party, chosen, originators)
        offer = _desk(node, tx, visit, agreement, asked=asked, assured=assured).offer(held)
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
            "composed": (
                _composed(
                    node,
                    agreement,
                    party,
                    offer,
                    asks="asked" not in visit.query and assured is None,
                )
                if "level" in visit.query and offer.label
                else None
            ),
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
    require_duty(visit.person, "release-officer")
    agreement, party, chosen, label = _wanted(node, visit)
    assurance.obtain(
        node,
        partner=party,
        agreement=agreement.id,
        area=chosen["area"],
        label=label,
        project=chosen["project"] or None,
        purpose=chosen["purpose"],
    )
    again = [
        *chosen.items(),
        *(("c", one) for one in visit.several.get("c", ())),
        ("countries", visit.form.get("countries", "")),
    ]
    return RedirectResponse(f"/release?{urlencode([*again, ('asked', '1')])}#readers", 303)


def release(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """Decide, seal, record and send; what is refused shows its card."""
    node = shell.node
    require_duty(visit.person, "release-officer")
    agreement, party, chosen, label = _wanted(node, visit)
    if visit.file is None or not visit.file.filename:
        raise BAD_FORM(member=visit.t("release.file"))
    kind = visit.form.get("kind", "file")
    asked = replace(
        _release(visit, agreement, party, chosen, visit.form.get("originator", "")),
        label=label,
        purposes=tuple(dict.fromkeys((chosen["purpose"], *visit.several.get("also", ())))),
        kind=kind if kind in KINDS else "file",
        committee=visit.form.get("committee", "").strip() or None,
        title=(visit.form.get("title", "").strip() or visit.file.filename)[:200],
        media_type=(visit.file.content_type or "application/octet-stream")[:120],
    )
    try:
        found = releasing.release(node, asked, visit.file.file)
    except DecisionRefused as error:
        return refusals.keep(visit, error, item=None, action="release", purpose=chosen["purpose"])
    outbox.deliver_due(node, item=found.item)
    done = "waiting" if found.state == "awaiting second signer" else "released"
    return RedirectResponse(f"/items/{found.item}?done={done}", 303)


def _wish(visit: Visit, chosen: Mapping[str, str]) -> Wish:
    given = visit.form or visit.query
    return wish(chosen["level"], visit.several.get("c", ()), given.get("countries", ""))


def _key(agreement: Agreement, party: str, chosen: Mapping[str, str]) -> dict[str, str]:
    return {
        "agreement": agreement.id,
        "by": party,
        "area": chosen["area"],
        "level": chosen["level"],
    }


def _desk(
    node: Node,
    tx: Tx,
    visit: Visit,
    agreement: Agreement,
    *,
    asked: releasing.Release | None = None,
    assured: Mapping[str, Any] | None = None,
) -> Desk:
    """The composer of this release: each label is judged by the decision that the release itself
    will ask.
    """
    told = None if assured is None or asked is None else assurance.member(assured, asked.to)

    def foresee(label: Label) -> Decision | None:
        return (
            None
            if asked is None
            else releasing.foreseen(node, tx, replace(asked, label=label), told)
        )

    return Desk(
        schemes=node.schemes,
        policy=_policy(node, agreement),
        parties=tuple(sorted(one.id for one in agreement.parties)),
        at=node.host.now(),
        lang=visit.lang,
        foresee=foresee,
    )


def _policy(node: Node, agreement: Agreement) -> str:
    """The scheme that this node's party marks by under the agreement."""
    own = agreement.party(node.party)
    return node.party if own is None else own.policy


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
    return _release(visit, agreement, party, chosen, others[0]) if others else None


def _release(
    visit: Visit, agreement: Agreement, party: str, chosen: Mapping[str, str], originator: str
) -> releasing.Release:
    return releasing.Release(
        label=Label(policy="", classification=chosen["level"]),
        to=party,
        agreement=agreement.id,
        area=chosen["area"],
        purpose=chosen["purpose"],
        purposes=(chosen["purpose"],),
        until=parse_instant(f"{chosen['until']}T00:00:00Z"),
        originator=originator,
        officer=visit.person["id"],
        project=chosen["project"] or None,
    )


def _targets(node: Node, tx: Tx) -> dict[str, tuple[Agreement, str]]:
    """Every agreement that knows release, with each other party that is enrolled here."""
    held = node.agreements(tx)
    partners = [row.party for row in node.records.partners.find(tx, order="party")]
    return {
        f"{name}:{party}": (held[name], party)
        for name in held
        for party in partners
        if held[name].party(party) is not None and "release" in held[name].actions
    }


def _chosen(
    node: Node, targets: Mapping[str, tuple[Agreement, str]], given: Mapping[str, str]
) -> dict[str, str]:
    """What is chosen so far; anything that is not on the lists falls back to the first choice."""
    target = given.get("target", "")
    target = target if target in targets else next(iter(targets))
    agreement, _ = targets[target]
    options = {
        "level": _levels(node, agreement),
        "area": [one.id for one in agreement.areas],
        "purpose": [one.id for one in agreement.purposes],
    }
    picked = {
        name: given[name] if given.get(name) in values else (values[0] if values else "")
        for name, values in options.items()
    }
    until = given.get("until", "")
    try:
        parse_instant(f"{until}T00:00:00Z")
    except Malformed:
        until = shown.plain_date(Instant(node.host.now() + YEAR_DAYS * DAY))
    return {
        "target": target,
        **picked,
        "project": given.get("project", "").strip()[:80],
        "until": until,
    }


def _wanted(node: Node, visit: Visit) -> tuple[Agreement, str, dict[str, str], Label]:
    """The posted choice, every member on its list, and the label it makes. Raises: Malformed
    `release.form`.
    """
    with node.store.reading() as tx:
        targets = _targets(node, tx)
        given = {name: visit.form.get(name, "") for name in FIELDS}
        if given["target"] not in targets:
            raise BAD_FORM(member=visit.t("release.to"))
        chosen = _chosen(node, targets, given)
        for name in FIELDS:
            if chosen[name] != given[name].strip():
                raise BAD_FORM(member=visit.t(f"release.{'to' if name == 'target' else name}"))
        agreement, party = targets[chosen["target"]]
        found = _desk(node, tx, visit, agreement).compose(_wish(visit, chosen))
    if found.label is None:
        raise BAD_FORM(member=visit.t("release.mark"))
    return agreement, party, chosen, found.label


def _levels(node: Node, agreement: Agreement) -> list[str]:
    """Our levels that the agreement has a row for, the highest first."""
    return list(
        dict.fromkeys(
            name
            for row in sorted(agreement.rows, key=lambda one: -one.level)
            for name in row.gives.get(node.party, ())
        )
    )


def _people(node: Node, tx: Tx, duty: str) -> list[dict[str, Any]]:
    return [
        dict(row.data)
        for row in node.records.people.find(tx, order="id")
        if duty in row.data["duties"]
    ]


def _composed(
    node: Node, agreement: Agreement, party: str, offer: Offer, *, asks: bool
) -> dict[str, Any]:
    """The mark as it will stand, what it becomes there, and which clauses would refuse it as things
    stand.

    Args:
        asks: the partner's assurance is still to be asked for, so its absence says nothing yet.
    """
    label = offer.label
    if label is None:
        return {}
    found = agreement.equivalent(label.policy, label.classification, party)
    unmet = (
        ()
        if offer.foreseen is None
        else tuple(one for one in offer.foreseen.unmet if not (asks and one.code == UNASSURED))
    )
    return {
        "mark": shown.mark_of(node.schemes, label),
        "marks": offer.marks,
        "there": (
            []
            if found is None
            else [shown.level_mark(node.schemes, party, name) for name in found.names]
        ),
        "verified": found is not None and found.verified,
        "waits": any(one.code == WAITS for one in unmet),
        "unmet": [one for one in unmet if one.code != WAITS],
        "asks": asks,
        "judged": offer.foreseen is not None,
    }
