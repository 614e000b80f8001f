"""Errors on the wire: RFC 9457 problem details with our stable codes."""

from __future__ import annotations

import json

from starlette.responses import Response

from sealane.base.errors import SealaneError
from sealane.office.statuses import status_of


def retry_after(error: SealaneError) -> dict[str, str]:
    """The header that says when to come again, where the error knows it. Spec: RFC 9110 §10.2.3."""
    seconds = (error.details or {}).get("retry_after")
    return {"retry-after": str(seconds)} if isinstance(seconds, int) else {}


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
