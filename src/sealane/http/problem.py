"""Errors on the wire: RFC 9457 problem details with our stable codes; only this floor knows HTTP
status.
"""

from __future__ import annotations

import json

from starlette.responses import Response

from sealane.base.errors import (
    Conflict,
    Malformed,
    Misconfigured,
    NotFound,
    Refused,
    SealaneError,
    Unavailable,
    Untrusted,
)

STATUS: dict[type[SealaneError], int] = {
    Malformed: 400,
    Untrusted: 403,
    Refused: 403,
    NotFound: 404,
    Conflict: 409,
    Unavailable: 503,
    Misconfigured: 500,
}
TOO_MANY = frozenset({"call.too_many", "login.wait", "peer.busy", "peer.quota"})
"""Codes that mean: later, and not so often. Spec: RFC 6585 §4."""
TOO_SLOW = "call.too_slow"
"""The code of a request that was left, since it did not come. Spec: RFC 9110 §15.5.9."""


def retry_after(error: SealaneError) -> dict[str, str]:
    """The header that says when to come again, where the error knows it. Spec: RFC 9110 §10.2.3."""
    seconds = (error.details or {}).get("retry_after")
    return {"retry-after": str(seconds)} if isinstance(seconds, int) else {}


def status_of(error: SealaneError) -> int:
    """The HTTP status of an error: by its kind, but for those that mean later."""
    if error.code in TOO_MANY:
        return 429
    if error.code == TOO_SLOW:
        return 408
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return status
    return 500


def problem(error: SealaneError) -> Response:
    """A problem document; `code` is what programs read, `title` what people read. Spec: RFC
    9457.
    """
    body = {
        "type": f"urn:sealane:error:{error.code}",
        "title": error.message,
        "status": status_of(error),
        **error.as_json(),
    }
    return Response(
        json.dumps(body, ensure_ascii=False),
        status_code=body["status"],
        media_type="application/problem+json",
        headers=retry_after(error),
    )
