"""What a killed process left beside the register: half-written spools, and containers that no row
names.

A container gets its name before the step that records it commits, and loses it after the step that
replaced it; killed in between, the file is nobody's. Spec: spec/exchange.md §4, §8.
"""

from __future__ import annotations

from sealane.ports import Tx
from sealane.registry.records import Newness
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.node import Node

SETTLED_SECONDS = 600
"""A name younger than this may belong to a step that another process is about to commit."""


def sweep(node: Node, *, older: int = SETTLED_SECONDS) -> int:
    """Erase spools of dead processes and containers that neither register nor outbox names, or that
    were turned away or taken back; their number. None while the node may be older than what it
    said: a container that no row names may be one that a row named. Of all processes the one that
    leads sweeps.

    Raises: Misconfigured `bucket.keeps`: what is destroyed there would not be gone.
    """
    node.blobs.require_forgetting()
    with node.store.reading() as tx:
        if node.newness(tx) != Newness.CURRENT:
            return 0
    swept = node.blobs.sweep()
    for name in _strays(node, older):
        # asked once more in the step that erases: whoever swept may have been stalled since
        with node.store.writing() as tx:
            if name in node.blobs.strays(_known(node, tx), older=older):
                swept += node.blobs.destroy(name)
    return swept


def _strays(node: Node, older: int) -> list[str]:
    with node.store.reading() as tx:
        return node.blobs.strays(_known(node, tx), older=older)


def _known(node: Node, tx: Tx) -> set[str]:
    named = set(node.records.containers.column(tx, "container"))
    for state in TAKEN_BACK:
        for item in node.records.items.column(tx, "id", direction="in", state=state):
            named.difference_update(node.records.containers.column(tx, "container", item=item))
    queued = node.records.outbox.column(tx, "container", done=None)
    return {*named, *(one for one in queued if one is not None)}
