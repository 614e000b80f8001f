"""The terms of a release as the desk's form holds them, and as a kept form and the operation hold
them: the same in both directions.

Spec: docs/console.md §The release desk; spec/openapi.yaml (releases.make).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sealane.agreements.vocabulary import KINDS
from sealane.base.errors import Malformed, Misconfigured
from sealane.labels.model.label import RELEASABLE_TO, Label
from sealane.ports import Tx
from sealane.services.exchange.stated_release import agreement_of, label_of
from sealane.services.node import Node
from sealane.web.pages.release_choice import FIELDS, PostedChoice
from sealane.web.visit import Visit

DETAILS = ("title", "originator", "kind", "committee", "reason")
"""What the form asks of the item itself, and sends with the file."""
DAY_LENGTH = len("2027-03-31")


def terms_of(posted: PostedChoice, visit: Visit) -> dict[str, Any]:
    """What is posted, as the members of a release; what is empty is not stated."""
    chosen, form = posted.chosen, visit.form
    kind = form.get("kind", "file")
    stated = {
        "to": list(posted.parties),
        "label": posted.label.as_json(),
        "agreement": posted.agreement.id,
        "area": chosen["area"],
        "purpose": chosen["purpose"],
        "also-purpose": list(dict.fromkeys(visit.several.get("also", ()))),
        "until": f"{chosen['until']}T00:00:00Z",
        "project": chosen["project"],
        "each": form.get("each") == "1",
        "elements": [one.strip() for one in form.get("elements", "").splitlines() if one.strip()],
        **{name: form.get(name, "").strip() for name in DETAILS},
        "kind": kind if kind in KINDS else "file",
    }
    return {name: value for name, value in stated.items() if value}


def filled(node: Node, tx: Tx, visit: Visit, terms: Mapping[str, Any]) -> Visit:
    """The visit as if the form had been filled in with these terms; what the address says itself
    goes before. Raises: Malformed `label.*`: of a label in words.
    """
    to = [str(one) for one in terms.get("to", ())]
    agreement = terms.get("agreement") or _only(node, tx, to)
    one = {name: str(terms[name]) for name in ("area", "purpose", "project") if terms.get(name)}
    one |= {name: str(terms[name]) for name in DETAILS if terms.get(name)}
    if terms.get("until"):
        one["until"] = str(terms["until"])[:DAY_LENGTH]
    if agreement and to:
        one["target"] = f"{agreement}:{to[0]}"
    if terms.get("elements"):
        one["elements"] = "\n".join(map(str, terms["elements"]))
    if terms.get("each"):
        one["each"] = "1"
    several = {"to": tuple(to[1:]), "also": tuple(terms.get("also-purpose", ()))}
    if terms.get("label"):
        known = node.agreements(tx).get(agreement or "")
        parties = frozenset() if known is None else frozenset(p.id for p in known.parties)
        level, picked, countries = _wished(label_of(node, terms["label"]), parties)
        one |= {"level": level, "countries": " ".join(countries)}
        several["c"] = picked
    told = {name: values for name, values in several.items() if values}
    for name, values in told.items():
        one.setdefault(name, values[-1])
    return replace(visit, query={**one, **visit.query}, several={**told, **visit.several})


def _only(node: Node, tx: Tx, to: list[str]) -> str | None:
    """The one agreement on which a release to all of these may rest; None: there is not one."""
    try:
        return agreement_of(node, tx, None, to)
    except (Malformed, Misconfigured):
        return None


def _wished(label: Label, parties: frozenset[str]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """A label's level, its values as the composer names them, and countries beyond the parties."""
    picked, countries = [], []
    for one in label.categories:
        if one.tag == RELEASABLE_TO:
            countries += [value for value in one.values if value not in parties]
        else:
            picked += [f"{one.tag}|{value}" for value in one.values]
    return label.classification, tuple(picked), tuple(countries)


def chosen_fields(visit: Visit) -> list[tuple[str, str]]:
    """What is chosen on the form, as an address carries it."""
    values = [(name, value) for name in ("c", "to") for value in visit.several.get(name, ())]
    fields = [(name, visit.form.get(name, "")) for name in (*FIELDS, "countries")]
    return [*fields, *values]


def details_of(visit: Visit) -> dict[str, Any]:
    """What the form holds of the item itself, as it was filled in."""
    told: dict[str, Any] = {
        name: visit.query.get(name, "") for name in (*DETAILS, "answer", "elements")
    }
    return {**told, "each": visit.query.get("each") == "1", "also": visit.several.get("also", ())}
