"""The client to partners' nodes: bytes out, bytes back, capped and timed; every failure is
`Unavailable`.

No redirect is followed and no address comes from a document: addresses are the enrolment's.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO

import httpx2

from sealane.adapters.logpeer import HttpLogPeer
from sealane.adapters.tls import Identity, client_context
from sealane.base.errors import Unavailable, declare

MAX_ANSWER = 8 << 20
CHUNK = 1 << 20

PARTNER_AWAY = declare(
    "partner.unavailable",
    Unavailable,
    "{party}'s node does not answer: {why}.",
    "{party} のノードが応答しません：{why}。",
    "The work waits in the outbox and goes out when the partner returns.",
    "送信箱で待機し、相手が戻り次第送られます。",
)


class HttpPeers:
    """Connections to partners, one pool each; safe for several threads."""

    def __init__(self, identity: Identity, address: Callable[[str], tuple[str, str]]) -> None:
        self._identity, self._address = identity, address
        self._clients: dict[tuple[str, str, str], httpx2.Client] = {}
        self._lock = threading.Lock()

    def say(self, party: str, statement: bytes) -> bytes:
        """Send a signed statement; the signed answer. Raises: Unavailable `partner.unavailable`."""
        return self._post(party, "/peer/v1/statements", statement)

    def offer(self, party: str, statement: bytes, container: BinaryIO) -> bytes:
        """Stream a statement and its container; the signed receipt. Flat
        memory (1 MiB at a time).
        """

        head = len(statement).to_bytes(4, "big") + statement
        size = container.seek(0, 2)
        container.seek(0)

        def body() -> Iterator[bytes]:
            yield head
            while chunk := container.read(CHUNK):
                yield chunk

        return self._post(
            party, "/peer/v1/offers", body(), {"Content-Length": str(len(head) + size)}
        )

    def log_peer(self, party: str, agreement: str) -> HttpLogPeer:
        """The partner's log surface for one agreement."""
        return HttpLogPeer(f"{self._address(party)[0]}/ledger/{agreement}", self._client(party))

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _post(
        self,
        party: str,
        path: str,
        body: bytes | Iterator[bytes],
        headers: dict[str, str] | None = None,
    ) -> bytes:
        try:
            response = self._client(party).post(path, content=body, headers=headers)
        except (httpx2.HTTPError, ssl.SSLError, OSError) as error:
            raise PARTNER_AWAY(party=party, why=type(error).__name__) from None
        return self._checked(party, response)

    def _checked(self, party: str, response: httpx2.Response) -> bytes:
        if response.status_code != 200 or len(response.content) > MAX_ANSWER:
            status = response.status_code
            raise PARTNER_AWAY(party=party, why=f"status {status}", details={"status": status})
        return response.content

    def _client(self, party: str) -> httpx2.Client:
        url, certificate = self._address(party)
        with self._lock:
            client = self._clients.get((party, url, certificate))
            if client is None:
                context = client_context(self._identity, certificate)
                client = httpx2.Client(
                    base_url=url,
                    verify=context,
                    timeout=httpx2.Timeout(60, connect=5),
                    trust_env=False,
                    follow_redirects=False,
                )
                self._clients[party, url, certificate] = client
        return client
