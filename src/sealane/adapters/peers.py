"""The client to partners' nodes: bytes out, bytes back, capped and timed; every failure is
`Unavailable`.

What a partner's node says is believed for nothing here. A call:

1. goes to the address that the enrolment recorded, never to one that a document names;
2. over TLS that trusts one certificate, the one that was pinned (`adapters.tls`), and no system
   store;
3. follows no redirect and uses no proxy of the environment;
4. ends in five seconds without a connection, in sixty without an answer;
5. and takes status 200 and a bounded body alone for an answer.

The answer's signatures are the use case's to verify.
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

    def log_peer(self, party: str, name: str) -> HttpLogPeer:
        """The surface of the partner's log of this name."""
        return HttpLogPeer(f"{self._address(party)[0]}/ledger/{name}", self._client(party))

    def close(self) -> None:
        """Let every connection go."""
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
        # 5. an answer, and none that fills the memory
        if response.status_code != 200 or len(response.content) > MAX_ANSWER:
            status = response.status_code
            raise PARTNER_AWAY(party=party, why=f"status {status}", details={"status": status})
        return response.content

    def _client(self, party: str) -> httpx2.Client:
        # 1. asked each time, so that a changed enrolment is another connection
        url, certificate = self._address(party)
        with self._lock:
            client = self._clients.get((party, url, certificate))
            if client is None:
                client = httpx2.Client(
                    base_url=url,
                    verify=client_context(self._identity, certificate),  # 2.
                    trust_env=False,  # 3.
                    follow_redirects=False,  # 3.
                    timeout=httpx2.Timeout(60, connect=5),  # 4.
                )
                self._clients[party, url, certificate] = client
        return client
