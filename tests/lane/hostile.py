"""A node served over real sockets, and a partner of it with valid keys and no manners."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.applications import Starlette

from sealane.adapters import tls
from sealane.adapters.peers import HttpPeers
from sealane.base.pace import Patience
from sealane.http.pacing import PATIENCE, Paced
from sealane.http.serve import serve_http2
from sealane.ledger import receipt
from sealane.run import PartnerDoor, serve_partners
from sealane.services.node import Node
from sealane.services.statements.partner_limits import PartnerLimits
from sealane.services.statements.refusal_limits import Crowd
from sealane.services.statements.shared_measures import shared
from sealane.wiring import doors
from sealane.wiring.site import Site
from tests import mistyped

OFFERS, STATEMENTS = "/peer/v1/offers", "/peer/v1/statements"


def until(what: Callable[[], Any]) -> None:
    """Wait for something that comes; the test's own time-out ends what never does."""
    while not what():
        time.sleep(0.01)


@dataclass
class Served:
    """A node behind its doors."""

    site: Site
    limits: PartnerLimits
    console: str

    def page(self) -> int:
        """What a page is answered, by a worker thread of the console's."""
        return httpx2.get(f"{self.console}/sign-in", trust_env=False, timeout=60).status_code

    def key(self) -> int:
        """What a call for a key is answered, by a worker thread of the key access door's."""
        url = f"{self.console}/kas.AccessService/PublicKey"
        return httpx2.post(url, json={}, trust_env=False, timeout=60).status_code

    def spools(self) -> int:
        """Containers that are being stored now."""
        return len(list((self.site.folder / "containers").glob(".*.part")))


@contextmanager
def served(site: Site, *callers: Caller, patience: Patience = PATIENCE) -> Iterator[Served]:
    """The partners' door and this machine's, as `sealane node run` opens them; the callers' lines
    end before they do.
    """
    crowd, limits = Crowd(), PartnerLimits(site.node.settings, shared(site.node))
    door = PartnerDoor(site, limits, patience=patience)
    partners = threading.Thread(target=serve_partners, args=(door.server,), daemon=True)
    partners.start()
    app = Paced(
        Starlette(routes=doors.on_this_machine(site, doors.for_clients(site, crowd), crowd))
    )
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[Callable[[], object]] = []

    async def serving() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        ends.append(lambda: loop.call_soon_threadsafe(stop.set))
        await serve_http2(app, listener, stop)

    pages = threading.Thread(target=lambda: asyncio.run(serving()), daemon=True)
    pages.start()
    until(lambda: door.server.started and ends)
    try:
        yield Served(site, limits, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        for caller in callers:
            caller.close()
        until(lambda: not door.server.server_state.connections)
        door.server.should_exit = True
        ends[0]()
        partners.join()
        pages.join()
        listener.close()


class Connection:
    """A connection through the wall, and what came back on it so far."""

    def __init__(self, line: ssl.SSLSocket) -> None:
        self._line, self.came, self.ended = line, b"", False

    def send(self, data: bytes) -> None:
        self._line.sendall(data)

    def send_on(self, piece: bytes, most: int) -> int:
        """Send until nobody takes any more, or `most` bytes went; how many went."""
        sent = 0
        try:
            while sent < most:
                self._line.sendall(piece)
                sent += len(piece)
        except OSError:
            return sent
        return sent

    def answered(self) -> bool:
        """Whether something came, or the connection ended; takes what is there."""
        self._line.settimeout(0)
        try:
            self._take(self._line.recv(65_536))
        except ssl.SSLWantReadError:
            pass
        except OSError:
            self.ended = True
        self._line.settimeout(60)
        return bool(self.came) or self.ended

    def answer(self) -> bytes:
        """Everything that comes until the connection ends."""
        while not self.ended:
            try:
                self._take(self._line.recv(65_536))
            except OSError:
                self.ended = True
        return self.came

    def status(self) -> int:
        """The status of the answer, once it began."""
        while not self.answered():
            time.sleep(0.005)
        return int(self.came.split()[1])

    def _take(self, data: bytes) -> None:
        self.came += data
        self.ended = not data

    def close(self) -> None:
        self._line.close()


@dataclass
class Caller:
    """A partner's side of the wall: its own certificate, and whatever bytes it likes."""

    me: Site
    them: Node
    lines: list[Connection] = field(default_factory=list)
    peers: HttpPeers = field(init=False)
    """The partner's honest client."""

    def __post_init__(self) -> None:
        card = self.them.card
        self.peers = HttpPeers(
            lambda _: tls.Address(url=card.url, certificates=(card.tls,), own=self.me.identity)
        )

    def line(self) -> Connection:
        """A connection through the wall."""
        card = self.them.card
        port = int(card.url.rsplit(":", 1)[1])
        plain = socket.create_connection(("127.0.0.1", port))
        context = tls.client_context(self.me.identity, card.tls)
        self.lines.append(Connection(context.wrap_socket(plain, server_hostname="127.0.0.1")))
        return self.lines[-1]

    def begins(self, path: str, body: bytes, *, size: int | None) -> Connection:
        """A request whose body is said to have `size` bytes, or to be endless; its beginning."""
        line = self.line()
        length = "transfer-encoding: chunked" if size is None else f"content-length: {size}"
        line.send(f"POST {path} HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n".encode())
        with suppress(OSError):  # refused, and closed, while it is sent
            line.send(body if size is not None else chunk(body))
        return line

    def hang_up(self) -> None:
        """End what was begun."""
        for line in self.lines:
            line.close()
        self.lines.clear()

    def close(self) -> None:
        self.hang_up()
        self.peers.close()

    def asks(self, agreement: str) -> receipt.Statement:
        """An honest question, each time another one, and its answer."""
        node = self.me.node
        with self.them.store.reading() as tx:
            digest = str(self.them.agreement_row(tx, agreement).digest)
        data = mistyped.said(
            node,
            "inventory.request",
            {"after": None},
            to=self.them.party,
            item=None,
            agreement={"id": agreement, "digest": digest},
        )
        return receipt.peek(self.peers.say(self.them.party, data))


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def head_of(statement: bytes) -> bytes:
    """How an offer's body begins."""
    return len(statement).to_bytes(4, "big") + statement
