"""The register: words and filters, how many there are of each value, pages, what a person keeps of
searches, and accepting several at once.

Spec: R11, R21, R42, R44; docs/console.md §The register.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.responses import RedirectResponse

from sealane.agreements import vocabulary
from sealane.base.errors import SealaneError
from sealane.base.values import Instant, parse_instant
from sealane.ports import Tx
from sealane.registry.records import Direction, Duty, ItemState
from sealane.services.deciding.reach import sight_of
from sealane.services.node import Node
from sealane.services.register import views
from sealane.services.register.suspense import UNDER_WAY
from sealane.web import acting, shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

PAGE, FACET_MOST, READ = 50, 12, 1000
FILTERS = ("text", "area", "level", "originator", "state", "direction", "kind", "since", "until")
VIEWS = ("normal", "dense", "wide")
ORDERS = ("newest", "relevance")


def register(shell: Shell, visit: Visit) -> Reply:
    """One page of what is asked for, as this person may read it."""
    return _shown(shell, visit)


def _shown(shell: Shell, visit: Visit, **more: Any) -> Page:
    node, asked = shell.node, asked_of(visit)
    after = visit.query.get("after") or None
    found, trouble = _found(shell, visit, asked, after)
    now = node.host.now()
    with node.store.reading() as tx:
        sight = sight_of(node, tx, visit.person)
        names = [one["id"] for one in found["items"]]
        lines = [
            line(node, tx, views.edition(sight, one), visit, now)
            for one in views.named(node, tx, names)
        ]
        areas = shown.area_names(node.agreements(tx).values(), visit.lang)
    kept = acting.asked(shell, visit, "searches.list")["searches"]
    view = visit.query.get("view")
    return Page(
        "register.html",
        {
            "lines": lines,
            "asked": asked,
            "address": address(visit, asked),
            "onward": address(visit, asked, after=found["after"]),
            "without": lambda name: address(visit, {**asked, name: ""}),
            "viewed": lambda view: address(visit, asked, view=view),
            "facets": _facets(visit, asked, found["facets"], areas),
            "areas": areas,
            "states": list(ItemState),
            "kinds": vocabulary.KINDS,
            "total": total_of(visit, found),
            "next": found["after"],
            "after": after,
            "saved": [{**one, "link": _link(visit, one["asked"])} for one in kept],
            "view": view if view in VIEWS else "normal",
            "views": VIEWS,
            "trouble": trouble,
            "any_todo": any(one["todo"] == "accept" for one in lines),
            "accepted": None,
            "failed": [],
            **more,
        },
    )


NOTHING: dict[str, Any] = {"items": [], "total": 0, "exact": True, "facets": {}, "after": None}


def _found(
    shell: Shell, visit: Visit, asked: Mapping[str, str], after: str | None
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What is found, or nothing and what was wrong with the question."""
    try:
        found = acting.asked(shell, visit, "items.search", **_says(asked), limit=PAGE, after=after)
    except SealaneError as error:
        return NOTHING, acting.told_of(visit, error)
    return found, None


def asked_of(visit: Visit) -> dict[str, str]:
    """What a visitor asks of the register, as the fields of the page name it."""
    given = {name: visit.query.get(name, "").strip()[:500] for name in (*FILTERS, "by")}
    if given["by"] not in ORDERS:
        given["by"] = ""
    return {name: value for name, value in given.items() if value}


def _says(asked: Mapping[str, str]) -> dict[str, Any]:
    """The same as the operation is asked: days are their first instants."""
    says: dict[str, Any] = dict(asked)
    for name in ("since", "until"):
        if name in says and len(says[name]) == len("2027-03-31"):
            says[name] = f"{says[name]}T00:00:00Z"
    if says.get("direction") not in (None, *Direction):
        del says["direction"]
    return says


class Taken(NamedTuple):
    """What of the register is taken away on a list."""

    rows: list[dict[str, Any]]
    total: str
    more: bool
    """Whether there are others."""
    asked: dict[str, str]


def taken(shell: Shell, visit: Visit, most: int) -> Taken:
    """The first so many of what is asked for; counted once."""
    asked, rows = asked_of(visit), list[dict[str, Any]]()
    found: dict[str, Any] = {"after": None}
    total = ""
    while not total or (found["after"] is not None and len(rows) < most):
        found = acting.asked(
            shell,
            visit,
            "items.search",
            **_says(asked),
            counts="none" if total else "all",
            limit=min(READ, most - len(rows)),
            after=found["after"],
        )
        rows += found["items"]
        total = total or total_of(visit, found)
    return Taken(rows, total, found["after"] is not None, asked)


