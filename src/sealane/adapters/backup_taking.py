"""A node's whole folder in one file while it runs: as it was at one instant, or nothing.

The database is taken first; then the sealed containers that it names, which never change under
their name; then keys, settings, policies and last signed heads.
Spec: spec/backup.md.
"""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from sealane.adapters import database_copy, nodefolder
from sealane.adapters.backup_form import (
    FIRST,
    FORM,
    LAST,
    OUTPUT_EXISTS,
    PLACE,
    BackedFile,
    Backup,
    BackupHead,
    BackupList,
    HashedSource,
    Told,
)
from sealane.adapters.blob_places import open_blobs
from sealane.adapters.outputs import whole_file
from sealane.adapters.sql import DAMAGED, DATABASE
from sealane.base.errors import NotFound
from sealane.base.values import Instant, format_instant
from sealane.settings import SQLITE, Settings


def take(folder: Path, out: Path, at: Instant, version: str, told: Told = lambda _: None) -> Backup:
    """One file of mode 0600 that holds the node as it was at one instant, running or stopped.

    Args:
        version: of the program, for whoever restores it.
        told: called with how many bytes were written so far.
    Raises: Misconfigured `node.missing`, `backup.exists`, `db.newer`; Malformed `output.refused`;
    Unavailable `store.write_failed`, `bucket.unavailable`.
    """
    settings = nodefolder.load(folder, older=True)
    blobs = open_blobs(folder, settings)
    if os.path.lexists(out):
        raise OUTPUT_EXISTS(path=out)
    head = BackupHead(FORM, settings.node, settings.party, format_instant(at), version)
    with _snapshot(folder, settings, out.absolute().parent) as database, whole_file(out) as file:
        sink = _Sink(file, told)
        with tarfile.open(fileobj=sink, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            members = [_put_bytes(tar, FIRST, msgspec.json.encode(head))]
            members.append(_put(tar, DATABASE, database))
            absent = []
            for digest in _containers(database):
                place = f"{nodefolder.CONTAINERS}/{digest}.tdf"
                try:
                    with blobs.read(digest) as held:
                        members.append(_put_open(tar, place, held))
                except NotFound:  # destroyed, before the snapshot or since
                    absent.append(digest)
            members += [_put(tar, place, path) for place, path in _small(folder, settings)]
            _put_bytes(tar, LAST, msgspec.json.encode(BackupList(members, absent)))
        return Backup(sink.digest.hexdigest(), sink.size, head, members, absent)


class _Sink(io.RawIOBase):
    """What a tar stream is written to: counted and hashed as it passes."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        self._file, self._told = file, told
        self.digest, self.size = hashlib.sha384(), 0

    def write(self, data: Any) -> int:
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)
        self._told(self.size)
        return len(data)


@contextmanager
def _snapshot(folder: Path, settings: Settings, beside: Path) -> Iterator[Path]:
    """The database as of one instant, in a file that is gone afterwards, whatever engine holds
    it.
    """
    source = folder / DATABASE
    if settings.database == SQLITE and not source.is_file():
        raise nodefolder.NOT_A_NODE(path=folder)
    with tempfile.TemporaryDirectory(prefix=".sealane-backup-", dir=beside) as place:
        path = Path(place) / DATABASE
        try:
            with closing(sqlite3.connect(path)) as there:
                if settings.database == SQLITE:
                    _taken_from(source, there)
                else:
                    database_copy.into_file(folder, settings, path)
                there.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            raise DAMAGED(why=str(error)[:80]) from None
        yield path


def _taken_from(source: Path, there: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=30)) as here:
        here.backup(there)


def _containers(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as held:
        rows = held.execute("SELECT DISTINCT container FROM containers ORDER BY container")
        return [row[0] for row in rows]


def _small(folder: Path, settings: Settings) -> Iterator[tuple[str, Path]]:
    """Keys, settings, policies and last signed heads: everything else that the folder holds."""
    for path in sorted(folder.iterdir()):
        kept = path.is_file() and not path.is_symlink() and path.name not in nodefolder.NOT_KEPT
        if kept and not path.name.startswith((DATABASE, ".")) and PLACE.fullmatch(path.name):
            yield path.name, path
    place, _ = nodefolder.heads(folder, settings)
    if place.is_dir():
        for path in sorted(place.glob("*.head")):
            yield f"{nodefolder.HEADS}/{path.name}", path


def _put(tar: tarfile.TarFile, place: str, path: Path) -> BackedFile:
    """One file as it is now; what grows while it is read is taken as far as it was."""
    with path.open("rb") as file:
        return _put_open(tar, place, file)


def _put_open(tar: tarfile.TarFile, place: str, file: BinaryIO) -> BackedFile:
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    hashed = HashedSource(file)
    tar.addfile(_entry(place, size), hashed)
    return BackedFile(place, size, hashed.digest.hexdigest())


def _put_bytes(tar: tarfile.TarFile, place: str, data: bytes) -> BackedFile:
    return _put_open(tar, place, io.BytesIO(data))


def _entry(place: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(place)
    entry.size, entry.mode = size, 0o600
    return entry
