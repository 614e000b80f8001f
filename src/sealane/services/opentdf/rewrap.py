"""A key leaves in five beats: authenticate, load our own record, decide, record durably, release.

What fails on the key (unwrap, binding, `info`, a foreign object, another policy) is one generic
answer on one path; what policy refuses is another. Both are ledger entries before anything is
answered.
Spec: R20, R36, R57; spec/key-access.md §7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, Untrusted, declare
from sealane.base.values import Instant
from sealane.labels.model.label import Label
from sealane.ports import Tx
from sealane.protocol import rewrap as wire
from sealane.protocol import tokens
from sealane.protocol.rewrap import Ask, Body, Result, Wanted
from sealane.protocol.tokens import BAD_PROOF, NO_PROOF, Once
from sealane.sealing.fqn import attributes as attributes_of
from sealane.sealing.fqn import folded
from sealane.sealing.kao import HPKE
from sealane.sealing.keywrap import HYBRID, X_WING, binding_holds
from sealane.services.opentdf.model import Asked, Caller, ItemRecord, KeyAccess, Outcome, Verdict
from sealane.services.statements.refusal_limits import TOO_MANY

UNAUTHENTICATED = declare(
    "key.unauthenticated",
    Untrusted,
    "The caller is not authenticated.",
    "呼び出し元を認証できません。",
    "Sign in at the issuer this service names and sign each request with the key of the token.",
    "このサービスが示す発行者でサインインし、トークンの鍵で要求ごとに署名してください。",
)
NOT_READABLE = declare(
    "key.request_malformed",
    Malformed,
    "The key request cannot be read.",
    "鍵要求を読み取れません。",
    "Send a body as spec/key-access.md shows.",
    "spec/key-access.md の本文を送ってください。",
)
BAD_REQUEST = declare(
    "key.bad_request",
    Malformed,
    "The key access object is not acceptable.",
    "鍵アクセスオブジェクトを受け付けられません。",
    "The container may have been altered; ask the sender to send it again.",
    "コンテナが改変された可能性があります。送り手に再送を求めてください。",
)
FORBIDDEN = declare(
    "key.forbidden",
    Refused,
    "The key does not leave: the agreement does not permit it.",
    "取決めが許可しないため、鍵は渡されません。",
    "Ask your release officer which clause is not met.",
    "満たされていない条項を開示担当官に確かめてください。",
)
HYBRIDS = (HYBRID, X_WING)
"""A share wrapped under one of these leaves under one of these only: a classical client key would
undo it.
"""
BLIND = bytes(32)
"""Stands in for a share that did not open, so that a failure takes the path of a success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What HTTP carried: the signed request token, the credentials and where the call came from."""

    request_token: str
    authorization: str
    proof: str
    path: str
    peer: str
    fulfillable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A share that opened, or `failed`: why it did not, for the record only."""

    share: bytes
    failed: str
    suite: str | None
    kid: str | None


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A proven caller with its request, and what must never come again."""

    caller: Caller
    body: str
    digest: str
    once: tuple[Once, ...]


def rewrap(service: KeyAccess, call: Call) -> dict[str, Any]:
    """The JSON form of RewrapResponse, given only after every entry about it is durable.

    Raises:
        Untrusted `key.unauthenticated`: token, proof or request do not hold, or came before;
        recorded. Unavailable `call.too_many`: so did too many before it; recorded in sums.
        Malformed `key.request_malformed`: recorded; `key.bad_request` and Refused `key.forbidden`:
        for v1 callers, whose refusals are errors; recorded.
        Unavailable: the record could not be made durable; nothing was released.
    """
    at = service.host.now()
    try:
        known = authenticate(service, call, at)
    except SealaneError as error:
        if wait := service.crowd.spend("rewrap", call.peer, at):
            raise TOO_MANY(seconds=wait, details={"retry_after": wait}) from None
        _refuse(service, at, error.code, canonical.sha384(call.request_token.encode()))
        raise UNAUTHENTICATED() from None
    try:
        body = wire.read_body(known.body)
    except SealaneError as error:
        _refuse(service, at, error.code, known.digest, caller=known.caller, once=known.once)
        raise NOT_READABLE() from None
    return release(service, known, body, at, call.fulfillable)


def authenticate(service: KeyAccess, call: Call, at: Instant) -> Authenticated:
    """Beat 1: a trusted token for us, a proof of its key for this call, a request signed by that
    key, now.

    Raises: Malformed and Untrusted `token.*`.
    """
    scheme, _, token = call.authorization.partition(" ")
    if scheme.lower() not in ("bearer", "dpop") or not token:
        raise UNAUTHENTICATED()
    access = tokens.verify_access(token.strip(), service.issuers(at), at)
    once = list(access.once)
    key = None
    if call.proof:
        proof = tokens.verify_proof(
            call.proof,
            method="POST",
            url=service.origin + call.path,
            at=at,
            access_token=token.strip(),
            rule=access.rule,
        )
        if access.jkt is not None and proof.key.thumbprint != access.jkt:
            raise BAD_PROOF(why="another key than the token's")
        key = proof.key
        once.append(proof.once)
    elif access.jkt is not None:
        raise NO_PROOF()
    if access.jkt is None and access.peer != call.peer:
        raise NO_PROOF()
    request = tokens.verify_request(call.request_token, key=key, rule=access.rule, at=at)
    caller = Caller(
        subject=access.subject,
        client=access.client,
        issuer=access.issuer,
        claims=access.claims,
        proof="address" if access.jkt is None else "dpop",
        party=access.party,
        agreements=access.agreements,
    )
    return Authenticated(caller, request.body, request.digest, (*once, request.once))


def release(
    service: KeyAccess,
    known: Authenticated,
    body: Body,
    at: Instant,
    fulfillable: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Beats 2 to 5 for a caller that was authenticated here or over mutual TLS. Raises: as
    `rewrap`.
    """
    records: dict[int, ItemRecord | None] = {}
    if any(one.kao is not None and one.kao.type == HPKE for ask in body.asks for one in ask.wanted):
        with service.store.reading() as tx:
            records = {id(ask): _record(service, tx, ask, known.caller, at) for ask in body.asks}
    opened = {
        id(one): _open(service, ask, one, records.get(id(ask)))
        for ask in body.asks
        for one in ask.wanted
    }

    def step(tx: Tx) -> list[tuple[Ask, list[Outcome]]] | None:
        if not _first(service, tx, known.once, at):
            return None
        made = []
        for ask in body.asks:
            record = _record(service, tx, ask, known.caller, at)
            asked = (
                None
                if record is None
                else Asked(
                    caller=known.caller,
                    record=record,
                    at=at,
                    purpose=_purpose(known.caller.claims),
                    statement=body.statement,
                    fulfillable=fulfillable,
                    client_key_digest=body.client_key.digest,
                    request_digest=known.digest,
                    hybrid_client=body.client_key.suite in HYBRIDS,
                    suites=tuple(dict.fromkeys(opened[id(one)].suite or "-" for one in ask.wanted)),
                )
            )
            unchanged = not records or _terms(record) == _terms(records[id(ask)])
            outcomes = _judge(
                service, tx, ask, asked if unchanged else None, known=known, at=at, opened=opened
            )
            made.append((ask, outcomes))
        service.record(tx, [outcome for _, outcomes in made for outcome in outcomes])
        return made

    judged = service.durably(step)
    if judged is None:
        _refuse(service, at, tokens.REPLAYED.code, known.digest, caller=known.caller)
        raise UNAUTHENTICATED()
    service.host.reached("key.recorded")
    results = [
        (
            ask,
            [
                _answer(body, one, outcome, opened[id(one)].share, known.digest)
                for one, outcome in zip(ask.wanted, outcomes, strict=True)
            ],
        )
        for ask, outcomes in judged
    ]
    if body.v1 and results[0][1][0].sealed is None:
        raise (FORBIDDEN if results[0][1][0].refusal == "forbidden" else BAD_REQUEST)()
    return wire.response(results, body.client_key, v1=body.v1)


