"""What the security officer does to a person's record: each form is one operation, decided on the
version that was read.

Spec: R20-R28, R57; docs/console.md §People.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from sealane.web import acting, done_lines
from sealane.web.pages.person import entering, shown_person
from sealane.web.shell import Shell
from sealane.web.visit import Reply, Visit

STATES: Mapping[str, str] = MappingProxyType(
    {"suspend": "suspended", "reinstate": "active", "revoke": "revoked"}
)
"""What a button makes of a clearance."""


def enter(shell: Shell, visit: Visit) -> Reply:
    """Enter a person, without any clearance yet."""

    def do() -> str:
        facts = {**_facts(visit), "clearances": [], "briefings": [], "authorisations": []}
        told = acting.acted(
            shell, visit, "people.enter", id=acting.text(visit, "id") or "", roles=[], **facts
        )
        return done_lines.leading(
            shell.node, visit, f"/people/{quote(told['id'])}", "person.done_entered"
        )

    return acting.tried(visit, do, lambda told: entering(shell, told))


def _facts(visit: Visit) -> dict[str, Any]:
    """The facts of the form; a Japanese name or post that is left out is the other."""
    name, post = acting.text(visit, "name") or "", acting.text(visit, "post") or ""
    return {
        "name": name,
        "name_ja": acting.text(visit, "name_ja") or name,
        "post": post,
        "post_ja": acting.text(visit, "post_ja") or post,
        "facility": acting.text(visit, "facility"),
        "nationality": (acting.text(visit, "nationality") or "").upper().split(),
        "organisation": acting.text(visit, "organisation") or "",
        "organisation_country": (acting.text(visit, "organisation_country") or "").upper(),
        "duties": list(visit.several.get("duties", ())),
    }


def change(shell: Shell, visit: Visit) -> Reply:
    """Change what the record says of the person and the post."""
    return _changed(shell, visit, lambda _: _facts(visit))


def clear(shell: Shell, visit: Visit) -> Reply:
    """Add a clearance that an authority granted."""

    def facts(held: Mapping[str, Any]) -> dict[str, Any]:
        issuer, policy, level = ((acting.text(visit, "grade") or "") + "||").split("|")[:3]
        granted = {
            "issuer": issuer,
            "policy": policy,
            "level": level,
            "basis": acting.text(visit, "basis") or "",
            "granted": acting.day(visit, "granted") or "",
            "expires": acting.day(visit, "expires"),
            "sponsor": acting.text(visit, "sponsor"),
            "status": "active",
        }
        return {"clearances": [*held["clearances"], granted]}

    return _changed(shell, visit, facts)


def set_state(shell: Shell, visit: Visit) -> Reply:
    """Suspend, reinstate or revoke one clearance."""

    def facts(held: Mapping[str, Any]) -> dict[str, Any]:
        state = STATES.get(visit.form.get("to", ""), "")
        number = visit.form.get("number", "")
        return {
            "clearances": [
                {**one, "status": state or one["status"]} if str(place) == number else one
                for place, one in enumerate(held["clearances"])
            ]
        }

    return _changed(shell, visit, facts)


def brief(shell: Shell, visit: Visit) -> Reply:
    """Record that the person was briefed on an agreement."""

    def facts(held: Mapping[str, Any]) -> dict[str, Any]:
        given = {
            "agreement": acting.text(visit, "agreement") or "",
            "on": acting.day(visit, "on") or "",
            "until": acting.day(visit, "until"),
        }
        return {"briefings": [*held["briefings"], given]}

    return _changed(shell, visit, facts)


def authorise(shell: Shell, visit: Visit) -> Reply:
    """Name the person for a project or for one item."""

    def facts(held: Mapping[str, Any]) -> dict[str, Any]:
        about = "item" if visit.form.get("about") == "item" else "project"
        given = {
            about: acting.text(visit, "name") or "",
            "by": visit.person["id"],
            "from": acting.day(visit, "from") or "",
            "until": acting.day(visit, "until"),
        }
        return {"authorisations": [*held["authorisations"], given]}

    return _changed(shell, visit, facts)


def withdraw(shell: Shell, visit: Visit) -> Reply:
    """End an authorisation now."""

    def facts(held: Mapping[str, Any]) -> dict[str, Any]:
        number, now = visit.form.get("number", ""), shell.node.now()[1]
        return {
            "authorisations": [
                {**one, "until": now} if str(place) == number else one
                for place, one in enumerate(held["authorisations"])
            ]
        }

    return _changed(shell, visit, facts)


def extend(shell: Shell, visit: Visit) -> Reply:
    """Let a clearance count longer, by an authority's document."""

    def do() -> str:
        name = visit.params["person"]
        acting.acted(
            shell,
            visit,
            "people.extend",
            person=name,
            level=acting.text(visit, "level"),
            until=acting.day(visit, "until"),
            reference=acting.text(visit, "reference"),
        )
        return done_lines.leading(
            shell.node, visit, f"/people/{quote(name)}", "person.done_extended"
        )

    return acting.tried(visit, do, lambda told: shown_person(shell, visit, told))


def debrief(shell: Shell, visit: Visit) -> Reply:
    """End a briefing now."""

    def do() -> str:
        name = visit.params["person"]
        agreement = acting.text(visit, "agreement")
        acting.acted(shell, visit, "people.debrief", person=name, agreement=agreement)
        return done_lines.leading(
            shell.node, visit, f"/people/{quote(name)}", "person.done_debriefed"
        )

    return acting.tried(visit, do, lambda told: shown_person(shell, visit, told))


def _changed(
    shell: Shell, visit: Visit, facts: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Reply:
    """Change members of the record, made from the record as it was read: if it is another by now,
    the version says so and nothing changes.
    """

    def do() -> str:
        name = visit.params["person"]
        held = acting.asked(shell, visit, "people.show", person=name)
        match = visit.form.get("version", "")
        acting.acted(shell, visit, "people.change", match=match, person=name, **facts(held))
        return done_lines.leading(
            shell.node, visit, f"/people/{quote(name)}", "person.done_changed"
        )

    return acting.tried(visit, do, lambda told: shown_person(shell, visit, told))


ACTS: Mapping[str, Callable[[Shell, Visit], Reply]] = MappingProxyType(
    {
        "change": change,
        "clearances": clear,
        "state": set_state,
        "extend": extend,
        "briefings": brief,
        "debrief": debrief,
        "authorisations": authorise,
        "withdraw": withdraw,
    }
)
"""The forms on a person's page, by the end of the address that each is sent to."""
