"""The page of one item: marks, facts, copies, tasks, provenance with ticks, readers, and what this
person may do with it.

Spec: R12, R39, R40, R42, R44, R57; docs/console.md §The item, §The timeline, §Recall.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse

from sealane.agreements.agreement import Agreement
from sealane.base.values import SECOND, parse_instant
from sealane.ports import Tx
from sealane.registry.records import Direction, Duty, ItemState
from sealane.registry.transfer import ENDABLE, PREPARED, QUEUED, TAKEN_BACK, WAITING
from sealane.registry.who_may import Act
from sealane.services.deciding import previews
from sealane.services.deciding.reach import sight_of
from sealane.services.deciding.taking_part import Activities
from sealane.services.exchange import readers_anew
from sealane.services.node import Node
from sealane.services.register import acts as rules
from sealane.services.register import readers_there, suspense, views
from sealane.services.register.acts import may_try
from sealane.services.sight import is_staff
from sealane.web import acting, shown
from sealane.web.pages import item_onward, meanwhile
from sealane.web.pages.item_story import SAID_WORDS, grouped, marks, timeline
from sealane.web.pages.register import acknowledgements
from sealane.web.pages.viewing import Views
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

PEOPLE, NAMED, CASES, ASKED = 5000, 200, 10, "asked"
"""People whose names a page knows, at most; of those who could read an item how many it names; of
the cases about it how many it shows; and what an address says after holders were asked.
"""


def item(shell: Shell, visit: Visit, shown_here: Views) -> Reply:
    """Everything this person may see of an item."""
    return shown_item(shell, visit, shown_here)


def ask_readers(shell: Shell, visit: Visit) -> Reply:
    """Ask the holders whose answer is old who could read it there, and go back to where that is
    shown. Raises: NotFound `item.unknown`; Refused `person.duty`.
    """
    node, name = shell.node, visit.params["item"]
    with node.store.reading() as tx:
        # to whom it is not shown it is not there, whatever else would be said
        views.require_seen(node, tx, name, sight_of(node, tx, visit.person))
        rules.require(node, tx, Act.SEE_HISTORY, visit.actor)
    readers_anew.ask_anew(node, name)
    place = "/sign" if visit.form.get("from") == "sign" else ""
    return RedirectResponse(f"/items/{quote(name)}{place}?{ASKED}=1#readers", 303)


def shown_item(
    shell: Shell, visit: Visit, shown_here: Views, trouble: dict[str, Any] | None = None
) -> Page:
    """The page; with what was wrong with a form of it, and what happened since it was read."""
    node, name = shell.node, visit.params["item"]
    staff = is_staff(visit.person)
    with node.store.reading() as tx:
        held = views.item(node, tx, name, sight_of(node, tx, visit.person))
        agreement = node.agreements(tx).get(held["agreement"])
        history = timeline(node, tx, name, shell.marks()) if staff else None
        data = _data(node, tx, visit, held, agreement)
        data["ways"] = item_onward.ways(node, tx, visit, held) if staff else []
        data["passed"] = item_onward.passed(node, tx, visit, held)
    carried, seen = visit.form.get("seen", ""), meanwhile.seen(held, len(history or ()))
    stale = meanwhile.is_stale(carried, seen)
    return Page(
        "item.html",
        {
            **data,
            "custody": _custody(shell, visit, name, trouble) if staff else None,
            "cases": acting.asked(shell, visit, "cases.list", item=name, limit=CASES),
            "case_kinds": node.case_kinds,
            "may_open_case": bool(acting.openable(shell, visit)) and bool(held["released_to"]),
            "offers": acts(visit.person, held, party=node.party),
            "viewable": shown_here.shows(held["media_type"], held["size"]),
            "history": history,
            "story": grouped(history or []),
            "seen": seen,
            "stale": stale,
            "meanwhile": (history or [])[meanwhile.since(carried) :] if stale else [],
            "trouble": None if stale else trouble,
        },
        about=held["agreement"],
        status=409 if stale else 200,
    )


def _data(
    node: Node, tx: Tx, visit: Visit, held: dict[str, Any], agreement: Agreement | None
) -> dict[str, Any]:
    """What the register tells of the item, in the reader's words."""
    staff, name = is_staff(visit.person), held["id"]
    return {
        "it": held,
        "marks": marks(node, tx, agreement, held),
        "agreement": agreement,
        "activity": staff and Activities(node, tx).course(held["project"]) is not None,
        "steps": acknowledgements(node, tx, held),
        "names": names(node, tx, visit.lang, held),
        "words": shown.agreement_words(agreement, visit.lang),
        "level_of": lambda one: shown.level_mark(node.schemes, held["label"]["policy"], one).text,
        "party_name": shown.party_name(agreement, visit.lang),
        "opens_for": _readers(node, tx, held, visit) if staff else None,
        "posts": readers_there.of_item(node, tx, held) if staff else None,
        "old": readers_there.old_answers(node, tx, held) if staff else (),
        "posts_of": _posts_here(node, tx, visit.lang),
        "kinds": SAID_WORDS,
        "people": people_names(node, tx, visit.lang) if staff else {},
        "tasks": suspense.of_item(node, tx, name) if staff else [],
        "places": sorted(node.records.facilities.column(tx, "id")) if staff else [],
        "left": left_out(agreement, visit),
        "undelivered": undelivered_to(held),
        "unsigned": waiting_for(held),
        "age_of": lambda since: shown.age(
            visit.lang, (node.host.now() - parse_instant(since)) // SECOND
        ),
    }


