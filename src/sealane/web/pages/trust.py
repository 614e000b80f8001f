"""The trust board: one sheet for a minister, every number a link to what it was counted from.

Spec: R36, R44, R47, R57, R59; docs/console.md §Trust board.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sealane.web import acting, flow, shown
from sealane.web.pages.audits import SPANS, days_of
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

WAYS = ("in", "out")


def board(shell: Shell, visit: Visit) -> Reply:
    """The board of the last days, as far as the visitor may see it."""
    days = days_of(visit)
    told = acting.asked(shell, visit, "audit.board", days=days)
    with shell.node.store.reading() as tx:
        held = shell.node.agreements(tx)
    # an area that no agreement names stays as it is
    names = shown.area_names(held.values(), visit.lang)
    rows = {
        way: [_row(shell, told, one) for one in told["flows"] if one["direction"] == way]
        for way in WAYS
    }
    data = {
        "told": told,
        "days": days,
        "spans": SPANS,
        "rows": rows,
        "pictures": {
            way: flow.drawn(rows[way], outward=way == "out") if rows[way] else None for way in WAYS
        },
        "area": lambda code: names.get(code, code or visit.t("trust.no_area")),
        "edge": flow.EDGE,
        "width": flow.WIDTH,
        "bar": flow.BAR,
    }
    return Page("trust.html", data)


def _row(shell: Shell, told: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
    """A row of the flow with its mark, and where the register shows its items."""
    mark = shown.level_mark(shell.node.schemes, one["originator"], one["level"])
    asked = {
        "direction": one["direction"],
        "area": one["area"],
        "level": one["level"],
        "originator": one["originator"],
        "since": told["since"][:10],
    }
    found = {name: value for name, value in asked.items() if value}
    return {**one, "mark": mark, "colour": mark.colour, "href": f"/register?{urlencode(found)}"}
