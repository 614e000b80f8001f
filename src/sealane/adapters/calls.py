"""The one client for calls to other machines: held to a pace, measured while the answer arrives.

Whoever answers may be slow, endless or lying. A call:

1. ends when the whole of it, or any stretch of it, is slower than its patience: connecting, what is
   sent, the headers of the answer and its body alike, for the pace is kept where bytes pass;
2. follows no redirect and uses no proxy of the environment;
3. asks for bytes as they are; an answer that is packed is refused, or, where the caller allows
   gzip, unpacked piece by piece and never beyond the limit;
4. ends at the first byte beyond the limit. Whatever a header says of the length is not believed.

Spec: spec/exchange.md §3.2; docs/threat-model.md (a partner that is slow, endless, large or lying).
"""

from __future__ import annotations

import socket
import ssl
import threading
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, BinaryIO, Self

import httpcore2
import httpx2

from sealane.base.pace import Pace, Patience

CONNECT_SECONDS = 5.0
PIECE, SENT_AT_ONCE, ROOM = 65_536, 16_384, 1 << 20
"""Bytes read and sent at once, and those that may come beside an answer's body: its headers, and
news that it is coming.
"""

Failed = httpx2.HTTPError | ssl.SSLError | OSError
FAILED = (httpx2.HTTPError, ssl.SSLError, OSError)
"""What a call may raise when the other end is away, or slower than its patience."""


class Unfit(Exception):
    """The answer is not one that is read: `why` in words, and whether only for its length."""

    def __init__(self, why: str, *, too_long: bool = False) -> None:
        super().__init__(why)
        self.why, self.too_long = why, too_long


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer within its limit."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""


class Line:
    """Calls to one other machine, several at a time; safe for several threads.

    Args:
        verify: whom to trust, where TLS is spoken; None: who the system trusts.
        client: another way there than by sockets of ours, such as an application in this process.
    """

    def __init__(
        self,
        patience: Patience,
        *,
        verify: ssl.SSLContext | None = None,
        client: httpx2.Client | None = None,
    ) -> None:
        self._patience = patience
        self._backend = _Backend()
        self._client = client or httpx2.Client(
            transport=_Transport(self._backend, verify),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(patience.whole, connect=CONNECT_SECONDS),
        )

    def call(
        self,
        method: str,
        url: str,
        *,
        limit: int,
        patience: Patience | None = None,
        gzip: bool = False,
        **request: Any,
    ) -> GivenAnswer:
        """The answer to one request; `request` as httpx2 takes it (`content`, `headers`, ...).

        Raises: Unfit: packed, or longer than `limit` bytes; `FAILED`: away, or too slow.
        """
        asked = {"accept-encoding": "gzip, identity" if gzip else "identity"}
        request["headers"] = {**(request.get("headers") or {}), **asked}
        try:
            with (
                self._backend.paced(patience or self._patience, limit + ROOM),
                self._client.stream(method, url, **request) as answer,
            ):
                body = _within(answer, limit, gzip=gzip)
                return GivenAnswer(answer.status_code, body, dict(answer.headers))
        except RuntimeError:
            if not self._client.is_closed:
                raise
            raise httpx2.ConnectError("this line was closed") from None

    def fetch(
        self, method: str, url: str, sink: BinaryIO, *, limit: int, **request: Any
    ) -> GivenAnswer:
        """The same, with the body of a 200 written to `sink` as it comes; any other is given back.
        What is in the sink is worth nothing if this raises.

        Raises: as `call`.
        """
        request["headers"] = {**(request.get("headers") or {}), "accept-encoding": "identity"}
        with (
            self._backend.paced(self._patience, limit + ROOM),
            self._client.stream(method, url, **request) as answer,
        ):
            headers = dict(answer.headers)
            if answer.status_code != 200:
                body = _within(answer, min(limit, ROOM), gzip=False)
                return GivenAnswer(answer.status_code, body, headers)
            for piece in answer.iter_raw(PIECE):  # noqa: FURB122 - a sink that only writes
                sink.write(piece)
            return GivenAnswer(answer.status_code, b"", headers)

    def close(self) -> None:
        """End every call that is under way, and let the connections go."""
        self._backend.cut()
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _within(answer: httpx2.Response, limit: int, *, gzip: bool) -> bytes:
    """The body, as it arrives. Raises: Unfit."""
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ({"", "identity", "gzip"} if gzip else {"", "identity"}):
        raise Unfit(f"it is packed ({encoding[:20]!r})")
    unpack = _as_it_is if encoding in ("", "identity") else _unpacker(limit)
    data = bytearray()
    for piece in answer.iter_raw(PIECE):
        data += unpack(piece)
        if len(data) > limit:
            raise Unfit(f"it is longer than {limit} bytes", too_long=True)
    return bytes(data)


