"""The client to partners' nodes: bytes out, bytes back, measured and timed; every failure of the
line is `Unavailable`.

What a partner's node says is believed for nothing here. A call:

1. goes to the address that the enrolment recorded, never to one that a document names;
2. over TLS that trusts one certificate, the one that was pinned (`adapters.tls`), and no system
   store;
3. is held to its pace and measured while the answer arrives (`adapters.calls`);
4. waits for a turn: so many calls to one partner at a time, so that one that is slow never has all
   the threads of this node;
5. and takes status 200 and a bounded body alone for an answer.

The answer's signatures are the use case's to verify. Spec: spec/exchange.md §3.2.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO

from sealane.adapters.calls import FAILED, Line, Unfit
from sealane.adapters.logpeer import HttpLogPeer
from sealane.adapters.tls import Address, client_context
from sealane.base.errors import Unavailable, Untrusted, declare
from sealane.base.pace import Patience

MAX_ANSWER = 8 << 20
CHUNK = 1 << 20
PATIENCE = Patience(whole=120.0, stretch=30.0, floor=4096, thought=60.0)
"""What a partner's node is granted: spec/exchange.md §3.2."""
VERIFIED_A_SECOND = 32 << 20
"""Bytes of a container that a partner is given a second of thought for."""
AT_A_TIME, TURN_SECONDS = 8, 5.0
"""Calls to one partner under way, and how long another waits for its turn."""

PARTNER_AWAY = declare(
    "partner.unavailable",
    Unavailable,
    "{party}'s node does not answer: {why}.",
    "{party} のノードが応答しません：{why}。",
    "The work waits in the outbox and goes out when the partner returns.",
    "送信箱で待機し、相手が戻り次第送られます。",
)
UNFIT_ANSWER = declare(
    "partner.unfit_answer",
    Untrusted,
    "{party}'s node gives an answer that is not read: {why}.",
    "{party} のノードの回答は読み取れません：{why}。",
    "Nothing of it was kept; tell the partner's operator.",
    "何も保存していません。相手国の運用者に知らせてください。",
)


@dataclass(frozen=True, slots=True)
class _Way:
    """How one partner is reached, and whose turn it is."""

    address: Address
    line: Line
    turns: threading.BoundedSemaphore

    @property
    def url(self) -> str:
        return self.address.url


class HttpPeers:
    """Connections to partners, apart from one another; safe for several threads."""

    def __init__(
        self,
        address: Callable[[str], Address],
        seen: Callable[[str, bytes], object] = lambda *_: None,
        patience: Patience = PATIENCE,
    ) -> None:
        """Args: seen: told by which certificate (DER) a partner was known."""
        self._address, self._seen, self._patience = address, seen, patience
        self._ways: dict[str, _Way] = {}
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

        # the more there is to verify, the longer the answer may take
        thought = size / VERIFIED_A_SECOND
        patience = replace(
            self._patience,
            whole=self._patience.whole + thought,
            thought=self._patience.thought + thought,
        )
        headers = {"Content-Length": str(len(head) + size)}
        return self._post(party, "/peer/v1/offers", body(), headers, patience)

    def log_peer(self, party: str, name: str) -> HttpLogPeer:
        """The surface of the partner's log of this name."""
        way = self._way(party)
        return HttpLogPeer(f"{way.url}/ledger/{name}", way.line)

    def close(self) -> None:
        """Let every connection go; calls that are under way end as if the line were cut."""
        with self._lock:
            for way in self._ways.values():
                way.line.close()
            self._ways.clear()

    def _post(
        self,
        party: str,
        path: str,
        body: bytes | Iterator[bytes],
        headers: dict[str, str] | None = None,
        patience: Patience | None = None,
    ) -> bytes:
        way = self._way(party)
        with _turn(party, way):
            try:
                answer = way.line.call(
                    "POST",
                    way.url + path,
                    limit=MAX_ANSWER,
                    patience=patience,
                    content=body,
                    headers=headers,
                )
            except Unfit as unfit:
                raise UNFIT_ANSWER(party=party, why=unfit.why) from None
            except FAILED as error:
                raise PARTNER_AWAY(party=party, why=type(error).__name__) from None
        # 5. an answer, and nothing else
        if answer.status != 200:
            status = answer.status
            raise PARTNER_AWAY(party=party, why=f"status {status}", details={"status": status})
        return answer.body

    def _way(self, party: str) -> _Way:
        # 1. asked each time, so that a changed enrolment is another connection
        address = self._address(party)
        with self._lock:
            way = self._ways.get(party)
            if way is None or way.address != address:
                context = client_context(  # 2.
                    address.own,
                    *address.certificates,
                    seen=lambda shown: self._seen(party, shown),
                )
                turns = threading.BoundedSemaphore(AT_A_TIME)
                line = Line(self._patience, verify=context)
                way = self._ways[party] = _Way(address, line, turns)
        return way


@contextmanager
def _turn(party: str, way: _Way) -> Iterator[None]:
    """4. One of the calls to this partner at a time. Raises: Unavailable `partner.unavailable`."""
    if not way.turns.acquire(timeout=TURN_SECONDS):
        raise PARTNER_AWAY(party=party, why="too many calls wait for it")
    try:
        yield
    finally:
        way.turns.release()
