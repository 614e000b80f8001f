"""What a killed process left beside the register: half-written spools, and containers that no row
names; and what keeps their sweeping from one that a step is about to record.

A container gets its name before the step that records it commits, and loses it after the step that
replaced it; killed in between, the file is nobody's. The ages that the store tells only spare most
of what is on its way, for their clock can be set: nothing is recorded that a sweep took meanwhile.
Spec: spec/exchange.md §4, §8.
"""

from __future__ import annotations

from sealane.base.errors import Unavailable, declare
from sealane.ports import Spool, Tx
from sealane.registry.records import Newness
from sealane.registry.transfer import TAKEN_BACK
from sealane.services.node import Node

SETTLED_SECONDS = 600
"""A name younger than this may belong to a step that another process is about to commit."""
SWEEPS = "containers.sweeps"
"""The series whose last number is odd while a sweep erases, or was killed at it, and even else."""

SWEPT = declare(
    "container.swept",
    Unavailable,
    "A container was swept away as nobody's before it was recorded; nothing was done.",
    "コンテナは記録される前に、持ち主のないものとして消去されました。何も行っていません。",
    "Ask again. The clock of the store of containers may have been set forward.",
    "もう一度行ってください。コンテナの保管先の時計が進められた可能性があります。",
)


class NewNames:
    """Containers that get their names before the step that records them; none is recorded that is
    not there. Begun before the first of them is named.
    """

    def __init__(self, node: Node) -> None:
        self._node, self._names = node, list[str]()
        with node.store.reading() as tx:
            self._sweeps = _sweeps(node, tx)

    def keep(self, spool: Spool, digest: str) -> None:
        """As `Spool.keep`."""
        spool.keep(digest)
        self._names.append(digest)

    def require_there(self, tx: Tx) -> None:
        """Asked in the step that records them: a sweep before it took none, and a later one finds
        them recorded, for steps that write take turns. Raises: Unavailable `container.swept`.
        """
        now = _sweeps(self._node, tx)
        if now == self._sweeps and now % 2 == 0:
            return  # no store need be asked while others wait for their turn
        if not all(map(self._node.blobs.has, self._names)):
            raise SWEPT()


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
    if not (found := _strays(node, older)):
        return swept
    begun = _begun(node)
    for name in found:
        # asked once more in the step that erases: whoever swept may have been stalled since
        with node.store.writing() as tx:
            if name in node.blobs.strays(_known(node, tx), older=older):
                swept += node.blobs.destroy(name)
    _ended(node, begun)
    return swept


def _strays(node: Node, older: int) -> list[str]:
    with node.store.reading() as tx:
        return node.blobs.strays(_known(node, tx), older=older)


def _sweeps(node: Node, tx: Tx) -> int:
    row = node.records.serials.get(tx, name=SWEEPS)
    return 0 if row is None else row.last


def _begun(node: Node) -> int:
    """Say durably that a sweep erases, before it does; the odd number that says so."""
    with node.store.writing() as tx:
        number = (_sweeps(node, tx) + 1) | 1
        node.records.serials.put(tx, {"name": SWEEPS}, last=number)
    return number


def _ended(node: Node, begun: int) -> None:
    """Say that this sweep is over, unless another has begun since."""
    with node.store.writing() as tx:
        if _sweeps(node, tx) == begun:
            node.records.serials.put(tx, {"name": SWEEPS}, last=begun + 1)


def _known(node: Node, tx: Tx) -> set[str]:
    named = set(node.records.containers.column(tx, "container"))
    for state in TAKEN_BACK:
        for item in node.records.items.column(tx, "id", direction="in", state=state):
            named.difference_update(node.records.containers.column(tx, "container", item=item))
    queued = node.records.outbox.column(tx, "container", done=None)
    return {*named, *(one for one in queued if one is not None)}
