"""One person's page: what the record says and until when it counts, what this person can read, and
the forms by which the security officer changes it.

Spec: R20-R28, R57; docs/console.md §People.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import RedirectResponse

from sealane.base.values import Instant, format_instant, parse_instant
from sealane.ports import Tx
from sealane.registry.person import DUTIES
from sealane.registry.regime import EXTENSION, counts_until
from sealane.registry.who_may import Act, may
from sealane.services.node import Node
from sealane.services.register.credentials import can_sign_in
from sealane.web import acting, shown
from sealane.web.pages.node_facts import note_reading
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

MOST = 500
BASES = ("assessed", "exempt-by-law", "temporary")
BLANK: Mapping[str, Any] = {
    "id": "",
    "name": "",
    "name_ja": "",
    "post": "",
    "post_ja": "",
    "facility": None,
    "nationality": [],
    "organisation": "",
    "organisation_country": "",
    "clearances": [],
    "briefings": [],
    "authorisations": [],
    "roles": [],
    "duties": [],
}


def new(shell: Shell, _: Visit) -> Reply:
    """The form by which a person is entered."""
    return entering(shell, None)


def entering(shell: Shell, trouble: Mapping[str, Any] | None) -> Page:
    """The same, as it was filled in, with what was wrong."""
    party = shell.node.party
    blank = {**BLANK, "nationality": [party], "organisation_country": party}
    with shell.node.store.reading() as tx:
        places = _places(shell.node, tx)
    two = acting.by_two(shell, "people.enter")
    data = {"one": blank, "places": places, "duties": DUTIES, "trouble": trouble, "two": two}
    return Page("person_new.html", data)


def person(shell: Shell, visit: Visit) -> Reply:
    """The page of one person. Raises: NotFound `person.unknown`; Refused `person.duty`."""
    return shown_person(shell, visit, None)


def back(_: Shell, visit: Visit) -> Reply:
    """A toggled or reloaded answer to a form leads back to its person."""
    return RedirectResponse(f"/people/{visit.params['person']}", 303)


def shown_person(shell: Shell, visit: Visit, trouble: Mapping[str, Any] | None) -> Page:
    """The same, with what was wrong with a form that was sent."""
    node, name = shell.node, visit.params["person"]
    one = acting.asked(shell, visit, "people.show", person=name)
    if name != visit.person["id"]:
        note_reading(node, visit.actor, 1)
    now = node.host.now()
    with node.store.reading() as tx:
        held = node.agreements(tx)
        facility = node.facility(tx, one["facility"]) if one["facility"] else None
        places = _places(node, tx)
        signs_in = can_sign_in(node, tx, name)
    titles = {key: {"en": held[key].title.en, "ja": held[key].title.ja} for key in held}
    return Page(
        "person.html",
        {
            "one": one,
            "version": acting.version("people.show", one),
            "clearances": [clearance(shell, each, now) for each in one["clearances"]],
            "briefings": [_ending(each, now, each["on"]) for each in one["briefings"]],
            "authorisations": [_ending(each, now, each["from"]) for each in one["authorisations"]],
            "facility": None if facility is None else facility.data,
            "accredited": _accredited(shell, None if facility is None else facility.data),
            "titles": titles,
            "reads": _reads(shell, visit, name),
            "history": _history(shell, visit, name),
            "places": places,
            "duties": DUTIES,
            "grades": list(_grades(shell)),
            "bases": BASES,
            "signs_in": signs_in,
            "trouble": trouble,
            "two": acting.by_two(shell, "people.change"),
            "today": shown.plain_date(now),
        },
    )


def clearance(shell: Shell, held: Mapping[str, Any], now: Instant) -> dict[str, Any]:
    """A clearance as it is shown: its mark, until when it counts, and how it stands today."""
    until = counts_until(shell.node.regimes, held)
    ended = until is None or until <= now
    state = "expired" if ended and held["status"] == "active" else held["status"]
    return {
        **held,
        "mark": shown.level_mark(shell.node.schemes, held["policy"], held["level"]),
        "counts": None if until is None else format_instant(until),
        "state": state,
        "extension": held.get(EXTENSION),
    }


def _ending(given: Mapping[str, Any], now: Instant, since: str) -> dict[str, Any]:
    """A briefing or an authorisation, and whether it counts today."""
    until = given["until"]
    ended = until is None or parse_instant(until) <= now
    state = "expired" if ended else "active" if parse_instant(since) <= now else "coming"
    return {**given, "since": since, "state": state}


def _accredited(shell: Shell, facility: Mapping[str, Any] | None) -> shown.Mark | None:
    if not facility:
        return None
    level = facility["accredited"]
    return shown.level_mark(shell.node.schemes, level["policy"], level["level"])


def _grades(shell: Shell) -> Iterator[dict[str, Any]]:
    """Every grade that a clearance of this nation's, or of a nation whose regime is kept here, can
    be given of today.
    """
    node = shell.node
    given = shown.levels_given(node.schemes, node.party, node.host.now())
    for name, mark in given:
        yield {"value": f"{node.party}|{mark.policy}|{name}", "mark": mark}
    known = {name for name, _ in given}
    for state, regime in node.regimes.items():
        for name in regime.grades:
            if state != node.party or name not in known:
                mark = shown.level_mark(node.schemes, regime.policy, name)
                yield {"value": f"{state}|{regime.policy}|{name}", "mark": mark}


def _places(node: Node, tx: Tx) -> list[str]:
    return [row.id for row in node.records.facilities.find(tx, order="id", limit=MOST)]


def _history(shell: Shell, visit: Visit, name: str) -> list[dict[str, Any]] | None:
    """What was changed of the record and when; None to whom the table does not show it."""
    if not may(Act.SEE_CLEARANCES, str(visit.person["id"]), visit.person["duties"]):
        return None
    records: list[dict[str, Any]] = acting.asked(shell, visit, "people.history", person=name)[
        "records"
    ]
    return records


def _reads(shell: Shell, visit: Visit, name: str) -> dict[str, Any] | None:
    """What the person could open now for a purpose that the page chooses; None to whom the table
    does not show it.
    """
    if not may(Act.FORESEE, str(visit.person["id"]), visit.person["duties"]):
        return None
    with shell.node.store.reading() as tx:
        held = shell.node.agreements(tx)
        purposes = {one.id: one.name for key in held for one in held[key].purposes}
    if not purposes:
        return None
    wanted = visit.query.get("purpose", "")
    purpose = wanted if wanted in purposes else next(iter(purposes))
    told = acting.asked(shell, visit, "people.reads", person=name, purpose=purpose)
    words = {key: word.ja if visit.lang == "ja" else word.en for key, word in purposes.items()}
    return {**told, "purposes": words}
