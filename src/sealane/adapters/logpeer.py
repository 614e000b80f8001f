"""The partner's log surface over HTTP, read with limits; the address comes from the node's own
settings, never from a document.
"""

from __future__ import annotations

from collections.abc import Callable

from sealane.adapters.tilelog import LOG_AWAY, limit_of, too_large

MAX_REPLY = 256 << 10


class HttpLogPeer:
    """Resources and doors under one prefix such as `https://jp.example/ledger/jpn-aus-2022`.

    Args:
        client: an httpx2.Client, with the node's own TLS and identity.
    """

    def __init__(self, prefix: str, client: object) -> None:
        self._prefix = prefix.rstrip("/")
        self._client = client

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
        import httpx2

        client = self._client
        assert isinstance(client, httpx2.Client)
        data = bytearray()
        try:
            with client.stream(method, f"{self._prefix}/{path}", content=body) as answer:
                for chunk in answer.iter_bytes(65_536):
                    data += chunk
                    if len(data) > limit:
                        raise too_large(path, limit)
                return answer.status_code, bytes(data)
        except httpx2.HTTPError as error:
            raise LOG_AWAY(place=self._prefix, why=type(error).__name__) from None


class LocalLogPeer:
    """A partner in the same process, through plain functions: for tests and for exchange on
    media.
    """

    def __init__(
        self, fetch: Callable[[str], bytes | None], post: Callable[[str, bytes], tuple[int, bytes]]
    ) -> None:
        self.fetch = fetch
        self.post = post
