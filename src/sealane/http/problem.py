"""Errors on the wire: RFC 9457 problem details with our stable codes; only this floor knows HTTP status."""

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
    Malformed: 400, Untrusted: 403, Refused: 403, NotFound: 404, Conflict: 409, Unavailable: 503, Misconfigured: 500,
}


def problem(error: SealaneError) -> Response:
    """A problem document; `code` is what programs read, `title` what people read. Spec: RFC 9457."""
    status = next((number for kind, number in STATUS.items() if isinstance(error, kind)), 500)
    body = {"type": f"urn:sealane:error:{error.code}", "title": error.message, "status": status, **error.as_json()}
    return Response(json.dumps(body, ensure_ascii=False), status_code=status, media_type="application/problem+json")
