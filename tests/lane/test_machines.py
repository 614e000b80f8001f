"""One node at two machines: two folders in two places, one PostgreSQL, one S3 server. Any process
takes any request, a leader that dies at one is followed at the other, no log forks, and a database
that was set back is found.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tools import servers
from tools.postgresql import serving

from sealane.adapters import nodefolder
from sealane.base.errors import SealaneError
from sealane.cli.demo.stage import Stage
from sealane.ledger.log.checkpoint import parse_checkpoint
from tests import buckets, nations
from tests.clock import Clock, now
from tests.lane import processes
from tests.lane.roles import Balancer, Party, queued
from tests.lane.test_renewal_processes import knows, status
from tests.lane.test_renewal_roles import published
from tests.web.visiting import PASSPHRASE, Browser

LOCKED = {"ObjectLockEnabledForBucket": True}
pytestmark = pytest.mark.timeout(900)


class Canberra:
    """Canberra at two machines behind a balancer; Tokyo as one process at one folder."""

    def __init__(self, stage: Any, root: Path, server: Any) -> None:
        self.stage, self.root, self.server = stage, root, server
        self.here = Party(stage, root / "aus")
        self.there = Party(stage, root / "elsewhere" / "canberra", "canberra-2")
        self.balancer: Balancer | None = None

    def start(self) -> None:
        """A process that serves and one that works at each machine."""
        for machine in (self.here, self.there):
            machine.servers.clear()
            machine.peer_ports.clear()
            machine.workers.clear()
            machine.serve()
            machine.work()
        doors = [machine.peer_ports[0] for machine in (self.here, self.there)]
        port = int(nodefolder.load(self.here.folder).peer_origin.rpartition(":")[2])
        self.balancer = Balancer(port, doors)

    def stop(self) -> None:
        for machine in (self.here, self.there):
            for process in (*machine.workers, *(one for one, _ in machine.servers)):
                process.terminate()
            for process in (*machine.workers, *(one for one, _ in machine.servers)):
                process.wait(60)
        assert self.balancer is not None
        self.balancer.close()

    def leading(self) -> Party:
        """The machine whose process the lease names, once it is one that runs."""
        found: list[Party] = []

        def known() -> bool:
            row = self.here.lease()
            number = -1 if row is None else int(row.holder.split("-")[2])
            found[:] = [
                machine
                for machine in (self.here, self.there)
                for one in machine.workers
                if one.pid == number and one.poll() is None
            ]
            return bool(found)

        assert self.stage.until(known, 60)
        return found[0]


@pytest.fixture(scope="module")
def canberra(tmp_path_factory: Any) -> Iterator[Any]:
    root = tmp_path_factory.mktemp("machines")
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    with serving() as server, servers.s3() as endpoint:
        places = iter((server.made(), "sqlite"))  # Canberra's, and Tokyo's own
        clock = Clock(now())
        nations.build(root, clock, written=nations.renewed, database=lambda: next(places))
        settings = nodefolder.load(root / "aus")
        known = replace(
            settings,
            peer_url=settings.peer_origin,
            blobs=buckets.made(endpoint),
            heads=buckets.made(endpoint, **LOCKED),
        )
        nodefolder.save(root / "aus", known)
        stage = Stage(root, "en")
        word = root / "word"
        word.write_text(PASSPHRASE)
        told = ("people", "passphrase", "aus.auditor", "--new-passphrase-file", str(word))
        stage.must(*told, party="AUS")
        node = Canberra(stage, root, server)
        (root / "elsewhere").mkdir()
        carried = root / "carried"
        stage.must("node", "copy", str(root / "aus"), str(carried))
        shutil.move(carried, node.there.folder)  # another disk keeps no inode and no change time
        try:
            stage.start("JPN")
            node.start()
            yield node
        finally:
            stage.stop()


def heads(node: Any) -> dict[int, bytes]:
    """The root of every head that Canberra's shared log ever signed, by its size: each is that of
    the entries as they stand.
    """
    site = nations.open_site(node.here.folder, nations.PASSPHRASE)
    try:
        log = nations.log_of(site.node, nations.AGREEMENT)
        with site.node.store.reading() as tx:
            rows = [(size, parse_checkpoint(note).head.root) for size, _, note in log.signed(tx)]
            assert all(log.root_at(tx, size) == root for size, root in rows)
        return dict(rows)
    finally:
        site.dispose()


def opened(node: Any, item: str, name: str) -> bytes:
    out = node.root / name
    facts = ("--as", "jpn.sato", "--purpose", "assessment")
    node.stage.must("item", "accept", item, "--as", "jpn.clerk", party="JPN")
    node.stage.must("item", "open", item, str(out), *facts, party="JPN")
    return bytes(out.read_bytes())


def test_what_another_machine_gets_is_what_every_machine_has_to_have(canberra: Any) -> None:
    held = {path.name for path in canberra.there.folder.iterdir()}
    assert {"node.toml", "keys.sealed", "operator-policy.jws", "node.pem", "version"} <= held
    assert not held & {"seat", "heads", "node.db"}
    there, here = (nodefolder.load(one.folder) for one in (canberra.there, canberra.here))
    assert there.peer_origin == here.peer_origin
    assert not list(canberra.there.folder.glob("containers/*.tdf"))


def test_requests_are_taken_at_both_machines_and_a_session_holds_at_both(canberra: Any) -> None:
    (_, first), (_, second) = canberra.here.servers[0], canberra.there.servers[0]
    with Browser(first) as here, Browser(second) as there:
        assert here.sign_in("aus.auditor", PASSPHRASE).status_code == 303
        there.client.cookies.update(dict(here.client.cookies))
        assert there.client.get("/", follow_redirects=False).status_code == 200
    item = processes.released(canberra.stage, b"harbour", reference="both")
    assert opened(canberra, item, "both") == b"harbour"
    doors = canberra.balancer.taken
    for machine in (canberra.here, canberra.there):
        assert canberra.stage.until(lambda m=machine: doors[m.peer_ports[0]] > 0)


def test_a_leader_that_is_killed_at_one_machine_is_followed_at_the_other_without_a_fork(
    canberra: Any,
) -> None:
    stage = canberra.stage
    for turn in range(2):
        machine, epoch = canberra.leading(), canberra.here.lease().epoch
        other = canberra.there if machine is canberra.here else canberra.here
        before = heads(canberra)
        for process in machine.workers:
            process.kill()
            process.wait()
        machine.workers.clear()
        item = processes.released(stage, b"pier", reference=f"followed-{turn}")
        assert canberra.leading() is other
        assert canberra.here.lease().epoch > epoch
        assert opened(canberra, item, f"followed-{turn}") == b"pier"
        after = heads(canberra)
        assert {size: after[size] for size in before} == before
        machine.work()


def test_keys_that_are_renewed_at_one_machine_are_taken_up_at_the_other(canberra: Any) -> None:
    stage = canberra.stage
    done = stage.must("node", "renew", stage.folder("AUS"))
    made = {one["kid"] for one in done["keys"] if one["role"] == "kas"}
    for machine in (canberra.here, canberra.there):
        (_, origin) = machine.servers[0]
        assert stage.until(lambda origin=origin: published(origin) in made)
    assert stage.until(lambda: knows(stage, "AUS", done["card"]))
    told = ("--waiting", "AUS", "--fingerprint", done["fingerprint"])
    people = ("--as", "operator", "--second", "jpn.security")
    stage.must("node", "enrol", stage.folder("JPN"), *told, *people)
    assert stage.until(
        lambda: status(stage, "AUS")["own_cards"]["partners"][0]["accepted"] == done["card"]
    )
    # the other machine alone, whose processes began with the keys of before
    for process in (*canberra.here.workers, canberra.here.servers[0][0]):
        process.kill()
        process.wait()
    item = processes.released(stage, b"quay", reference="renewed")
    assert opened(canberra, item, "renewed") == b"quay"
    there = canberra.there.folder
    assert ".fault" not in (there / "serve.log").read_text() + (there / "work.log").read_text()
    # and what it took up lies in its own keystore from its next start on
    listed = {one["kid"] for one in stage.must("node", "keys", str(there))["keys"]}
    assert made <= listed


def test_what_wants_the_node_stopped_is_refused_while_it_runs_at_another_machine(
    canberra: Any,
) -> None:
    assert not nodefolder.is_running(canberra.here.folder)
    refused = canberra.stage.run("db", "upgrade", "--node", str(canberra.here.folder))
    assert (refused[0], refused[1]["error"]["code"]) == (4, "node.running")


def test_a_machine_does_not_start_with_what_was_signed_before(canberra: Any) -> None:
    folder = canberra.here.folder
    other = canberra.root / "other"
    canberra.stage.must("node", "copy", str(folder), str(other))
    canberra.stage.must("node", "policy", str(folder), "--refuse-unverified")
    refused = canberra.stage.run("node", "status", str(other))
    assert (refused[0], refused[1]["error"]["code"]) == (4, "node.folder_older")
    canberra.stage.must("node", "policy", str(folder), "--accept-unverified")
    shutil.rmtree(canberra.there.folder)  # as its operator does
    canberra.stage.must("node", "copy", str(folder), str(canberra.there.folder))


def test_a_database_that_was_set_back_as_a_whole_is_found_by_the_locked_heads(
    canberra: Any,
) -> None:
    stage, server = canberra.stage, canberra.server
    canberra.stop()
    server.stop()
    subprocess.run(["cp", "-a", server.folder / "data", server.folder / "old"], check=True)
    server.start()
    first, worker = max(heads(canberra), default=0), canberra.here.work()
    queued(canberra.here, "set-back")
    assert stage.until(lambda: max(heads(canberra), default=0) > first, 120)
    worker.terminate()
    worker.wait(60)
    server.stop()
    shutil.rmtree(server.folder / "data")
    shutil.move(server.folder / "old", server.folder / "data")
    server.start()
    # the same server, the same line of its journal, the same tables: the heads alone tell
    for machine in (canberra.here, canberra.there):
        told = stage.run("node", "status", str(machine.folder))[1]
        assert told["current"]["state"] == "behind"
        with pytest.raises(SealaneError, match=r"node\.behind"):
            queued(machine, "set-back-again")
    assert max(heads(canberra), default=0) == first
