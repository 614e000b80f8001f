"""The plaintext of what this nation sealed for itself and keeps: into a private spool, on record.

It is read to be released, and by a second signer who has to know what is signed; who may is asked
by the caller. Whatever the register's label is by now, the container opens under the label that it
was sealed with.
Spec: R35, R57; spec/container.md §5.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from sealane.base.errors import Conflict, declare
from sealane.ports import Tx
from sealane.registry.records import Given
from sealane.sealing import origin
from sealane.services import holding
from sealane.services.node import Node
from sealane.services.opening import containers, key_parts
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

NOT_KEPT = declare(
    "item.not_kept",
    Conflict,
    "This nation keeps no container of {item} that it opens alone.",
    "{item} について、自国だけで開けるコンテナはここにありません。",
    "It was sealed for a partner, whose key service holds a part; read the file that was sealed.",
    "相手国向けに封緘され、鍵の一部は相手国にあります。封緘した元のファイルを見てください。",
)


def kept(node: Node, tx: Tx, item: str) -> Given:
    """An item of ours with the container that this nation opens alone. Raises: Conflict
    `item.not_kept`.
    """
    row = holding.given(node.records, tx, item, node.party)
    if row is None or not is_alone(node, row) or not node.blobs.has(row.container):
        raise NOT_KEPT(item=item)
    return row


def is_alone(node: Node, row: Given) -> bool:
    """Whether every part of a container's key is at this nation's service."""
    return set(row.sealed["key_access"]) <= {node.party, ""}


def read(
    node: Node, row: Given, sink: BinaryIO, *, actor: Actor, kind: str = "key.released"
) -> None:
    """Write the verified plaintext to a private spool, after an entry of this kind is durable.

    Raises: Untrusted `container.*`, `key.*`; nothing of the spool may be shown then.
    """
    with node.store.writing() as tx:
        record(
            node,
            tx,
            kind,
            item=row.id,
            policy=row.policy_uuid,
            **actor.told(),
        )
    node.host.reached("own.recorded")
    with node.blobs.read(row.container) as source:
        view = key_parts.manifest_of(source)
        # It was sealed under no agreement, whatever the item was released under since.
        own = replace(row, agreement="", agreement_digest="")
        dek = key_parts.sealed_share(node, view, own)
        claims = origin.read(view.container.manifest)
        sealed = replace(key_parts.ItemTerms.of(own), label=claims.label)
        source.seek(0)
        containers.unpack(source, dek, sink, provider=node.own_card(), held=sealed)
