"""The body of a rewrap: which shares are asked for, under which policies, for which client key; and
the answer.

Reads v1 bodies (Java) and v2 bodies (Go, JavaScript, Python, ourselves) into one shape.
Spec: OpenTDF platform (`kas.UnsignedRewrapRequest`, `kas.RewrapResponse`); spec/key-access.md §5.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.protocol.clientkey import AnswerKey, client_key
from sealane.sealing.kao import KeyAccessObject, key_access_from_json
from sealane.sealing.manifest import ObjectPolicy, parse_policy

MAX_BODY = 1 << 20
MAX_SHARES = 256

BAD_BODY = declare(
    "rewrap.malformed",
    Malformed,
    "The rewrap request's {member} is wrong: {why}.",
    "鍵要求の {member} が正しくありません：{why}。",
    "Send a v1 or v2 body as spec/key-access.md shows.",
    "spec/key-access.md の v1 または v2 の本文を送ってください。",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One share asked for; `kao` is None when its object cannot be read, and the answer for it is a
    refusal.
    """

    id: str
    kao: KeyAccessObject | None


@dataclass(frozen=True, slots=True)
class Ask:
    """The shares asked for under one policy; `policy` is None when it cannot be read."""

    id: str
    policy: ObjectPolicy | None
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RewrapBody:
    """A whole request: `v1` callers get a Connect error instead of a result; `statement` is a
    reader's, for partners.
    """

    client_key: AnswerKey
    asks: tuple[Ask, ...]
    v1: bool
    statement: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer for one share: its sealed form, or `bad_request` or `forbidden`, and what the
    reader must do.
    """

    id: str
    sealed: bytes | None = None
    refusal: str = ""
    obligations: tuple[str, ...] = ()


REFUSALS = {
    "bad_request": ("rpc error: code = InvalidArgument desc = bad request", "key.bad_request"),
    "forbidden": ("rpc error: code = PermissionDenied desc = forbidden", "key.forbidden"),
}
"""The words that OpenTDF clients look for, and our machine code beside them. Spec:
spec/key-access.md §7.
"""


def read_body(text: str) -> RewrapBody:
    """The request in a signed token's `requestBody`.

    Raises: Malformed `rewrap.malformed`, `json.*`, `rewrap.client_key`; a single unreadable object
    or policy does not raise, it is answered.
    """
    value = canonical.parse(text, limit=MAX_BODY, depth=24)
    if not isinstance(value, dict):
        raise BAD_BODY(member="body", why="not an object")
    statement = value.get("statement")
    if statement is not None and not isinstance(statement, str):
        raise BAD_BODY(member="statement", why="not text")
    requests = value.get("requests")
    v1 = not requests
    asks = (_v1(value),) if v1 else _v2(requests)
    if sum(len(ask.wanted) for ask in asks) > MAX_SHARES:
        raise BAD_BODY(member="requests", why=f"more than {MAX_SHARES} shares")
    return RewrapBody(
        client_key=client_key(value.get("clientPublicKey")), asks=asks, v1=v1, statement=statement
    )


def response(
    ask_results: Sequence[tuple[Ask, Sequence[Result]]], key: AnswerKey, *, v1: bool
) -> dict[str, Any]:
    """The JSON form of RewrapResponse; keys are base64. Spec: OpenTDF platform
    (`kas.RewrapResponse`); spec/key-access.md §6."""
    out: dict[str, Any] = {
        "responses": [
            {"policyId": ask.id, "results": [_result(result) for result in results]}
            for ask, results in ask_results
        ]
    }
    if key.session_pem:
        out["sessionPublicKey"] = key.session_pem
    if v1:
        sealed = out["responses"][0]["results"][0].get("kasWrappedKey")
        if sealed is not None:
            out["entityWrappedKey"] = sealed
    return out


def _result(result: Result) -> dict[str, Any]:
    out: dict[str, Any] = {"keyAccessObjectId": result.id}
    metadata: dict[str, Any] = {}
    if result.obligations:
        metadata["X-Required-Obligations"] = list(result.obligations)
    if result.sealed is not None:
        out |= {"status": "permit", "kasWrappedKey": base64.b64encode(result.sealed).decode()}
    else:
        words, code = REFUSALS[result.refusal]
        metadata["x-sealane-code"] = code
        out |= {"status": "fail", "error": words}
    if metadata:
        out["metadata"] = metadata
    return out


def _v1(value: dict[str, Any]) -> Ask:
    if value.get("keyAccess") is None:
        raise BAD_BODY(member="requests", why="it asks for nothing")
    return Ask("", _policy(value.get("policy")), (Wanted("", _kao(value["keyAccess"])),))


def _v2(requests: Any) -> tuple[Ask, ...]:
    if not isinstance(requests, list) or len(requests) > MAX_SHARES:
        raise BAD_BODY(member="requests", why=f"not a list of at most {MAX_SHARES}")
    asks, seen = [], set()
    for request in requests:
        policy, objects = (
            _member(request, "policy", dict),
            _member(request, "keyAccessObjects", list),
        )
        name = _id(policy.get("id", ""))
        wanted = tuple(
            Wanted(_id(_member(item, "keyAccessObjectId", str)), _kao(item.get("keyAccessObject")))
            for item in objects[: MAX_SHARES + 1]
        )
        if not wanted or name in seen or len({one.id for one in wanted}) != len(wanted):
            raise BAD_BODY(
                member="requests", why="an id occurs twice, or a policy asks for nothing"
            )
        seen.add(name)
        asks.append(Ask(name, _policy(policy.get("body")), wanted))
    return tuple(asks)


def _policy(text: Any) -> ObjectPolicy | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_policy(text)
    except SealaneError:
        return None


def _kao(value: Any) -> KeyAccessObject | None:
    try:
        return key_access_from_json(value)
    except SealaneError:
        return None


def _member(value: Any, name: str, kind: type[Any]) -> Any:
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, kind):
        raise BAD_BODY(member=name, why=f"not a {kind.__name__}")
    return found


def _id(text: Any) -> str:
    if not isinstance(text, str) or len(text) > 256:
        raise BAD_BODY(member="id", why="not a text of at most 256 characters")
    return text
