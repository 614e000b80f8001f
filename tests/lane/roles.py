"""One node as several processes, of one folder or of several: who serves, who works, who leads."""

from __future__ import annotations

import collections
import contextlib
import io
import itertools
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx2
from tools import ports

from sealane.adapters import nodefolder
from sealane.adapters.records import SqlRecords, open_store
from sealane.services.exchange import release
from sealane.services.leadership import WORK
from tests import nations


class Party:
    """The processes of one nation's node at one machine, beside the other nation's single one."""

    def __init__(self, stage: Any, folder: Path, machine: str = "") -> None:
        """Args: machine: its host name, where it is not this one."""
        self.stage, self.folder = stage, folder
        self._at = at_machine(machine) if machine else []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.servers: list[tuple[subprocess.Popen[bytes], str]] = []
        self.peer_ports: list[int] = []

    def _begin(self, role: str, *options: str) -> subprocess.Popen[bytes]:
        call = [*self._at, sys.executable, "-m", "sealane.cli.main", "node", role, str(self.folder)]
        with (self.folder / f"{role}.log").open("ab") as log:
            made = subprocess.Popen(
                [*call, *options, *self.stage.passphrase], stdout=log, stderr=log
            )
        self.stage.processes.append(made)
        return made

    def work(self) -> subprocess.Popen[bytes]:
        self.workers.append(self._begin("work"))
        return self.workers[-1]

    def serve(self, peer_port: int = 0) -> str:
        """One more that serves; its console's address."""
        doors = [ports.free(), peer_port or ports.free()]
        self.peer_ports.append(doors[1])
        made = self._begin("serve", "--console-port", str(doors[0]), "--peer-port", str(doors[1]))
        origin = f"http://127.0.0.1:{doors[0]}"
        self.servers.append((made, origin))
        assert self.stage.until(lambda: answers(origin), 90), (
            self.folder / "serve.log"
        ).read_text()
        return origin

    def lease(self) -> Any:
        store = open_store(self.folder, nodefolder.load(self.folder))
        try:
            with store.reading() as tx:
                return SqlRecords().leases.get(tx, name=WORK)
        finally:
            store.engine.dispose()

    def leader(self) -> subprocess.Popen[bytes]:
        """The process that the lease names, once it is one that runs."""
        found: list[subprocess.Popen[bytes]] = []

        def known() -> bool:
            row = self.lease()
            number = -1 if row is None else int(row.holder.split("-")[2])
            found[:] = [one for one in self.workers if one.pid == number and one.poll() is None]
            return bool(found)

        assert self.stage.until(known, 60), (self.folder / "work.log").read_text()
        return found[0]


def answers(origin: str) -> bool:
    try:
        return httpx2.get(f"{origin}/sign-in", trust_env=False, timeout=5).status_code == 200
    except httpx2.HTTPError:
        return False


def queued(canberra: Any, reference: str) -> str:
    """An item that is released and left for the leader to deliver."""
    site = nations.open_site(canberra.folder, nations.PASSPHRASE)
    try:
        asked = nations.wanted(site.node, reference=reference)
        return release.release(site.node, asked, io.BytesIO(b"harbour " * 100_000)).item
    finally:
        site.dispose()


def at_machine(name: str) -> list[str]:
    """What begins a process as one of a machine of another name, where this user may do that; its
    end can then be proven by none of this machine's.
    """
    call = ["unshare", "--uts", "sh", "-c", f'hostname {name} && exec "$@"', "sh"]
    there = shutil.which("unshare") is not None
    return call if there and subprocess.run([*call, "true"], check=False).returncode == 0 else []


class Balancer:
    """What stands before the partners' doors of several machines: passes TCP on, to each in turn,
    and to one that answers.
    """

    def __init__(self, port: int, doors: list[int]) -> None:
        self._doors, self.taken = itertools.cycle(doors), collections.Counter[int]()
        self._tries = 50 * len(doors)
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(0.2)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                near, _ = self._listener.accept()
                near.settimeout(None)
                threading.Thread(target=self._take, args=(near,), daemon=True).start()

    def _take(self, near: socket.socket) -> None:
        with near, contextlib.suppress(OSError), self._far() as far:
            back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
            back.start()
            _pass_on(near, far)
            back.join()

    def _far(self) -> socket.socket:
        for _ in range(self._tries):
            door = next(self._doors)
            with contextlib.suppress(OSError):
                far = socket.create_connection(("127.0.0.1", door), timeout=5)
                far.settimeout(None)
                self.taken[door] += 1
                return far
            time.sleep(0.1)
        raise OSError("no door answers")


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(1 << 16):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
