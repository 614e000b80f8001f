"""The partner's log surface over HTTP, read with limits; the address comes from the node's own
settings, never from a document.
"""

from __future__ import annotations

from collections.abc import Callable

from sealane.adapters.calls import FAILED, Line, Unfit
from sealane.adapters.tilelog import LOG_AWAY, limit_of, unfit

MAX_REPLY = 256 << 10


class HttpLogPeer:
    """Resources and doors under one prefix such as `https://jp.example/ledger/jpn-aus-2022`.

    Args:
        line: to the partner's machine, with the node's own TLS and identity.
    """

    def __init__(self, prefix: str, line: Line) -> None:
        self._prefix = prefix.rstrip("/")
        self._line = line

    def fetch(self, path: str) -> bytes | None:
        """A resource's bytes, None where there is none. Raises: Unavailable `ledger.away`;
        Malformed, Untrusted when too large.
        """
        resource = path.split("/", 2)[-1] if path.startswith("mirror/") else path
        status, body = self._call("GET", path, None, limit_of(resource))
        if status in {404, 410}:
            return None
        if status != 200:
            raise LOG_AWAY(place=self._prefix, why=f"HTTP {status} for {path}")
        return body

    def post(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body. Raises: Unavailable `ledger.away`: no answer, or 5xx."""
        status, answer = self._call("POST", path, body, MAX_REPLY)
        if status >= 500 or status == 429:
            raise LOG_AWAY(place=self._prefix, why=f"HTTP {status}")
        return status, answer

    def _call(self, method: str, path: str, body: bytes | None, limit: int) -> tuple[int, bytes]:
        try:
            answer = self._line.call(method, f"{self._prefix}/{path}", limit=limit, content=body)
        except Unfit as why:
            raise unfit(path, limit, why) from None
        except FAILED as error:
            raise LOG_AWAY(place=self._prefix, why=type(error).__name__) from None
        return answer.status, answer.body


class LocalLogPeer:
    """A partner in the same process, through plain functions: for tests and for exchange on
    media.
    """

    def __init__(
        self, fetch: Callable[[str], bytes | None], post: Callable[[str, bytes], tuple[int, bytes]]
    ) -> None:
        self.fetch = fetch
        self.post = post
