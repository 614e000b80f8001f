"""Inventories, and what is still to be done.

Spec: spec/inventory.md; docs/console.md §Inventories.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.web import acting, shown
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

PAGE = 50


def listed(shell: Shell, visit: Visit) -> Reply:
    """Every inventory, the newest first, and the form that opens one."""
    return _listed(shell, visit, None)


def _listed(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    after = visit.query.get("after", "")[:64] or None
    told = acting.asked(shell, visit, "inventories.list", limit=PAGE, after=after)
    with shell.node.store.reading() as tx:
        places = sorted(shell.node.records.facilities.column(tx, "id"))
        clerks = [
            row.id
            for row in shell.node.people(tx, limit=100_000)
            if "registry-clerk" in row.data["duties"]
        ]
    rows = [
        {**one, "mark": shown.held_as(shell.node.schemes, shell.node.party, one["level"])}
        for one in told["inventories"]
    ]
    context = {
        "told": {**told, "inventories": rows},
        "places": places,
        "clerks": clerks,
        "levels": _levels(shell),
        "trouble": trouble,
    }
    return Page("inventories.html", context)


def _levels(shell: Shell) -> list[tuple[str, shown.Mark, bool]]:
    """Every level of this nation's, and whether it is given now: copies of retired ones are
    counted too.
    """
    node = shell.node
    given = dict(shown.levels_given(node.schemes, node.party, node.host.now()))
    scheme = node.schemes.get(node.party)
    names = [] if scheme is None else [one.name for one in scheme.levels]
    return [(one, shown.level_mark(node.schemes, node.party, one), one in given) for one in names]


def inventory(shell: Shell, visit: Visit) -> Reply:
    """One inventory, copy by copy, with the acts that are the visitor's."""
    return _shown(shell, visit, visit.params["inventory"], None)


def _shown(shell: Shell, visit: Visit, number: str, trouble: dict[str, Any] | None) -> Page:
    told = acting.asked(shell, visit, "inventories.show", inventory=number)
    mine = told["state"] == "open" and told["assigned"] == visit.person["id"]
    left = told["counts"]["unseen"] + told["counts"]["absent"]
    return Page("inventory.html", {"told": told, "mine": mine, "left": left, "trouble": trouble})


def begin(shell: Shell, visit: Visit) -> Reply:
    """Open an inventory."""
    acting.require(shell, visit, "inventories.open")

    def do() -> str:
        told = acting.acted(
            shell,
            visit,
            "inventories.open",
            assign=acting.text(visit, "assign"),
            level=acting.text(visit, "level"),
            place=acting.text(visit, "place"),
            due=acting.day(visit, "due"),
        )
        return f"/inventories/{told['id']}"

    return acting.tried(visit, do, lambda trouble: _listed(shell, visit, trouble))


def tick(shell: Shell, visit: Visit) -> Reply:
    """Note what was found of one copy."""
    item = acting.text(visit, "item")
    told = {"item": item, "copy": _copy(visit), "found": acting.text(visit, "found")}
    return _acted(shell, visit, "inventories.tick", told, part=f"#{item or ''}"[:65])


def close(shell: Shell, visit: Visit) -> Reply:
    """End an inventory."""
    return _acted(shell, visit, "inventories.close", {})


def settle(shell: Shell, visit: Visit) -> Reply:
    """Say what became of a missing copy."""
    item, finding = acting.text(visit, "item"), acting.text(visit, "finding")
    told = {"item": item, "copy": _copy(visit), "finding": finding}
    return _acted(shell, visit, "inventories.settle", told)


def _copy(visit: Visit) -> int | None:
    return acting.number_of(visit.form.get("copy"))


def _acted(
    shell: Shell, visit: Visit, name: str, told: Mapping[str, Any], *, part: str = ""
) -> Reply:
    """Do an act about the inventory that the form names, and lead back to it or a part of it."""
    acting.require(shell, visit, name)
    number = visit.form.get("inventory", "")[:64]

    def do() -> str:
        acting.acted(shell, visit, name, inventory=number or "-", **told)
        return f"/inventories/{number}{part}"

    return acting.tried(visit, do, lambda trouble: _shown(shell, visit, number, trouble))


def duties(shell: Shell, visit: Visit) -> Reply:
    """What this nation has still to do."""
    return Page("duties.html", {"told": acting.asked(shell, visit, "duties.list")})


ACTS = {
    "/inventories/open": begin,
    "/inventories/tick": tick,
    "/inventories/close": close,
    "/inventories/settle": settle,
}
"""What is sent, and where."""
PAGES = {
    "/inventories": listed,
    "/inventories/{inventory}": inventory,
    "/duties": duties,
}
