"""Two nations with everything that they stand on, over either engine, and a way to spoil in between
each of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from psycopg import conninfo
from tools import ports, postgresql, servers

from sealane.adapters import nodefolder
from sealane.services.register import accounts
from sealane.settings import Settings
from tests import nations, other_days
from tests.clock import Clock, now
from tests.faults.nation import DISK, Machine, Nation, Process, environment, site_of
from tests.faults.ways import Way, Ways
from tests.web.visiting import PASSPHRASE

STAFF = {
    "AUS": ("aus.release", "aus.auditor"),
    "JPN": ("jpn.clerk", "jpn.auditor", "jpn.sato"),
}
TOKEN_DAYS, START_SECONDS = 90, 400
SERVICE = "[{service}]\nhost=127.0.0.1\nport={port}\ndbname={name}\nuser={user}\n"


@dataclass
class Stage:
    """What there is to spoil."""

    root: Path
    engine: str
    pair: dict[str, Nation] = field(default_factory=dict)
    lines: dict[str, Way] = field(default_factory=dict)
    """To each nation's door for partners."""
    databases: dict[str, Way] = field(default_factory=dict)
    """From each process to its database."""
    buckets: dict[str, Way] = field(default_factory=dict)
    wakes: dict[str, Way] = field(default_factory=dict)
    server: postgresql.Server | None = None
    nats: servers.NatsServer | None = None
    endpoint: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """Each nation's database on the server."""
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    furthest: int = 0
    """Seconds that the clock furthest ahead was ahead of the true one."""

    @property
    def processes(self) -> list[Process]:
        return [one for nation in self.pair.values() for one in nation.processes]

    @property
    def ways(self) -> list[Way]:
        kinds = (self.lines, self.databases, self.buckets, self.wakes)
        return [way for ways in kinds for way in ways.values()]

    def until(self, what: Callable[[], bool], seconds: float, *, every: float = 0.5) -> bool:
        end = time.monotonic() + seconds
        while not what():
            if time.monotonic() > end:
                return False
            time.sleep(every)
        return True

    def time_passes(self) -> None:
        """It becomes as late everywhere as the clock furthest ahead said that it was."""
        for nation in self.pair.values():
            nation.now_ahead(self.furthest)

    def heal_ways(self) -> None:
        for way in self.ways:
            way.heal()

    def heal(self) -> None:
        """Nothing fails any more, and every process runs."""
        self.heal_ways()
        for one in self.processes:
            one.machine.put(DISK, 0)
            one.go_on()
            one.start()


def failing_disk(folder: Path) -> Path:
    """`disk.c`, compiled."""
    source, made = Path(__file__).with_name("disk.c"), folder / "disk.so"
    compiler = shutil.which("cc") or "gcc"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


@contextmanager
def staged(root: Path, engine: str, *, workers: int) -> Iterator[Stage]:
    """Both nations running; everything ends with the block. Raises: FileNotFoundError without a C
    compiler.
    """
    stage = Stage(root, engine)
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    (root / "passphrase").chmod(0o600)
    libraries = [other_days.preloaded(root), failing_disk(root)]
    with ExitStack() as stack:
        ways = Ways()
        stack.callback(ways.end)
        made = _servers(stage, stack) if engine == "postgresql" else None
        nations.build(root, Clock(now()), written=nations.renewed, database=made, port=ports.free)
        for party in nations.NAMES:
            _founded(stage, party, ways, libraries, workers)
        _seen_from_here(stage, stack)
        stack.callback(_ended, stage)
        for nation in stage.pair.values():
            stage.tokens[nation.party] = _people(nation)
        for one in stage.processes:
            one.start()
        assert stage.until(lambda: all(one.ready() for one in stage.processes), START_SECONDS), [
            one.log.read_text()[-500:] for one in stage.processes
        ]
        yield stage


def _ended(stage: Stage) -> None:
    stage.heal_ways()
    for one in stage.processes:
        one.end()


def _servers(stage: Stage, stack: ExitStack) -> Callable[[], str]:
    """PostgreSQL, S3 and NATS of one's own; what gives a node a new database."""
    stage.server = stack.enter_context(postgresql.serving())
    stage.server.listen("127.0.0.1")
    stage.endpoint = stack.enter_context(servers.s3())
    servers.bucket_owner(stage.endpoint).create_bucket(Bucket="containers")
    stage.nats = stack.enter_context(servers.nats())
    made: Callable[[], str] = stage.server.made
    return made


def _founded(stage: Stage, party: str, ways: Ways, libraries: list[Path], workers: int) -> None:
    """A nation's processes, with a way to everything that each of them stands on."""
    folder = stage.root / party.lower()
    settings = _placed(stage, party, ways)
    peer = ports.free()
    stage.lines[party] = ways.to(peer, at=settings.peer_port)
    doors = ("--peer-port", str(peer), "--console-port", str(settings.console_port))
    processes = []
    for name in ("serve", *(f"work{number}" for number in range(1, workers + 1))):
        machine = Machine(stage.root / f"{party.lower()}-{name}.page")
        env = environment(libraries, machine.file)
        if stage.server is not None:
            way = stage.databases[f"{party.lower()}-{name}"] = ways.to(stage.server.port)
            services = stage.root / f"{party.lower()}-{name}.service"
            services.write_text(_service(stage, party, way.port))
            env["PGSERVICEFILE"] = str(services)
        role = name.rstrip("0123456789")
        options = doors if role == "serve" else ()
        processes.append(Process(role, options, folder, machine, env))
    console = f"http://127.0.0.1:{settings.console_port}"
    stage.pair[party] = Nation(party, folder, console, processes)


def _service(stage: Stage, party: str, port: int) -> str:
    name = stage.names[party]
    return SERVICE.format(service=party.lower(), port=port, name=name, user=postgresql.OWNER)


def _placed(stage: Stage, party: str, ways: Ways) -> Settings:
    """A node's settings, with ways to the bucket and to NATS, and its database by a service."""
    folder = stage.root / party.lower()
    settings = nodefolder.load(folder)
    if stage.nats is None:
        return settings
    stage.names[party] = str(conninfo.conninfo_to_dict(settings.database)["dbname"])
    bucket = stage.buckets[party] = ways.to(int(stage.endpoint.rpartition(":")[2]))
    wake = stage.wakes[party] = ways.to(stage.nats.port)
    made = replace(
        settings,
        database=f"postgresql://?service={party.lower()}",
        blobs=f"s3://containers/{party.lower()}?endpoint=http://127.0.0.1:{bucket.port}",
        wake=f"nats://127.0.0.1:{wake.port}",
    )
    nodefolder.save(folder, made)
    return made


def _seen_from_here(stage: Stage, stack: ExitStack) -> None:
    """Let this process reach both databases past every way."""
    if stage.server is None:
        return
    services = stage.root / "here.service"
    services.write_text("".join(_service(stage, party, stage.server.port) for party in stage.names))
    before = os.environ.get("PGSERVICEFILE")
    os.environ["PGSERVICEFILE"] = str(services)
    stack.callback(
        lambda: (
            os.environ.pop("PGSERVICEFILE")
            if before is None
            else os.environ.update(PGSERVICEFILE=before)
        )
    )


def _people(nation: Nation) -> dict[str, str]:
    """The nation's people with a passphrase each; their tokens."""
    site = site_of(nation)
    try:
        for person in STAFF[nation.party]:
            accounts.set_passphrase(site.node, person, PASSPHRASE)
        held = accounts.Accounts(site.node, site.secret)
        return {person: held.token(person, TOKEN_DAYS) for person in STAFF[nation.party]}
    finally:
        site.dispose()