def total_of(visit: Visit, found: Mapping[str, Any]) -> str:
    """How many there are, or at least are, as a page tells it."""
    count = f"{found['total']:,}"
    return count if found["exact"] else visit.t("register.at_least", count=count)


def address(visit: Visit, asked: Mapping[str, str], **more: str | None) -> str:
    """The page's address for a question; `view` stays as it is, unless another is named."""
    told = {**asked, "view": visit.query.get("view"), **more}
    return "?" + urlencode({name: value for name, value in told.items() if value})


def _link(visit: Visit, asked: Mapping[str, str]) -> str:
    kept = dict(asked)
    for name in ("since", "until"):
        if kept.get(name, "").endswith("T00:00:00Z"):
            kept[name] = kept[name][:10]
    return f"/register{address(visit, kept)}"


def _facets(
    visit: Visit, asked: Mapping[str, str], found: Mapping[str, Any], areas: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each facet with its values, how many there are, and where choosing one leads."""
    told = []
    for name, counts in found.items():
        values = [
            {
                "value": value,
                "name": areas.get(value, value) if name == "area" else value,
                "count": count,
                "chosen": asked.get(name) == value,
                "link": f"/register{address(visit, {**asked, name: value})}",
            }
            for value, count in list(counts.items())[:FACET_MOST]
            if value
        ]
        if len(values) > 1 or (values and not values[0]["chosen"]):
            told.append({"name": name, "values": values})
    return told


def keep(shell: Shell, visit: Visit) -> Reply:
    """Keep the question that the form holds, under a name."""
    says = {name: visit.form[name] for name in (*FILTERS, "by") if visit.form.get(name)}
    name = visit.form.get("name", "").strip()
    acting.acted(shell, visit, "searches.save", name_=name, **_says(says))
    return RedirectResponse(f"/register?{urlencode(says)}", 303)


def remove(shell: Shell, visit: Visit) -> Reply:
    """Keep one no longer."""
    acting.acted(shell, visit, "searches.remove", name_=visit.form.get("name", ""))
    return RedirectResponse("/register", 303)


def accept(shell: Shell, visit: Visit) -> Reply:
    """Accept every item that was chosen, each by itself; what cannot be is told by its number."""
    accepted, failed = 0, []
    for name in dict.fromkeys(visit.several.get("item", ())):
        try:
            acting.acted(shell, visit, "items.accept", item=name)
            accepted += 1
        except SealaneError as error:
            failed.append({"item": name, **acting.told_of(visit, error)})
    return _shown(shell, visit, accepted=accepted, failed=failed)


def line(node: Node, tx: Tx, item: dict[str, Any], visit: Visit, now: Instant) -> dict[str, Any]:
    """One row: both marks, the three acknowledgements apart, and whether it is overdue."""
    steps = acknowledgements(node, tx, item)
    dues = [one["due"] for one in item["transfers"] if one["due"] and one["state"] in UNDER_WAY]
    due = min(dues, key=parse_instant, default=None)
    open_ = due is not None and item["recalled"] is None
    return {
        **item,
        "mark": shown.mark_of(node.schemes, item["label"]),
        "ours": shown.held_as(node.schemes, node.party, item["handle_as"]),
        "party": item["provider"]
        if item["direction"] == Direction.IN
        else ", ".join(item["released_to"]),
        "steps": steps,
        "due": due if open_ else None,
        "overdue": bool(open_ and due and parse_instant(due) <= now),
        "todo": todo(visit.person, item),
    }


def acknowledgements(node: Node, tx: Tx, item: dict[str, Any]) -> list[dict[str, Any]]:
    """For each recipient when it was delivered, how often opened, when accepted: three different
    receipts, each by that party's own word. Spec: R44.
    """
    parties = [one["to"] for one in item["transfers"]]
    return [_receipts(node, tx, item["id"], party) for party in parties or [node.party]]


def _receipts(node: Node, tx: Tx, item: str, party: str) -> dict[str, Any]:
    def said(kind: str) -> list[str]:
        kept = node.records.statements.find(tx, order="kept", item=item, type=kind, by=party)
        return [one.said for one in kept]

    opened = said("opened")
    return {
        "party": party,
        "delivered": next(iter(said("transfer.received")), None),
        "opened": next(iter(opened), None),
        "accepted": next(iter(said("transfer.accepted")), None),
        "times": len(opened),
    }


def todo(person: Mapping[str, Any], item: Mapping[str, Any]) -> str | None:
    """What this very person can do with it from the list."""
    waits = item["direction"] == Direction.IN and item["state"] == ItemState.DELIVERED
    if item["recalled"] is None and waits and Duty.REGISTRY_CLERK in person["duties"]:
        return "accept"
    return None
