"""Wake-ups: who has something for others to do rings, and who has nothing to do waits for it.

Within a process by a condition; between processes of one machine by the change time of a file in
the node's folder, at which a thread looks five times a second, which costs next to nothing.
Between machines nothing is heard: who waits looks by itself after a while, so that a ring that is
lost costs that while and nothing else. No truth is in a ring, and nothing of what it is about.
Spec: docs/operators.md "Several processes".
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from sealane.ports import Store, Tx, Wake

GLANCE_SECONDS = 0.2


class FolderWake:
    """The wake-ups of one node on one machine, by a file that its processes have."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rung = threading.Condition()
        self._count = 0
        self._over = threading.Event()
        self._watcher: threading.Thread | None = None

    def ring(self) -> None:
        """Wake who waits, here and at other processes of this machine."""
        self._here()
        with suppress(OSError):
            os.utime(self._file)

    def bell(self) -> FolderBell:
        """What one waits with; rings from now on count."""
        with self._rung:
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="wake", daemon=True)
                self._watcher.start()
            return FolderBell(self, self._count)

    def wait(self, seen: int, seconds: float) -> int:
        """The number of rings, once there were more than were seen, or after a while."""
        with self._rung:
            self._rung.wait_for(lambda: self._count != seen or self._over.is_set(), seconds)
            return self._count

    def close(self) -> None:
        """Let everybody who waits go on, and end."""
        self._over.set()
        self._here()

    def _here(self) -> None:
        with self._rung:
            self._count += 1
            self._rung.notify_all()

    def _watch(self) -> None:
        seen = self._changed()
        while not self._over.wait(GLANCE_SECONDS):
            now = self._changed()
            if now != seen:
                seen = now
                self._here()

    def _changed(self) -> int:
        with suppress(OSError):
            return self._file.stat().st_mtime_ns
        return 0


class FolderBell:
    """One waiter's own count of the rings."""

    def __init__(self, wake: FolderWake, seen: int) -> None:
        self._wake, self._seen = wake, seen

    def wait(self, seconds: float) -> bool:
        """Wait for a ring, so long at most; whether there was one since the last wait."""
        before = self._seen
        self._seen = self._wake.wait(before, seconds)
        return self._seen != before


class RingingStore:
    """A store whose every record rings, once it is durable: what it left to do is done at once."""

    def __init__(self, store: Store, wake: Wake) -> None:
        self._store, self._wake = store, wake

    def reading(self) -> AbstractContextManager[Tx]:
        return self._store.reading()

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        with self._store.writing() as tx:
            yield tx
        self._wake.ring()

    def hinting(self) -> AbstractContextManager[Tx]:
        """Hints ring for nobody."""
        return self._store.hinting()

    def together(self, tx: Tx) -> AbstractContextManager[object]:
        return self._store.together(tx)

    def let_go(self) -> tuple[str, ...]:
        return self._store.let_go()