def _record(service: KeyAccess, tx: Tx, ask: Ask, caller: Caller, at: Instant) -> ItemRecord | None:
    """Beat 2: our own record by policy uuid; without one, only what an agreement names."""
    if ask.policy is None:
        return None
    found = service.records.item(tx, ask.policy.uuid)
    if found is None:
        found = service.records.foreign(
            tx, ask.policy.uuid, folded(list(ask.policy.attributes)), caller, at
        )
    return found


def _open(service: KeyAccess, ask: Ask, one: Wanted, record: ItemRecord | None) -> Opened:
    """Unwrap under the terms of our record and check the binding; success and failure run the same
    steps.
    """
    share, failed, suite, kid = BLIND, "", None, None
    if one.kao is None or ask.policy is None:
        binding_holds(share, "", BLIND)
        return Opened(share=share, failed="key.object_malformed", suite=None, kid=None)
    kid = one.kao.kid or None
    try:
        suite = one.kao.suite
        info = (
            b""
            if record is None or record.foreign
            else one.kao.info(
                policy_uuid=record.policy_uuid,
                agreement=record.agreement,
                label_digest=record.label_digest,
            )
        )
        share = service.keys.unwrap(suite, one.kao.envelope(), info, kid=kid)
    except SealaneError as error:
        share, failed = BLIND, error.code
    holds = binding_holds(share, ask.policy.text, one.kao.binding)
    if not failed and not holds:
        failed = "key.binding"
    return Opened(share=share, failed=failed, suite=suite, kid=kid)


