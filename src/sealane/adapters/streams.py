"""Inputs as streams that can be read at any place, and outputs that are written while the next
block is made.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import queue
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from sealane.base.inputs import UNREADABLE

_COPY, _KERNEL = 1 << 20, 8 << 20


@contextmanager
def seekable(path: str) -> Iterator[BinaryIO]:
    """A file opened unbuffered, or the whole of stdin for `-` in an unnamed temporary file.

    Raises: Malformed `input.unreadable`.
    """
    try:
        file: BinaryIO = _spooled() if path == "-" else io.FileIO(Path(path), "rb")
    except OSError as error:
        raise UNREADABLE(path=path, why=error.strerror or "unreadable") from None
    with file:
        yield file


def _spooled() -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(sys.stdin.buffer, file, _COPY)
    file.seek(0)
    return cast(BinaryIO, file)


@contextmanager
def behind(sink: BinaryIO) -> Iterator[BinaryIO]:
    """The sink, written by a thread of its own while the caller makes the next block; whole when
    the block ends.

    Memory: three blocks of the largest size written. An error of the sink is raised by a later
    call, at the latest at the end; a seek or a read first waits until all is written.
    """
    writer = WriteBehind(sink)
    try:
        yield cast(BinaryIO, writer)
        writer.drain()
    finally:
        writer.stop()


class WriteBehind:
    """A sink whose writes are copied into reused buffers and carried out in order by one thread."""

    def __init__(self, sink: BinaryIO, *, slots: int = 3) -> None:
        self._sink = sink
        self._free: queue.SimpleQueue[bytearray] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[tuple[bytearray, int] | None] = queue.SimpleQueue()
        self._slots = slots
        self._error: Exception | None = None
        for _ in range(slots):
            self._free.put(bytearray())
        self._thread = threading.Thread(target=self._run, name="write-behind", daemon=True)
        self._thread.start()

    def write(self, data: bytes | bytearray | memoryview, /) -> int:
        """Take a copy and return at once. Raises: what an earlier write raised."""
        buffer = self._free.get()
        if self._error is not None:
            self._free.put(buffer)
            raise self._error
        size = len(data)
        if len(buffer) < size:
            buffer = bytearray(size)
        buffer[:size] = data
        self._full.put((buffer, size))
        return size

    def drain(self) -> None:
        """Wait until everything is written. Raises: what a write raised."""
        held = [self._free.get() for _ in range(self._slots)]
        for buffer in held:
            self._free.put(buffer)
        if self._error is not None:
            raise self._error

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.drain()
        return self._sink.seek(offset, whence)

    def tell(self) -> int:
        self.drain()
        return self._sink.tell()

    def read(self, size: int = -1, /) -> bytes:
        self.drain()
        return self._sink.read(size)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:
        self.drain()
        found: int = self._sink.readinto(buffer)  # type: ignore[attr-defined]
        return found

    def readable(self) -> bool:
        return self._sink.readable()

    def stop(self) -> None:
        """End the thread and wipe the buffers; nothing more may be written."""
        self._full.put(None)
        self._thread.join()
        for _ in range(self._slots):
            buffer = self._free.get()
            buffer[:] = bytes(len(buffer))

    def _run(self) -> None:
        while (job := self._full.get()) is not None:
            buffer, size = job
            if self._error is None:
                try:
                    view, done = memoryview(buffer)[:size], 0
                    while done < size:
                        done += self._sink.write(view[done:])
                    view.release()
                except Exception as error:  # noqa: BLE001 - carried to the caller's thread
                    self._error = error
            self._free.put(buffer)


class HashBehind:
    """SHA-384 of blocks in order, worked out by a thread of its own while the next are read.

    Small inputs are hashed at once. At most four blocks wait. The thread ends with `digest`, and
    with the process.
    """

    _SMALL = 1 << 16

    def __init__(self) -> None:
        self._state = hashlib.sha384()
        self._waiting: queue.Queue[bytes | None] | None = None
        self._thread: threading.Thread | None = None

    def update(self, data: bytes, /) -> None:
        """Take the next block; it must not change afterwards."""
        if self._waiting is None:
            if len(data) <= self._SMALL:
                self._state.update(data)
                return
            self._waiting = queue.Queue(maxsize=4)
            self._thread = threading.Thread(
                target=self._run, args=(self._waiting,), name="hash", daemon=True
            )
            self._thread.start()
        self._waiting.put(data)

    def digest(self) -> bytes:
        """Of all blocks; no block follows."""
        if self._waiting is not None and self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._waiting = None
        return self._state.digest()

    def _run(self, waiting: queue.Queue[bytes | None]) -> None:
        while (block := waiting.get()) is not None:
            self._state.update(block)


def copy_and_digest(source: BinaryIO, sink: BinaryIO) -> bytes:
    """Copy a file from its first byte to its last, by the kernel in a thread of its own, while its
    SHA-384 is worked out here; the sink then stands behind the last byte.

    Both are files of this machine. What the digest covered and what was copied are the same bytes
    as long as nobody writes to the source meanwhile; a size that changed is a fault.
    Raises: OSError.
    """
    size = os.fstat(source.fileno()).st_size
    sink.flush()
    faults: list[OSError] = []

    def carry() -> None:
        done = 0
        try:
            while done < size:
                sent = os.sendfile(sink.fileno(), source.fileno(), done, min(_KERNEL, size - done))
                if not sent:
                    raise OSError(errno.EIO, "the file became shorter while it was read")
                done += sent
        except OSError as error:
            faults.append(error)

    thread = threading.Thread(target=carry, name="copy", daemon=True)
    thread.start()
    state, buffer, at = hashlib.sha384(), memoryview(bytearray(_COPY)), 0
    while at < size and (got := os.preadv(source.fileno(), [buffer[: size - at]], at)):
        state.update(buffer[:got])
        at += got
    thread.join()
    if faults or at != size:
        raise faults[0] if faults else OSError(errno.EIO, "the file became shorter")
    sink.seek(size)
    return state.digest()