def _custody(
    shell: Shell, visit: Visit, name: str, trouble: dict[str, Any] | None
) -> dict[str, Any]:
    """Every copy as it stands, or as it stood at an instant that the page was asked for."""
    asked = "" if trouble else visit.query.get("at", "")
    at = _instant(asked, visit.zone)
    says = {} if at is None else {"at": at}
    return {
        **acting.asked(shell, visit, "items.custody", item=name, **says),
        "asked": asked if at is not None else "",
        "past": at is not None,
    }


def _instant(text: str, zone: str) -> str | None:
    """What a field for a day and a time holds, in the reader's zone; None where it is none."""
    try:
        read = datetime.fromisoformat(text[:25])
    except ValueError:
        return None
    moment = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def names(node: Node, tx: Tx, lang: str, held: Mapping[str, Any]) -> dict[str, str]:
    """Names of the item's officers where they are our own people, else their ids."""
    named = {}
    for role in ("originator", "release_officer", "second_signer"):
        who = held[role] or ""
        row = node.records.people.get(tx, id=who) if who else None
        named[role] = str(row.data["name_ja" if lang == "ja" else "name"]) if row else who
    return named


def people_names(node: Node, tx: Tx, lang: str) -> dict[str, str]:
    """The names of the people of the house, by id."""
    name = "name_ja" if lang == "ja" else "name"
    return {str(one.id): str(one.data[name]) for one in node.people(tx, limit=PEOPLE)}


def acts(person: Mapping[str, Any], held: Mapping[str, Any], *, party: str) -> dict[str, Any]:
    """Which acts the table of who may and the item's state allow to try."""
    live = held["recalled"] is None and held["state"] not in TAKEN_BACK
    arrived = held["state"] == ItemState.DELIVERED

    def may(act: Act) -> bool:
        return may_try(act, person, held, party=party)

    def offered(act: Act, *, now: bool = True) -> bool:
        return live and now and may(act)

    own = [one for one in held["copies"] if one["nation"] == party]
    there = [one["number"] for one in own if one["state"] in ENDABLE]
    old = [
        one["number"]
        for one in own
        if one["state"] in ENDABLE and one["level"] not in ("", held["label"]["classification"])
    ]
    return {
        "open": offered(Act.OPEN, now=bool({Duty.READER, Duty.OPERATOR} & set(person["duties"]))),
        "accept": offered(Act.ACCEPT, now=arrived),
        "reject": offered(Act.REJECT, now=arrived),
        "withdraw": offered(Act.WITHDRAW, now=bool(undelivered_to(held))),
        "sign": offered(Act.COUNTERSIGN, now=bool(waiting_for(held))),
        "recall": offered(Act.RECALL),
        "onward": offered(Act.ONWARD, now=bool(there)),
        "derive": offered(Act.DERIVE),
        "cut": offered(Act.CUT),
        "copy": offered(Act.COPY, now=bool(there)),
        "move": there if may(Act.MOVE) else [],
        "remark": old if may(Act.REMARK) else [],
        "return": there if may(Act.RETURN) else [],
        "destroy": there if may(Act.DESTROY) else [],
    }


def left_out(agreement: Agreement | None, visit: Visit) -> list[str]:
    """Parties that a release just made did not go to, as its answer named them."""
    named = visit.query.get("left", "").split(",")
    known = () if agreement is None else agreement.parties
    return [one.id for one in known if one.id in named]


def undelivered_to(held: Mapping[str, Any]) -> list[str]:
    """The parties from which an item of ours can still be taken back."""
    if held["direction"] == Direction.IN:
        return []
    return [one["to"] for one in held["transfers"] if one["state"] in PREPARED | {QUEUED}]


def waiting_for(held: Mapping[str, Any]) -> list[str]:
    """The parties to which an item of ours goes once a second signer has signed."""
    if held["direction"] == Direction.IN:
        return []
    return [one["to"] for one in held["transfers"] if one["state"] == WAITING]


def _posts_here(node: Node, tx: Tx, lang: str) -> Callable[[str], str]:
    """A post of this node in the reader's language; a partner's post as the partner wrote it."""
    if lang != "ja":
        return lambda post: post
    people = node.people(tx, limit=PEOPLE)
    known = {str(row.data["post"]): str(row.data["post_ja"]) for row in people}
    return lambda post: known.get(post, post)


def _readers(node: Node, tx: Tx, held: Mapping[str, Any], visit: Visit) -> dict[str, Any] | None:
    """Who at this node could open it now, for a purpose that the page chooses."""
    if held["direction"] != Direction.IN or held["recalled"] is not None or not held["purposes"]:
        return None
    asked = visit.query.get("purpose")
    purpose = str(asked if asked in held["purposes"] else held["purposes"][0])
    people = previews.readers(node, tx, node.item(tx, held["id"]), purpose=purpose)
    more = max(0, len(people) - NAMED)
    return {"purpose": purpose, "people": people[:NAMED], "more": more}