def _as_it_is(piece: bytes) -> bytes:
    return piece


def _unpacker(limit: int) -> Any:
    """Unpacks gzip, and no more at once than would already be too much."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(piece: bytes) -> bytes:
        try:
            return inflate.decompress(piece, limit + 1)
        except zlib.error:
            raise Unfit("its packing is broken") from None

    return unpack


class _Transport(httpx2.HTTPTransport):
    """The library's own, over sockets that keep the pace."""

    def __init__(self, backend: _Backend, verify: ssl.SSLContext | None) -> None:
        super().__init__(verify=True if verify is None else verify, trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl.create_default_context() if verify is None else verify,
            keepalive_expiry=5.0,
            network_backend=backend,
        )


class _Backend(httpcore2.NetworkBackend):
    """Connections whose every read and write is held to the pace of the call that does it."""

    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()
        self._calls = threading.local()
        self._open: weakref.WeakSet[_Stream] = weakref.WeakSet()
        self._over = False

    @contextmanager
    def paced(self, patience: Patience, most: int) -> Iterator[None]:
        """For one call of this thread, in which so many bytes may come."""
        self._calls.pace, self._calls.left = Pace(patience, monotonic()), most
        try:
            yield
        finally:
            self._calls.pace = None

    def came(self, size: int) -> None:
        """So many bytes came. Raises: ReadError: more than may in one call."""
        if self.pace is not None:
            self.pace.passed(size, monotonic())
            self._calls.left -= size
            if self._calls.left < 0:
                raise httpcore2.ReadError("more than an answer has")

    @property
    def pace(self) -> Pace | None:
        """The pace of the call that this thread makes."""
        pace: Pace | None = getattr(self._calls, "pace", None)
        return pace

    def within(self, timeout: float | None) -> float | None:
        """The shorter of a time-out and what the pace leaves. Raises: ReadTimeout: nothing is."""
        if self.pace is None:
            return timeout
        left = self.pace.left(monotonic())
        if left <= 0:
            raise httpcore2.ReadTimeout("slower than its patience")
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._inner.connect_tcp(
            host, port, self.within(timeout), local_address, socket_options
        )
        return self.kept(inner)

    def kept(self, inner: httpcore2.NetworkStream) -> _Stream:
        stream = _Stream(inner, self)
        self._open.add(stream)
        if self._over:  # it was still on its way when the line was closed
            inner.close()
            raise httpcore2.ConnectError("this line was closed")
        return stream

    def cut(self) -> None:
        """Wake whoever waits at one of our sockets: there comes nothing more, nor any new one."""
        self._over = True
        for stream in list(self._open):
            stream.cut()


class _Stream(httpcore2.NetworkStream):
    """One connection; what is sent goes in small pieces, so that a slow reader is seen as well."""

    def __init__(self, inner: httpcore2.NetworkStream, backend: _Backend) -> None:
        self._inner, self._backend = inner, backend
        self._asking = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        pace = self._backend.pace
        if self._asking and pace is not None:
            pace.turn(monotonic())
        self._asking = False
        data = self._inner.read(max_bytes, self._backend.within(timeout))
        self._backend.came(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        pace, view = self._backend.pace, memoryview(buffer)
        self._asking = True
        while view:
            self._inner.write(view[:SENT_AT_ONCE], self._backend.within(timeout))  # type: ignore[arg-type]
            if pace is not None:
                pace.passed(min(len(view), SENT_AT_ONCE), monotonic())
            view = view[SENT_AT_ONCE:]

    def close(self) -> None:
        self._inner.close()

    def cut(self) -> None:
        connection = self._inner.get_extra_info("socket")
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._backend.within(timeout))
        return self._backend.kept(inner)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
