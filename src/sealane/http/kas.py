"""The OpenTDF surface of key access, served at the origin root: thin handlers over one service.

Clients are not ours, and speak three dialects of one protocol: Connect with JSON, Connect with
protobuf, gRPC. Every call goes the same way:

1. A browser's preflight is answered by the list of allowed origins alone.
2. gRPC goes its own way, and only over HTTP/2, where its status can be sent in trailers.
3. A content type that is neither JSON nor protobuf is turned away, its body read and dropped.
4. The body is counted as it comes and refused beyond the limit; compressed, it may unpack to no
   more (`protocol.connect`, `protocol.protobuf`).
5. Only then is the one service asked. Whether the caller may have a key is decided there, from its
   token, its proof and its signed request, and from nothing that stands in an address or a header
   beside them.
6. A failure keeps the generic words that clients look for; our own code stands beside them.

Spec: spec/key-access.md §3.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sealane.base import canonical
from sealane.base.errors import Malformed, NotFound, SealaneError, declare
from sealane.http import grpc
from sealane.http.problem import retry_after
from sealane.protocol import connect, kasproto
from sealane.protocol.connect import UnaryCall
from sealane.protocol.protobuf import Message
from sealane.sealing.keywrap import EC, RSA, KemPublicKey
from sealane.services.opentdf import rewrap
from sealane.services.opentdf.model import KeyAccess

MAX_CONTEXT, MAX_OBLIGATIONS = 16384, 256
ALLOWED = (
    "Authorization, Connect-Protocol-Version, Content-Type, DPoP, X-Rewrap-Additional-Context,"
    " X-VirtruPubKey"
)

NO_ALGORITHM = declare(
    "key.no_algorithm",
    NotFound,
    "No wrapping key for {algorithm} is offered here.",
    "{algorithm} の包装鍵はここでは提供していません。",
    "Ask for rsa:2048 or ec:secp256r1.",
    "rsa:2048 か ec:secp256r1 を求めてください。",
)


Responder = Callable[[Request, dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What the endpoints publish: configuration, wrapping keys by algorithm, and the key servers
    clients may use.

    Args:
        keys: algorithm name (`rsa:2048`, `ec:secp256r1`, ...) to kid and public key text.
        servers: our own address first, then partners' under agreements in force.
        cors: origins that browsers may call from; none by default.
    """

    service: KeyAccess
    configuration: Callable[[], Mapping[str, Any]]
    keys: Callable[[], Mapping[str, tuple[str, str]]]
    servers: Callable[[], Sequence[str]]
    cors: frozenset[str] = frozenset()


def configuration(discovery: Mapping[str, Any]) -> dict[str, Any]:
    """The platform configuration that OpenTDF clients read; no `base_key`, which would override
    what they were told.
    """
    names = (
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    )
    return {
        "platform_issuer": discovery.get("issuer", ""),
        "idp": {name: discovery[name] for name in names if name in discovery},
    }


def published(wrapping: Sequence[KemPublicKey]) -> dict[str, tuple[str, str]]:
    """The wrapping keys that OpenTDF clients know, by their names for them: kid and PEM."""
    names = {RSA: "rsa:2048", EC: "ec:secp256r1"}
    return {names[key.suite]: (key.kid, key.pem()) for key in wrapping if key.suite in names}


def routes(surface: Surface) -> list[Route]:
    """The endpoints, to be mounted at `/`."""
    shown: list[tuple[str, Message, Message, Responder]] = [
        (
            "/kas.AccessService/PublicKey",
            kasproto.PUBLIC_KEY_REQUEST,
            kasproto.PUBLIC_KEY_RESPONSE,
            lambda _, call: _public_key(surface, call),
        ),
        (
            "/wellknownconfiguration.WellKnownService/GetWellKnownConfiguration",
            kasproto.EMPTY,
            kasproto.CONFIGURATION_RESPONSE,
            lambda *_: {"configuration": dict(surface.configuration())},
        ),
        (
            "/policy.kasregistry.KeyAccessServerRegistryService/ListKeyAccessServers",
            kasproto.EMPTY,
            kasproto.SERVERS_RESPONSE,
            lambda *_: _servers(surface),
        ),
    ]
    public = [
        Route(
            path,
            _unary(surface, asked, answered, answer, get=True),
            methods=["GET", "POST", "OPTIONS"],
        )
        for path, asked, answered, answer in shown
    ]
    rewrapping = _unary(
        surface,
        kasproto.REWRAP_REQUEST,
        kasproto.REWRAP_RESPONSE,
        lambda request, call: _rewrap(surface, request, call),
        get=False,
    )

    async def well_known(_: Request) -> Response:
        told = dict(surface.configuration())
        return JSONResponse({"configuration": told, **told})

    return [
        *public,
        Route("/kas.AccessService/Rewrap", rewrapping, methods=["POST", "OPTIONS"]),
        Route("/grpc.health.v1.Health/Check", _health, methods=["POST", "GET"]),
        Route("/.well-known/opentdf-configuration", well_known, methods=["GET"]),
    ]


def _unary(
    surface: Surface, asked: Message, answered: Message, answer: Responder, *, get: bool
) -> Callable[[Request], Any]:
    async def handle(request: Request) -> Any:
        content_type = request.headers.get("content-type", "")
        # 1. a browser asks whether it may ask
        if request.method == "OPTIONS":
            return _preflight(surface, request)
        # 2. gRPC, where it can be answered
        if request.method == "POST" and grpc.is_grpc(content_type) and grpc.possible(request.scope):
            return await _grpc(request, asked, answered, answer)
        try:
            # 3. a dialect that we speak
            if request.method == "POST" and connect.codec_of(content_type) is None:
                await _body(request)
                return Response(status_code=415)
            # 4. the one message, bounded
            call = await _read(request, asked, get=get)
            # 5. the service decides
            response = await run_in_threadpool(answer, request, call.request)
            reply = connect.reply(answered, call.codec, response)
        except SealaneError as error:
            # 6. generic words, and our code
            code, text = _words(error)
            reply = connect.failure(code, text, machine_code=error.code)
            reply.headers.update(retry_after(error))
        return _cors(surface, request, Response(reply.body, reply.status, reply.headers))

    return handle


