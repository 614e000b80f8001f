"""AuthZEN 1.0: others ask us whether an act is permitted, one question or several at a time.

A decision is `{"decision": bool, "context": {...}}`; the context carries reasons in both languages
and the digest. A question that is well-formed AuthZEN but is not one of ours (an unknown action,
facts missing) is answered false, with the error in its context; only what is not AuthZEN at all is
HTTP 400.
Spec: OpenID Authorization API 1.0 §5 to §7, §9; spec/interfaces.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sealane.base import canonical
from sealane.base.errors import INTERNAL, Malformed, SealaneError, declare
from sealane.decisions.decide import Decision

MAX_EVALUATIONS = 1000
SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")
ENDING = (("deny_on_first_deny", False), ("permit_on_first_permit", True))
PARTS = {"subject": ("type", "id"), "action": ("name",), "resource": ("type", "id")}
ITEM_TYPE = "item"

NOT_AUTHZEN = declare(
    "authzen.malformed",
    Malformed,
    "The AuthZEN request is wrong: {why}.",
    "AuthZEN の要求が正しくありません：{why}。",
    "Send subject, action and resource as AuthZEN 1.0 has them.",
    "AuthZEN 1.0 のとおり subject、action、resource を送ってください。",
)
NOT_OURS = declare(
    "authzen.not_ours",
    Malformed,
    "Resources of type {kind!r} are not decided here.",
    "種別 {kind!r} の資源はここでは判断しません。",
    "Ask about resources of type `item`.",
    "種別 `item` の資源について尋ねてください。",
)

Ask = Callable[[dict[str, Any]], Decision]
Evaluation = dict[str, Any]


def routes(ask: Ask, *, base_url: str = "") -> list[Route]:
    """The two evaluation endpoints and their discovery document.

    Args:
        ask: from one whole evaluation (subject, action, resource, context) to a decision; it may
            raise SealaneError. `as_request` makes our own request of an evaluation that carries
            every fact.
        base_url: our origin, for the discovery document.
    """

    async def evaluation(http: HttpRequest) -> Response:
        return await _answer(http, lambda body: _evaluate(ask, _whole(body)))

    async def evaluations(http: HttpRequest) -> Response:
        return await _answer(http, lambda body: _several(ask, body))

    async def configuration(_: HttpRequest) -> Response:
        return JSONResponse(
            {
                "policy_decision_point": base_url,
                "access_evaluation_endpoint": f"{base_url}/access/v1/evaluation",
                "access_evaluations_endpoint": f"{base_url}/access/v1/evaluations",
            }
        )

    return [
        Route("/access/v1/evaluation", evaluation, methods=["POST"]),
        Route("/access/v1/evaluations", evaluations, methods=["POST"]),
        Route("/.well-known/authzen-configuration", configuration, methods=["GET"]),
    ]


def asking(decide: Callable[[dict[str, Any]], Decision]) -> Ask:
    """An `ask` for evaluations that carry every fact: the request that they make, as `decide`
    answers it.
    """
    return lambda evaluation: decide(as_request(evaluation))


def as_request(evaluation: Evaluation) -> dict[str, Any]:
    """Our request JSON from an evaluation that carries every fact itself.

    The resource is of type `item`: its id is the item's, its properties are the label and the
    item's other members; the subject's properties are the subject's other members; everything else
    is the context.
    Raises: Malformed `authzen.not_ours`, `authzen.malformed`.
    """
    subject, action, resource = evaluation["subject"], evaluation["action"], evaluation["resource"]
    if resource["type"] != ITEM_TYPE:
        raise NOT_OURS(kind=resource["type"][:80])
    item = {**_object(resource, "properties")}
    context = _object(evaluation, "context")
    stray = {"action", "label", "item", "subject"} & context.keys()
    if stray:
        raise NOT_AUTHZEN(why=f"context.{min(stray)} belongs elsewhere")
    if "id" in item or "id" in _object(subject, "properties"):
        raise NOT_AUTHZEN(why="an id stands beside the properties, not among them")
    request = {
        **context,
        "action": action["name"],
        "item": item | {"id": resource["id"]},
        "subject": _object(subject, "properties") | {"id": subject["id"]},
    }
    if "label" in item:
        request["label"] = item.pop("label")
        request["item"].pop("label")
    return request


def _object(place: dict[str, Any], name: str) -> dict[str, Any]:
    member = place.get(name, {})
    if not isinstance(member, dict):
        raise NOT_AUTHZEN(why=f"{name} is not an object")
    return member


def _whole(asked: Any) -> Evaluation:
    """An evaluation with its three parts in shape. Raises: Malformed `authzen.malformed`."""
    if not isinstance(asked, dict):
        raise NOT_AUTHZEN(why="not an object")
    for name, members in PARTS.items():
        # 1. subject, action and resource are there
        part = asked.get(name)
        if not isinstance(part, dict):
            raise NOT_AUTHZEN(position=name, why=f"{name} is missing or not an object")
        # 2. each says who or what it is
        for member in members:
            if not isinstance(part.get(member), str) or not part[member]:
                place = f"{name}.{member}"
                raise NOT_AUTHZEN(position=place, why=f"{place} is missing or not a text")
        # 3. what else it says is an object
        _object(part, "properties")
    _object(asked, "context")
    return asked


def _evaluate(ask: Ask, evaluation: Evaluation) -> dict[str, Any]:
    try:
        decision = ask(evaluation)
    except SealaneError as error:
        return {"decision": False, "context": {"error": error.as_json()}}
    except Exception as error:  # noqa: BLE001 - a fault of ours refuses and tells nothing
        return {
            "decision": False,
            "context": {"error": INTERNAL(kind=type(error).__name__).as_json()},
        }
    edition = decision.as_json("requester")
    return {
        "decision": decision.permit,
        "context": {
            name: edition[name] for name in ("reasons", "obligations", "agreement", "digest")
        },
    }


def _several(ask: Ask, body: Any) -> dict[str, Any]:
    """Several evaluations over shared defaults; without a list this is one evaluation. Spec:
    AuthZEN 1.0 §7.
    """
    if not isinstance(body, dict):
        raise NOT_AUTHZEN(why="not an object")
    listed = body.get("evaluations")
    if listed is None or listed == []:
        return _evaluate(ask, _whole(body))
    if not isinstance(listed, list) or len(listed) > MAX_EVALUATIONS:
        raise NOT_AUTHZEN(position="evaluations", why=f"a list of at most {MAX_EVALUATIONS}")
    semantic = _object(body, "options").get("evaluations_semantic", "execute_all")
    if semantic not in SEMANTICS:
        raise NOT_AUTHZEN(position="options.evaluations_semantic", why="unknown")
    defaults = {name: body[name] for name in (*PARTS, "context") if name in body}
    return {"evaluations": list(_run(ask, defaults, listed, semantic))}


def _run(
    ask: Ask, defaults: dict[str, Any], listed: list[Any], semantic: str
) -> Iterator[dict[str, Any]]:
    """One answer after another, until one of them ends it by the semantics that was asked for."""
    for evaluation in listed:
        try:
            if not isinstance(evaluation, dict):
                raise NOT_AUTHZEN(position="evaluations", why="an evaluation is not an object")
            answer = _evaluate(ask, _whole(defaults | evaluation))
        except SealaneError as error:
            answer = {"decision": False, "context": {"error": error.as_json()}}
        yield answer
        if (semantic, answer["decision"]) in ENDING:
            return


async def _answer(http: HttpRequest, work: Callable[[Any], dict[str, Any]]) -> Response:
    """The answer, or HTTP 400 for what is not AuthZEN at all; the caller's request id goes back."""
    headers = {}
    if "X-Request-ID" in http.headers:
        headers["X-Request-ID"] = http.headers["X-Request-ID"]
    try:
        content_type = http.headers.get("content-type", "").split(";")[0].strip().lower()
        if content_type != "application/json":
            raise NOT_AUTHZEN(why="the content type is not application/json")
        data = bytearray()
        async for chunk in http.stream():
            data += chunk
            if len(data) > canonical.MAX_BYTES:
                raise canonical.TOO_LARGE(size=len(data), limit=canonical.MAX_BYTES)
        body = canonical.parse(bytes(data))
        return JSONResponse(await run_in_threadpool(work, body), headers=headers)
    except Malformed as error:
        return JSONResponse({"error": error.as_json()}, status_code=400, headers=headers)
