"""The shares of one key meet at the nation that asks: each partner's, after its own decision, and
then this nation's own.

Each nation's key service is asked by a signed, short-lived request of its own, bound to the item
and to a one-time client key; an answer counts where it rests on the very decision made here.
Spec: R20, R31, R57; spec/key-access.md §5.2; spec/container.md §5.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from sealane.base.errors import Refused, SealaneError, Unavailable, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.decisions.decide import Decision
from sealane.ledger import bodies
from sealane.registry.records import Given
from sealane.sealing.keywrap import HYBRID, KemPrivateKey, joined, unwrap
from sealane.services.node import Node
from sealane.services.opening import containers, key_parts, lent
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import Said, record
from sealane.services.statements.talk import NO_ANSWER, OTHER_ANSWER, ask

REQUEST_SECONDS = 60

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


def joined_into(
    node: Node,
    row: Given,
    own: Permitted,
    container: tuple[BinaryIO, key_parts.KeyAccessView],
    sink: BinaryIO,
) -> Mapping[str, Said]:
    """Write the verified plaintext to a private spool once every nation with a part of the key
    agreed; each nation's signed answer.

    Raises: Refused `key.refused`; Unavailable `key.provider_unavailable`, `ledger.not_cosigned`;
    Untrusted `container.*`, `key.*`.
    """
    file, view = container
    with node.store.reading() as tx:
        provider = node.partner(tx, row.provider)
    answers, parts, lent_for = dict[str, Said](), [], 0
    for party in view.others(node.party) or (row.provider,):
        try:
            share, answers[party] = _theirs(node, row, own, party, view)
        except SealaneError as error:
            if error.code != PROVIDER_AWAY.code or view.undivided:
                raise
            share, answers[party], lent_for = _lent(node, row, own, party, error)
        parts.append(share)
    node.host.reached("open.partner_agreed")
    if not view.undivided:
        parts.append(own_share(node, row, own.decision, view, lent_for=lent_for))
    file.seek(0)
    with joined(*parts) as key:
        containers.unpack(file, key, sink, provider=provider, held=key_parts.ItemTerms.of(row))
    return answers


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


def _theirs(
    node: Node, row: Given, own: Permitted, party: str, view: key_parts.KeyAccessView
) -> tuple[bytes, Said]:
    """One nation's share, after its own decision, and its signed answer."""
    one_time = KemPrivateKey.generate(HYBRID)
    question = reader_question(
        node,
        row,
        own,
        key_access=view.digest_for(party),
        client_key=bodies.ClientKey(**one_time.public.as_json()),
    )
    agreement = (row.agreement, row.agreement_digest)
    try:
        answer = ask(node, question, to=party, agreement=agreement, item=row.id)
    except Unavailable as error:
        if error.code != NO_ANSWER.code:
            raise
        raise PROVIDER_AWAY(party=party) from None
    body = answer.statement.body
    if isinstance(body, bodies.KeyRefused):
        raise _their_refusal(party, body)
    released = answer.statement.saying(bodies.KeyReleased)
    if released.decision != own.decision.digest:
        raise OTHER_ANSWER(party=party, what="decision")
    try:
        share = unwrap(one_time, base64.b64decode(released.share), released.answers.encode())
    except (ValueError, SealaneError):
        raise OTHER_ANSWER(party=party, what="share") from None
    return share, answer


def _lent(
    node: Node, row: Given, own: Permitted, party: str, away: SealaneError
) -> tuple[bytes, Said, int]:
    """The share that the provider lent, where nobody answers at its end; the lease, and how long a
    ledger may wait for its witness meanwhile. Raises: Unavailable: `away`, where no lease serves;
    Malformed `lease.other_object`; Refused `lease.not_agreed`.
    """
    if party != row.provider:
        raise away
    with node.store.reading() as tx:
        lease = lent.standing(node, tx, row, own.request)
        if lease is None:
            raise away
        seconds = lent.seconds(node, tx, row.agreement)
    return lent.share_of(node, row, lease.statement.saying(bodies.KeyLeased)), lease, seconds


def own_share(
    node: Node,
    row: Given,
    decision: Decision,
    view: key_parts.KeyAccessView,
    *,
    lent_for: int = 0,
) -> bytes:
    """This nation's own share, after its entry is durable. Record, then act.

    Args:
        lent_for: seconds that the agreement lends keys for, beside a share that was lent.
    """
    with node.store.writing() as tx:
        node.require_proven(tx, row.agreement, row.provider, lent=lent_for)
        record(
            node,
            tx,
            "key.released",
            agreement=row.agreement,
            partners=(row.provider, row.origin),
            item=row.id,
            decision=decision.digest,
            policy=row.policy_uuid,
        )
    return key_parts.own_share(node, view, row)


def _their_refusal(party: str, body: bodies.KeyRefused) -> SealaneError:
    reasons = body.reasons
    return KEY_REFUSED(
        party=party,
        clauses=", ".join(dict.fromkeys(reason.clause for reason in reasons)),
        remedies="\n     ".join(f"{reason.clause} {reason.text}" for reason in reasons),
        remedies_ja="\n     ".join(f"{reason.clause} {reason.text_ja}" for reason in reasons),
        details={"reasons": [bodies.as_json(reason) for reason in reasons]},
    )