async def _grpc(
    request: Request, asked: Message, answered: Message, answer: Responder
) -> grpc.GrpcAnswer:
    """Steps 4 to 6 for a gRPC client."""
    try:
        call = grpc.read_frame(
            asked, await _body(request), request.headers.get("grpc-encoding", "")
        )
        return grpc.GrpcAnswer.message(answered, await run_in_threadpool(answer, request, call))
    except SealaneError as error:
        code, text = _words(error)
        return grpc.GrpcAnswer(None, code, text, error.code)


async def _read(request: Request, message: Message, *, get: bool) -> UnaryCall:
    """The call as JSON, whatever it was written in. Raises: Malformed `connect.*`, `protobuf.*`."""
    if request.method == "GET" and get:
        return connect.read_get(message, request.query_params)
    headers = request.headers
    return connect.read_post(
        message,
        headers.get("content-type", ""),
        headers.get("content-encoding", ""),
        await _body(request),
    )


async def _body(request: Request) -> bytes:
    """The whole body. Raises: Malformed `connect.too_large`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > connect.MAX_BODY:
            raise connect.TOO_LARGE(limit=connect.MAX_BODY)
    return bytes(body)


def _rewrap(surface: Surface, request: Request, call: dict[str, Any]) -> dict[str, Any]:
    headers = request.headers
    token = call.get("signedRequestToken")
    return rewrap.rewrap(
        surface.service,
        rewrap.Call(
            request_token=token if isinstance(token, str) else "",
            authorization=headers.get("authorization", ""),
            proof=headers.get("dpop", ""),
            path=request.url.path,
            peer=request.client.host if request.client else "",
            fulfillable=_fulfillable(headers.get("x-rewrap-additional-context", "")),
        ),
    )


def _fulfillable(header: str) -> tuple[str, ...]:
    """Obligation names the caller can fulfil; anything unreadable means none."""
    if not header or len(header) > MAX_CONTEXT:
        return ()
    try:
        text = base64.b64decode(header, validate=True)
        context = canonical.parse(text, limit=MAX_CONTEXT, depth=8)
        names = context["obligations"]["fulfillableFQNs"]
    except (SealaneError, ValueError, KeyError, TypeError):
        return ()
    if not isinstance(names, list):
        return ()
    return tuple(name for name in names if isinstance(name, str))[:MAX_OBLIGATIONS]


def _public_key(surface: Surface, call: dict[str, Any]) -> dict[str, Any]:
    """The wrapping key of an algorithm. Raises: NotFound `key.no_algorithm`."""
    algorithm = call.get("algorithm") or "rsa:2048"
    keys = surface.keys()
    if not isinstance(algorithm, str) or algorithm not in keys:
        raise NO_ALGORITHM(algorithm=str(algorithm)[:40])
    kid, public = keys[algorithm]
    return {"publicKey": public, "kid": kid}


def _servers(surface: Surface) -> dict[str, Any]:
    """The key servers that clients may use."""
    listed = list(surface.servers())
    return {
        "keyAccessServers": [
            {"id": f"kas-{index}", "uri": uri, "name": f"kas-{index}"}
            for index, uri in enumerate(listed)
        ],
        "pagination": {"total": len(listed)},
    }


async def _health(request: Request) -> Any:
    """That the process serves, in the caller's own dialect."""
    content_type = request.headers.get("content-type", "")
    async for _ in request.stream():  # an answer before the body has come ends an HTTP/2 connection
        continue
    if grpc.is_grpc(content_type) and grpc.possible(request.scope):
        return grpc.GrpcAnswer(kasproto.HEALTH_SERVING)
    if connect.codec_of(content_type) == "proto":
        return Response(kasproto.HEALTH_SERVING, media_type="application/proto")
    return JSONResponse({"status": "SERVING"})


def _words(error: SealaneError) -> tuple[str, str]:
    """The Connect code and the generic words that clients look for; the machine code beside them is
    ours.
    """
    if error.code in _WORDS:
        return _WORDS[error.code]
    if isinstance(error, Malformed):
        return "invalid_argument", error.message
    return "unavailable", "try again"


_WORDS = {
    "key.unauthenticated": ("unauthenticated", "unauthenticated"),
    "key.request_malformed": ("invalid_argument", "bad request"),
    "key.bad_request": ("invalid_argument", "bad request"),
    "key.forbidden": ("permission_denied", "forbidden"),
    "key.no_algorithm": ("unimplemented", "algorithm not offered"),
    "connect.too_large": ("resource_exhausted", "too large"),
    "call.too_many": ("resource_exhausted", "too many requests"),
}


def _preflight(surface: Surface, request: Request) -> Response:
    answer = Response(status_code=204)
    answer.headers["Access-Control-Allow-Methods"] = "GET, POST"
    answer.headers["Access-Control-Allow-Headers"] = ALLOWED
    answer.headers["Access-Control-Max-Age"] = "600"
    return _cors(surface, request, answer)


def _cors(surface: Surface, request: Request, response: Response) -> Response:
    origin = request.headers.get("origin", "")
    response.headers["Vary"] = "Origin"
    response.headers["Cache-Control"] = "no-store"
    if origin and origin in surface.cors:
        response.headers["Access-Control-Allow-Origin"] = origin
    return response
