"""A leader that is stopped (SIGSTOP) in the middle of a transaction holds the node's turn. The
server of a database cuts it off, and another leads; a file has nobody who could, and who holds it
is named.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine, postgresql, sqlite
from sealane.adapters.tables import make_tables
from sealane.base.errors import Unavailable
from sealane.base.values import SECOND
from sealane.services.leadership import LEASE_SECONDS, Leadership
from tests.clock import Clock, now
from tests.nodes import node_of

ROOT = Path(__file__).parents[2]
CHILD = """
import os, signal, sys
from pathlib import Path
from sealane.adapters.host import SystemHost
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import open_engine
from sealane.base.errors import Unavailable
from sealane.services.leadership import FencedStore, Leadership
from tests.nodes import node_of
place = sys.argv[1]
if place.startswith("postgresql"):
    from sealane.adapters.sql import postgresql
    postgresql.PATIENCE["idle_in_transaction_session_timeout"] = "2s"
store = SqlStore(open_engine(place if place.startswith("postgresql") else Path(place)))
node = node_of("AUS", store=store, records=SqlRecords(), host=SystemHost())
part = Leadership(node, "stopped")
assert part.seek()
try:
    with FencedStore(store, part.fence(part.epoch)).writing() as tx:
        node.records.serial(tx, "written")
        os.kill(os.getpid(), signal.SIGSTOP)
        node.records.serial(tx, "written")
except Unavailable as error:
    print(error.code)
"""


@pytest.fixture
def stopped(place: Any) -> Iterator[Any]:
    """A database of each kind, and a process that leads there and stands still within a step."""
    engine = open_engine(place)
    make_tables(engine)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(place)], cwd=ROOT, stdout=subprocess.PIPE
    )
    until(lambda: stands_still(child.pid))
    yield engine, child
    child.kill()
    child.communicate()
    engine.dispose()


def stands_still(number: int) -> bool:
    return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "T"


def until(holds: Callable[[], object], seconds: float = 120) -> None:
    last = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < last
        time.sleep(0.2)


def follower(engine: Any, clock: Clock, *, gone: bool = False) -> Leadership:
    node = node_of("AUS", store=SqlStore(engine), records=SqlRecords(), host=clock)
    return Leadership(node, "follower", gone=lambda _: gone)


def leads(part: Leadership, clock: Clock) -> bool:
    clock.now_ += LEASE_SECONDS * SECOND
    try:
        return part.seek()
    except Unavailable:
        return False


def written(engine: Any) -> object:
    with SqlStore(engine).reading() as tx:
        return SqlRecords().serials.get(tx, name="written")


def test_another_leads_whatever_the_stopped_one_holds_or_who_holds_it_is_told(
    stopped: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (engine, child), clock = stopped, Clock(now())
    if engine.dialect.name == "sqlite":
        # nobody can take a file's turn from a process that lives: it is named, and may be killed
        monkeypatch.setattr(sqlite, "_PATIENCE", 0.5)
        with pytest.raises(Unavailable, match=r"store\.unavailable") as caught:
            follower(engine, clock, gone=True).seek()
        assert f"process {child.pid} " in caught.value.message
        child.kill()
        child.wait()
        assert follower(engine, clock, gone=True).seek()
    else:
        part = follower(engine, clock)
        until(lambda: leads(part, clock))
        os.kill(child.pid, signal.SIGCONT)
        said, _ = child.communicate(timeout=60)
        assert said.decode().strip() in ("store.busy", "store.unavailable")
    # nothing of the step that was stopped happened
    assert written(engine) is None


def test_the_server_cuts_off_who_stands_still_before_those_give_up_who_wait() -> None:
    patience = {name: int(told.removesuffix("s")) for name, told in postgresql.PATIENCE.items()}
    assert patience["idle_in_transaction_session_timeout"] < patience["lock_timeout"]
