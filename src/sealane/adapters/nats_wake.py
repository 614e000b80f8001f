"""Wake-ups between machines over NATS: a ring is an empty message on one subject of the node.

No truth is in it and nothing of what it is about; one that is lost costs the pause after which who
waits looks by itself. So nothing here is asked to keep a message, and nothing waits for NATS: where
it is away, a node goes on as without it, and comes back to it by itself.
Spec: docs/operators.md "Several processes".
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from pathlib import Path
from typing import Any

from sealane.adapters.wake import FolderBell, FolderWake
from sealane.base.errors import Misconfigured, declare

PACE_SECONDS, LAST_SECONDS, AGAIN_SECONDS = 0.02, 0.5, 2
"""Rings closer together than the first are one message; how long the last one of a process that
ends may take; how long until a server that is away is tried again.
"""

NO_NATS = declare(
    "wake.no_client",
    Misconfigured,
    "The client for NATS is not installed.",
    "NATS のクライアントが入っていません。",
    "Install sealane[scale], or leave `wake` out of node.toml.",
    "sealane[scale] を入れるか、node.toml から `wake` を除いてください。",
)
logger = logging.getLogger("sealane")


class NatsWake(FolderWake):
    """The wake-ups of one node on several machines; on each of them by its folder as well."""

    def __init__(self, file: Path, address: str, node: str, credentials: str = "") -> None:
        """Args: credentials: path of a NATS credentials file; empty: none is shown.

        Raises: Misconfigured `wake.no_client`.
        """
        super().__init__(file)
        try:
            import nats
        except ImportError:
            raise NO_NATS() from None
        self._connect, self._address = nats.connect, address
        self._subject = f"sealane.{node.replace('.', '-')}.wake"
        self._options: dict[str, Any] = {"user_credentials": credentials} if credentials else {}
        self._wanted, self._tell = threading.Event(), _nobody
        self._line: threading.Thread | None = None

    def ring(self) -> None:
        """Wake who waits, here and at every machine; waits for nobody."""
        super().ring()
        self._begun()
        self._wanted.set()
        self._tell()

    def bell(self) -> FolderBell:
        """What one waits with; rings from now on count, those of other machines too."""
        self._begun()
        return super().bell()

    def close(self) -> None:
        """Say the last ring, if that can be done at once, and end."""
        super().close()
        self._tell()
        if self._line is not None:
            self._line.join(LAST_SECONDS)

    def _begun(self) -> None:
        with self._rung:
            if self._line is None and not self._over.is_set():
                self._line = threading.Thread(
                    target=lambda: asyncio.run(self._held()), name="nats", daemon=True
                )
                self._line.start()

    async def _held(self) -> None:
        """Keep a connection, and pass rings both ways, until the node ends."""
        while not self._over.is_set():
            try:
                await self._passing()
            except Exception:  # noqa: BLE001 - a wake-up is never worth more than a pause
                logger.info("wake.away")
                await self._pause(AGAIN_SECONDS)

    async def _passing(self) -> None:
        loop, something = asyncio.get_running_loop(), asyncio.Event()

        async def broken() -> None:
            something.set()

        async def heard(_: Any) -> None:
            self._here()

        connecting = self._connect(
            self._address,
            allow_reconnect=False,
            connect_timeout=AGAIN_SECONDS,
            no_echo=True,
            disconnected_cb=broken,
            error_cb=_quiet,
            **self._options,
        )
        line = await asyncio.wait_for(connecting, AGAIN_SECONDS)  # the client tries on for minutes
        self._tell = lambda: _told(loop, something)
        try:
            await line.subscribe(self._subject, cb=heard)
            self._here()  # what rang while nobody listened
            while line.is_connected:
                if self._wanted.is_set():
                    self._wanted.clear()
                    await line.publish(self._subject)
                    await line.flush(AGAIN_SECONDS)
                if self._over.is_set():
                    return
                await asyncio.sleep(PACE_SECONDS)
                await something.wait()
                something.clear()
        finally:
            self._tell = _nobody
            await line.close()

    async def _pause(self, seconds: float) -> None:
        await asyncio.to_thread(self._over.wait, seconds)


async def _quiet(_: Exception) -> None:
    """The client writes whole traces otherwise; `wake.away` says what there is to say."""


def _nobody() -> None:
    """Nobody is connected: what rings waits."""


def _told(loop: asyncio.AbstractEventLoop, something: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(something.set)
