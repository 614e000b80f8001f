"""A nation's node as processes of their own, each on a machine that somebody spoils: killed,
stopped, with its clock set, on a full disk.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sealane.base.values import SECOND, Instant
from tests import clock, nations

CLOCK, DISK = 0, 8
"""Where the page of a process has the seconds of its clock and the kind of its disk's fault."""
FULL, HALF = 2, 3
LATER = 3
"""The exit status of a process that began while what it stands on was away; its manager begins it
anew.
"""


class Machine:
    """What one process stands on: a page that its preloaded clock and disk read."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.write_bytes(bytes(mmap.PAGESIZE))
        with file.open("r+b") as opened:
            self._page = mmap.mmap(opened.fileno(), mmap.PAGESIZE)

    def put(self, place: int, value: int) -> None:
        """Change what the process reads from now on."""
        self._page[place : place + 8] = struct.pack("q", value)


@dataclass
class Process:
    """One process of a node; a new one takes its place when it was killed."""

    role: str
    options: tuple[str, ...]
    folder: Path
    machine: Machine
    env: dict[str, str]
    run: subprocess.Popen[bytes] | None = None
    stopped: bool = False
    begun_at: int = 0
    lives: int = 0
    deaths: list[int] = field(default_factory=list)
    """Exit statuses of those that ended by themselves."""

    @property
    def name(self) -> str:
        return self.machine.file.stem

    @property
    def log(self) -> Path:
        return self.folder.parent / f"{self.name}.log"

    def start(self) -> None:
        """Begin a new life, if it is not alive."""
        if self.run is not None and self.run.poll() is None:
            return
        if self.run is not None and self.run.returncode not in (-signal.SIGKILL, LATER):
            self.deaths.append(self.run.returncode)
        self.lives += 1
        word = str(self.folder.parent / "passphrase")
        call = [sys.executable, "-m", "sealane.cli.main", "node", self.role, str(self.folder)]
        with self.log.open("ab") as log:
            self.begun_at = log.tell()
            self.run = subprocess.Popen(
                [*call, *self.options, "--passphrase-file", word],
                stdout=log,
                stderr=log,
                env=self.env,
            )
        self.stopped = False

    def ready(self) -> bool:
        """Whether it runs and said that it does its part."""
        if self.run is None or self.run.poll() is not None or self.stopped:
            return False
        with self.log.open("rb") as log:
            log.seek(self.begun_at)
            return b'.ready"' in log.read()

    def kill(self) -> None:
        """SIGKILL: it ends at whatever it does."""
        if self.run is not None:
            self.run.kill()
            self.run.wait()

    def stop(self) -> None:
        """SIGSTOP: it stands still, and knows nothing of it."""
        if self.run is not None:
            self.run.send_signal(signal.SIGSTOP)
            self.stopped = True

    def go_on(self) -> None:
        if self.run is not None and self.stopped:
            self.run.send_signal(signal.SIGCONT)
        self.stopped = False

    def end(self) -> None:
        self.go_on()
        if self.run is None:
            return
        self.run.terminate()
        try:
            self.run.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Nation:
    """A node's folder and its processes."""

    party: str
    folder: Path
    console: str
    processes: list[Process]
    ahead: int = 0
    """Seconds that have passed here beside the true ones."""

    @property
    def partner(self) -> str:
        return nations.other(self.party)

    def of(self, role: str) -> list[Process]:
        return [one for one in self.processes if one.role == role]

    def now_ahead(self, seconds: int) -> None:
        """Time passes for all of its machines, or goes back."""
        self.ahead = seconds
        for one in self.processes:
            one.machine.put(CLOCK, seconds)


class Ahead(clock.StillClock):
    """The clock of whoever looks at a node from outside, by as much ahead as the node's is."""

    def __init__(self, nation: Nation) -> None:
        super().__init__(live=True)
        self._nation = nation

    def now(self) -> Instant:
        return Instant(super().now() + self._nation.ahead * SECOND)


def environment(libraries: list[Path], page: Path, **more: str) -> dict[str, str]:
    """The environment of a process on such a machine."""
    held = [one for one in os.environ.get("LD_PRELOAD", "").split(":") if one]
    return {
        **os.environ,
        "LD_PRELOAD": ":".join([*map(str, libraries), *held]),
        "SEALANE_TESTS_PAGE": str(page),
        **more,
    }


def site_of(nation: Nation) -> Any:
    """The node opened beside its processes, to be looked at."""
    return nations.open_site(nation.folder, nations.PASSPHRASE, host=Ahead(nation))
