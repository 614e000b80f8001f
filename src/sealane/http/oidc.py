"""The built-in issuer's endpoints: discovery, keys and token, where OpenTDF clients look for them.

Spec: OIDC Discovery, RFC 6749 §4.4, RFC 9449; spec/key-access.md §8.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sealane.base.errors import SealaneError, Unavailable
from sealane.protocol import jwt
from sealane.services.opentdf.issuer import Denied, TokenIssuer, discovery, issue
from sealane.services.statements.refusal_limits import TOO_MANY, Crowd

MAX_FORM = 16384
_NO_STORE = {"Cache-Control": "no-store"}


def routes(issuer: TokenIssuer, crowd: Crowd | None = None) -> list[Route]:
    """The endpoints, to be mounted at `/`; the token endpoint also where the web SDK hard-wires it.

    Refusals beyond the crowd's measure are 429 `slow_down` with Retry-After.
    """
    crowd = crowd or Crowd()
    metadata = discovery(issuer)
    keys = {"keys": [jwt.jwk(issuer.key)]}

    async def described(_: Request) -> Response:
        return JSONResponse(metadata)

    async def published(_: Request) -> Response:
        return JSONResponse(keys)

    def refused(request: Request, error: str, status: int) -> Response:
        """An OAuth error; from whom there were too many, only when to come again."""
        headers = dict(_NO_STORE)
        caller = request.client.host if request.client else ""
        wait = crowd.spend("token", caller, issuer.host.now())
        if wait:
            headers |= {"Retry-After": str(wait), "x-sealane-code": TOO_MANY.code}
            return JSONResponse({"error": "slow_down"}, 429, headers)
        if status == 401:
            headers["WWW-Authenticate"] = "Basic"
        return JSONResponse({"error": error}, status, headers)

    async def token(request: Request) -> Response:
        form = await _form(request)
        if form is None:
            return refused(request, "invalid_request", 400)
        try:
            answer = await run_in_threadpool(_issue, issuer, form, request)
        except Denied as denied:
            return refused(request, denied.error, denied.status)
        except Unavailable:
            return refused(request, "temporarily_unavailable", 503)
        except SealaneError:
            return refused(request, "invalid_client", 401)
        return JSONResponse(answer, 200, _NO_STORE)

    return [
        Route("/.well-known/openid-configuration", described, methods=["GET"]),
        Route("/oidc/jwks", published, methods=["GET"]),
        Route("/oidc/token", token, methods=["POST"]),
        Route("/protocol/openid-connect/token", token, methods=["POST"]),
    ]


def _issue(issuer: TokenIssuer, form: Mapping[str, str], request: Request) -> dict[str, Any]:
    headers = request.headers
    return issue(
        issuer,
        form,
        authorization=headers.get("authorization", ""),
        proof=headers.get("dpop", ""),
        url=issuer.issuer + request.url.path,
        peer=request.client.host if request.client else "",
    )


async def _form(request: Request) -> dict[str, str] | None:
    """A small urlencoded form with each name once; None for anything else."""
    # 1. a form, by its type
    content_type = request.headers.get("content-type", "").lower()
    if not content_type.startswith("application/x-www-form-urlencoded"):
        return None
    # 2. short enough
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            return None
    # 3. text, with few members
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=32)
    except ValueError:
        return None
    # 4. each name once, so that no two readers read it differently
    form = dict(pairs)
    if len(form) != len(pairs):
        return None
    return form
