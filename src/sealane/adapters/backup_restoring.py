"""A node's folder out of its backup: every byte proven before the folder has its name.

Spec: spec/backup.md.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from sealane.adapters import database_copy, nodefolder
from sealane.adapters.backup_form import (
    ALTERED,
    FIRST,
    FORM,
    LAST,
    NEWER_BACKUP,
    NO_BACKUP,
    PLACE,
    BackedFile,
    Backup,
    BackupHead,
    BackupList,
    HashedSource,
    Told,
)
from sealane.adapters.blob_places import open_blobs
from sealane.adapters.outputs import STORE_FULL, sync_folder
from sealane.adapters.sql import DAMAGED, DATABASE
from sealane.settings import SQLITE, Settings

MAX_LIST, MAX_SMALL, BLOCK = 1 << 28, 1 << 28, 1 << 20
"""Bytes: of the list, of a file that is no database and no container, and of one read."""


def restore(
    file: BinaryIO, folder: Path, told: Told = lambda _: None, *, database: str | None = None
) -> Backup:
    """The folder as it was, named only once every byte is proven; it takes itself for older than
    what it said until its partners were asked.

    Where the settings name separate storage for last signed heads, what lies there stays, and the
    backup's own are put there only where there are none. A database on a server is filled in one
    step before the folder has its name, and must be empty.

    Args: database: where the database shall be from now on, instead of where the settings say.
    Raises: Misconfigured `node.exists`, `backup.newer`, `db.newer`; Malformed `backup.malformed`;
    Untrusted `backup.altered`; Unavailable `store.write_failed`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise nodefolder.NODE_EXISTS(path=folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _beside(folder) as made:
            done = _unpacked(file, made, told)
            _sound(made)
            settings = nodefolder.load(made, older=True)
            if database is not None:
                settings = replace(settings, database=database)
                nodefolder.save(made, settings)
            _heads(made, settings)
            _into_bucket(made, settings)
            if settings.database != SQLITE:
                database_copy.out_of_file(made / DATABASE, settings)
                for path in made.glob(f"{DATABASE}*"):
                    path.unlink()
            if folder.is_dir():
                folder.rmdir()
            made.rename(folder)
        sync_folder(folder.parent)
    except OSError as error:
        raise STORE_FULL(why=error.strerror or "write failed") from None
    return done


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder to unpack into, on the same file system; gone unless it was given its name."""
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        yield made
    finally:
        if made.exists():
            shutil.rmtree(made)


def _unpacked(file: BinaryIO, made: Path, told: Told) -> Backup:
    """Every member in its place, held against the list that comes last."""
    source = HashedSource(file, told)
    try:
        with tarfile.open(fileobj=source, mode="r|", format=tarfile.PAX_FORMAT) as tar:
            head, first = _head(tar, tar.next())
            found = [first]
            while (entry := tar.next()) is not None and entry.name != LAST:
                found.append(_placed(tar, entry, made))
            if entry is None:
                raise NO_BACKUP(why="it ends before its list")
            listed: BackupList = _words(_taken(tar, entry, MAX_LIST), BackupList)
            if tar.next() is not None:
                raise NO_BACKUP(why="something follows its list")
    except (tarfile.TarError, EOFError) as error:
        raise NO_BACKUP(why=str(error)[:80] or "it is cut short") from None
    while source.read(BLOCK):
        pass
    _held_against(found, listed.members)
    return Backup(source.digest.hexdigest(), source.size, head, found, listed.absent)


def _head(tar: tarfile.TarFile, entry: tarfile.TarInfo | None) -> tuple[BackupHead, BackedFile]:
    if entry is None or entry.name != FIRST:
        raise NO_BACKUP(why=f"it does not begin with {FIRST}")
    data = _taken(tar, entry, MAX_LIST)
    said = _words(data, dict[str, Any])
    if isinstance(form := said.get("form"), int) and form > FORM:
        raise NEWER_BACKUP(form=form, known=FORM, version=str(said.get("version"))[:40])
    member = BackedFile(FIRST, len(data), hashlib.sha384(data).hexdigest())
    return _words(data, BackupHead), member


def _words(data: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise NO_BACKUP(why=str(error)[:80]) from None


def _taken(tar: tarfile.TarFile, entry: tarfile.TarInfo, limit: int) -> bytes:
    held = tar.extractfile(entry) if entry.isreg() and entry.size <= limit else None
    if held is None:
        raise NO_BACKUP(why=f"{entry.name[:80]!r} is no file, or too long")
    return held.read()


def _placed(tar: tarfile.TarFile, entry: tarfile.TarInfo, made: Path) -> BackedFile:
    """One member as a private file of the new folder, hashed as it is written."""
    large = entry.name == DATABASE or entry.name.startswith(f"{nodefolder.CONTAINERS}/")
    held = tar.extractfile(entry) if entry.isreg() else None
    if held is None or not PLACE.fullmatch(entry.name) or entry.name in nodefolder.NOT_KEPT:
        raise NO_BACKUP(why=f"{entry.name[:80]!r} is no file of a node")
    if not large and entry.size > MAX_SMALL:
        raise NO_BACKUP(why=f"{entry.name[:80]!r} is too long")
    path = made / entry.name
    if path.exists():
        raise NO_BACKUP(why=f"{entry.name[:80]!r} is in it twice")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    digest = hashlib.sha384()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        while data := held.read(BLOCK):
            file.write(data)
            digest.update(data)
        file.flush()
        os.fsync(file.fileno())
    return BackedFile(entry.name, entry.size, digest.hexdigest())


def _held_against(found: list[BackedFile], listed: list[BackedFile]) -> None:
    """Raises: Untrusted `backup.altered`, naming the first member that differs."""
    if [one.place for one in found] != [one.place for one in listed]:
        raise NO_BACKUP(why="it does not hold what its list says")
    for now, then in zip(found, listed, strict=True):
        digest = now.place.partition("/")[2].removesuffix(".tdf")
        named = not now.place.startswith(f"{nodefolder.CONTAINERS}/") or digest == now.sha384
        if now != then or not named:
            raise ALTERED(place=now.place)
    if DATABASE not in [one.place for one in found]:
        raise NO_BACKUP(why="it holds no database")


def _sound(made: Path) -> None:
    """Raises: Misconfigured `db.damaged`."""
    with closing(sqlite3.connect(made / DATABASE)) as held:
        try:
            (said,) = held.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise DAMAGED(why=str(error)[:80]) from None
    if said != "ok":
        raise DAMAGED(why=str(said)[:80])


def _into_bucket(made: Path, settings: Settings) -> None:
    """Containers of a node whose settings name a bucket go there, unless they are still there."""
    if not settings.blobs:
        return
    blobs = open_blobs(made, settings)
    for path in (made / nodefolder.CONTAINERS).glob("*.tdf"):
        if not blobs.has(path.stem):
            with path.open("rb") as file, blobs.adding() as spool:
                shutil.copyfileobj(file, spool.file)
                spool.keep(path.stem)
        path.unlink()


def _heads(made: Path, settings: Settings) -> None:
    """Last signed heads go where the settings want them, and replace none that lie there."""
    place, storage = nodefolder.heads(made, settings)
    brought = made / nodefolder.HEADS
    if storage is None or not brought.is_dir():
        return
    if not storage.is_dir():
        return  # kept in the folder until the operator has that storage there
    if not place.exists():
        place.mkdir(mode=0o700)
        for path in brought.iterdir():
            shutil.copy2(path, place / path.name)
        sync_folder(place)
    shutil.rmtree(brought)
