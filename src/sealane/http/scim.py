"""SCIM 2.0 at `/scim/v2`: how the nation's identity provider tells of joiners and leavers.

One resource type, User. There are no Groups: duties are given by the security officer alone.
Spec: RFC 7643; RFC 7644; docs/operators.md "SCIM".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sealane.base import canonical
from sealane.base.errors import Malformed, Refused, SealaneError, declare
from sealane.http.problem import retry_after
from sealane.office.statuses import status_of
from sealane.services.node import Node
from sealane.services.register import provisioners, provisioning
from sealane.services.register.provisioning import BAD_USER, FIXED, TAKEN, User, UserWish
from sealane.services.statements.refusal_limits import TOO_MANY, Crowd

ROOT = "/scim/v2"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
OURS = "urn:sealane:scim:schemas:1.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
TYPE = "application/scim+json"
MAX_BODY, MAX_OPERATIONS, PAGE = 64 * 1024, 20, 100
_FILTER = re.compile(
    r'\s*(userName|externalId|id)\s+eq\s+("(?:[^"\\]|\\.){0,400}")\s*', re.IGNORECASE
)
IGNORED = re.compile(
    r"(name|nickName|profileUrl|title|userType|preferredLanguage|locale|timezone|emails|phoneNumbers"
    r"|ims|photos|addresses|entitlements|groups|x509Certificates|schemas|meta|id"
    r"|urn:ietf:params:scim:schemas:extension:.*)([.\[:].*)?",
    re.IGNORECASE,
)
"""Attributes that providers send and that this node has no use for: nothing of them is kept."""

NOT_LET_IN = declare(
    "scim.not_let_in",
    Refused,
    "This needs the bearer token of a SCIM client.",
    "SCIM クライアントの Bearer トークンが必要です。",
    "Enrol one: `sealane client add ID --kind scim`.",
    "`sealane client add ID --kind scim` で登録してください。",
)
BAD_FILTER = declare(
    "scim.filter",
    Malformed,
    "The filter is none of those that are served: userName, externalId or id, eq, a text.",
    "対応していないフィルターです（userName、externalId、id の eq のみ）。",
    'Ask as `filter=userName eq "..."`.',
    '`filter=userName eq "..."` のように指定してください。',
)
BAD_PATH = declare(
    "scim.path",
    Malformed,
    "The attribute {path!r} cannot be changed here; duties and groups are never given by SCIM.",
    "属性 {path!r} は変更できません。職務とグループは SCIM では与えられません。",
    "Change active, displayName or externalId; the security officer gives duties.",
    "active、displayName、externalId を変更できます。職務は保全責任者が与えます。",
)
SCIM_TYPES = {
    TAKEN.code: "uniqueness",
    FIXED.code: "mutability",
    BAD_FILTER.code: "invalidFilter",
    BAD_PATH.code: "invalidPath",
}
"""The error types of RFC 7644 §3.12 for codes of ours; other malformed input is invalidValue."""

Act = Callable[[Node, str, Request, Any], tuple[int, dict[str, Any] | None]]


def routes(node: Node, crowd: Crowd | None = None) -> list[BaseRoute]:
    """Every address below `/scim/v2`; each needs the token of a SCIM client."""
    crowd = crowd or Crowd()

    def at(path: str, **acts: Act) -> BaseRoute:
        async def endpoint(request: Request) -> Response:
            body = await _body(request)
            return await run_in_threadpool(_answer, node, crowd, request, acts, body)

        return Route(f"{ROOT}{path}", endpoint, methods=[*acts])

    return [
        at("/ServiceProviderConfig", GET=_config),
        at("/ResourceTypes", GET=_types),
        at("/ResourceTypes/User", GET=_type),
        at("/Schemas", GET=_schemas),
        at(f"/Schemas/{USER}", GET=_schema),
        at("/Users", GET=_list, POST=_create),
        at("/Users/{id}", GET=_get, PUT=_put, PATCH=_patch, DELETE=_delete),
        at(
            "/{rest:path}",
            GET=_nothing,
            POST=_nothing,
            PUT=_nothing,
            PATCH=_nothing,
            DELETE=_nothing,
        ),
    ]


async def _body(request: Request) -> bytes | None:
    """A short body; None: it is too long, and was not read."""
    held = bytearray()
    if request.method in ("GET", "DELETE"):
        return b""
    async for chunk in request.stream():
        held += chunk
        if len(held) > MAX_BODY:
            return None
    return bytes(held)


def _answer(
    node: Node, crowd: Crowd, request: Request, acts: dict[str, Act], body: bytes | None
) -> Response:
    try:
        client = _client(node, crowd, request)
        if body is None:
            raise BAD_USER(why="it is too long")
        value = canonical.parse(body, limit=MAX_BODY, depth=12) if body else None
        status, told = acts[request.method](node, client, request, value)
    except SealaneError as error:
        return _refused(error)
    return _sent(status, told)


def _client(node: Node, crowd: Crowd, request: Request) -> str:
    """The client that asks. Raises: Refused `scim.not_let_in`, or too many that were not."""
    # 1. an address of ours
    if (request.url.hostname or "") in node.settings.console_names:
        # 2. a token of a client that was not let go
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        with node.store.reading() as tx:
            found = provisioners.who(node, tx, token.strip())
        if scheme.lower() == "bearer" and found is not None:
            return found
    caller = request.client.host if request.client else ""
    wait = crowd.spend("scim", caller, node.host.now())
    if wait:
        raise TOO_MANY(seconds=wait, details={"retry_after": wait})
    raise NOT_LET_IN()


def _list(node: Node, _: str, request: Request, __: Any) -> tuple[int, dict[str, Any]]:
    asked = request.query_params.get("filter")
    by, value = None, ""
    if asked is not None:
        match = _FILTER.fullmatch(asked)
        if match is None:
            raise BAD_FILTER()
        try:
            by, value = match[1].lower(), str(json.loads(match[2]))
        except ValueError:
            raise BAD_FILTER() from None
    with node.store.reading() as tx:
        users = provisioning.found(node, tx, by=by, value=value)
    start = max(1, _number(request, "startIndex", 1))
    count = min(PAGE, max(0, _number(request, "count", PAGE)))
    page = users[start - 1 : start - 1 + count]
    return 200, {
        "schemas": [LIST],
        "totalResults": len(users),
        "startIndex": start,
        "itemsPerPage": len(page),
        "Resources": [_shown(node, one) for one in page],
    }


def _create(node: Node, client: str, _: Request, value: Any) -> tuple[int, dict[str, Any]]:
    made = provisioning.propose(node, _wish(value), client=client)
    return 201, _shown(node, made)


def _get(node: Node, _: str, request: Request, __: Any) -> tuple[int, dict[str, Any]]:
    with node.store.reading() as tx:
        return 200, _shown(node, provisioning.user(node, tx, request.path_params["id"]))


def _put(node: Node, client: str, request: Request, value: Any) -> tuple[int, dict[str, Any]]:
    made = provisioning.change(node, request.path_params["id"], _wish(value), client=client)
    return 200, _shown(node, made)


def _patch(node: Node, client: str, request: Request, value: Any) -> tuple[int, dict[str, Any]]:
    wish = _patched(value)
    return 200, _shown(
        node, provisioning.change(node, request.path_params["id"], wish, client=client)
    )


def _delete(node: Node, client: str, request: Request, _: Any) -> tuple[int, None]:
    provisioning.remove(node, request.path_params["id"], client=client)
    return 204, None


def _nothing(_: Node, __: str, request: Request, ___: Any) -> tuple[int, dict[str, Any]]:
    raise BAD_PATH(path=str(request.path_params["rest"])[:60])


def _wish(value: Any) -> UserWish:
    """What a whole user asks. Raises: Malformed `scim.malformed`, `scim.path`."""
    if not isinstance(value, dict):
        raise BAD_USER(why="it is no object")
    wish = UserWish()
    for name, member in value.items():
        wish = _asked(wish, name, member)
    return wish


def _patched(value: Any) -> UserWish:
    """What operations ask, one after the other. Raises: as `_wish`. Spec: RFC 7644 §3.5.2."""
    if not isinstance(value, dict) or PATCH not in (value.get("schemas") or []):
        raise BAD_USER(why="it is no PatchOp")
    operations = value.get("Operations")
    if not isinstance(operations, list) or not 0 < len(operations) <= MAX_OPERATIONS:
        raise BAD_USER(why="Operations is a short list")
    wish = UserWish()
    for one in operations:
        if not isinstance(one, dict) or str(one.get("op")).lower() not in (
            "add",
            "replace",
            "remove",
        ):
            raise BAD_USER(why="an operation is add, replace or remove")
        removes = str(one["op"]).lower() == "remove"
        path, told = one.get("path"), None if removes else one.get("value")
        if path is None and isinstance(told, dict):
            for name, member in told.items():
                wish = _asked(wish, name, member)
        elif isinstance(path, str):
            wish = _asked(wish, path, "" if removes else told)
        else:
            raise BAD_USER(why="an operation has a path, or an object")
    return wish


def _asked(wish: UserWish, path: str, value: Any) -> UserWish:
    """A wish with one attribute more."""
    name = path.removeprefix(f"{USER}:").lower()
    if name == "active":
        return replace(wish, active=_truth(value))
    if name in ("username", "externalid", "displayname"):
        if not isinstance(value, str):
            raise BAD_USER(why=f"{path[:40]} is a text")
        member = {"username": "name", "externalid": "external", "displayname": "display"}[name]
        texts: dict[str, Any] = {member: value}
        return replace(wish, **texts)
    if not IGNORED.fullmatch(path.removeprefix(f"{USER}:")):
        raise BAD_PATH(path=path[:60])
    return wish


def _truth(value: Any) -> bool:
    """A truth, also as some providers write one."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise BAD_USER(why="active is true or false")
    return value


