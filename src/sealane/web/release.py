"""The release desk: a composer that cannot make an invalid mark, the readers before the act, then file and decision.

The officer signs in as one person and cannot name the second signer: that one signs in and signs.
Spec: R30, R31, R35, R64; platforms §6 patterns 1, 3 and 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Malformed, declare
from sealane.base.values import DAY, Instant, parse_instant
from sealane.labels.label import RELEASABLE_TO, Category, Label
from sealane.ports import Tx
from sealane.services import assuring, delivering, disclose
from sealane.services.judging import DecisionRefused
from sealane.services.node import Node, require_duty
from sealane.web import shown
from sealane.web.refusals import Refusals
from sealane.web.shell import Page, Reply, Shell, Visit

YEAR_DAYS = 365
KINDS = ("file", "oral", "visual", "equipment", "technical-data")
FIELDS = ("target", "level", "area", "purpose", "project", "until")

BAD_FORM = declare(
    "release.form", Malformed,
    "The form is not complete: {member}.", "フォームに不足があります：{member}。",
    "Go back and choose from the lists.", "戻って一覧から選んでください。",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A level that may be chosen, and how it is shown."""

    name: str
    mark: shown.Mark


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
        composed = _composed(node, tx, agreement, party, chosen) if "level" in visit.query else None
        people = _people(node, tx, "originator")
    return Page("release.html", {
        "trouble": None, "targets": [(key, one[0], one[1]) for key, one in targets.items()], "chosen": chosen,
        "agreement": agreement, "party": party, "levels": _levels(node, agreement), "composed": composed,
        "originators": people, "kinds": KINDS, "party_name": shown.party_name(agreement, lang), "words": shown.agreement_words(agreement, lang),
        "also": [one for one in agreement.purposes if one.id != chosen["purpose"]],
    })


def ask(shell: Shell, visit: Visit) -> Reply:
    """Ask the recipient for its signed assurance, and go back to see who could read."""
    node = shell.node
    require_duty(visit.person, "release-officer")
    agreement, party, chosen = _wanted(node, visit)
    label = label_for(node, agreement, chosen["level"])
    assuring.obtain(node, partner=party, agreement=agreement.id, area=chosen["area"], label=label,
                    project=chosen["project"] or None, purpose=chosen["purpose"])
    return RedirectResponse(f"/release?{urlencode({**chosen, 'asked': '1'})}#readers", 303)


def release(shell: Shell, visit: Visit, refusals: Refusals) -> Reply:
    """Decide, seal, record and send; what is refused shows its card."""
    node = shell.node
    require_duty(visit.person, "release-officer")
    agreement, party, chosen = _wanted(node, visit)
    if visit.file is None or not visit.file.filename:
        raise BAD_FORM(member=visit.t("release.file"))
    kind = visit.form.get("kind", "file")
    asked = disclose.Release(
        label=label_for(node, agreement, chosen["level"]), to=party, agreement=agreement.id, area=chosen["area"],
        purpose=chosen["purpose"], purposes=tuple(dict.fromkeys((chosen["purpose"], *visit.several.get("also", ())))),
        until=parse_instant(f"{chosen['until']}T00:00:00Z"), originator=visit.form.get("originator", ""),
        officer=visit.person["id"], kind=kind if kind in KINDS else "file", project=chosen["project"] or None,
        committee=visit.form.get("committee", "").strip() or None,
        title=(visit.form.get("title", "").strip() or visit.file.filename)[:200],
        media_type=(visit.file.content_type or "application/octet-stream")[:120])
    try:
        found = disclose.release(node, asked, visit.file.file)
    except DecisionRefused as error:
        return refusals.keep(visit, error, item=None, action="release", purpose=chosen["purpose"])
    delivering.deliver_due(node, item=found.item)
    done = "waiting" if found.state == "awaiting second signer" else "released"
    return RedirectResponse(f"/items/{found.item}?done={done}", 303)


