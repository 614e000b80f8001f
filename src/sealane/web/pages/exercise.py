"""The exercise: what was made to go wrong, and forms that make more. A real node has no such page.

Spec: spec/exercise.md §4; docs/console.md §The exercise.
"""

from __future__ import annotations

from typing import Any

from sealane.registry.records import Direction
from sealane.web import acting, done_lines
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

SHOWN = 200
"""Received items that the form offers; any other is typed."""


def listed(shell: Shell, visit: Visit) -> Reply:
    """Everything that was put in."""
    return _shown(shell, visit, None)


def _shown(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    told = acting.asked(shell, visit, "exercise.list")
    node = shell.node
    with node.store.reading() as tx:
        items = node.records.items.find(
            tx, order="id", newest=True, limit=SHOWN, direction=Direction.IN
        )
        people = [row.id for row in node.people(tx, limit=SHOWN)]
        partners = [card.party for card in node.partners(tx)]
    lost = {
        one["about"] for one in told["injects"] if one["kind"] == "line" and one["ended"] is None
    }
    return Page(
        "exercise.html",
        {
            "injects": told["injects"],
            "items": [row.id for row in items],
            "people": people,
            "standing": [one for one in partners if one not in lost],
            "lost": sorted(lost),
            "trouble": trouble,
        },
    )


def _acting(name: str, *members: str, done: str = "exercise.done_injected") -> Any:
    """The form of one inject."""

    def act(shell: Shell, visit: Visit) -> Reply:
        acting.require(shell, visit, name)

        def do() -> str:
            says: dict[str, Any] = {
                member: visit.form.get(member, "")[:500] or "-" for member in members
            }
            acting.acted(shell, visit, name, **says)
            return done_lines.leading(shell.node, visit, "/exercise", done)

        return acting.tried(visit, do, lambda trouble: _shown(shell, visit, trouble))

    return act


ACTS = {
    "/exercise/leak": _acting("exercise.leak", "item", "text"),
    "/exercise/lapse": _acting("exercise.lapse", "person"),
    "/exercise/cut": _acting("exercise.cut", "party"),
    "/exercise/restore": _acting("exercise.restore", "party", done="exercise.done_restored"),
}
"""What is sent, and where."""
PAGES = {"/exercise": listed}
