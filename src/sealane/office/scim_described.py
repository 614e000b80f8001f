"""SCIM 2.0 as the description of a node's API tells it: the one resource type, User.

Spec: RFC 7644 §3; RFC 7643 §4.1; docs/operators.md "SCIM".
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sealane.office.shapes import NUMBER, TEXT, TRUTH, in_query, record, several, told, with_also

ROOT, TYPE = "/scim/v2", "application/scim+json"
_USER = with_also(
    record(id=TEXT, userName=told(TEXT, "The name at the provider."), active=TRUTH),
    externalId=TEXT,
    displayName=TEXT,
    schemas=several(TEXT),
    meta={"type": "object"},
)
_ASKED = {
    "type": "object",
    "required": ["userName"],
    "properties": {
        "userName": TEXT,
        "externalId": TEXT,
        "displayName": TEXT,
        "active": TRUTH,
        "schemas": several(TEXT),
    },
}
_CHANGED = {
    "type": "object",
    "required": ["Operations"],
    "properties": {"schemas": several(TEXT), "Operations": several({"type": "object"})},
}
_LISTED = record(totalResults=NUMBER, Resources=several(_USER))
_ERROR = {
    "description": "An error of RFC 7644 §3.12.",
    "content": {TYPE: {"schema": with_also(record(status=TEXT, detail=TEXT), scimType=TEXT)}},
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The user's id here.",
    "schema": TEXT,
}


def _told(
    name: str,
    says: str,
    answer: dict[str, Any] | None,
    *,
    status: str = "200",
    body: dict[str, Any] | None = None,
    asked: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "As asked." if answer else "Access has ended."}
    if answer is not None:
        done["content"] = {TYPE: {"schema": answer}}
    described: dict[str, Any] = {
        "operationId": f"scim.{name}",
        "tags": ["scim"],
        "summary": says,
        "security": [{"token": []}],
        "parameters": list(asked),
        "responses": {
            status: done,
            **dict.fromkeys(("400", "401", "404", "409", "429", "503"), _ERROR),
        },
    }
    if body is not None:
        described["requestBody"] = {"required": True, "content": {TYPE: {"schema": body}}}
    return described


_ANY = {"type": "object"}
SCIM: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        f"{ROOT}/ServiceProviderConfig": {
            "get": _told("config", "What of SCIM this node serves.", _ANY)
        },
        f"{ROOT}/ResourceTypes": {"get": _told("types", "The one resource type, User.", _ANY)},
        f"{ROOT}/Schemas": {"get": _told("schemas", "The schema of User.", _ANY)},
        f"{ROOT}/Users": {
            "get": _told(
                "list",
                "Users, all or by `userName`, `externalId` or `id`.",
                _LISTED,
                asked=(
                    in_query("filter", TEXT, 'Such as `userName eq "..."`.'),
                    in_query("startIndex", NUMBER, "From which on, counted from 1."),
                    in_query("count", NUMBER, "How many at most."),
                ),
            ),
            "post": _told(
                "create",
                "Propose a user; the security officer enters the person.",
                _USER,
                status="201",
                body=_ASKED,
            ),
        },
        f"{ROOT}/Users/{{id}}": {
            "get": _told("get", "One user.", _USER, asked=(_ID,)),
            "put": _told("put", "Change a user.", _USER, body=_ASKED, asked=(_ID,)),
            "patch": _told(
                "patch", "Change members of a user.", _USER, body=_CHANGED, asked=(_ID,)
            ),
            "delete": _told(
                "delete",
                "A user left: every access ends, at once and everywhere.",
                None,
                status="204",
                asked=(_ID,),
            ),
        },
    }
)
