"""That somebody took a list of the register away, on paper or as a file, is on record before it is
given. Spec: R57; docs/console.md §The register.
"""

from __future__ import annotations

from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record


def note_taken(node: Node, actor: Actor, count: int) -> None:
    """Enter that so many items were listed, by whom."""
    with node.store.writing() as tx:
        record(node, tx, "record.read", register="items", count=count, **actor.told())
