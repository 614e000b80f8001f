"""Who works for a node: of all its processes one leads, and only while the store says so.

A lease in the store names the holder and an epoch that grows with every holder. Time decides when
another may take the lease, and never whether somebody leads: every transaction of the leader's
holds the lease's row, so that one who was stalled past its lease, and believes that it leads, can
neither publish a head nor deliver nor sweep. No clock of another machine is believed: a lease has
lapsed when this process saw it unchanged for as long by its own clock that nobody sets, or when the
process of its holder is proven to be gone.
Spec: docs/operators.md "Several processes"; spec/ledger.md §7 (restore rule).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from sealane.base.errors import Unavailable, declare
from sealane.base.values import SECOND
from sealane.ports import Store, Tx
from sealane.registry.passing import Lease
from sealane.services.node import Node

WORK = "work"
LEASE_SECONDS, LOOK_SECONDS = 10, 2.5
"""How long a lease lasts unrenewed, and how often it is renewed by its holder and looked at by the
others.
"""

NOT_LEADING = declare(
    "node.not_leading",
    Unavailable,
    "Another process works for this node now (epoch {epoch} is over); nothing was done.",
    "このノードの処理は別のプロセスに移りました（期 {epoch} は終了）。何も行っていません。",
    "Nothing is wrong: the process that leads does it.",
    "異常ではありません。担当のプロセスが処理します。",
)


@dataclass(slots=True)
class Leadership:
    """One process's part in the election.

    Args:
        node: its store and clock alone are used.
        holder: a word of this process that no other ever has.
        gone: whether the process of such a word is proven to have ended.
    """

    node: Node
    holder: str
    gone: Callable[[str], bool] = lambda _: False
    _epoch: int = 0
    _renewed: int = 0
    _seen: Lease | None = None
    _since: int = 0

    @property
    def epoch(self) -> int | None:
        """The epoch that this process leads in, as far as it knows; what counts is `fence`."""
        fresh = self.node.host.elapsed() - self._renewed < LEASE_SECONDS * SECOND
        return self._epoch if self._epoch and fresh else None

    def seek(self) -> bool:
        """Renew the lease, or take it where it is free; whether this process leads now."""
        node, began = self.node, self.node.host.elapsed()
        with node.store.reading() as tx:
            found = node.records.leases.get(tx, name=WORK)
        mine = found is not None and self._epoch > 0 and found.holder == self.holder
        if found is not None and mine and found.epoch == self._epoch:
            taken = self._take(found, found.epoch)
        elif found is None or self._free(found, began):
            self._epoch = 0
            taken = self._take(found, 1 if found is None else found.epoch + 1)
        else:
            taken = 0
        self._epoch = taken
        if taken:
            # counted from before the step, so that nobody thinks it longer than the others do
            self._renewed = began
        return bool(taken)

    def resign(self) -> None:
        """Let another take the lease at once."""
        if self._epoch:
            with self.node.store.hinting() as tx:
                self.node.records.leases.change(tx, self._own(self._epoch), until=0)
            self._epoch = 0

    def fence(self, epoch: int) -> Callable[[Tx], None]:
        """What every transaction of an epoch begins with: it holds the lease's row until the
        transaction ends. What was begun in an epoch does nothing in a later one, not even of the
        same process, for the restore rule was asked anew. The fence raises: Unavailable
        `node.not_leading`.
        """

        def held(tx: Tx) -> None:
            if not self.node.records.leases.change(tx, self._own(epoch), epoch=epoch):
                raise NOT_LEADING(epoch=epoch)

        return held

    def _own(self, epoch: int) -> dict[str, object]:
        return {"name": WORK, "holder": self.holder, "epoch": epoch}

    def _free(self, found: Lease, now: int) -> bool:
        """Whether nobody holds it any more: given back, its holder gone, or unchanged for long."""
        if found.until == 0 or self.gone(found.holder):
            return True
        if found != self._seen:
            self._seen, self._since = found, now
        return now - self._since >= LEASE_SECONDS * SECOND

    def _take(self, found: Lease | None, epoch: int) -> int:
        """The epoch, if the lease is still as it was found, and is ours from now on; else 0."""
        node, until = self.node, self._until()
        renewed = found is not None and found.epoch == epoch
        with node.store.hinting() if renewed else node.store.writing() as tx:
            if found is None and node.records.leases.get(tx, name=WORK) is None:
                first = Lease(name=WORK, holder=self.holder, epoch=epoch, until=until)
                node.records.leases.add(tx, first)
                return epoch
            if found is None:
                return 0
            changed = node.records.leases.change(
                tx,
                {
                    "name": WORK,
                    "holder": found.holder,
                    "epoch": found.epoch,
                    "until": found.until,
                },
                holder=self.holder,
                epoch=epoch,
                until=until,
            )
            return epoch if changed else 0

    def _until(self) -> int:
        return int(self.node.host.now()) + LEASE_SECONDS * SECOND


@dataclass(frozen=True, slots=True)
class FencedStore:
    """A store through which only the leader writes: each of its steps holds the lease, or is none.

    Args:
        held: raises where this process leads no more.
        writes: what stands first in each step that writes for good.
    """

    store: Store
    held: Callable[[Tx], None]
    writes: Callable[[Tx], None] = lambda _: None

    def reading(self) -> AbstractContextManager[Tx]:
        return self.store.reading()

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        with self.store.writing() as tx:
            self.held(tx)
            self.writes(tx)
            yield tx

    @contextmanager
    def hinting(self) -> Iterator[Tx]:
        with self.store.hinting() as tx:
            self.held(tx)
            yield tx

    def together(self, tx: Tx) -> AbstractContextManager[object]:
        return self.store.together(tx)

    def let_go(self) -> tuple[str, ...]:
        return self.store.let_go()
