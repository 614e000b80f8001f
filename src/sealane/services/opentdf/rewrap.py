"""A key leaves in five beats: authenticate, load our own record, decide, record durably, release.

What fails on the key (unwrap, binding, `info`, a foreign object, another policy) is one generic
answer on one path; what policy refuses is another. Both are ledger entries before anything is
answered.
Spec: R20, R36, R57; spec/key-access.md §6, §7.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.base.values import Instant
from sealane.ports import Tx
from sealane.protocol import rewrap as wire
from sealane.protocol import tokens
from sealane.protocol.rewrap import Result, RewrapBody, Wanted
from sealane.services.opentdf.asked_objects import (
    HYBRIDS,
    OpenedObject,
    judge_object,
    open_objects,
    record_of,
    unchanged,
)
from sealane.services.opentdf.authentication import (
    UNAUTHENTICATED,
    Authenticated,
    Call,
    authenticate,
)
from sealane.services.opentdf.model import Asked, Caller, KeyAccess, Outcome
from sealane.services.opentdf.turn import Step
from sealane.services.spans import REWRAP, spanned
from sealane.services.statements.refusal_limits import TOO_MANY

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
    "満たされていない条項を提供担当官に確かめてください。",
)


@spanned(REWRAP)
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
        _refuse(service, at, error.code, known.digest, caller=known.caller, known=known)
        raise NOT_READABLE() from None
    return release(service, known, body, call.fulfillable)


def release(
    service: KeyAccess, known: Authenticated, body: RewrapBody, fulfillable: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Beats 2 to 5 for a caller that was authenticated here or over mutual TLS. Raises: as
    `rewrap`.
    """
    objects = open_objects(service, body, known.caller, known.at)

    def decide(tx: Tx, first: bool) -> tuple[list[list[Outcome]] | None, list[Outcome]]:
        if not first:
            replayed = _refused(known.at, tokens.REPLAYED.code, known.digest, known.caller)
            return None, [replayed]
        judged = []
        for opened in objects:
            asked = _asked(service, tx, opened, body, known, fulfillable=fulfillable)
            judged.append(judge_object(service, tx, opened, asked, known))
        return judged, [outcome for outcomes in judged for outcome in outcomes]

    judged = service.durably(Step(known.once, decide))
    if judged is None:
        raise UNAUTHENTICATED()
    service.host.reached("key.recorded")
    results = [
        (
            opened.ask,
            [
                _answer(body, wanted, outcome, opened_share.share, known.digest)
                for wanted, outcome, opened_share in zip(
                    opened.ask.wanted, outcomes, opened.shares, strict=True
                )
            ],
        )
        for opened, outcomes in zip(objects, judged, strict=True)
    ]
    if body.v1 and results[0][1][0].sealed is None:
        raise (FORBIDDEN if results[0][1][0].refusal == "forbidden" else BAD_REQUEST)()
    return wire.response(results, body.client_key, v1=body.v1)


def _asked(
    service: KeyAccess,
    tx: Tx,
    opened: OpenedObject,
    body: RewrapBody,
    known: Authenticated,
    *,
    fulfillable: tuple[str, ...],
) -> Asked | None:
    """The opening of one object as the decision sees it, by our record as it is in this
    transaction; None without one, or where it is not what the shares were opened under.
    """
    held = service.held or service.records
    record = record_of(held, tx, opened.ask, known.caller, known.at)
    if record is None or not unchanged(opened, record):
        return None
    return Asked(
        caller=known.caller,
        record=record,
        at=known.at,
        purpose=_purpose(known.caller.claims),
        statement=body.statement,
        fulfillable=fulfillable,
        client_key_digest=body.client_key.digest,
        request_digest=known.digest,
        hybrid_client=body.client_key.suite in HYBRIDS,
        suites=opened.suites,
    )


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


def _answer(
    body: RewrapBody, wanted: Wanted, outcome: Outcome, share: bytes, digest: str
) -> Result:
    """Beat 5: the share sealed to the client's key, or one of
    two refusals that say nothing more.
    """
    obligations = outcome.verdict.obligations if outcome.verdict else ()
    if not outcome.released:
        generic = outcome.reason in _KEY_FAILURES
        return Result(
            id=wanted.id, refusal="bad_request" if generic else "forbidden", obligations=obligations
        )
    info = canonical.encode(
        {
            "object": wanted.id,
            "policy": outcome.policy_uuid,
            "request": digest,
            "use": "sealane-rewrap",
        }
    )
    return Result(id=wanted.id, sealed=body.client_key.seal(share, info), obligations=obligations)


def _refuse(
    service: KeyAccess,
    at: Instant,
    reason: str,
    digest: str,
    *,
    caller: Caller | None = None,
    known: Authenticated | None = None,
) -> None:
    """Record a refusal that never reached an object; its tokens are spent all the same."""
    refused = [_refused(at, reason, digest, caller)]
    once = () if known is None else known.once
    service.durably(Step(once, lambda _, __: (None, refused)))


def _refused(at: Instant, reason: str, digest: str, caller: Caller | None) -> Outcome:
    return Outcome(released=False, at=at, reason=reason, request_digest=digest, caller=caller)


def _purpose(claims: Mapping[str, Any]) -> str | None:
    value = claims.get("purpose")
    return value if isinstance(value, str) and len(value) <= 64 else None


__all__ = ["Call", "authenticate", "release", "rewrap"]
