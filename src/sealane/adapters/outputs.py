"""Where bytes are put that a person or a node named a place for: one writer for every command.

What stands at the place is kept: a link is followed, mode, owner and attributes are those of
before, a device or a pipe is written to. A regular file is complete or untouched, also after a
power cut; a place that cannot be kept so is refused before a byte is written.
Spec: POSIX.1 (rename, open); spec/interfaces.md §1.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sealane.base.errors import Malformed, Unavailable, declare

STORE_FULL = declare(
    "store.write_failed",
    Unavailable,
    "A file could not be written: {why}.",
    "ファイルを書き込めません：{why}。",
    "Free disk space, then try again; nothing was half-written.",
    "空き容量を作って再試行してください。書きかけは残りません。",
)
NO_OUTPUT = declare(
    "output.refused",
    Malformed,
    "{path} is not written to: {why}.",
    "{path} には書き込みません：{why}。",
    "Name a file in a folder that exists and that you may write to.",
    "書き込める既存のフォルダーの中のファイルを指定してください。",
)
_WRONG_PLACE = frozenset(
    (
        errno.EACCES,
        errno.EISDIR,
        errno.ELOOP,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOTDIR,
        errno.ENXIO,
        errno.EPERM,
        errno.EROFS,
    )
)
_HANDLE = re.compile(r"/proc/([0-9]+)/fd/([0-9]{1,6})", re.ASCII)
_ACL, _MAX_LINKS, _COPY = "system.posix_acl_access", 40, 1 << 20
PRIVATE = 0o600


@dataclass(frozen=True, slots=True)
class _Place:
    """Where to write: a name in a folder with what stands there, or an open handle."""

    path: Path
    before: os.stat_result | None
    handle: int | None = None


@contextmanager
def whole_file(
    path: Path, *, mode: int = PRIVATE, keep: bool = False, like: Path | None = None
) -> Iterator[BinaryIO]:
    """Write beside, synchronise, rename: `path` is complete or untouched, also after a power cut.

    Links are followed. A device or pipe gets the bytes once all of them are there.

    Args:
        mode: of a new file, under the caller's umask.
        keep: a file that was there keeps its mode, owner and attributes; without it, a file that
            was there is never left wider than `mode`.
        like: a new file gets no wider mode than this file has, and a narrower one as umask says.
    Raises: Unavailable `store.write_failed`; Malformed `output.refused`.
    """
    try:
        place = _place(path)
        if place.handle is not None:
            with _handed_over(place.handle) as sink:
                yield sink
            return
        with _beside(place, _mode(place, mode, like), keep=keep) as file:
            yield file
    except OSError as error:
        why = error.strerror or "write failed"
        if error.errno in _WRONG_PLACE:
            raise NO_OUTPUT(path=path, why=why) from None
        raise STORE_FULL(why=why) from None


def write_whole(
    path: Path, data: bytes, *, mode: int = PRIVATE, keep: bool = False, like: Path | None = None
) -> None:
    """`whole_file` for bytes in hand."""
    with whole_file(path, mode=mode, keep=keep, like=like) as file:
        file.write(data)


def sync_folder(folder: Path) -> None:
    """Make a name in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _place(path: Path) -> _Place:
    """What `path` names in the end, links followed one by one."""
    here = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow the last link too
    for _ in range(_MAX_LINKS):
        here = here.parent.resolve(strict=True) / here.name
        if found := _HANDLE.fullmatch(str(here)):
            if int(found[1]) != os.getpid():
                raise OSError(errno.EPERM, "it is a handle of another process")
            return _Place(here, None, os.dup(int(found[2])))
        if not here.is_symlink():
            break
        here = here.parent / os.readlink(here)  # noqa: PTH115 - names of any bytes
    else:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    try:
        before = here.lstat()
    except FileNotFoundError:
        return _Place(here, None)
    kind = stat.S_IFMT(before.st_mode)
    if kind in (stat.S_IFCHR, stat.S_IFIFO):
        return _Place(here, before, os.open(here, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC))
    if kind == stat.S_IFDIR:
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if kind != stat.S_IFREG:
        raise OSError(errno.EPERM, "it is no regular file, device of characters or pipe")
    if before.st_nlink > 1:
        raise OSError(errno.EPERM, "the file has other names, which would keep the old bytes")
    return _Place(here, before)


def _mode(place: _Place, mode: int, like: Path | None) -> int:
    if like is not None and place.before is None:
        mode &= stat.S_IMODE(like.stat().st_mode)
    return mode


@contextmanager
def _handed_over(handle: int) -> Iterator[BinaryIO]:
    """A spool without a name, whose bytes go to the handle when the block ends without fault."""
    with os.fdopen(handle, "wb") as sink, tempfile.TemporaryFile() as spool:
        yield cast(BinaryIO, spool)
        spool.seek(0)
        shutil.copyfileobj(spool, sink, _COPY)


@contextmanager
def _beside(place: _Place, mode: int, *, keep: bool) -> Iterator[BinaryIO]:
    before = place.before
    spool = place.path.with_name(f".{os.getpid()}.{os.urandom(8).hex()}.part")
    first = mode if before is None else PRIVATE & mode
    try:
        with os.fdopen(os.open(spool, os.O_CREAT | os.O_EXCL | os.O_RDWR, first), "w+b") as file:
            yield file
            file.flush()
            if before is not None:
                _as_before(file.fileno(), place.path, before, 0o7777 if keep else mode)
            os.fsync(file.fileno())
        spool.replace(place.path)
        sync_folder(place.path.parent)
    finally:
        spool.unlink(missing_ok=True)


def _as_before(handle: int, path: Path, before: os.stat_result, most: int) -> None:
    """Owner, attributes and mode of the file that is replaced; where one cannot be kept, the mode
    is narrower by what it guarded.
    """
    mode = stat.S_IMODE(before.st_mode) & most
    now = os.fstat(handle)
    if (now.st_uid, now.st_gid) != (before.st_uid, before.st_gid):
        try:
            os.fchown(handle, before.st_uid, before.st_gid)
        except OSError:
            mode &= 0o700
            with contextlib.suppress(OSError):
                os.fchown(handle, -1, before.st_gid)
                mode = stat.S_IMODE(before.st_mode) & most & 0o777
    os.fchmod(handle, mode)
    for name in _attributes(path):
        try:
            os.setxattr(handle, name, os.getxattr(path, name))
        except OSError:
            if name == _ACL:
                os.fchmod(handle, mode & 0o700)


def _attributes(path: Path) -> list[str]:
    try:
        return os.listxattr(path)
    except OSError:
        return []
