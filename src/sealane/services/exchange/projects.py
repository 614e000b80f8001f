"""The projects that a register knows: a node has no closed list of them, so that a slip in one is
said, with those that are known, and refuses nothing.

Spec: spec/interfaces.md §5.
"""

from __future__ import annotations

from collections.abc import Iterator

from sealane.ports import Tx
from sealane.services.exchange.earlier_release import Warned
from sealane.services.node import Node

NEW_PROJECT = "release.new_project"
MOST_ITEMS, PAGE = 10_000, 500
"""Of how many of the newest items the projects are known, read so many at a time."""
MOST_PEOPLE = 10_000
MOST_TOLD = 20


def new_project(node: Node, tx: Tx, wanted: str | None) -> tuple[Warned, ...]:
    """What a person should know where no item and no authorisation names the project yet."""
    if wanted is None:
        return ()
    known: set[str] = set()
    for project in _named(node, tx):
        if project == wanted:
            return ()
        known.add(project)
    told = tuple(sorted(known))
    listed = ", ".join(told[:MOST_TOLD]) + (", ..." if len(told) > MOST_TOLD else "")
    knows = f"it knows: {listed}" if told else "it knows none yet"
    knows_ja = f"既知の事業：{listed}" if told else "既知の事業はまだありません"
    return (
        Warned(
            code=NEW_PROJECT,
            text=f"Project {wanted!r} is new to this register; {knows}.",
            text_ja=f"事業 {wanted!r} は登録簿にありません。{knows_ja}。",
            known=told,
        ),
    )


def _named(node: Node, tx: Tx) -> Iterator[str]:
    """Every project that is named here, by authorisations and then by items, the newest first."""
    for person in node.people(tx, limit=MOST_PEOPLE):
        for one in person.data["authorisations"]:
            if one.get("project"):
                yield str(one["project"])
    after: object = None
    for _ in range(MOST_ITEMS // PAGE):
        page = node.records.items.find(tx, order="id", limit=PAGE, after=after, newest=True)
        for item in page:
            if item.facts["project"]:
                yield str(item.facts["project"])
        if len(page) < PAGE:
            return
        after = page[-1].id
