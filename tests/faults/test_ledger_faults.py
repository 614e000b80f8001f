"""Killed at random points, out of disk, with a jumping clock: nothing acknowledged is lost, no two
heads contradict.
"""

import hashlib
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sealane.base.errors import Unavailable, Untrusted
from sealane.base.values import DAY
from sealane.ledger.log import merkle
from sealane.ledger.log.checkpoint import parse_checkpoint
from tests import clock
from tests.faults.ledger_worker import nodes
from tests.nations_log import Keys, Node

ROOT = Path(__file__).parents[2]


def live_and_die(folder: Path, life: int, rng: random.Random) -> list[list[str]]:
    """One life of the worker, killed after a random number of acknowledged lines and a random
    pause; what it said.
    """
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.ledger_worker", str(folder), f"life{life}"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    said: list[list[str]] = []
    for _ in range(rng.randrange(1, 40)):
        line = worker.stdout.readline()
        assert line, "the worker stopped by itself"
        said.append(line.split())
    time.sleep(rng.random() * 0.01)
    worker.kill()
    said += [
        line.split()
        for line in worker.stdout.read().splitlines(keepends=True)
        if line.endswith("\n")
    ]
    worker.wait()
    worker.stdout.close()
    return said


def check(folder: Path, acknowledged: dict[int, str], heads: dict[int, str]) -> None:
    one, other = nodes(folder)
    stored = one.stored()
    for index, digest in acknowledged.items():
        assert hashlib.sha256(stored[index]).hexdigest() == digest, "an acknowledged entry is lost"
    roots, front = {0: merkle.EMPTY_ROOT.hex()}, merkle.Frontier()
    for size, entry in enumerate(stored, start=1):
        front.append(entry)
        roots[size] = front.root().hex()
    with one.store.reading() as tx:
        for _, _, note in one.log.signed(tx):
            head = parse_checkpoint(note).head
            heads[head.size] = heads.get(head.size, head.root.hex())
            assert heads[head.size] == head.root.hex(), "two heads of one size"
    for size, root in heads.items():
        assert roots[size] == root, "a signed head is not a prefix of what is stored"
    with other.store.reading() as tx:
        mirrored = (
            list(other.mirror.log.entries(tx, 0, len(stored))) if other.mirror.checkpoint() else []
        )
    assert mirrored == stored[: len(mirrored)]
    with one.store.writing() as tx:
        assert one.log.prove_head(tx).root.hex() == roots[len(stored)]
    for node in (one, other):
        node.close()


def many_lives(folder: Path, lives: int, seed: int) -> None:
    rng, acknowledged, heads = random.Random(seed), {}, {}
    for life in range(lives):
        for words in live_and_die(folder, life, rng):
            if words[0] == "ACK":
                acknowledged[int(words[1])] = words[2]
            elif words[0] == "HEAD":
                assert heads.setdefault(int(words[1]), words[2]) == words[2], (
                    "two heads of one size"
                )
        if life % 10 == 9 or life == lives - 1:
            check(folder, acknowledged, heads)


def test_killed_a_few_times_at_random_points_the_ledger_loses_and_forks_nothing(tmp_path):
    many_lives(tmp_path, 4, seed=1)


@pytest.mark.deep
@pytest.mark.timeout(3600)
def test_killed_two_hundred_times_at_random_points_the_ledger_loses_and_forks_nothing(tmp_path):
    many_lives(tmp_path, 200, seed=clock.seconds())


@pytest.fixture
def pair(tmp_path):
    jp, au = Keys("jp"), Keys("au")
    found = Node(tmp_path / "jp", jp, au), Node(tmp_path / "au", au, jp)
    yield found
    for node in found:
        node.close()


def test_a_full_disk_refuses_the_append_and_the_log_goes_on_when_there_is_room(pair):
    one, _ = pair
    one.append(b"before")

    def limit(pages: int) -> None:
        with one.store.reading() as tx:
            tx.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    with one.store.reading() as tx:
        used = tx.exec_driver_sql("PRAGMA page_count").scalar()
    limit(used + 4)
    with pytest.raises(Unavailable):
        one.append(*(bytes([at]) * 60_000 for at in range(9)))
    limit(1 << 20)
    one.append(b"after")
    assert one.stored() == [b"before", b"after"]
    one.publisher.publish()


def test_a_failing_fsync_of_the_separate_storage_signs_nothing(pair, monkeypatch):
    one, _ = pair
    one.append(b"x")

    def fails(_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("sealane.adapters.files.os.fsync", fails)
        with pytest.raises(Unavailable):
            one.publisher.publish()
    assert one.peer.fetch("checkpoint") is None
    one.publisher.publish()
    assert parse_checkpoint(one.peer.fetch("checkpoint")).head.size == 1


def test_a_clock_that_jumps_a_day_back_changes_no_head_and_no_order(pair):
    one, other = pair
    one.append(b"today")
    one.publisher.publish()
    one.publisher.seek_cosignature(other.peer)
    one.host.at -= DAY
    other.host.at += DAY
    one.append(b"yesterday, it says")
    one.publisher.publish()
    checkpoint = one.publisher.seek_cosignature(other.peer)
    assert checkpoint.head.size == 2
    assert one.stored() == [b"today", b"yesterday, it says"]


@pytest.mark.parametrize("where", ["entry", "tile", "edge"])
def test_a_flipped_bit_anywhere_in_the_store_stops_signing_or_is_found_by_verifying(pair, where):
    one, _ = pair
    one.append(*(b"entry %d" % at for at in range(300)))
    one.publisher.publish()
    place = {
        "entry": "UPDATE log_entry SET data = x'00' WHERE idx = 150",
        "tile": "UPDATE log_tile SET data = zeroblob(8192) WHERE level = 0",
        "edge": "UPDATE log SET edge = zeroblob(length(edge))",
    }[where]
    with one.store.writing() as tx:
        tx.exec_driver_sql(place)
    with pytest.raises(Untrusted), one.store.reading() as tx:
        one.log.walk(tx)
    if (
        where == "edge"
    ):  # what was signed before is proven; an altered old entry or tile changes no head
        one.append(b"more")
        with pytest.raises(Untrusted):
            one.publisher.publish()
