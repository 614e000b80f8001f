"""This nation vouches for its reader at a partner's key service: one person, one item, one client
key, one minute.

For programs that ask the partner's OpenTDF surface themselves; `sealane open` does the same between
the nodes.
Spec: R20, R22, R31; spec/key-access.md §5.1.
"""

from __future__ import annotations

from sealane.base import canonical
from sealane.ledger import bodies
from sealane.registry.who_may import Act
from sealane.services.deciding.request import served_key_access
from sealane.services.node import Node
from sealane.services.opening.open_item import permitted
from sealane.services.opening.shares import reader_question
from sealane.services.register import acts
from sealane.services.register.acts import Named
from sealane.services.statements.talk import hand


def vouch(node: Node, item: str, *, person: Named, purpose: str, client_key: str) -> bytes:
    """The signed statement of a permitted reader's facts, bound to the item and to a client's
    public key (PEM).

    Raises: Refused `decision.refused`: our own decision refuses, recorded and told as for any
    opening; Conflict `item.not_yours`; NotFound `person.unknown`, `item.unknown`.
    """
    with node.store.reading() as tx:
        acts.require_about(node, tx, Act.VOUCH, person, item)
        row = node.held(tx, item)
    own = permitted(node, row, person=person, purpose=purpose, action="open", act=Act.VOUCH)
    with node.store.writing() as tx:
        row = node.held(tx, item)
        body = reader_question(
            node,
            row,
            own,
            key_access=served_key_access(row, row.provider),
            client_key=bodies.ClientKey(sha384=canonical.sha384(client_key.encode())),
        )
        agreement = (row.agreement, row.agreement_digest)
        said = hand(node, tx, body, to=row.provider, agreement=agreement, item=item)
        acts.note(node, tx, Act.VOUCH, own.actor, item=item)
    return said.data
