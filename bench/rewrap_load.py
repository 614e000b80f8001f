"""Calls to a key access service over HTTP/1.1, from a process of their own: signed before the clock
starts, sent on kept connections, each the moment that the one before it was answered.
"""

from __future__ import annotations

import multiprocessing
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from sealane.services.opentdf.rewrap import Call

ANSWER_MOST = 65_536
"""Bytes of an answer and its head, which always fit."""


class Told(NamedTuple):
    """Calls a second, and each call's seconds."""

    speed: float
    taken: list[float]


def request_of(call: Call, host: str) -> bytes:
    """The bytes of a call, as a client of the service sends them."""
    body = b'{"signedRequestToken":"%s"}' % call.request_token.encode()
    head = [
        f"POST {call.path} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: {call.authorization}",
        f"DPoP: {call.proof}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def told(ports: Sequence[int], requests: list[bytes], callers: int) -> Told:
    """All requests answered, by so many callers at once, spread over the ports.

    Raises: RuntimeError: an answer that is not 200.
    """
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    loader = context.Process(target=_load, args=(ports, requests, callers, theirs))
    loader.start()
    found = ours.recv()
    loader.join()
    if isinstance(found, str):
        raise RuntimeError(found)
    return Told(*found)


def _load(ports: Sequence[int], requests: list[bytes], callers: int, answer: Any) -> None:
    try:
        answer.send(_loaded(ports, deque(requests), callers))
    except RuntimeError as error:
        answer.send(str(error))


def _loaded(ports: Sequence[int], waiting: deque[bytes], callers: int) -> Told:
    ready, taken, count = selectors.DefaultSelector(), [], len(waiting)
    started = time.perf_counter()
    for number in range(min(callers, count)):
        line = socket.create_connection(("127.0.0.1", ports[number % len(ports)]))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(line, selectors.EVENT_READ, _Caller(line, waiting.popleft()))
    while len(taken) < count:
        for key, _ in ready.select():
            taken += key.data.heard(waiting)
    return Told(count / (time.perf_counter() - started), taken)


class _Caller:
    """One kept connection with one call under way."""

    def __init__(self, line: socket.socket, first: bytes) -> None:
        self._line, self._got = line, b""
        self._say(first)

    def _say(self, request: bytes) -> None:
        self._since = time.perf_counter()
        self._line.sendall(request)

    def heard(self, waiting: deque[bytes]) -> list[float]:
        """What came; the seconds of the call, once its answer is whole."""
        self._got += self._line.recv(ANSWER_MOST)
        head, parted, body = self._got.partition(b"\r\n\r\n")
        if not parted or len(body) < _length(head):
            return []
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._got[:600].decode(errors="replace"))
        self._got = b""
        seconds = time.perf_counter() - self._since
        if waiting:
            self._say(waiting.popleft())
        return [seconds]


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise RuntimeError(f"an answer without a length: {head[:200]!r}")
