"""The store of sealed containers by digest."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import queue
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sealane.adapters import incarnation
from sealane.adapters.outputs import STORE_FULL, sync_folder
from sealane.base.errors import NotFound, declare

_REREAD, _LARGE = 1 << 20, 32 << 20
ABANDONED_SECONDS = 86_400
"""No container comes so slowly that nothing of it was written for so long (`base.pace`)."""

NO_BLOB = declare(
    "store.no_blob",
    NotFound,
    "The sealed container {digest} is not held here.",
    "封緘コンテナ {digest} はここにありません。",
)


class BlobFolder:
    """Sealed containers on disk, named by SHA-384; a name never changes its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Where the container lies. Raises: NotFound `store.no_blob`."""
        path = self._place(digest)
        if not path.is_file():
            raise NO_BLOB(digest=digest[:16])
        return path

    def has(self, digest: str) -> bool:
        return self._place(digest).is_file()

    @contextmanager
    def read(self, digest: str) -> Iterator[BinaryIO]:
        """The container's bytes, from the start."""
        with self.path(digest).open("rb") as file:
            yield file

    @contextmanager
    def adding(self) -> Iterator[SpoolFile]:
        """A private spool; `keep()` gives it its name, else it is gone when the block ends."""
        with spooling(self._folder, SpoolFile) as spool:
            yield spool

    def destroy(self, digest: str) -> bool:
        """Erase the container's bytes; True when there were any. The register keeps the history."""
        path = self._place(digest)
        existed = path.is_file()
        path.unlink(missing_ok=True)
        if existed:
            sync_folder(path.parent)
        return existed

    def sweep(self) -> int:
        """Remove spools that a killed process left, and no other's; their number. Whether another
        machine's process still runs cannot be known here: its spools go once nothing was written
        to them for a day.
        """
        if not self._folder.is_dir():
            return 0
        spools = [path for path in self._folder.iterdir() if path.name.endswith(".part")]
        left = [path for path in spools if not self._written(path)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def strays(self, known: Collection[str], *, older: int) -> list[str]:
        """Containers that nobody knows and that were named more than `older` seconds ago; their
        digests.
        """
        if not self._folder.is_dir():
            return []
        # The clock that dates files tells their age: a file system's clock need not be ours.
        os.utime(self._folder)
        limit = self._folder.stat().st_mtime - older
        return [
            path.stem
            for path in self._folder.glob("*.tdf")
            if path.stem not in known and path.stat().st_mtime <= limit
        ]

    def require_forgetting(self) -> None:
        """A folder forgets what is unlinked; what its disk keeps is the operator's to know."""

    def _place(self, digest: str) -> Path:
        return self._folder / f"{digest}.tdf"

    def _written(self, spool: Path) -> bool:
        """Whether a process may still write this spool; one that names no process has none."""
        word = spool.name[1:].partition(".")[0]
        if "-" not in word:
            return False
        runs = incarnation.runs(word)
        if runs is not None:
            return runs
        os.utime(self._folder)
        with contextlib.suppress(FileNotFoundError):
            return spool.stat().st_mtime > self._folder.stat().st_mtime - ABANDONED_SECONDS
        return False


@contextmanager
def spooling(folder: Path, make: Callable[[Path], SpoolFile]) -> Iterator[SpoolFile]:
    """A spool in a folder of this machine, gone when the block ends. Raises: Unavailable
    `store.write_failed`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        spool = make(folder)
        try:
            yield spool
        finally:
            spool.discard()
    except OSError as error:
        raise STORE_FULL(why=error.strerror or "write failed") from None


class SpoolFile:
    """A container being written; it has no name until it is whole and synchronised."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f".{incarnation.own()}.{os.urandom(8).hex()}.part"
        self.file = os.fdopen(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")
        self._follower: _Follower | None = None
        self._flusher: _Flusher | None = None
        self._taken = 0

    def expect(self, size: int | None) -> None:
        """How much will be written, None when unknown: a large file is synchronised and re-read
        while it is made, not after.
        """
        if self._flusher is None and (size is None or size >= _LARGE):
            self._flusher = _Flusher(self.file.fileno())

    def take(self, data: bytes) -> None:
        """Write the next bytes; what is stored of a large file is read again and hashed by a thread
        of its own meanwhile.
        """
        if self._follower is None and self._flusher is not None:
            self._follower = _Follower(self._path)
        self.file.write(data)
        self._taken += len(data)
        if self._follower is not None:
            self.file.flush()
            self._follower.grown(self._taken)

    def keep(self, digest: str) -> Path:
        """Synchronise and name it by its digest, which the caller has computed over all bytes."""
        self.file.flush()
        self._stop()
        os.fsync(self.file.fileno())
        path = self._folder / f"{digest}.tdf"
        self._path.replace(path)
        sync_folder(self._folder)
        return path

    def digest(self) -> str:
        """SHA-384 of what was written, re-read from the start."""
        if self._follower is not None:
            return self._follower.finish()
        self.file.flush()
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha384").hexdigest()

    def discard(self) -> None:
        self._stop()
        with contextlib.suppress(OSError):  # no room for what is thrown away
            self.file.close()
        self._path.unlink(missing_ok=True)

    def _stop(self) -> None:
        if self._follower is not None:
            self._follower.stop()
        if self._flusher is not None:
            self._flusher.stop()


class _Flusher:
    """Synchronises a file while others write and read it, so that the last synchronisation finds
    little left; one thread.
    """

    def __init__(self, handle: int) -> None:
        self._handle, self._done = handle, threading.Event()
        self._thread = threading.Thread(target=self._run, name="flush", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread before the handle is closed; harmless when it ended."""
        self._done.set()
        self._thread.join()

    def _run(self) -> None:
        seen = synced = 0
        while not self._done.wait(0.05):
            size = os.fstat(self._handle).st_size
            if size - synced >= _LARGE or synced < size == seen:
                with contextlib.suppress(
                    OSError
                ):  # the writer's own synchronisation meets the same fault and tells it
                    os.fdatasync(self._handle)
                synced = size
            seen = size


class _Follower:
    """Reads a growing file again, from the file, and hashes it; one thread."""

    def __init__(self, path: Path) -> None:
        self._file, self._hash = path.open("rb", buffering=0), hashlib.sha384()
        self._ends: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="re-read", daemon=True)
        self._thread.start()

    def grown(self, end: int) -> None:
        """Everything before `end` is written."""
        self._ends.put(end)

    def finish(self) -> str:
        """The digest of all of it. Raises: what reading raised."""
        self.stop()
        if self._error is not None:
            raise self._error
        return self._hash.hexdigest()

    def stop(self) -> None:
        """End the thread; harmless when it ended."""
        self._ends.put(None)
        self._thread.join()
        self._file.close()

    def _run(self) -> None:
        buffer, at = memoryview(bytearray(_REREAD)), 0
        while (end := self._ends.get()) is not None:
            try:
                while at < end and self._error is None:
                    got = self._file.readinto(buffer[: min(_REREAD, end - at)])
                    if not got:
                        raise OSError(errno.EIO, "a stored file is shorter than what was written")
                    self._hash.update(buffer[:got])
                    at += got
            except Exception as error:  # noqa: BLE001 - carried to the thread that asks for the digest
                self._error = error
