"""The agreements: what each says in both languages with its rules beside, who signed it, what was
given notice of, how its versions differ, and the form by which this nation gives notice.

Spec: R1-R11, R66; docs/console.md §Agreements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import RedirectResponse

from sealane.agreements import layout
from sealane.agreements.agreement import Agreement
from sealane.base.errors import NotFound, declare
from sealane.base.values import format_instant
from sealane.services.register import agreement_life
from sealane.web import acting, done_lines, shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

NO_AGREEMENT = declare(
    "web.no_agreement",
    NotFound,
    "This node holds no agreement of that name.",
    "その名の取決めはこのノードにありません。",
    "Choose one from the list.",
    "一覧から選んでください。",
)
KINDS = ("suspend", "resume", "give-notice")


def agreements(shell: Shell, _: Visit) -> Reply:
    """The agreements this node holds."""
    return list_page(shell)


def list_page(shell: Shell) -> Page:
    """The same, for the forms on it to come back to."""
    node = shell.node
    with node.store.reading() as tx:
        held = node.agreements(tx)
        rows = [
            {
                "one": held[name],
                "state": agreement_life.standing(node, tx, node.agreement_row(tx, name)).state,
                "since": format_instant(held[name].period.since),
            }
            for name in held
        ]
    return Page(
        "agreements.html",
        {
            "rows": rows,
            "trouble": None,
            "production": node.settings.profile == "production",
        },
    )


def agreement(shell: Shell, visit: Visit) -> Reply:
    """One agreement for reading. Raises: NotFound `web.no_agreement`."""
    return _shown(shell, visit, None)


def back(_: Shell, visit: Visit) -> Reply:
    """A toggled or reloaded answer to a form leads back to its agreement."""
    return RedirectResponse(f"/agreements/{visit.params['agreement']}", 303)


def _held(shell: Shell, name: str) -> tuple[Agreement, ...]:
    """Its versions, the one that governs first. Raises: NotFound `web.no_agreement`."""
    node = shell.node
    with node.store.reading() as tx:
        held = node.agreements(tx)
    if name not in held:
        raise NO_AGREEMENT()
    governing = held.at(name, node.host.now()) or held[name]
    others = [one for one in held.versions(name) if one.version != governing.version]
    return (governing, *sorted(others, key=lambda one: -one.version))


def _shown(shell: Shell, visit: Visit, trouble: Mapping[str, Any] | None) -> Page:
    name = visit.params["agreement"]
    one, *_ = _held(shell, name)
    told = acting.asked(shell, visit, "agreements.show", agreement=name)
    now = next(each for each in told["versions"] if each["governs"])
    until = one.period.until
    return Page(
        "agreement.html",
        {
            "one": one,
            "told": told,
            "now": now,
            "state": now["state"].replace(" ", "-"),
            "since": format_instant(one.period.since),
            "until": None if until is None else format_instant(until),
            "table": _table(shell, one),
            "articles": list(layout.articles(one)),
            "words": shown.agreement_words(one, visit.lang),
            "party_name": shown.party_name(one, visit.lang),
            "clocks": [(clock, *layout.length(clock)) for clock in one.clocks],
            "running": now["clocks"],
            "tops": {area.id: _top(shell, one, area.ceiling) for area in one.areas},
            "version": acting.version("agreements.show", told),
            "kinds": KINDS,
            "trouble": trouble,
            "two": acting.by_two(shell, "agreements.notify"),
        },
        about=name,
    )


def _table(shell: Shell, one: Agreement) -> list[dict[str, Any]]:
    """The equivalence table, the highest level first, each cell with its marks."""
    schemes = shell.node.schemes
    return [
        {
            "row": row,
            "cells": [
                [
                    (shown.level_mark(schemes, party.policy, level.name), level.only_held)
                    for level in layout.cell(row, party.id)
                ]
                for party in one.parties
            ],
        }
        for row in sorted(one.rows, key=lambda each: -each.level)
    ]


def _top(shell: Shell, one: Agreement, ceiling: int) -> list[shown.Mark]:
    """The marks of an area's ceiling, one for each party that has a level there."""
    return [
        shown.level_mark(shell.node.schemes, party.policy, level.name)
        for row in one.rows
        if row.level == ceiling
        for party in one.parties
        for level in layout.cell(row, party.id)[:1]
    ]


def versions(shell: Shell, visit: Visit) -> Reply:
    """What differs between two versions, and whom it would affect here. Raises: NotFound
    `web.no_agreement`, `agreement.no_version`; Refused `person.duty`.
    """
    name = visit.params["agreement"]
    held = _held(shell, name)
    numbers = sorted((one.version for one in held), reverse=True)
    if len(numbers) < 2:
        return Page(
            "versions.html", {"one": held[0], "numbers": numbers, "found": None}, about=name
        )
    old = _number(visit.query.get("old"), numbers[1])
    new = _number(visit.query.get("new"), numbers[0])
    found = acting.asked(shell, visit, "agreements.compare", agreement=name, old=old, new=new)
    data = {"one": held[0], "numbers": numbers, "found": found, "old": old, "new": new}
    return Page("versions.html", data, about=name)


def _number(given: str | None, usual: int) -> int:
    found = acting.number_of(given, 6)
    return usual if found is None else found


def notify(shell: Shell, visit: Visit) -> Reply:
    """Give this nation's notice, on the versions and notices that were read."""
    name = visit.params["agreement"]

    def do() -> str:
        kind = visit.form.get("kind", "")
        told = {"reason": acting.text(visit, "reason") or ""}
        if kind == "give-notice":
            told = {"until": acting.day(visit, "until") or ""}
        acting.acted(
            shell,
            visit,
            "agreements.notify",
            match=visit.form.get("version") or None,
            agreement=name,
            kind=kind,
            detail=told,
        )
        return done_lines.leading(
            shell.node, visit, f"/agreements/{name}", f"agreement.done_{kind}"
        )

    return acting.tried(visit, do, lambda told: _shown(shell, visit, told))
