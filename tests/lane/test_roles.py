"""One node as several processes: any of those that serve takes any request, one of those that work
leads, and killing or stalling any of them loses nothing, doubles nothing and forks no log.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sealane.adapters import nodefolder
from sealane.cli.demo.stage import Stage
from sealane.ledger.log.checkpoint import parse_checkpoint
from sealane.services.leadership import LEASE_SECONDS
from tests import engines, nations
from tests.lane import processes
from tests.lane.roles import Party, queued
from tests.web.visiting import PASSPHRASE, Browser


@pytest.fixture(scope="module")
def canberra(engine: str, tmp_path_factory: Any) -> Iterator[Any]:
    """Canberra as two processes that serve and two that work; Tokyo as one that does both."""
    root = tmp_path_factory.mktemp("roles")
    (root / "passphrase").write_bytes(nations.PASSPHRASE)
    nations.build_live(root, engine)
    stage = Stage(root, "en")
    word = root / "word"
    word.write_text(PASSPHRASE)
    stage.must(
        "people", "passphrase", "aus.auditor", "--new-passphrase-file", str(word), party="AUS"
    )
    (root / "label.json").write_text(json.dumps(nations.LABEL))
    try:
        stage.start("JPN")
        party = Party(stage, root / "aus")
        party.serve(peer_port=nodefolder.load(party.folder).peer_port)
        party.serve()
        party.work()
        party.work()
        party.leader()
        yield party
    finally:
        stage.stop()
        engines.dropped(root)


def test_whoever_signs_in_at_one_process_is_signed_in_at_the_other_until_signed_out_at_either(
    canberra: Any,
) -> None:
    (_, first), (_, second) = canberra.servers[:2]
    with Browser(first) as here, Browser(second) as there:
        assert here.sign_in("aus.auditor", PASSPHRASE).status_code == 303
        there.client.cookies.update(dict(here.client.cookies))
        assert there.client.get("/", follow_redirects=False).status_code == 200
        there.send("/", "/sign-out")
        assert here.client.get("/", follow_redirects=False).headers["location"] == "/sign-in"


def test_a_session_outlives_the_process_that_gave_it(canberra: Any) -> None:
    third = canberra.serve()
    process, _ = canberra.servers.pop()
    (_, first) = canberra.servers[0]
    with Browser(third) as there, Browser(first) as here:
        assert there.sign_in("aus.auditor", PASSPHRASE).status_code == 303
        here.client.cookies.update(dict(there.client.cookies))
        process.kill()
        process.wait()
        assert here.client.get("/", follow_redirects=False).status_code == 200


def test_what_wants_the_node_stopped_is_refused_while_any_process_runs(canberra: Any) -> None:
    refused = canberra.stage.run("db", "upgrade", "--node", str(canberra.folder))
    assert (refused[0], refused[1]["error"]["code"]) == (4, "node.running")
    refused = canberra.stage.run("node", "run", str(canberra.folder))
    assert (refused[0], refused[1]["error"]["code"]) == (4, "node.running")
    assert canberra.stage.must("node", "status", str(canberra.folder))["running"]


def heads(canberra: Any) -> dict[int, bytes]:
    """The root of every head that Canberra's shared log ever signed, by its size."""
    site = nations.open_site(canberra.folder, nations.PASSPHRASE)
    try:
        log = nations.log_of(site.node, nations.AGREEMENT)
        with site.node.store.reading() as tx:
            rows = [(size, parse_checkpoint(note).head.root) for size, _, note in log.signed(tx)]
            assert all(log.root_at(tx, size) == root for size, root in rows)
        return dict(rows)
    finally:
        site.dispose()


def settled(canberra: Any) -> bool:
    """Whether nothing waits at Canberra, and Tokyo's witness cosigned all that it logged."""
    found = canberra.stage.must("node", "status", str(canberra.folder))
    mine = [one for one in found["ledgers"] if one["agreement"] == nations.AGREEMENT]
    proven = all(one["cosigned"] == one["size"] == one["signed"] for one in mine)
    return not found["outbox"] and bool(mine) and proven


def once(canberra: Any, item: str, reference: str) -> None:
    """The item was offered, taken in and registered exactly once, at both."""
    stage = canberra.stage
    for party in nations.NAMES:
        told = [one["kind"] for one in stage.must("item", "history", item, party=party)["history"]]
        assert told.count("statement.offer") == 1, (party, told)
        assert told.count("statement.transfer.received") == 1, (party, told)
    listed = stage.must("item", "list", party="JPN")["items"]
    assert [one["id"] for one in listed].count(item) == 1, reference


def test_the_leader_is_killed_at_any_moment_and_every_act_completes_once(canberra: Any) -> None:
    stage, seed = canberra.stage, int.from_bytes(os.urandom(4), "big")
    print("seed", seed)
    chance = random.Random(seed)
    for number in range(3):
        leader, epoch = canberra.leader(), canberra.lease().epoch
        reference = f"kill-{number}"
        item = queued(canberra, reference)
        time.sleep(chance.uniform(0, 1))
        leader.kill()
        leader.wait()
        canberra.work()
        assert canberra.leader() is not leader
        assert canberra.lease().epoch > epoch
        assert stage.until(lambda item=item: settled(canberra), 120)
        once(canberra, item, reference)
    heads(canberra)


def test_a_leader_that_was_stalled_past_its_lease_publishes_nothing_when_it_goes_on(
    canberra: Any,
) -> None:
    stage, stalled = canberra.stage, canberra.leader()
    epoch = canberra.lease().epoch
    stalled.send_signal(signal.SIGSTOP)
    try:
        assert stage.until(lambda: canberra.lease().epoch > epoch, 6 * LEASE_SECONDS)
        assert canberra.leader() is not stalled
        item = processes.released(stage, b"harbour", reference="stalled")
        assert stage.until(lambda: settled(canberra), 120)
        before = heads(canberra)
    finally:
        stalled.send_signal(signal.SIGCONT)
    time.sleep(4)
    after = heads(canberra)
    assert {size: after[size] for size in before} == before
    assert canberra.leader() is not stalled
    assert stalled.poll() is None
    once(canberra, item, "stalled")
    told = (canberra.folder / "work.log").read_text()
    assert ".fault" not in told
    assert "fork" not in told


def test_a_leader_that_is_asked_to_stop_hands_over_at_once(canberra: Any) -> None:
    leader = canberra.leader()
    canberra.work()
    leader.send_signal(signal.SIGTERM)
    assert leader.wait(60) == 0
    assert canberra.leader() is not leader
