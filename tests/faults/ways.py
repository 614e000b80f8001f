"""A way between a process and what it talks to, over TCP, that somebody spoils: it stalls, is
closed, or is cut in the middle of an answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from typing import Any

HARD = struct.pack("ii", 1, 0)
"""SO_LINGER so that the other side sees a reset, as of a machine that is gone."""
PIECE = 1 << 16


class Way:
    """One listening address that leads to another; every method may be called from any thread."""

    def __init__(self, ways: Ways, to: tuple[str, int], port: int) -> None:
        self._ways, self._to = ways, to
        self._open, self._left = True, -1
        self._ends: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server = ways.run(asyncio.start_server(self._taken, "127.0.0.1", port))
        self.port = int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Reset what is connected, and whoever connects from now on."""
        self._ways.call(self._close)

    def stall(self) -> None:
        """Take everything and hand nothing on; nobody is told."""
        self._ways.call(self._flowing.clear)

    def cut(self, after: int) -> None:
        """Hand on so many bytes of the next answers, and reset then."""
        self._ways.call(lambda: setattr(self, "_left", after))

    def heal(self) -> None:
        """Hand on everything again; what was held up arrives late."""
        self._ways.call(self._heal)

    def _close(self) -> None:
        self._open = False
        for end in list(self._ends):
            _reset(end)

    def _heal(self) -> None:
        self._open, self._left = True, -1
        self._flowing.set()

    async def _taken(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        ends = {back}
        self._ends |= ends
        try:
            if not self._open:
                return _reset(back)
            far, on = await asyncio.open_connection(*self._to)
            ends.add(on)
            self._ends.add(on)
            tasks = [
                asyncio.create_task(self._carry(near, on, answers=False)),
                asyncio.create_task(self._carry(far, back, answers=True)),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        except OSError:
            _reset(back)
        finally:
            self._ends -= ends
            for end in ends:
                end.close()
        return None

    async def _carry(
        self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(PIECE):
                await self._flowing.wait()
                if answers and self._left >= 0:
                    data, self._left = data[: self._left], max(0, self._left - len(data))
                to.write(data)
                await to.drain()
                if answers and self._left == 0:
                    self._left = -1
                    for end in list(self._ends):
                        _reset(end)

    def end(self) -> None:
        """Listen no more."""
        self.close()
        self._ways.call(self._server.close)


def _reset(end: asyncio.StreamWriter) -> None:
    found: socket.socket | None = end.get_extra_info("socket")
    with contextlib.suppress(OSError):
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, HARD)
    end.transport.abort()


class Ways:
    """Ways of one test, in a thread of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._made: list[Way] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="ways", daemon=True)
        self._thread.start()

    def to(self, port: int, *, at: int = 0) -> Way:
        """A new way to a port of this machine; `at` is where it listens, 0: anywhere."""
        made = Way(self, ("127.0.0.1", port), at)
        self._made.append(made)
        return made

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def call(self, work: Any) -> None:
        """Do it in the thread of the ways; it is done when this returns."""

        async def done() -> None:
            work()

        self.run(done())

    def end(self) -> None:
        for way in self._made:
            way.end()
        self.run(self._ended())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _ended(self) -> None:
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