def _judge(
    service: KeyAccess,
    tx: Tx,
    ask: Ask,
    asked: Asked | None,
    *,
    known: Authenticated,
    at: Instant,
    opened: Mapping[int, Opened],
) -> list[Outcome]:
    """Beat 3: what was asked against our record, then the agreement's decision, once for all shares
    of the object.
    """
    failures = [opened[id(one)].failed or _differs(ask, one, asked) for one in ask.wanted]
    refused = _refused_before(ask, asked)
    if (
        not refused
        and asked is not None
        and not asked.hybrid_client
        and any(opened[id(one)].suite in HYBRIDS for one in ask.wanted)
    ):
        refused = "key.client_key_weak"
    verdict = None
    if asked is not None and not refused and not all(failures):
        verdict = service.decide(tx, asked)
        refused = "" if verdict.permit else (verdict.reason or "decision.refused")
    return [
        Outcome(
            released=not failed and not refused and verdict is not None,
            at=at,
            reason=failed or refused,
            request_digest=known.digest,
            caller=known.caller,
            kid=opened[id(one)].kid,
            suite=opened[id(one)].suite,
            policy_uuid=None if ask.policy is None else ask.policy.uuid,
            record=None if asked is None else asked.record,
            verdict=verdict,
        )
        for one, failed in zip(ask.wanted, failures, strict=True)
    ]


def _differs(ask: Ask, one: Wanted, asked: Asked | None) -> str:
    """Why the policy or key access object on the wire is not the recorded one; empty when it is."""
    if asked is None or ask.policy is None or one.kao is None:
        return "key.no_record"
    record = asked.record
    if record.foreign:
        return ""
    if canonical.sha384(ask.policy.text.encode()) != record.policy_digest:
        return "key.policy_differs"
    return "" if one.kao.digest() in record.kao_digests else "key.object_foreign"


def _refused_before(ask: Ask, asked: Asked | None) -> str:
    """What refuses whatever the agreement says: no attributes, other attributes, a recall, a dissem
    without the caller.
    """
    if asked is None or ask.policy is None:
        return ""
    found = folded(list(ask.policy.attributes))
    if not found:
        return "key.no_attributes"
    label, agreement = asked.record.label, asked.record.agreement
    made = (
        found
        if label is None or asked.record.foreign
        else _made(label, None if agreement is None else agreement[0])
    )
    if found != asked.record.attributes or found != made:
        return "key.attributes_differ"
    if asked.record.recalled:
        return "key.recalled"
    if ask.policy.dissem and asked.caller.subject not in ask.policy.dissem:
        return "key.dissem"
    return ""


@lru_cache(maxsize=4096)
def _made(label: Label, agreement: str | None) -> frozenset[str]:
    """The attribute set that this label stands for."""
    return folded(attributes_of(label, agreement))


_KEY_FAILURES = (
    "key.unwrap_failed",
    "key.binding",
    "key.policy_differs",
    "key.object_foreign",
    "key.object_malformed",
    "key.no_record",
    "key.unknown_suite",
    "container.unknown_wrapping",
)


def _answer(body: Body, one: Wanted, outcome: Outcome, share: bytes, digest: str) -> Result:
    """Beat 5: the share sealed to the client's key, or one of
    two refusals that say nothing more.
    """
    obligations = outcome.verdict.obligations if outcome.verdict else ()
    if not outcome.released:
        generic = outcome.reason in _KEY_FAILURES
        return Result(
            id=one.id, refusal="bad_request" if generic else "forbidden", obligations=obligations
        )
    info = canonical.encode(
        {
            "object": one.id,
            "policy": outcome.policy_uuid,
            "request": digest,
            "use": "sealane-rewrap",
        }
    )
    return Result(id=one.id, sealed=body.client_key.seal(share, info), obligations=obligations)


def _first(service: KeyAccess, tx: Tx, once: tuple[Once, ...], at: Instant) -> bool:
    return all(service.once(tx, one, at) for one in once)


def _refuse(
    service: KeyAccess,
    at: Instant,
    reason: str,
    digest: str,
    *,
    caller: Caller | None = None,
    once: tuple[Once, ...] = (),
) -> None:
    """Record a refusal that never reached an object; its tokens are spent all the same."""

    def step(tx: Tx) -> None:
        _first(service, tx, once, at)
        service.record(
            tx,
            [Outcome(released=False, at=at, reason=reason, request_digest=digest, caller=caller)],
        )

    service.durably(step)


def _terms(record: ItemRecord | None) -> tuple[Any, ...]:
    return (
        ()
        if record is None
        else (record.policy_uuid, record.agreement, record.label_digest, record.foreign)
    )


def _purpose(claims: Mapping[str, Any]) -> str | None:
    value = claims.get("purpose")
    return value if isinstance(value, str) and len(value) <= 64 else None


__all__ = ["Authenticated", "Call", "Verdict", "authenticate", "release", "rewrap"]
