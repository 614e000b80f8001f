"""The specification of a node's API, OpenAPI 3.1, made of its operations: `spec/openapi.yaml`, and
what the node serves at `/api/v1/openapi.json`.

Spec: spec/openapi.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sealane.office.beside import BESIDE
from sealane.office.operation import Carries, MemberKind, MemberPlace, Operation, StatedMember
from sealane.office.schemas import SCHEMAS
from sealane.office.shapes import of

SAYS = """\
What one node tells and does for people and programs, at the address where its console is known.

Example:

    sealane people token jpn.clerk --days 7 --node tokyo --passphrase-file pass
    curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:18443/api/v1/items

**Who may ask.** Every operation needs a person, but for those whose `security` is empty: a bearer
token of the person's own, or, where nothing changes, the console's session cookie. Nobody else is
answered (401). A token ends with the credential that it began with. What a person may not see is
absent; who may do which act is `docs/who-may.md`, the same for the console and the command line.

**Two people.** Where somebody must stand beside, the member `second` names that person and the
header `Second-Authorization: Bearer TOKEN` proves them. With the member `wait` an act that takes
two waits instead, for 24 hours: it is answered by 202 and `waits`, nothing happens, and another
person confirms or declines it, as themselves, at `/api/v1/acts`.

**Asking again.** `Idempotency-Key` on a POST: the same key with the same question gives the same
answer; with another question it is refused (409 `api.key_reused`). Keys are per person.

**Two officers at one row.** What can be changed carries an `ETag`; who changes it names it in
`If-Match`. Without it 428 `edit.unseen`; where it changed meanwhile 412 `edit.stale`.

