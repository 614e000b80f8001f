"""Tell the service manager that started this process when it serves, that it lives, and that it
stops.

The manager kills and starts anew a process that promised to be heard from and is silent: what beats
is the loop that answers people, so that a loop that hangs is found.
Spec: docs/operators.md §systemd.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import MutableMapping

READY, STOPPING, ALIVE = b"READY=1", b"STOPPING=1", b"WATCHDOG=1"
MICROSECOND = 1e-6


class Supervisor:
    """A service manager; where none started this process, nobody is told anything.

    Args:
        address: of its datagram socket, a path or `@` and an abstract name; empty: there is none.
        within: seconds of silence after which it takes the process for dead; 0: never.
    """

    def __init__(self, address: str, within: float = 0) -> None:
        self._address = address
        self._within = within
        self._beating: asyncio.Task[None] | None = None

    @classmethod
    def of_process(cls, environment: MutableMapping[str, str] = os.environ) -> Supervisor:
        """The manager that the environment names, whose names are taken out of it: a process that
        this one starts is not its.
        """
        address = environment.pop("NOTIFY_SOCKET", "")
        within, process = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
        if process not in ("", str(os.getpid())) or not (within.isascii() and within.isdigit()):
            within = "0"
        return cls(address, int(within) * MICROSECOND)

    def serving(self) -> None:
        """Tell that every door is open; from now on the running loop beats, and tells when it ends.

        Called within the loop that serves.
        """
        self.tell(READY)
        if self._address:
            self._beating = asyncio.get_running_loop().create_task(self._beat())

    def tell(self, word: bytes) -> None:
        """One datagram. A manager that cannot be reached stops no node: it finds out itself."""
        if not self._address:
            return
        place = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line,
        ):
            line.setblocking(False)
            line.sendto(word, place)

    async def _beat(self) -> None:
        try:
            while True:
                if self._within:
                    self.tell(ALIVE)
                await asyncio.sleep(self._within / 2 or 3600)
        finally:
            self.tell(STOPPING)
