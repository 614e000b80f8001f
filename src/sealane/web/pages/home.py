"""Home: what waits for whoever is signed in, by duty, the oldest and overdue first; and what is
newest in the register.

Spec: R42, R44; docs/console.md §Home.
"""

from __future__ import annotations

from typing import Any

from sealane.services.deciding.reach import sight_of
from sealane.services.exchange import outbox
from sealane.services.home.kinds import KINDS
from sealane.services.register import views
from sealane.services.sight import is_staff
from sealane.web import acting, shown
from sealane.web.pages.register import line
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

SHOWN, OF_KIND, NEWEST, LEAVING = 50, 200, 10, 20


def home(shell: Shell, visit: Visit) -> Reply:
    """What waits, and below it the newest items and, for staff, what has not left yet."""
    node, asked = shell.node, visit.query.get("kind")
    only = asked if asked in {one.name for one in KINDS} else None
    says: dict[str, Any] = {"limit": SHOWN if only is None else OF_KIND}
    if only is not None:
        says["kind"] = only
    told = acting.asked(shell, visit, "home.show", **says)
    now = node.host.now()
    with node.store.reading() as tx:
        sight = sight_of(node, tx, visit.person)
        newest = [
            line(node, tx, views.edition(sight, one), visit, now)
            for one in views.lines(node, tx, views.seen(node, tx, sight, limit=NEWEST))
        ]
        named = {one["item"] for one in told["waiting"] if one["item"]}
        rows = node.records.items.among(tx, "id", named)
        lines = {
            one["id"]: {
                "title": one["title"],
                "mark": shown.mark_of(node.schemes, one["label"]),
            }
            for row, one in zip(rows, views.lines(node, tx, rows), strict=True)
            if sight.sees(row)
            for one in [views.edition(sight, one)]
        }
    acts = acting.asked(shell, visit, "acts.list")
    waiting = outbox.waiting(node) if is_staff(visit.person) else None
    return Page(
        "home.html",
        {
            "told": told,
            "only": only,
            "items": lines,
            "lines": newest,
            "acts": {one["id"]: one for part in acts.values() for one in part},
            "own_acts": acts["own"],
            "waiting": None if waiting is None else waiting[:LEAVING],
            "waiting_more": 0 if waiting is None else max(0, len(waiting) - LEAVING),
            "overdue": sum(one["overdue"] for one in told["waiting"]),
        },
    )
