"""What a service manager hears of a process, and when."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sealane.adapters.supervisor import Supervisor


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The socket of a manager, with the address that it gives."""
    name = secrets.token_hex(8)
    address = str(tmp_path / "notify") if request.param == "path" else f"@{name}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0") if address.startswith("@") else address)
        listener.settimeout(10)
        yield address, listener


def heard(listener: socket.socket) -> list[bytes]:
    listener.setblocking(False)
    found = []
    try:
        while True:
            found.append(listener.recv(4096))
    except BlockingIOError:
        return found


def test_it_hears_ready_then_beats_then_the_end(manager: tuple[str, socket.socket]) -> None:
    address, listener = manager

    async def serve() -> None:
        Supervisor(address, within=0.05).serving()
        await asyncio.sleep(0.1)

    asyncio.run(serve())
    first, second, *beats, last = heard(listener)
    assert (first, second, last) == (b"READY=1", b"WATCHDOG=1", b"STOPPING=1")
    assert set(beats) == {b"WATCHDOG=1"}


def test_a_loop_that_hangs_does_not_beat(manager: tuple[str, socket.socket]) -> None:
    address, listener = manager

    async def serve() -> list[bytes]:
        Supervisor(address, within=0.001).serving()
        await asyncio.sleep(0.01)
        heard(listener)
        until = asyncio.get_running_loop().time() + 0.05
        while asyncio.get_running_loop().time() < until:
            pass  # busy, as a fault would be
        return heard(listener)

    assert asyncio.run(serve()) == []


def test_without_a_time_limit_nothing_beats(manager: tuple[str, socket.socket]) -> None:
    address, listener = manager

    async def serve() -> None:
        Supervisor(address).serving()
        await asyncio.sleep(0.01)

    asyncio.run(serve())
    assert heard(listener) == [b"READY=1", b"STOPPING=1"]


def test_a_manager_that_is_gone_stops_nobody(tmp_path: Path) -> None:
    async def serve() -> None:
        Supervisor(str(tmp_path / "nothing"), within=0.01).serving()
        await asyncio.sleep(0.02)

    asyncio.run(serve())


@pytest.mark.parametrize(
    ("extra", "within"),
    [
        ({}, 0),
        ({"WATCHDOG_USEC": "3000000"}, 3),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 3),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, 0),
        ({"WATCHDOG_USEC": "soon"}, 0),
        ({"WATCHDOG_USEC": "-1"}, 0),
    ],
)
def test_the_environment_names_it_once(
    manager: tuple[str, socket.socket], extra: dict[str, str], within: float
) -> None:
    address, listener = manager
    environment = {"NOTIFY_SOCKET": address, "HOME": "/", **extra}

    async def serve() -> None:
        Supervisor.of_process(environment).serving()
        await asyncio.sleep(0)

    asyncio.run(serve())
    beats = [b"WATCHDOG=1"] if within else []
    assert heard(listener) == [b"READY=1", *beats, b"STOPPING=1"]
    assert environment == {"HOME": "/"}, "a process that this one starts would answer for it"


def test_where_nobody_started_the_process_nobody_is_told() -> None:
    async def serve() -> int:
        Supervisor.of_process({}).serving()
        return len(asyncio.all_tasks())

    assert asyncio.run(serve()) == 1
