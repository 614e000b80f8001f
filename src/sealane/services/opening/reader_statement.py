"""This nation vouches for its reader at a partner's key service: one person, one item, one client
key, one minute.

For programs that ask the partner's OpenTDF surface themselves; `sealane open` does the same between
the nodes.
Spec: R20, R22, R31; spec/key-access.md §5.1.
"""

from __future__ import annotations

from sealane.base import canonical
from sealane.base.errors import Conflict, declare
from sealane.ledger import bodies
from sealane.registry.records import Direction
from sealane.services.deciding.request import served_key_access
from sealane.services.node import Node
from sealane.services.opening.open_item import permitted, reader_question
from sealane.services.statements.talk import hand

NOT_RECEIVED = declare(
    "item.not_received",
    Conflict,
    "Item {item} was not received from a partner.",
    "項目 {item} は相手国から受領したものではありません。",
    "Vouch for readers of what a partner provided.",
    "相手国が提供した項目について保証してください。",
)


def vouch(node: Node, item: str, *, person: str, purpose: str, client_key: str) -> bytes:
    """The signed statement of a permitted reader's facts, bound to the item and to a client's
    public key (PEM).

    Raises: Refused `decision.refused`: our own decision refuses, recorded and told as for any
    opening; Conflict `item.not_received`; NotFound.
    """
    with node.store.reading() as tx:
        if node.item(tx, item).direction != Direction.IN:
            raise NOT_RECEIVED(item=item)
        row = node.held(tx, item)
    own = permitted(node, row, person=person, purpose=purpose, action="open")
    with node.store.writing() as tx:
        row = node.held(tx, item)
        body = reader_question(
            node,
            row,
            own,
            key_access=served_key_access(row),
            client_key=bodies.ClientKey(sha384=canonical.sha384(client_key.encode())),
        )
        agreement = (row.agreement, row.agreement_digest)
        said = hand(node, tx, body, to=row.provider, agreement=agreement, item=item)
    return said.data
