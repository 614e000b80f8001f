"""A machine at the other end of a line that answers as badly as a test says; real sockets.

What passes is counted, so that a test asserts on bytes and order and never on times.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/jose+json\r\n"
MIB = 1 << 20


@dataclass
class Machine:
    """Where it listens, what it was asked, and how many bytes of answers it got rid of."""

    port: int
    sent: int = 0
    taken: int = 0
    calls: list[bytes] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the test is over: whoever drips stops."""

    def say(self, line: socket.socket, data: bytes) -> None:
        line.sendall(data)
        self.sent += len(data)

    def hear(self, line: socket.socket) -> bytes:
        """The head of one request; its body too where it says how long that is."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = line.recv(65_536)
            if not piece:
                return data
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        for row in head.lower().split(b"\r\n"):
            if row.startswith(b"content-length:"):
                while len(body) < int(row.split(b":")[1]):
                    body += line.recv(65_536) or b"\0" * MIB
        self.taken += len(body)
        self.calls.append(head)
        return head


Manner = Callable[[Machine, socket.socket], None]


@contextmanager
def machine(manner: Manner, *, tls: ssl.SSLContext | None = None) -> Iterator[Machine]:
    """A machine on a free port of this one; `manner` has each connection in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        found = Machine(listener.getsockname()[1])

        def have(line: socket.socket) -> None:
            with (
                suppress(OSError),
                line,
                line if tls is None else tls.wrap_socket(line, server_side=True) as spoken,
            ):
                manner(found, spoken)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    threading.Thread(target=have, args=(line,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield found
        finally:
            found.over.set()
            listener.shutdown(socket.SHUT_RDWR)


def drips(head: bytes) -> Manner:
    """Says `head`, then one byte after another, for ever."""

    def manner(found: Machine, line: socket.socket) -> None:
        found.hear(line)
        found.say(line, head)
        while not found.over.wait(0.02):
            found.say(line, b"x")

    return manner


def never_ends(head: bytes, piece: bytes) -> Manner:
    """Says `head`, then one piece after another as fast as it is taken."""

    def manner(found: Machine, line: socket.socket) -> None:
        found.hear(line)
        found.say(line, head)
        while not found.over.is_set():
            found.say(line, piece)

    return manner


def says(answer: bytes) -> Manner:
    """Gives this answer to every question on the line."""

    def manner(found: Machine, line: socket.socket) -> None:
        while found.hear(line):
            found.say(line, answer)

    return manner


def says_nothing(found: Machine, line: socket.socket) -> None:
    """Takes the question and keeps silent."""
    found.hear(line)
    found.over.wait()


def takes_nothing(found: Machine, line: socket.socket) -> None:
    """Accepts the connection and never reads from it."""
    found.over.wait()
