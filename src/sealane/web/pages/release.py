"""The release desk: a composer that cannot make an invalid mark, the readers before the act, then
file and decision.

The officer signs in as one person and cannot name the second signer: that one signs in and signs.
Spec: R30, R31, R35, R64; docs/console.md §The release desk.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.agreements.vocabulary import KINDS
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.registry.desk_records import FormKind
from sealane.registry.who_may import Act, may
from sealane.services.deciding import taking_part
from sealane.services.exchange import release as releasing
from sealane.services.exchange import release_preview
from sealane.services.node import Node
from sealane.web import acting, shown
from sealane.web.pages.mark_form import MarkOffer, Wish
from sealane.web.pages.release_choice import (
    chosen_of,
    mark_form,
    others_of,
    parties_of,
    release_as_chosen,
    targets_of,
    wish_of,
)
from sealane.web.pages.release_targets import DeskBeginning, openings
from sealane.web.pages.release_terms import details_of, filled
from sealane.web.shell import CSP, Shell
from sealane.web.visit import Page, Reply, Visit

MOST_FORMS, PREVIEW = 100, "preview"
"""How many kept forms the desk lists; what an address says after the recipients were asked."""
_HASH, _SIZE = re.compile("[0-9a-f]{96}"), re.compile("[0-9]{1,15}")
UNASSURED = "release.no_assurance"
LIVE = {"Content-Security-Policy": f"{CSP}; script-src 'self'; connect-src 'self'"}
"""The desk's scripts: they fetch the preview from this very console, and hash and send the file."""


def desk(shell: Shell, visit: Visit) -> Reply:
    """Compose, see the mark, the equivalent and the readers; the file comes last."""
    if not may(Act.RELEASE, visit.person["id"], visit.person["duties"]):
        return Page("release.html", {"trouble": "release.not_officer"}, 403)
    return composing(shell, *_begun_with(shell, visit))


def compose(shell: Shell, visit: Visit) -> Reply:
    """Ask the recipients of what is composed whose answer is old, and go back to see what it would
    come to.
    """
    acting.require(shell, visit, "releases.make")
    said = [
        (name, value)
        for name, values in visit.several.items()
        if name not in ("form_key", PREVIEW)
        for value in values
    ]
    asking, form = _begun_with(shell, replace(visit, query=dict(said), form={}))
    composing(shell, asking, form, anew=True)
    return RedirectResponse(f"/release?{urlencode([*said, (PREVIEW, '1')])}#readers", 303)


def _begun_with(shell: Shell, visit: Visit) -> tuple[Visit, dict[str, Any] | None]:
    """The visit as a kept form fills it in, and that form."""
    form = _kept(shell, visit)
    if form is not None:
        with shell.node.store.reading() as tx:
            visit = filled(shell.node, tx, visit, form["terms"])
    return visit, form


def _kept(shell: Shell, visit: Visit) -> dict[str, Any] | None:
    """The draft, template or list that the desk begins with. Raises: NotFound `desk.unknown`."""
    name = visit.query.get("form", "")
    return acting.asked(shell, visit, "desk.show", form=name[:40]) if name else None


def composing(
    shell: Shell,
    visit: Visit,
    form: Mapping[str, Any] | None = None,
    unanswered: Sequence[Mapping[str, Any]] = (),
    told: Mapping[str, Any] | None = None,
    *,
    anew: bool = False,
) -> Page:
    """The desk as it is filled in.

    Args:
        anew: whether recipients are asked whose answer is old; a page that is only shown asks
            nobody.
        form: the kept form that it began with.
        unanswered: what is unusual about what was sent, and was not answered.
        told: why nothing was sent.
    """
    node = shell.node
    with node.store.reading() as tx:
        targets = targets_of(node, tx)
        if not targets:
            return Page("release.html", {"trouble": "release.no_agreement"}, 409)
        originators = _people(node, tx, "originator")
        author = _author(visit, originators)
        begins = openings(node, tx, visit, targets, author)
        chosen = chosen_of(node, targets, visit.query, _first(begins, visit.query.get("target")))
        agreement, _ = targets[chosen["target"]]
        parties = parties_of(targets, chosen["target"], visit)
    asked = None
    if author is not None:
        asked = release_as_chosen(visit, agreement, parties, chosen, author)
    held = wish_of(visit, chosen)
    offer, composed = _outcome(shell, visit, agreement, asked, held, anew=anew)
    data = {
        **_targets(node, targets, begins, chosen["target"]),
        **_begun(shell, visit, form),
        "trouble": None,
        "told": told,
        "chosen": chosen,
        "wish": held,
        "agreement": agreement,
        "parties": parties,
        "others": others_of(targets, chosen["target"]),
        "offer": offer,
        "composed": composed,
        "unanswered": unanswered or (composed["warned"] if composed else ()),
        "details": details_of(visit),
        "once": node.host.entropy(16).hex(),
        "originators": originators,
        "kinds": KINDS,
        "party_name": shown.party_name(agreement, visit.lang),
        "words": shown.agreement_words(agreement, visit.lang),
        "also": [one for one in agreement.purposes if one.id != chosen["purpose"]],
    }
    # before one is chosen, the desk is about every agreement
    about = agreement.id if "target" in visit.query else None
    return Page("release.html", data, headers=LIVE, about=about)