def _number(request: Request, name: str, usual: int) -> int:
    text = request.query_params.get(name, str(usual))
    if not re.fullmatch(r"-?[0-9]{1,9}", text, re.ASCII):
        raise BAD_USER(why=f"{name} is a number")
    return int(text)


def _shown(node: Node, user: User) -> dict[str, Any]:
    place = f"{node.settings.console_origin}{ROOT}/Users/{user.id}"
    return {
        "schemas": [USER, OURS],
        "id": user.id,
        **({} if user.external is None else {"externalId": user.external}),
        "userName": user.name,
        "displayName": user.display,
        "active": user.active,
        OURS: {"status": user.status},
        "meta": {"resourceType": "User", "created": user.since, "location": place},
    }


def _config(*_: Any) -> tuple[int, dict[str, Any]]:
    no = {"supported": False}
    scheme = {
        "type": "oauthbearertoken",
        "name": "Bearer token",
        "description": "The token that `sealane client add ID --kind scim` printed.",
        "primary": True,
    }
    return 200, {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": PAGE},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [scheme],
    }


def _type(node: Node, *_: Any) -> tuple[int, dict[str, Any]]:
    return 200, {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "endpoint": "/Users",
        "schema": USER,
        "meta": {
            "resourceType": "ResourceType",
            "location": f"{node.settings.console_origin}{ROOT}/ResourceTypes/User",
        },
    }


