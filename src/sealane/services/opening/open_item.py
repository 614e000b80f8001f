"""A reader opens an item: the home node decides, the provider's key service decides, both shares
meet at the reader.

The home node vouches for its reader's facts in a signed, short-lived request bound to the item and
to a one-time client key. Plaintext goes to a private spool and is handed over only when everything
verified and is recorded.
Spec: R20, R22, R25, R31, R57; spec/key-access.md §5.2, §5.3.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import NotFound, Refused, SealaneError, Unavailable, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.decisions.decide import Decision
from sealane.ledger import bodies
from sealane.registry.records import Given
from sealane.registry.who_may import Act
from sealane.sealing.keywrap import HYBRID, KemPrivateKey, joined, unwrap
from sealane.services.deciding.accreditation import require_item_accredited
from sealane.services.deciding.decision import decide_now, refusal
from sealane.services.deciding.request import own_request
from sealane.services.node import Node
from sealane.services.opening import containers, key_parts
from sealane.services.opening.denials import note_denial
from sealane.services.opening.digested import DigestedSink
from sealane.services.register import acts
from sealane.services.register.acts import Actor, Named
from sealane.services.spans import OPENING, spanned
from sealane.services.statements.journal import record
from sealane.services.statements.talk import NO_ANSWER, OTHER_ANSWER, ask, tell

REQUEST_SECONDS = 60

NO_CONTAINER = declare(
    "item.no_container",
    NotFound,
    "Item {item} has no container here: {state}.",
    "項目 {item} のコンテナはここにありません（{state}）。",
    "Its history tells why: `sealane item history`.",
    "理由は `sealane item history` で分かります。",
)
KEY_REFUSED = declare(
    "key.refused",
    Refused,
    "{party}'s key service refuses: {clauses}.",
    "{party} の鍵サービスが拒否しました：{clauses}。",
    "{remedies}",
    "{remedies_ja}",
)
PROVIDER_AWAY = declare(
    "key.provider_unavailable",
    Unavailable,
    "{party}'s key service does not answer; both nations must agree before anything opens.",
    "{party} の鍵サービスが応答しません。両国の同意がなければ開けません。",
    "Try again when the partner is back.",
    "相手国の復旧後に再試行してください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """What the reader's own nation permitted: the request, its decision, and the reader's post."""

    request: dict[str, Any]
    decision: Decision
    post: str
    actor: Actor


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
        row, provider = node.held(tx, item), node.partner(tx, row.provider)
    node.host.reached("open.decided")
    manifest = key_parts.manifest_of(container)
    suites_in_use(node, row, manifest, person=own.actor, purpose=purpose)
    share, answered = _partner_share(node, row, own, manifest)
    node.host.reached("open.partner_agreed")
    shares = (
        [share] if manifest.undivided else [share, _own_share(node, row, own.decision, manifest)]
    )
    container.seek(0)
    passing = DigestedSink(sink)
    with joined(*shares) as key:
        held = key_parts.ItemTerms.of(row)
        containers.unpack(container, key, passing.as_file, provider=provider, held=held)
    node.host.reached("open.verified")
    with node.store.writing() as tx:
        body = bodies.Opened(
            answers=answered,
            action=own.request["action"],
            post=own.post,
            proof=str(own.actor.proof),
            purpose=purpose,
            decision=own.decision.digest,
        )
        agreement = (row.agreement, row.agreement_digest)
        told = tell(node, tx, body, to=row.provider, agreement=agreement, item=item)
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


def ask_onward(node: Node, item: str, *, person: Named, third: str, purpose: str) -> Decision:
    """May this received item go to a third party? Recorded either way; a refusal is told to the
    provider and raised.

    Raises: Refused `decision.refused`: without the provider's consent and an agreement with the
    third party.
    Spec: R6, R32.
    """
    with node.store.reading() as tx:
        actor, officer, _ = acts.require_about(node, tx, Act.ONWARD, person, item)
        row, who = node.held(tx, item), str(actor.person)
        request = {
            **own_request(node, tx, row, person=who, purpose=purpose, action="onward"),
            "recipient": third,
        }
        decision = decide_now(node, tx, request)
        post = str((officer or {})["post"])
    if not decision.permit:
        note_denial(node, row, request, decision, post, by=actor)
        raise refusal(decision)
    with node.store.writing() as tx:
        record(
            node,
            tx,
            "decision.permit",
            agreement=row.agreement,
            partners=[row.provider],
            item=item,
            decision=decision.digest,
            peer=third,
            **actor.told(),
        )
    return decision


def reader_question(
    node: Node, row: Given, own: Permitted, *, key_access: str, client_key: bodies.ClientKey
) -> bodies.OpenRequest:
    """What this nation asks the provider's key service for its permitted reader: good for one
    client key and for `REQUEST_SECONDS` from now.
    """
    return bodies.OpenRequest(
        request=own.request,
        policy_uuid=row.policy_uuid,
        key_access=key_access,
        client_key=client_key,
        until=format_instant(Instant(node.host.now() + REQUEST_SECONDS * SECOND)),
        decision=own.decision.digest,
    )


def _partner_share(
    node: Node, row: Given, own: Permitted, manifest: key_parts.KeyAccessView
) -> tuple[bytes, str]:
    """The provider's share, after its own decision; and the digest of its signed answer."""
    one_time = KemPrivateKey.generate(HYBRID)
    provider = str(row.provider)
    question = reader_question(
        node,
        row,
        own,
        key_access=manifest.digest_for(provider),
        client_key=bodies.ClientKey(**one_time.public.as_json()),
    )
    agreement = (row.agreement, row.agreement_digest)
    try:
        answer = ask(node, question, to=provider, agreement=agreement, item=row.id)
    except Unavailable as error:
        if error.code != NO_ANSWER.code:
            raise
        raise PROVIDER_AWAY(party=provider) from None
    body = answer.statement.body
    if isinstance(body, bodies.KeyRefused):
        raise _their_refusal(provider, body)
    released = answer.statement.saying(bodies.KeyReleased)
    if released.decision != own.decision.digest:
        raise OTHER_ANSWER(party=provider, what="decision")
    try:
        share = unwrap(one_time, base64.b64decode(released.share), released.answers.encode())
    except (ValueError, SealaneError):
        raise OTHER_ANSWER(party=provider, what="share") from None
    return share, answer.digest


def _own_share(
    node: Node, row: Given, decision: Decision, manifest: key_parts.KeyAccessView
) -> bytes:
    """This nation's own share, after its entry is durable. Record, then act."""
    with node.store.writing() as tx:
        node.require_proven(tx, row.agreement, row.provider)
        record(
            node,
            tx,
            "key.released",
            agreement=row.agreement,
            partners=[row.provider],
            item=row.id,
            decision=decision.digest,
            policy=row.policy_uuid,
        )
    return key_parts.own_share(node, manifest, row)


def _their_refusal(party: str, body: bodies.KeyRefused) -> SealaneError:
    reasons = body.reasons
    return KEY_REFUSED(
        party=party,
        clauses=", ".join(dict.fromkeys(reason.clause for reason in reasons)),
        remedies="\n     ".join(f"{reason.clause} {reason.text}" for reason in reasons),
        remedies_ja="\n     ".join(f"{reason.clause} {reason.text_ja}" for reason in reasons),
        details={"reasons": [bodies.as_json(reason) for reason in reasons]},
    )
