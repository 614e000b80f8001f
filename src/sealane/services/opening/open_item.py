"""A reader opens an item: the home node decides, the provider's key service decides, the shares
meet at the reader (`shares`).

The home node vouches for its reader's facts in a signed, short-lived request bound to the item and
to a one-time client key. Plaintext goes to a private spool and is handed over only when everything
verified and is recorded.
Spec: R20, R22, R25, R31, R57; spec/key-access.md §5.2, §5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from sealane.base.errors import NotFound, SealaneError, declare
from sealane.ledger import bodies
from sealane.registry.records import Given
from sealane.registry.who_may import Act
from sealane.services.deciding.accreditation import require_item_accredited
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.deciding.request import own_request
from sealane.services.node import Node
from sealane.services.opening import key_parts
from sealane.services.opening.denials import note_denial
from sealane.services.opening.digested import DigestedSink
from sealane.services.opening.shares import Permitted, joined_into
from sealane.services.register import acts
from sealane.services.register.acts import Actor, Named
from sealane.services.spans import OPENING, spanned
from sealane.services.statements.journal import record
from sealane.services.statements.talk import tell

NO_CONTAINER = declare(
    "item.no_container",
    NotFound,
    "Item {item} has no container here: {state}.",
    "項目 {item} のコンテナはここにありません（{state}）。",
    "Its history tells why: `sealane item history`.",
    "理由は `sealane item history` で分かります。",
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What was opened: the item, its marking data, and the decision that both nations computed."""

    item: str
    decision: str
    media_type: str
    title: str


def open_item(
    node: Node, item: str, *, person: Named, purpose: str, action: str, sink: BinaryIO
) -> Opening:
    """`open_container_of` for an item's container as this node holds it.

    Raises: NotFound `person.unknown`, `item.unknown`, `item.no_container`; and as
    `open_container_of`.
    """
    with node.store.reading() as tx:
        acts.require_about(node, tx, Act.OPEN, person, item)
        row = node.held(tx, item)
    if not node.blobs.has(row.container):
        permitted(node, row, person=person, purpose=purpose, action=action)
        raise NO_CONTAINER(
            item=item, state=row.state if row.recalled is None else "recalled and destroyed"
        )
    with node.blobs.read(row.container) as container:
        return open_container_of(
            node, row, container, person=person, purpose=purpose, action=action, sink=sink
        )


@spanned(OPENING)
def open_container_of(
    node: Node,
    row: Given,
    container: BinaryIO,
    *,
    person: Named,
    purpose: str,
    action: str,
    sink: BinaryIO,
) -> Opening:
    """Write the verified plaintext to `sink`; when this returns, the opening is recorded and may be
    handed over.

    Args:
        sink: a private spool; its content must be discarded when this raises. For `view` it is
            memory, never a file.
    Raises: Refused `decision.refused`, `key.refused`; Unavailable `key.provider_unavailable`;
    Untrusted
        `container.*`, `key.*`.
    """
    item = str(row.id)
    own = permitted(node, row, person=person, purpose=purpose, action=action)
    with node.store.reading() as tx:
        row = node.held(tx, item)
    node.host.reached("open.decided")
    view = key_parts.manifest_of(container)
    suites_in_use(node, row, view, person=own.actor, purpose=purpose)
    passing = DigestedSink(sink)
    answers = joined_into(node, row, own, (container, view), passing.as_file)
    node.host.reached("open.verified")
    with node.store.writing() as tx:
        body = bodies.Opened(
            answers=answers[row.origin].digest,
            action=own.request["action"],
            post=own.post,
            proof=str(own.actor.proof),
            purpose=purpose,
            decision=own.decision.digest,
        )
        agreement = (row.agreement, row.agreement_digest)
        told = tell(node, tx, body, to=row.origin, agreement=agreement, item=item)
        acts.note(node, tx, Act.OPEN, own.actor, item=item, statement=told.digest)
        # from now on these bytes are known here as the partner's, wherever they turn up
        node.records.items.change(tx, {"id": item, "document": None}, document=passing.hexdigest())
    node.host.reached("open.recorded")
    return Opening(item, own.decision.digest, row.media_type, row.title)


def suites_in_use(
    node: Node, row: Given, manifest: key_parts.KeyAccessView, *, person: Actor, purpose: str
) -> None:
    """Refuse, on the record, what is wrapped under a suite whose last use is over. Raises:
    `container.suite_not_allowed`.
    """
    with node.store.reading() as tx:
        held = node.agreements(tx)
    try:
        key_parts.require_suites(node, manifest, row, held)
    except SealaneError as error:
        with node.store.writing() as tx:
            record(
                node,
                tx,
                "key.refused",
                agreement=row.agreement or None,
                partners=[row.provider] if row.provider != node.party else [],
                item=str(row.id),
                purpose=purpose,
                policy=row.policy_uuid,
                outcome="refused",
                reason=error.code,
                clauses=[error.details["clause"]] if error.details else None,
                **person.told(),
            )
        raise


def permitted(
    node: Node, row: Given, *, person: Named, purpose: str, action: str, act: Act = Act.OPEN
) -> Permitted:
    """This nation's own permission for one of its readers; a refusal is recorded, told and raised.

    Raises: Refused `decision.refused`; NotFound `item.unknown`, `person.unknown`; Conflict
    `item.not_yours`: nothing is then recorded or told.
    """
    with node.store.reading() as tx:
        actor, reader, _ = acts.require_about(node, tx, act, person, row.id, in_hand=True)
        row, who = node.held(tx, row.id), str(actor.person)
        require_item_accredited(node, row)
        request = own_request(node, tx, row, person=who, purpose=purpose, action=action)
        decision = decide_now(node, tx, request)
        post = str((reader or {})["post"])
    if not decision.permit:
        note_denial(node, row, request, decision, post, by=actor)
        raise refusal(decision)
    return Permitted(request=request, decision=decision, post=post, actor=actor)