def _outcome(
    shell: Shell,
    visit: Visit,
    agreement: Agreement,
    asked: releasing.Release | None,
    held: Wish,
    *,
    anew: bool,
) -> tuple[MarkOffer, dict[str, Any] | None]:
    """What may still be chosen of the mark, and what the release would come to as far as it is
    composed; recipients are asked before either is told.
    """
    node, found = shell.node, None
    with node.store.reading() as tx:
        label = mark_form(node, tx, visit, agreement).compose(held).label
    whole = None if asked is None or label is None else replace(asked, label=label)
    if "level" in visit.query and whole is not None:
        found = _preview(node, visit, whole, anew=anew)
    with node.store.reading() as tx:
        assured = {one.to: one.assured for one in found.recipients} if found else {}
        offer = mark_form(node, tx, visit, agreement, asked=asked, assured=assured).offer(held)
    if found is None or whole is None or offer.label is None:
        return offer, None
    composed = _composed(node, agreement, offer.label, found, visit)
    similar = release_preview.similar(
        node, visit.person, area=whole.area, level=whole.label.classification
    )
    return offer, {**composed, "marks": offer.marks, "similar": similar}


def _targets(
    node: Node,
    targets: Mapping[str, tuple[Agreement, str]],
    begins: Mapping[str, DeskBeginning],
    chosen: str,
) -> dict[str, Any]:
    """To whom under which agreement something can be released, why not to others, and for which
    activities with whom is chosen.
    """
    agreement, party = targets[chosen]
    with node.store.reading() as tx:
        activities = taking_part.for_release(node, tx, agreement.id, party)
    return {
        "activities": activities,
        "targets": [
            (key, *targets[key]) for key in targets if not begins[key].why or key == chosen
        ],
        "shut_targets": [(*targets[key], one.why) for key, one in begins.items() if one.why],
    }


def _begun(shell: Shell, visit: Visit, form: Mapping[str, Any] | None) -> dict[str, Any]:
    """The kept form that the desk began with, and those that it may begin with."""
    kept = None
    if form is not None:
        kept = {"id": form["id"], "version": acting.version("desk.show", dict(form))}
    return {
        "form": form,
        "kept": kept,
        "lists": _forms(shell, visit, FormKind.LIST),
        "templates": _forms(shell, visit, FormKind.TEMPLATE),
    }


def _first(begins: Mapping[str, DeskBeginning], target: str | None) -> dict[str, str]:
    """Where the desk begins: at the target that is chosen, else at the first that is open."""
    key = target if target in begins else None
    key = key or next((name for name, one in begins.items() if not one.why), None)
    if key is None:
        return {}
    opening = begins[key]
    return {"target": key, "area": opening.area}


def _preview(
    node: Node, visit: Visit, asked: releasing.Release, *, anew: bool
) -> release_preview.ReleasePreview:
    """What it would come to."""
    document = visit.query.get("sha384", "")
    size = visit.query.get("size", "")
    return release_preview.preview(
        node,
        asked,
        anew=anew,
        document=document if _HASH.fullmatch(document) else None,
        size=int(size) if _SIZE.fullmatch(size) else None,
    )


def _forms(shell: Shell, visit: Visit, kind: FormKind) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = acting.asked(
        shell, visit, "desk.forms", kind=str(kind), limit=MOST_FORMS
    )["forms"]
    return found


def _author(visit: Visit, originators: Sequence[Mapping[str, Any]]) -> str | None:
    """In whose name it is asked before a file is there: whoever is chosen, else the first who is
    not the officer; None where there is nobody.
    """
    known = [str(one["id"]) for one in originators if one["id"] != visit.person["id"]]
    chosen = visit.query.get("originator", "")
    return chosen if chosen in known else next(iter(known), None)


def _people(node: Node, tx: Tx, duty: str) -> list[dict[str, Any]]:
    return [
        dict(row.data)
        for row in node.records.people.find(tx, order="id", ended=None)
        if duty in row.data["duties"]
    ]


def _composed(
    node: Node,
    agreement: Agreement,
    label: Label,
    found: release_preview.ReleasePreview,
    visit: Visit,
) -> dict[str, Any]:
    """The mark as it will stand, each recipient beside it, and what is unusual."""
    asks = not {"asked", PREVIEW} & set(visit.query)
    return {
        "mark": shown.mark_of(node.schemes, label),
        "recipients": [
            _recipient(node, agreement, label, one, asks=asks) for one in found.recipients
        ],
        "warned": [one.as_json() for one in found.warnings],
    }


def _recipient(
    node: Node,
    agreement: Agreement,
    label: Label,
    about: release_preview.Foreseen,
    *,
    asks: bool,
) -> dict[str, Any]:
    """What the mark becomes at one recipient, who could read it there, and which clauses would
    refuse it as things stand.

    Args:
        asks: the partner was not asked yet, so that a missing assurance says nothing.
    """
    level = label.policy, label.classification
    there, verified = shown.mark_there(node.schemes, agreement, level, about.to)
    asks = asks and about.assured is None
    counted = release_preview.with_words(about.readers.counted(), agreement)
    return {
        "party": about.to,
        "assured": about.assured,
        "readers": counted,
        "old": about.old,
        "there": there,
        "verified": verified,
        "waits": about.waits,
        "unmet": [one for one in about.unmet if not (asks and one.code == UNASSURED)],
        "asks": asks,
    }
