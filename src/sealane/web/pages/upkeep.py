"""The partners of this node, and what the node needs: ends of keys, cards that wait, the outbox,
health.

Spec: R57, R59, R61; docs/console.md §Partners and upkeep.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sealane.base.errors import Malformed, declare
from sealane.protocol.card import bare_fingerprint
from sealane.services.register import partner_cards
from sealane.web import acting, done_lines
from sealane.web.shell import Shell
from sealane.web.visit import Page, Reply, Visit

PAIR = 4
"""Characters of a fingerprint that are read aloud together."""

NO_CARD = declare(
    "web.no_card",
    Malformed,
    "No card was chosen.",
    "カードのファイルが選ばれていません。",
    "Choose the `card.json` that the partner gave you.",
    "相手国から受け取った `card.json` を選んでください。",
)


def grouped(fingerprint: str) -> list[str]:
    """A fingerprint in groups that two people can read to one another."""
    bare = bare_fingerprint(fingerprint)
    return [bare[at : at + PAIR] for at in range(0, len(bare), PAIR)]


def partners(shell: Shell, visit: Visit) -> Reply:
    """Every enrolled partner with its card's fingerprint, beside this node's own."""
    return partners_page(shell, visit, None)


def enrol(shell: Shell, visit: Visit) -> Reply:
    """Accept a card that somebody gave, by two people. Raises: Refused `person.duty`."""

    def do() -> str:
        if visit.file is None:
            raise NO_CARD()
        compared = acting.text(visit, "fingerprint")
        told = acting.acted(shell, visit, "partners.enrol", file=visit.file, fingerprint=compared)
        return done_lines.leading(
            shell.node, visit, "/partners", "partners.done", party=told["party"]
        )

    return acting.tried(visit, do, lambda trouble: partners_page(shell, visit, trouble))


def accept(shell: Shell, visit: Visit) -> Reply:
    """Accept the card of a partner that waits, by two people. Raises: Refused `person.duty`."""

    def do() -> str:
        party = visit.params["party"]
        compared = acting.text(visit, "fingerprint") if visit.form.get("compared") else None
        acting.acted(shell, visit, "partners.accept", party=party, fingerprint=compared)
        return done_lines.leading(shell.node, visit, "/partners", "partners.done", party=party)

    return acting.tried(visit, do, lambda trouble: partners_page(shell, visit, trouble))


def partners_page(shell: Shell, visit: Visit, trouble: dict[str, Any] | None) -> Page:
    """Every partner; what was wrong with a form stands above."""
    node = shell.node
    rows = acting.asked(shell, visit, "partners.list")["partners"]
    with node.store.reading() as tx:
        held = node.agreements(tx)
    logs = {(one["agreement"], one["partner"]): one for one in shell.marks()}
    told = [
        {
            **one,
            "groups": grouped(one["fingerprint"]),
            "under": [
                {"one": held[name], "log": logs.get((name, one["party"]))}
                for name in one["agreements"]
            ],
        }
        for one in rows
    ]
    with node.store.reading() as tx:
        cards = partner_cards.told(node, tx)["cards_waiting"]
    waiting = [{**one, "groups": grouped(one["fingerprint"])} for one in cards]
    data = {
        "rows": told,
        "own": grouped(node.own_card().fingerprint()),
        "waiting": waiting,
        "trouble": trouble,
        "production": node.settings.profile == "production",
    }
    return Page("partners.html", data)


def upkeep(
    shell: Shell,
    visit: Visit,
    checks: Callable[[], dict[str, dict[str, Any]]],
    trouble: dict[str, Any] | None = None,
) -> Page:
    """What the node needs. Raises: Refused `person.duty`."""
    told = acting.asked(shell, visit, "node.upkeep")
    data = {
        "checks": checks(),
        "told": told,
        "own": grouped(told["fingerprint"]),
        "parties": [
            one["party"] for one in acting.asked(shell, visit, "partners.list")["partners"]
        ],
        "trouble": trouble,
    }
    return Page("upkeep.html", data)
