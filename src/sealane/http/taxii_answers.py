"""What every answer of the TAXII server has: its media type, errors in the standard's own form, and
what a question must accept and be.

Spec: TAXII 2.1 §1.6 (media types), §3.3 (headers), §3.6.1 (errors), §3.2 (status codes).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sealane.base.errors import Malformed, NotFound, Refused, SealaneError, declare
from sealane.feeds.stream import NO_BUNDLE
from sealane.http.problem import retry_after
from sealane.office.statuses import status_of
from sealane.services.feeds.refusing import TOO_LARGE
from sealane.services.register.accounts import NOT_SIGNED_IN

MEDIA_TYPE = "application/taxii+json;version=2.1"
STIX_TYPE = "application/stix+json;version=2.1"
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
CHALLENGES = ('Basic realm="Sealane TAXII", charset="UTF-8"', "Bearer")
_ANY = ("*/*", "application/*")
_OURS = "application/taxii+json"

NOT_ACCEPTED = declare(
    "taxii.accept",
    Malformed,
    "What is accepted is not what this server speaks: {given}.",
    "Accept の指定に、このサーバーの形式がありません：{given}。",
    "Accept application/taxii+json;version=2.1.",
    "application/taxii+json;version=2.1 を指定してください。",
)
NOT_TYPED = declare(
    "taxii.content_type",
    Malformed,
    "The body is not of the type that this server takes: {given}.",
    "本文の形式が、このサーバーの受け付けるものではありません：{given}。",
    "Send application/taxii+json;version=2.1.",
    "application/taxii+json;version=2.1 として送ってください。",
)
NOWHERE = declare(
    "taxii.nowhere",
    NotFound,
    "Nothing of the TAXII server is at {path}.",
    "{path} に TAXII サーバーの資源はありません。",
    "Begin at /taxii2/; every path ends in a slash.",
    "/taxii2/ から始めてください。パスは全て / で終わります。",
)
NO_VERB = declare(
    "taxii.no_verb",
    Malformed,
    "{path} is asked with {verbs} only.",
    "{path} は {verbs} でのみ受け付けます。",
    "See TAXII 2.1, 4 and 5.",
    "TAXII 2.1 の 4 と 5 を参照してください。",
)
_STATUS: Mapping[str, int] = {
    NOT_ACCEPTED.code: 406,
    NOT_TYPED.code: 415,
    NO_VERB.code: 405,
    TOO_LARGE.code: 413,
    NO_BUNDLE.code: 422,
}
"""What the standard answers otherwise than the rest of the node does."""


def require_acceptable(request: Request) -> None:
    """Raises: Malformed `taxii.accept`."""
    given = request.headers.get("accept")
    if given is not None and not any(_is_ours(one, _ANY) for one in given.split(",")):
        raise NOT_ACCEPTED(given=given[:80])


def require_typed(request: Request) -> None:
    """Raises: Malformed `taxii.content_type`."""
    given = request.headers.get("content-type", "")
    if not _is_ours(given, ()):
        raise NOT_TYPED(given=given[:80] or "-")


def _is_ours(text: str, beside: tuple[str, ...]) -> bool:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    if kind in beside:
        return True
    named = dict(one.replace(" ", "").split("=", 1) for one in parameters if "=" in one)
    return kind == _OURS and named.get("version", "2.1").strip('"') == "2.1"


def told(
    value: Mapping[str, Any], status: int = 200, *, dates: tuple[str, str] | None = None
) -> Response:
    """An answer. Args: dates: when the first and the last of what is in it were added."""
    text = json.dumps({name: one for name, one in value.items() if one is not None})
    return _sent(text.encode(), status, dates)


def envelope(texts: Iterable[str], next_: str | None, dates: tuple[str, str] | None) -> Response:
    """Objects as they were written. Spec: TAXII 2.1 §3.7."""
    joined = ",".join(texts)
    head = "" if next_ is None else f'"more":true,"next":{json.dumps(next_)},'
    text = f'{{{head}"objects":[{joined}]}}' if joined else "{}"
    return _sent(text.encode(), 200, dates)


def _sent(data: bytes, status: int, dates: tuple[str, str] | None) -> Response:
    headers = dict(HEADERS)
    if dates is not None:
        headers["X-TAXII-Date-Added-First"], headers["X-TAXII-Date-Added-Last"] = dates
    return Response(data, status, headers, MEDIA_TYPE)


def refused(error: SealaneError) -> Response:
    """The error message of an error. Spec: TAXII 2.1 §3.6.1."""
    status = _STATUS.get(error.code, status_of(error))
    reply = told(
        {
            "title": error.message,
            "description": f"{error.message_ja} {error.remedy} {error.remedy_ja}".strip(),
            "error_code": error.code,
            "http_status": str(status),
        },
        status,
    )
    reply.headers.update(retry_after(error))
    if error.code == NOT_SIGNED_IN.code:
        for challenge in CHALLENGES:
            reply.headers.append("WWW-Authenticate", challenge)
    return reply


def is_login(error: SealaneError) -> bool:
    """Whether it says that nobody is signed in."""
    return isinstance(error, Refused) and error.code == NOT_SIGNED_IN.code