def label_for(node: Node, agreement: Agreement, level: str) -> Label:
    """The label of a level, releasable to the agreement's parties; the scheme accepts it or it is not made."""
    label = Label(
        policy=node.party, classification=level, originator=node.party, created=node.now()[1],
        categories=(Category(RELEASABLE_TO, "permissive", tuple(sorted(one.id for one in agreement.parties))),))
    node.schemes.check(label)
    return label


def _targets(node: Node, tx: Tx) -> dict[str, tuple[Agreement, str]]:
    """Every agreement that knows release, with each other party that is enrolled here."""
    held = node.agreements(tx)
    partners = [row["party"] for row in node.records.find(tx, "partners", order="party")]
    return {f"{name}:{party}": (held[name], party) for name in held for party in partners
            if held[name].party(party) is not None and "release" in held[name].actions}


def _chosen(node: Node, targets: Mapping[str, tuple[Agreement, str]], given: Mapping[str, str]) -> dict[str, str]:
    """What is chosen so far; anything that is not on the lists falls back to the first choice."""
    target = given.get("target", "")
    target = target if target in targets else next(iter(targets))
    agreement, _ = targets[target]
    options = {"level": [one.name for one in _levels(node, agreement)], "area": [one.id for one in agreement.areas],
               "purpose": [one.id for one in agreement.purposes]}
    picked = {name: given[name] if given.get(name) in values else (values[0] if values else "") for name, values in options.items()}
    until = given.get("until", "")
    try:
        parse_instant(f"{until}T00:00:00Z")
    except Malformed:
        until = shown.plain_date(Instant(node.host.now() + YEAR_DAYS * DAY))
    return {"target": target, **picked, "project": given.get("project", "").strip()[:80], "until": until}


def _wanted(node: Node, visit: Visit) -> tuple[Agreement, str, dict[str, str]]:
    """The posted choice, every member on its list. Raises: Malformed `release.form`."""
    with node.store.reading() as tx:
        targets = _targets(node, tx)
    given = {name: visit.form.get(name, "") for name in FIELDS}
    if given["target"] not in targets:
        raise BAD_FORM(member=visit.t("release.to"))
    chosen = _chosen(node, targets, given)
    for name in FIELDS:
        if chosen[name] != given[name].strip():
            raise BAD_FORM(member=visit.t(f"release.{'to' if name == 'target' else name}"))
    return (*targets[chosen["target"]], chosen)


def _levels(node: Node, agreement: Agreement) -> list[Choice]:
    """Our levels that the agreement has a row for, the highest first."""
    names = [name for row in sorted(agreement.rows, key=lambda one: -one.level) for name in row.gives.get(node.party, ())]
    return [Choice(name, shown.level_mark(node.schemes, node.party, name)) for name in dict.fromkeys(names)]


def _people(node: Node, tx: Tx, duty: str) -> list[dict[str, Any]]:
    return [dict(row["data"]) for row in node.records.find(tx, "people", order="id") if duty in row["data"]["duties"]]


def _composed(node: Node, tx: Tx, agreement: Agreement, party: str, chosen: Mapping[str, str]) -> dict[str, Any]:
    """The mark as it will stand, what it becomes there, whether the area bears it, and who could read it."""
    label = label_for(node, agreement, chosen["level"])
    found = agreement.equivalent(label.policy, label.classification, party)
    area = next(one for one in agreement.areas if one.id == chosen["area"])
    row = node.records.get(tx, "assurances", agreement=agreement.id, by=party, area=chosen["area"], level=chosen["level"])
    data = None if row is None else row["data"]
    project = chosen["project"] or None
    live = data is not None and parse_instant(data["until"]) > node.host.now() and data.get("project") == project
    return {
        "mark": shown.mark_of(node.schemes, label),
        "there": [] if found is None else [shown.level_mark(node.schemes, party, name) for name in found.names],
        "verified": found is not None and found.verified, "above": found is not None and found.level > area.ceiling,
        "high": found is not None and found.level >= 3, "assured": data if live else None,
    }