def _types(node: Node, *_: Any) -> tuple[int, dict[str, Any]]:
    return 200, _listed(_type(node)[1])


def _schema(*_: Any) -> tuple[int, dict[str, Any]]:
    def attribute(name: str, kind: str = "string", **more: Any) -> dict[str, Any]:
        usual = {"multiValued": False, "required": False, "caseExact": True}
        told = {"mutability": "readWrite", "returned": "default", "uniqueness": "none"}
        return {"name": name, "type": kind, **usual, **told, **more}

    return 200, {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": USER,
        "name": "User",
        "attributes": [
            attribute("userName", required=True, uniqueness="server", mutability="immutable"),
            attribute("externalId"),
            attribute("displayName"),
            attribute("active", "boolean"),
        ],
        "meta": {"resourceType": "Schema"},
    }


def _schemas(*_: Any) -> tuple[int, dict[str, Any]]:
    return 200, _listed(_schema()[1])


def _listed(*found: dict[str, Any]) -> dict[str, Any]:
    told = {"totalResults": len(found), "startIndex": 1, "itemsPerPage": len(found)}
    return {"schemas": [LIST], **told, "Resources": [*found]}


def _refused(error: SealaneError) -> Response:
    status = 401 if error.code == NOT_LET_IN.code else status_of(error)
    kind = SCIM_TYPES.get(error.code, "invalidValue" if isinstance(error, Malformed) else None)
    told = {
        "schemas": [ERROR],
        "status": str(status),
        **({} if kind is None else {"scimType": kind}),
        "detail": f"{error.message} ({error.code})",
    }
    reply = _sent(status, told)
    reply.headers.update(retry_after(error))
    if status == 401:
        reply.headers["WWW-Authenticate"] = "Bearer"
    return reply


def _sent(status: int, told: dict[str, Any] | None) -> Response:
    data = b"" if told is None else json.dumps(told, ensure_ascii=False).encode()
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if status == 201 and told is not None:
        headers["Location"] = told["meta"]["location"]
    return Response(data, status, headers, TYPE if told is not None else None)
