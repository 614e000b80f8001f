"""What the people of a release say to one another before it is signed: the officer's reason, the
second signer's no. It stays with this nation; the ledger tells of the act, not of the words.

Spec: R35, R36; spec/interfaces.md §5.
"""

from __future__ import annotations

from typing import Any

from sealane.ports import Tx
from sealane.registry.derived_records import ReleaseRemark
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register.acts import Actor

TEXT = 500
"""Characters that are kept."""


def note(node: Node, tx: Tx, item: str, actor: Actor, *, act: Act, text: str | None) -> None:
    """Keep a remark beside those before it; nothing where nothing was said. Its act is recorded by
    the caller, in the same step.
    """
    if not text:
        return
    number = node.records.remarks.count(tx, item=item) + 1
    node.records.remarks.add(
        tx,
        ReleaseRemark(
            item=item,
            number=number,
            at=node.now()[1],
            by=str(actor.person),
            act=str(act),
            text=text[:TEXT],
        ),
    )


def of(node: Node, tx: Tx, item: str) -> list[dict[str, Any]]:
    """Every remark about an item, in the order they were made."""
    return [
        {"at": one.at, "by": one.by, "act": one.act, "text": one.text}
        for one in node.records.remarks.find(tx, order="number", item=item)
    ]
