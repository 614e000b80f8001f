"""Files that appear whole or not at all, and the store of sealed containers by digest."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sealane.base.errors import NotFound, Unavailable, declare

STORE_FULL = declare(
    "store.write_failed", Unavailable,
    "A file could not be written: {why}.", "ファイルを書き込めません：{why}。",
    "Free disk space, then try again; nothing was half-written.", "空き容量を作って再試行してください。書きかけは残りません。",
)
NO_BLOB = declare(
    "store.no_blob", NotFound,
    "The sealed container {digest} is not held here.", "封緘コンテナ {digest} はここにありません。",
)


@contextmanager
def whole_file(path: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """Write beside, synchronise, rename: `path` is complete or untouched, also after a power cut.

    Raises: Unavailable `store.write_failed`.
    """
    spool = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
    try:
        with os.fdopen(os.open(spool, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        spool.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise STORE_FULL(why=error.strerror or "write failed") from None
    finally:
        spool.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """`whole_file` for bytes in hand."""
    with whole_file(path, mode=mode) as file:
        file.write(data)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Blobs:
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
    def adding(self) -> Iterator[Spool]:
        """A private spool; `keep()` gives it its name, else it is gone when the block ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        spool = Spool(self._folder)
        try:
            yield spool
        except OSError as error:
            raise STORE_FULL(why=error.strerror or "write failed") from None
        finally:
            spool.discard()

    def destroy(self, digest: str) -> bool:
        """Erase the container's bytes; True when there were any. The register keeps the history."""
        path = self._place(digest)
        existed = path.is_file()
        path.unlink(missing_ok=True)
        if existed:
            _sync_folder(path.parent)
        return existed

    def sweep(self) -> int:
        """Remove spools that a killed process left, and no other's; their number."""
        if not self._folder.is_dir():
            return 0
        left = [path for path in self._folder.iterdir() if path.name.endswith(".part") and not _alive(path.name)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def strays(self, known: Collection[str], *, older: int) -> list[str]:
        """Containers that nobody knows and that were named more than `older` seconds ago; their digests."""
        if not self._folder.is_dir():
            return []
        limit = time.time() - older
        return [path.stem for path in self._folder.glob("*.tdf") if path.stem not in known and path.stat().st_mtime <= limit]

    def _place(self, digest: str) -> Path:
        return self._folder / f"{digest}.tdf"


def _alive(name: str) -> bool:
    """Whether the process that writes this spool still runs; a name that tells no process belongs to none."""
    number = name[1:].partition(".")[0]
    if not number.isdigit() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Spool:
    """A container being written; it has no name until it is whole and synchronised."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f".{os.getpid()}.{os.urandom(8).hex()}.part"
        self.file = os.fdopen(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600), "w+b")

    def keep(self, digest: str) -> Path:
        """Synchronise and name it by its digest, which the caller has computed over all bytes."""
        self.file.flush()
        os.fsync(self.file.fileno())
        path = self._folder / f"{digest}.tdf"
        self._path.replace(path)
        _sync_folder(self._folder)
        return path

    def digest(self) -> str:
        """SHA-384 of what was written, re-read from the start."""
        self.file.flush()
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha384").hexdigest()

    def discard(self) -> None:
        self.file.close()
        self._path.unlink(missing_ok=True)
