"""Facilities with their accreditation, assurances given and taken, and what lapses soon.

Spec: R29, R30; docs/console.md §Facilities and assurances.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.agreements.agreement import Agreement
from sealane.base.values import parse_instant
from sealane.web import acting, done_lines, shown
from sealane.web.pages.node_facts import note_reading
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

MOST, EACH = 1000, "each"
SPANS = (30, 90, 365)
"""Days ahead that the horizon is shown for."""


def facilities(shell: Shell, visit: Visit) -> Reply:
    """Every facility, and the form by which one is entered or changed."""
    return _facilities(shell, visit, None)


def _facilities(shell: Shell, visit: Visit, trouble: Mapping[str, Any] | None) -> Page:
    node, now = shell.node, shell.node.host.now()
    held = acting.asked(shell, visit, "facilities.list", limit=MOST)["facilities"]
    rows = [
        {
            **one,
            "mark": shown.level_mark(
                node.schemes, one["accredited"]["policy"], one["accredited"]["level"]
            ),
            "counts": one["until"] is not None and parse_instant(one["until"]) > now,
            "version": acting.version("facilities.show", one),
        }
        for one in held
    ]
    return Page(
        "facilities.html",
        {
            "rows": rows,
            "levels": shown.levels_given(node.schemes, node.party, now),
            "trouble": trouble,
            "two": acting.by_two(shell, "facilities.enter"),
        },
    )


def keep_facility(shell: Shell, visit: Visit) -> Reply:
    """Enter a facility, or change the one whose version the form carries."""

    def do() -> str:
        until, level = acting.day(visit, "until"), acting.text(visit, "level")
        known = acting.text(visit, "facility")
        if known is not None:
            acting.acted(
                shell,
                visit,
                "facilities.change",
                match=visit.form.get("version", ""),
                facility=known,
                until=until,
            )
            return done_lines.leading(shell.node, visit, "/facilities", "facility.done_changed")
        party = shell.node.party
        acting.acted(
            shell,
            visit,
            "facilities.enter",
            id=acting.text(visit, "id") or "",
            country=party,
            accredited={"policy": party, "level": level or ""},
            until=until,
        )
        return done_lines.leading(shell.node, visit, "/facilities", "facility.done_entered")

    return acting.tried(visit, do, lambda told: _facilities(shell, visit, told))


def horizon(shell: Shell, visit: Visit) -> Reply:
    """What lapses soon, and which items close by it. Raises: Refused `person.duty`."""
    return _horizon(shell, visit, None)


def _horizon(shell: Shell, visit: Visit, trouble: Mapping[str, Any] | None) -> Page:
    days = _days(visit)
    told = acting.asked(shell, visit, "people.horizon", days=days)
    rows = told["lapses"]
    with shell.node.store.reading() as tx:
        named = shell.node.records.people.among(tx, "id", {one["person"] for one in rows} - {None})
    note_reading(shell.node, visit.actor, len(named))
    return Page(
        "horizon.html",
        {
            "rows": rows,
            "until": told["until"],
            "days": days,
            "spans": SPANS,
            "people": {row.id: row.data for row in named},
            "closing": len({name for one in rows for name in one["items"]}),
            "trouble": trouble,
            "two": acting.by_two(shell, "people.warn"),
        },
    )


def _days(visit: Visit) -> int:
    given = visit.form.get("days") or visit.query.get("days", "")
    return int(given) if given in map(str, SPANS) else SPANS[0]


def warn(shell: Shell, visit: Visit) -> Reply:
    """Record that those whose clearance lapses soon were told."""
    days = _days(visit)

    def do() -> str:
        acting.acted(shell, visit, "people.warn", days=days)
        return done_lines.leading(shell.node, visit, f"/horizon?days={days}", "horizon.done")

    return acting.tried(visit, do, lambda told: _horizon(shell, visit, told))


def assurances(shell: Shell, visit: Visit) -> Reply:
    """What this nation assured others of, and what others assured it of."""
    return _assurances(shell, visit, None)


def _assurances(shell: Shell, visit: Visit, trouble: Mapping[str, Any] | None) -> Page:
    node = shell.node
    told = acting.asked(shell, visit, "assurances.list")["assurances"]
    with node.store.reading() as tx:
        held = node.agreements(tx)
    rows = [{**one, **_named(shell, held.get(one["agreement"]), one, visit.lang)} for one in told]
    offers = [
        {
            "agreement": one,
            "levels": _levels(shell, one),
            "areas": one.areas,
            "others": [party for party in one.parties if party.id != node.party],
        }
        for one in (held[name] for name in held)
        if one.rows and one.areas and one.party(node.party) is not None
    ]
    return Page(
        "assurances.html",
        {
            "given": [one for one in rows if one["by"] == node.party],
            "taken": [one for one in rows if one["by"] != node.party],
            "offers": offers,
            "trouble": trouble,
        },
    )


def _named(
    shell: Shell, agreement: Agreement | None, one: Mapping[str, Any], lang: str
) -> dict[str, Any]:
    """The words of an assurance: its area and its level, which is the provider's."""
    provider = agreement and agreement.party(one["to"])
    policy = provider.policy if provider else one["to"]
    return {
        "area_name": shown.agreement_words(agreement, lang)(one["area"]),
        "mark": shown.level_mark(shell.node.schemes, policy, one["level"]),
        "other": shown.party_name(agreement, lang),
        "title": None if agreement is None else agreement.title,
    }


def _levels(shell: Shell, agreement: Agreement) -> list[dict[str, Any]]:
    """The levels under which the other parties give now."""
    schemes, now = shell.node.schemes, shell.node.host.now()
    given = {name for row in agreement.rows for names in row.gives.values() for name in names}
    return [
        {"value": name, "mark": mark}
        for party in agreement.parties
        if party.id != shell.node.party
        for name, mark in shown.levels_given(schemes, party.policy, now)
        if name in given
    ]


def assure(shell: Shell, visit: Visit) -> Reply:
    """Give an assurance."""

    def do() -> str:
        acting.acted(
            shell,
            visit,
            "assurances.give",
            agreement=acting.text(visit, "agreement"),
            area=acting.text(visit, "area"),
            level=acting.text(visit, "level"),
            until=acting.day(visit, "until"),
            to=None if visit.form.get("to") == EACH else acting.text(visit, "to"),
        )
        return done_lines.leading(shell.node, visit, "/assurances", "assurance.done")

    return acting.tried(visit, do, lambda told: _assurances(shell, visit, told))
