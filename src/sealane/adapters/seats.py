"""Where what a node has said lies: in its folder, or at the server of its database.

A node on SQLite is as new as its folder: the seat is of the folder. A node on a server is as new as
the server's database, whatever folders its processes have: the seat is of the database, so that any
number of machines sit at one. Where something else that is not to be lost lies in the folder too,
containers or the last signed heads, there is one such folder, and the seat is of both.
Spec: spec/ledger.md §7 (restore rule); docs/operators.md "Several machines".
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from sealane.adapters.nodefolder import SEAT, heads_apart
from sealane.adapters.outputs import write_whole
from sealane.adapters.sql import place_of
from sealane.ports import Seat
from sealane.settings import SQLITE, Settings

BOOT = Path("/proc/sys/kernel/random/boot_id")


class FolderSeat:
    """The seat of a folder: inode and change time of a small file in it, which only the system
    sets, so that a copy, an archive or a backup brought back has others.

    Where the last signed heads lie in the folder too, and so nothing outside tells a disk that was
    set back as a whole, the machine's present start counts as well.
    """

    def __init__(self, folder: Path, *, apart: bool) -> None:
        self._path = folder / SEAT
        self._apart = apart

    def is_at(self, _: object, word: str) -> bool:
        """Whether this word is that of the file that lies there."""
        place, _, boot = word.rpartition("@")
        return place == self._place() and (self._apart or boot == _boot())

    def word(self, _: object = None) -> str:
        """The word of the file that lies there."""
        return f"{self._place()}@{_boot()}"

    def take(self, _: object = None) -> str:
        """A new file, and its word. Raises: Unavailable `store.write_failed`."""
        write_whole(self._path, b"Where this folder lies; see docs/operators.md.\n")
        return self.word()

    def _place(self) -> str:
        try:
            found = self._path.stat()
        except OSError:
            return "nowhere"
        return f"{found.st_ino}:{found.st_ctime_ns}"


def _boot() -> str:
    try:
        return BOOT.read_text().strip()
    except OSError:
        return ""


class ServerSeat:
    """The seat of a database at a server, and of the folder where that keeps something too."""

    def __init__(self, folder: FolderSeat | None) -> None:
        self._folder = folder

    def is_at(self, tx: Connection, word: str) -> bool:
        """Whether this word is that of the database, and of the folder."""
        place, _, rest = word.partition("|")
        return place == place_of(tx) and (self._folder is None or self._folder.is_at(tx, rest))

    def word(self, tx: Connection) -> str:
        """The word of both."""
        return f"{place_of(tx)}|{'' if self._folder is None else self._folder.word()}"

    def take(self, tx: Connection) -> str:
        """A new file in the folder, where it counts, and the word of both."""
        return f"{place_of(tx)}|{'' if self._folder is None else self._folder.take()}"


def seat_of(folder: Path, settings: Settings) -> Seat:
    """The seat of a node, by where its settings say that things lie."""
    apart = heads_apart(folder, settings)
    here = FolderSeat(folder, apart=apart)
    if settings.database == SQLITE:
        return here
    return ServerSeat(None if apart and settings.blobs else here)
