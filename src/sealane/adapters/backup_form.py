"""The form of a node's backup: one tar file whose last member lists all before it.

Spec: spec/backup.md.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from typing import BinaryIO, NamedTuple

import msgspec

from sealane.base.errors import Malformed, Misconfigured, Untrusted, declare

FORM = 1
FIRST, LAST = "backup.json", "manifest.json"
PLACE = re.compile(
    r"node\.db|containers/[0-9a-f]{96}\.tdf|heads/[\w.@%+-]{1,200}|[a-z][\w.-]{0,100}", re.ASCII
)
"""Where a member may lie in the node's folder, and nowhere else."""

OUTPUT_EXISTS = declare(
    "backup.exists",
    Misconfigured,
    "{path} is there already; nothing was written.",
    "{path} は既にあります。何も書き込んでいません。",
    "Name a new file for each backup.",
    "バックアップごとに新しいファイル名を指定してください。",
)
NO_BACKUP = declare(
    "backup.malformed",
    Malformed,
    "This is no whole backup of a node: {why}.",
    "ノードの完全なバックアップではありません：{why}。",
    "Take another copy of the file, or an older backup; nothing was restored.",
    "ファイルを取り直すか、以前のバックアップを使ってください。何も復元していません。",
)
ALTERED = declare(
    "backup.altered",
    Untrusted,
    "{place} in the backup is not what was put into it.",
    "バックアップの中の {place} は、保存した内容と一致しません。",
    "Take another copy of the file, or an older backup; nothing was restored.",
    "ファイルを取り直すか、以前のバックアップを使ってください。何も復元していません。",
)
NEWER_BACKUP = declare(
    "backup.newer",
    Misconfigured,
    "The backup was made by a newer Sealane (form {form}, this one reads {known}).",
    "より新しい Sealane のバックアップです（形式 {form}、対応は {known} まで）。",
    "Restore it with the version that made it: {version}.",
    "作成した版で復元してください：{version}。",
)


class BackedFile(NamedTuple):
    """One file of a backup: its place in the node's folder, bytes, and SHA-384 in hex."""

    place: str
    size: int
    sha384: str


class BackupHead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first member: whose backup, of which instant, by which version of the program."""

    form: int
    node: str
    party: str
    at: str
    version: str


class BackupList(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last member: every other one in order, and the containers that were gone by then."""

    members: list[BackedFile]
    absent: list[str]


class Backup(NamedTuple):
    """What a backup holds: its own SHA-384 and size, its head and files, and what was gone."""

    sha384: str
    size: int
    head: BackupHead
    members: list[BackedFile]
    absent: list[str]


Told = Callable[[int], None]
"""Called with how many bytes were taken so far."""


class HashedSource(io.RawIOBase):
    """A file that is counted and hashed as it is read."""

    def __init__(self, file: BinaryIO, told: Told = lambda _: None) -> None:
        self._file, self._told = file, told
        self.digest, self.size = hashlib.sha384(), 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as the file gives them."""
        data = self._file.read(size)
        self.digest.update(data)
        self.size += len(data)
        self._told(self.size)
        return data