**Errors** are problem documents (RFC 9457); `code` is stable and listed in `docs/errors.md`.
"""
TAGS: Mapping[str, str] = {
    "node": "The node itself, and who asks.",
    "credentials": "Signing in.",
    "items": "Registered items.",
    "releases": "Sharing.",
    "desk": "The release desk.",
    "suspense": "What waits.",
    "duties": "What this nation has still to do.",
    "inventories": "Counts of the copies that are held here.",
    "posts": "Posts, what each asks, and who is in it.",
    "rooms": "Rooms, ships and meetings, and who is within.",
    "feeds": "Feeds of STIX objects, which programs read over TAXII 2.1 beside this API.",
    "exercise": "What is made to go wrong at a node of an exercise.",
    "assessments": "What a partner's inspectors are given.",
    "home": "What waits for who asks.",
    "access": "Requests for access.",
    "acts": "Acts that wait for a second person.",
    "reminders": "Being told that something waits.",
    "searches": "Searches that a person keeps.",
    "people": "The directory of people.",
    "facilities": "The facilities where items lie.",
    "assurances": "What this nation assures its partners of.",
    "agreements": "The agreements that this node holds.",
    "partners": "The nations that are enrolled here.",
    "ledger": "The node's ledgers.",
    "audit": "What auditors and ministers look at.",
    "invitations": "Invitations to a credential.",
    "clients": "The clients that a node lets in.",
    "scim": "How the nation's identity provider tells of joiners and leavers; RFC 7644.",
    "authzen": "Decisions for other programs.",
}
SECOND = StatedMember(name="second", says="Who stands beside; see Two people.")
WAIT = StatedMember(
    name="wait",
    kind=MemberKind.TRUTH,
    default=False,
    says="Where it takes two, let it wait for the second; see Two people.",
)
KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Asking again with the same key does nothing twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
SECOND_TOKEN: dict[str, Any] = {
    "name": "Second-Authorization",
    "in": "header",
    "description": "`Bearer TOKEN` of who stands beside.",
    "schema": {"type": "string"},
}
MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of what is changed, as it was read.",
    "schema": {"type": "string"},
}
STATUSES = {
    "400": "Not as this operation takes it.",
    "401": "Nobody is signed in.",
    "403": "Refused, with the clause or the duty that is missing.",
    "404": "Nothing by that name, or nothing that you may see.",
    "409": "The state does not allow it.",
    "503": "Not now; try again.",
}


def document(operations: Iterable[Operation], origin: str | None = None) -> dict[str, Any]:
    """The whole specification.

    Args:
        origin: where this node's console is known; None: the demonstration's.
    """
    listed = list(operations)
    paths: dict[str, dict[str, Any]] = {}
    for one in listed:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    paths |= {path: dict(item) for path, item in BESIDE.items()}
    tags = (*(one.tag for one in listed), "ledger", "authzen", "scim")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sealane node API",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": SAYS,
        },
        "servers": [{"url": origin or "http://127.0.0.1:18443"}],
        "security": [{"token": []}, {"session": []}],
        "tags": [{"name": tag, "description": TAGS.get(tag, tag)} for tag in dict.fromkeys(tags)],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "feed": {"type": "http", "scheme": "basic"},
                "session": {"type": "apiKey", "in": "cookie", "name": "sealane_<party>_<node>"},
            },
            "responses": {
                "Problem": {
                    "description": "Refused, with a stable code.",
                    "content": {"application/problem+json": {"schema": of("Problem")}},
                }
            },
            "schemas": dict(SCHEMAS),
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    says, says_ja = one.words
    told: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": says,
        "description": says_ja,
        "parameters": _parameters(one),
        "responses": {"200": _answer(one), **_waits(one), **_problems(one)},
    }
    if one.open_to_all:
        told["security"] = []
    elif not one.reads:
        told["security"] = [{"token": []}]
    if not one.reads and one.method != "DELETE":
        told["requestBody"] = _body(one)
    return told


def _parameters(one: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": member.name,
            "in": str(member.place),
            "required": member.needed,
            "description": member.says,
            "schema": schema_of(member),
        }
        for member in one.members
        if member.place is not MemberPlace.BODY
    ]
    if one.method == "POST" and not one.open_to_all:
        found.append(KEY)
    if one.second:
        found.append(SECOND_TOKEN)
    if one.edits:
        found.append(MATCH)
    return found


def schema_of(member: StatedMember) -> dict[str, Any]:
    """A member as JSON Schema."""
    told: dict[str, Any]
    if member.kind is MemberKind.ANY:
        told = {"oneOf": [{"type": "string", "minLength": 1}, {"type": "object"}]}
    elif member.kind is MemberKind.TEXTS:
        items: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": member.most}
        told = {"type": "array", "items": items}
        if member.needed:
            told["minItems"] = member.least
    elif member.kind is MemberKind.THINGS:
        told = {"type": "array", "items": {"type": "object"}}
    elif member.kind is MemberKind.THING:
        told = {"type": "object"}
    elif member.kind is MemberKind.NUMBER:
        told = {"type": "integer", "minimum": member.least, "maximum": member.most}
    elif member.kind is MemberKind.TRUTH:
        told = {"type": "boolean"}
    else:
        told = {"type": "string", "minLength": member.least, "maxLength": member.most}
    if member.words:
        told = {"type": "string", "enum": list(member.words)}
    if member.default is not None:
        told["default"] = _plain(member.default)
    return told


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _body(one: Operation) -> dict[str, Any]:
    members = [member for member in one.members if member.place is MemberPlace.BODY]
    if one.second:
        members.append(SECOND)
    if one.can_wait:
        members.append(WAIT)
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            member.name: {**_or_null(member), "description": member.says} for member in members
        },
    }
    needed = [member.name for member in members if member.needed]
    if needed:
        schema["required"] = needed
    if one.carries is Carries.IN:
        return _with_file(one, schema)
    told: dict[str, Any] = {"schema": schema}
    if one.example is not None:
        told["example"] = dict(one.example)
    return {"required": bool(needed), "content": {"application/json": told}}


def _or_null(member: StatedMember) -> dict[str, Any]:
    schema = schema_of(member)
    return schema if member.needed else {"anyOf": [schema, {"type": "null"}]}


def _with_file(one: Operation, schema: dict[str, Any]) -> dict[str, Any]:
    parts = {
        "type": "object",
        "required": [one.part, "file"] if "required" in schema else ["file"],
        "properties": {one.part: schema, "file": {"type": "string", "format": "binary"}},
    }
    told: dict[str, Any] = {
        "schema": parts,
        "encoding": {one.part: {"contentType": "application/json"}},
    }
    if one.example is not None:
        told["example"] = {one.part: dict(one.example)}
    return {"required": True, "content": {"multipart/form-data": told}}


def _answer(one: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {"description": "Done and on record." if not one.reads else "As asked."}
    if one.carries is Carries.OUT:
        told["content"] = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
        told["headers"] = {
            "Sealane-Answer": {
                "description": f"The answer ({one.answer}) as JSON in base64url.",
                "schema": {"type": "string"},
            }
        }
    else:
        told["content"] = {"application/json": {"schema": of(one.answer)}}
    if one.version is not None:
        told.setdefault("headers", {})["ETag"] = {
            "description": "The version of what is shown; see Two officers at one row.",
            "schema": {"type": "string"},
        }
    return told


def _waits(one: Operation) -> dict[str, Any]:
    """What is answered where it waits for the second person."""
    if not one.can_wait:
        return {}
    content = {"application/json": {"schema": of("ActWaits")}}
    says = "Nothing was done: it waits for the second person."
    return {"202": {"description": says, "content": content}}


def _problems(one: Operation) -> dict[str, Any]:
    statuses = dict(STATUSES)
    if one.edits:
        statuses |= {"412": "It changed meanwhile.", "428": "No version was named."}
    if one.open_to_all:
        statuses.pop("401")
    return {status: {"$ref": "#/components/responses/Problem"} for status in sorted(statuses)}
