"""A change of label to its end: said to every holder, and each key sealed anew under it.

What keeps a key from being sealed anew is named, and that container stays shut until it is.
Spec: R16; spec/exchange.md §9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from sealane.base.errors import SealaneError
from sealane.labels.model.label import Label
from sealane.registry.records import Direction, ItemState
from sealane.services.exchange import relabel, reseal
from sealane.services.exchange.outbox import Sent
from sealane.services.node import Node
from sealane.services.register.acts import Named

Files = tuple[BinaryIO, BinaryIO]
"""A container file, and where the one under the new label goes."""


def change(
    node: Node,
    item: str,
    label: Label,
    *,
    reason: str,
    person: Named,
    deliver: Callable[[str], Sequence[Sent]],
    files: Files | None = None,
    unchanged: Callable[[Any], None] | None = None,
) -> dict[str, Any]:
    """Give an own item another label, tell its holders, and seal its keys anew. Raises: as
    `relabel.relabel`; what comes after it is told as `trouble`.
    """
    found = relabel.relabel(node, item, label, reason=reason, person=person, unchanged=unchanged)
    return {**found, **_sealed_anew(node, item, person, deliver, files)}


def _sealed_anew(
    node: Node,
    item: str,
    person: Named,
    deliver: Callable[[str], Sequence[Sent]],
    files: Files | None,
) -> dict[str, Any]:
    try:
        if files is not None:
            made = relabel.reseal(node, item, *files, person=person)
            return {"container": made.container, "sealed_anew": True, "trouble": None}
        with node.store.reading() as tx:
            if node.item(tx, item).direction == Direction.OWN:
                raise relabel.FILE_WANTED(item=item)
        sent = list(deliver(item))
        anew = reseal.rewrap(node, item, suite=None, person=person)
        sent += deliver(item)
    except SealaneError as error:
        return {"container": None, "sealed_anew": False, "trouble": error.code}
    return _came_of(node, item, anew, sent)


def _came_of(
    node: Node, item: str, anew: list[dict[str, Any]], sent: Sequence[Sent]
) -> dict[str, Any]:
    with node.store.reading() as tx:
        held = node.holding(tx, item)
    transfers = [_anew(one, sent) for one in anew]
    trouble = next((one["trouble"] for one in transfers if one["trouble"]), None)
    waits = any(one.state == ItemState.QUEUED for one in held.transfers)
    return {
        "container": anew[0].get("container") if len(anew) == 1 else None,
        "transfers": transfers,
        "sealed_anew": trouble is None and not waits,
        "trouble": trouble or ("item.state" if waits else None),
    }


def _anew(made: dict[str, Any], sent: Sequence[Sent]) -> dict[str, Any]:
    """What came of one holder: sealed anew there, or why not."""
    mine = [one for one in sent if one.to == made["to"] and one.answer != "acknowledged"]
    trouble = made["trouble"] or next((one.trouble or one.answer for one in mine), None)
    return {"to": made["to"], "container": made.get("container"), "trouble": trouble}
