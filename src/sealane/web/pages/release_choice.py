"""What the officer has chosen on the release form, each member held against its list.

While the form is composed, a value that is on no list falls back to the first choice; in what is
posted it is a fault. The label comes from the composer, never from the browser.
Spec: R14, R30, R31; docs/console.md §The release desk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.errors import Malformed, declare
from sealane.base.values import DAY, Instant, parse_instant
from sealane.decisions.decide import Decision
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.services.exchange import assurance
from sealane.services.exchange import release as releasing
from sealane.services.node import Node
from sealane.web import shown
from sealane.web.pages.mark_form import MarkForm, Wish, wish
from sealane.web.visit import Visit

YEAR_DAYS = 365
FIELDS = ("target", "level", "area", "purpose", "project", "until")

BAD_FORM = declare(
    "release.form",
    Malformed,
    "The form is not complete: {member}.",
    "フォームに不足があります：{member}。",
    "Go back and choose from the lists.",
    "戻って一覧から選んでください。",
)


def targets_of(node: Node, tx: Tx) -> dict[str, tuple[Agreement, str]]:
    """Every agreement that knows release, with each other party that is enrolled here."""
    held = node.agreements(tx)
    partners = [card.party for card in node.partners(tx)]
    return {
        f"{name}:{party}": (held[name], party)
        for name in held
        for party in partners
        if held[name].party(party) is not None and "release" in held[name].actions
    }


def chosen_of(
    node: Node,
    targets: Mapping[str, tuple[Agreement, str]],
    given: Mapping[str, str],
    first: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """What is chosen so far; anything that is not on the lists falls back to the first choice, and
    a level to none.

    Args:
        first: where the form begins, of each member that nobody chose.
    """
    target = given.get("target", "")
    target = target if target in targets else first.get("target") or next(iter(targets))
    agreement, _ = targets[target]
    options = {
        "area": [one.id for one in agreement.areas],
        "purpose": [one.id for one in agreement.purposes],
    }
    picked = {}
    for name, values in options.items():
        begins = first.get(name) if first.get(name) in values else values[0] if values else ""
        picked[name] = given[name] if given.get(name) in values else str(begins)
    level = given.get("level", "")
    until = given.get("until", "")
    try:
        parse_instant(f"{until}T00:00:00Z")
    except Malformed:
        until = in_a_year(node)
    return {
        "target": target,
        "level": level if level in levels_of(node, agreement) else "",
        **picked,
        "project": given.get("project", "").strip()[:80],
        "until": until,
    }


def in_a_year(node: Node) -> str:
    """The day a year from now."""
    return shown.plain_date(Instant(node.host.now() + YEAR_DAYS * DAY))


def others_of(targets: Mapping[str, tuple[Agreement, str]], target: str) -> list[str]:
    """The other enrolled parties to whom the same item may go under the chosen agreement."""
    agreement, party = targets[target]
    return [one for held, one in targets.values() if held.id == agreement.id and one != party]


def parties_of(
    targets: Mapping[str, tuple[Agreement, str]], target: str, visit: Visit
) -> tuple[str, ...]:
    """Everybody whom the release is for: the chosen partner first, then those named beside."""
    beside = visit.several.get("to", ())
    return (targets[target][1], *(one for one in others_of(targets, target) if one in beside))


def levels_of(node: Node, agreement: Agreement) -> list[str]:
    """Our levels that may be given now and that the agreement has a row for, the lowest first."""
    given = {name for row in agreement.rows for name in row.gives.get(node.party, ())}
    own = shown.levels_given(node.schemes, _policy(node, agreement), node.host.now())
    return [name for name, _ in own if name in given]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedChoice:
    """A posted choice, every member on its list, and the label that it makes."""

    agreement: Agreement
    parties: tuple[str, ...]
    chosen: dict[str, str]
    label: Label


def wanted(node: Node, visit: Visit) -> PostedChoice:
    """What the officer posted. Raises: Malformed `release.form`: something is on no list."""
    with node.store.reading() as tx:
        targets = targets_of(node, tx)
        given = {name: visit.form.get(name, "") for name in FIELDS}
        # 1. an agreement and a partner that are there
        if given["target"] not in targets:
            raise BAD_FORM(member=visit.t("release.to"))
        chosen = chosen_of(node, targets, given)
        # 2. every other member on its list: what fell back was not
        for name in FIELDS:
            if chosen[name] != given[name].strip() or (name == "level" and not chosen[name]):
                raise BAD_FORM(member=visit.t(f"release.{'to' if name == 'target' else name}"))
        agreement, _ = targets[chosen["target"]]
        parties = parties_of(targets, chosen["target"], visit)
        # 3. nobody is left out in silence who was named beside
        if set(visit.several.get("to", ())) - set(parties):
            raise BAD_FORM(member=visit.t("release.also_to"))
        composed = mark_form(node, tx, visit, agreement).compose(wish_of(visit, chosen))
    # 4. the composer makes a valid label of it
    if composed.label is None:
        raise BAD_FORM(member=visit.t("release.mark"))
    return PostedChoice(agreement=agreement, parties=parties, chosen=chosen, label=composed.label)


def mark_form(
    node: Node,
    tx: Tx,
    visit: Visit,
    agreement: Agreement,
    *,
    asked: releasing.Release | None = None,
    assured: Mapping[str, Mapping[str, Any] | None] = MappingProxyType({}),
) -> MarkForm:
    """The composer of this release: each label is judged by the decision that the release itself
    will ask, for several recipients by the one that refuses most.

    Args:
        assured: what each recipient has assured.
    """

    def foresee(label: Label) -> Decision | None:
        if asked is None:
            return None
        judged = foreseen_for(node, tx, replace(asked, label=label), assured)
        return max(judged.values(), key=lambda decision: len(decision.unmet))

    return MarkForm(
        schemes=node.schemes,
        policy=_policy(node, agreement),
        parties=tuple(sorted(one.id for one in agreement.parties)),
        at=node.host.now(),
        lang=visit.lang,
        foresee=foresee,
    )


def foreseen_for(
    node: Node,
    tx: Tx,
    asked: releasing.Release,
    assured: Mapping[str, Mapping[str, Any] | None],
) -> dict[str, Decision]:
    """What the release would decide of each recipient as things stand."""
    found = {}
    for to in asked.to:
        held = assured.get(to)
        told = None if held is None else assurance.member(held, to)
        found[to] = releasing.foreseen(node, tx, asked, to, told)
    return found


def _policy(node: Node, agreement: Agreement) -> str:
    """The scheme that this node's party marks by under the agreement."""
    own = agreement.party(node.party)
    return node.party if own is None else own.policy


def wish_of(visit: Visit, chosen: Mapping[str, str]) -> Wish:
    given = visit.form or visit.query
    return wish(chosen["level"], visit.several.get("c", ()), given.get("countries", ""))


def release_as_chosen(
    visit: Visit,
    agreement: Agreement,
    parties: tuple[str, ...],
    chosen: Mapping[str, str],
    originator: str,
) -> releasing.Release:
    return releasing.Release(
        label=Label(policy="", classification=chosen["level"]),
        to=parties,
        agreement=agreement.id,
        area=chosen["area"],
        purpose=chosen["purpose"],
        purposes=(chosen["purpose"],),
        until=parse_instant(f"{chosen['until']}T00:00:00Z"),
        originator=originator,
        officer=visit.person["id"],
        proof=visit.actor.proof,
        project=chosen["project"] or None,
    )
