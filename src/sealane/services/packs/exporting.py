"""Writing a pack: what waits for a partner, byte for byte as the line would carry it.

Nothing of what waits is changed by it: the rows stay open until they are answered, by whichever way
the answer comes. So a pack that was lost is made again, and one too many does no harm.
Spec: spec/pack.md §4; R42, R57, R65.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import Untrusted, declare
from sealane.ledger import bodies
from sealane.ports import Tx
from sealane.protocol import pack_seal
from sealane.protocol.pack_form import (
    CHUNK,
    PackEntry,
    PackHead,
    PackNode,
    PackPart,
    opening,
    page_bytes,
)
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.packs import logs
from sealane.services.packs.logs import Partnerships
from sealane.services.packs.waiting import WaitingStatement, waiting_for
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.journal import compose, record, statement_bytes

CONTAINER_ALTERED = declare(
    "pack.container_altered",
    Untrusted,
    "Container {container} is not what it was when it was stored; no pack was written.",
    "コンテナ {container} が保管時のものと異なります。パックは書き込まれていません。",
    "Walk the store (`sealane audit reconcile`), then restore the container from a backup.",
    "`sealane audit reconcile` で確かめ、バックアップからコンテナを復元してください。",
)


@dataclass(frozen=True, slots=True)
class PackWritten:
    """A pack that was written: its name, its lines, whether all that waits is in it, its bytes."""

    digest: str
    entries: tuple[PackEntry, ...]
    whole: bool
    size: int

    def as_json(self) -> dict[str, Any]:
        """What is told of it: digests and types, no words."""
        return {
            "pack": self.digest,
            "statements": len(self.entries),
            "answers": sum(one.answers is not None for one in self.entries),
            "containers": sum(one.container is not None for one in self.entries),
            "whole": self.whole,
            "size": self.size,
        }


def export(
    node: Node, partner: str, who: Named, sink: BinaryIO, *, ledgers: Partnerships = ()
) -> PackWritten:
    """Write everything that waits for a partner to a sink whose bytes count once this returns.

    Args:
        ledgers: those whose newest heads go too, for the partner's witness; others' are left out.
    Raises: as `logs.carried`; Malformed `usage.person`; Misconfigured `partner.unknown`,
    `pack.no_key`; Unavailable `node.in_doubt`, `node.behind`; Untrusted `pack.container_altered`,
    `directory.altered`.
    """
    key, at = node.host.entropy(pack_seal.KEY), node.now()[1]
    by = PackNode(party=node.party, node=node.settings.node)
    with node.store.reading() as tx:
        acts.require(node, tx, Act.CARRY, who)
        node.require_current(tx)
        card = node.partner(tx, partner)
        waiting, whole = waiting_for(node, tx, partner)
        entries = tuple(_entry(node, tx, key, place, one) for place, one in enumerate(waiting))
    shown = logs.carried(ledgers, partner)
    tail = pack_seal.logs_sealed(key, len(entries), shown) if shown else b""
    head = PackHead(
        pack=1,
        by=by,
        to=PackNode(party=card.party, node=card.node),
        at=at,
        entries=len(entries),
        whole=whole,
        key=pack_seal.wrapped_to(card, key, by=by, at=at),
        logs=PackPart(sha384=hashlib.sha384(tail).hexdigest(), size=len(tail)) if tail else None,
    )
    page = page_bytes(head, entries)
    digest = hashlib.sha384(page).hexdigest()
    made = compose(
        node, bodies.PackMade(page=digest), to=partner, agreement=("", ""), item=None, at=at
    )
    # Recorded before a byte of it is anywhere but here.
    _record(node, who, party=partner, record=digest, count=len(entries))
    before = opening(page, made.data)
    sink.write(before)
    _write_parts(node, key, waiting, entries, sink)
    sink.write(tail)
    node.host.reached("pack.written")
    size = (
        len(before)
        + len(tail)
        + sum(one.sealed.size + (one.container.size if one.container else 0) for one in entries)
    )
    return PackWritten(digest, entries, whole, size)


def _record(node: Node, who: Named, **told: Any) -> None:
    with node.store.writing() as tx:
        actor = acts.require(node, tx, Act.CARRY, who)
        record(node, tx, "pack.exported", **told, **actor.told())
    node.host.reached("pack.recorded")


def _entry(node: Node, tx: Tx, key: bytes, place: int, one: WaitingStatement) -> PackEntry:
    data = _sealed(node, tx, key, place, one)
    return PackEntry(
        digest=one.statement,
        type=one.type,
        answers=one.answers,
        sealed=PackPart(sha384=hashlib.sha384(data).hexdigest(), size=len(data)),
        container=None if one.container is None else _container(node, one.container),
    )


def _sealed(node: Node, tx: Tx, key: bytes, place: int, one: WaitingStatement) -> bytes:
    data = statement_bytes(node, tx, one.statement)
    assert data is not None, "its bytes were here when it was found waiting"
    return pack_seal.sealed(key, place, one.statement, data)


def _container(node: Node, name: str) -> PackPart:
    with node.blobs.read(name) as held:
        return PackPart(sha384=name, size=held.seek(0, 2))


def _write_parts(
    node: Node,
    key: bytes,
    waiting: Sequence[WaitingStatement],
    entries: Sequence[PackEntry],
    sink: BinaryIO,
) -> None:
    for place, (one, entry) in enumerate(zip(waiting, entries, strict=True)):
        with node.store.reading() as tx:
            sink.write(_sealed(node, tx, key, place, one))
        if entry.container is not None:
            _copy(node, entry.container, sink)


def _copy(node: Node, part: PackPart, sink: BinaryIO) -> None:
    """A container as it lies here, proven to be what it is named. Raises: Untrusted
    `pack.container_altered`.
    """
    found = hashlib.sha384()
    with node.blobs.read(part.sha384) as held:
        held.seek(0)
        while piece := held.read(CHUNK):
            found.update(piece)
            sink.write(piece)
    if found.hexdigest() != part.sha384:
        raise CONTAINER_ALTERED(container=part.sha384[:24])
