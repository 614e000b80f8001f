"""An item that is passed on, opened with the share of its origin and sealed anew for a third party.

The key of what is sealed has three parts: this nation's, the third party's, and that of the nation
whose item it is. The plaintext is in a private spool of the machine for the length of the act.
Spec: spec/onward.md §2, §3; spec/container.md §5; R31, R62.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies
from sealane.registry.records import Given
from sealane.services.exchange.stray_files import NewNames
from sealane.services.node import Node
from sealane.services.opening import containers, key_parts, onward_grant
from sealane.services.opening.open_item import NO_CONTAINER, suites_in_use
from sealane.services.opening.shares import Permitted, joined_into
from sealane.services.statements.talk import OTHER_ANSWER


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What the origin's key service gave beside its share."""

    data: str
    """Its signed grant, in base64, for the third party."""
    answers: str
    """The digest of the answer that it came in."""
    purposes: tuple[str, ...]
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealed:
    """The container for a third party, and the origin's part of its key."""

    packed: containers.Packed
    agreement: tuple[str, str]
    key_access: Mapping[str, Any]
    policy: str
    names: NewNames


def read(node: Node, row: Given, own: Permitted, sink: BinaryIO) -> Granted:
    """Write the verified plaintext to a private spool, once the origin's key service agreed that
    the item goes onward; what it granted.

    Raises: NotFound `item.no_container`; Refused `key.refused`; Unavailable
    `key.provider_unavailable`; Untrusted `container.*`, `key.*`, `statement.other_answer`.
    """
    if not node.blobs.has(row.container):
        raise NO_CONTAINER(item=row.id, state=row.state)
    with node.blobs.read(row.container) as file:
        view = key_parts.manifest_of(file)
        purpose = str(own.request["purpose"])
        suites_in_use(node, row, view, person=own.actor, purpose=purpose)
        answer = joined_into(node, row, own, (file, view), sink)[row.provider]
    released = answer.statement.saying(bodies.KeyReleased)
    said, carried = onward_grant.of_answer(released), bodies.stated(released.grant)
    if said is None or carried is None:
        raise OTHER_ANSWER(party=row.provider, what="grant")
    body = said.saying(bodies.OnwardGranted)
    return Granted(data=carried, answers=answer.digest, purposes=body.purposes, until=body.until)


def sealed_for(
    node: Node, row: Given, going: tuple[str, str], plain: BinaryIO, *, stack: ExitStack
) -> Resealed:
    """The plaintext sealed for a third party; the container is named once `stack` ends well.

    Args:
        going: the third party, and the agreement with it.
    Raises: as `containers.pack`.
    """
    to, name = going
    names = NewNames(node)
    with node.store.reading() as tx:
        agreement = (name, node.agreement_row(tx, name).digest)
        partner, origin = node.partner(tx, to), node.partner(tx, row.origin)
        agreements = node.agreements(tx)
    size = plain.tell()
    plain.seek(0)
    document = containers.Document(
        label=label_from_json(row.label),
        agreement=agreement,
        media_type=row.media_type,
        size=size,
        origin=origin,
    )
    spool = stack.enter_context(node.blobs.adding())
    spool.expect(size)
    packed = containers.pack(
        node, plain, spool.file, document, partner=partner, agreements=agreements
    )
    view = key_parts.manifest_of(spool.file)
    key_access = view.part(row.origin).received
    policy = view.container.manifest.policy.text
    names.keep(spool, packed.container)
    return Resealed(
        packed=packed, agreement=agreement, key_access=key_access, policy=policy, names=names
    )
