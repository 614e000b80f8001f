"""fsync that fails and a disk that is full, at every single call of the database, its log and our
own files.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import nations
from tests.clock import Clock
from tests.faults.test_ledger_faults import ROOT, check

COMPILER = shutil.which("cc") or shutil.which("gcc")
HERE = Path(__file__).parent
FULL = ("store.write_failed", "store.unavailable", "release.not_kept")


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """The failing disk, compiled; without a compiler these tests say that they did not run."""
    if COMPILER is None:
        pytest.skip("no C compiler: the failing disk was not built, so no failing fsync was tried")
    made = tmp_path_factory.mktemp("disk") / "disk.so"
    subprocess.run(
        [COMPILER, "-shared", "-fPIC", "-O1", "-o", str(made), str(HERE / "disk.c"), "-ldl"],
        check=True,
    )
    return made


def worked(folder, disk, depth):
    return preloaded(disk, "tests.faults.disk_worker", str(folder), str(depth))


def preloaded(disk, *call):
    """What a module said that was run on such a disk."""
    done = subprocess.run(
        [sys.executable, "-m", *call],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=250,
        check=False,
        env={**os.environ, "LD_PRELOAD": f"{disk}:{os.environ.get('LD_PRELOAD', '')}"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [line.split() for line in done.stdout.splitlines()]


def held(folder, said):
    acknowledged = {int(words[1]): words[2] for words in said if words[0] == "ACK"}
    heads = {}
    for words in said:
        if words[0] == "HEAD":
            assert heads.setdefault(int(words[1]), words[2]) == words[2], "two heads of one size"
    check(folder, acknowledged, heads)
    assert said[-1] == ["END"]
    return [words for words in said if words[0] == "REFUSED"]


def test_whichever_call_of_the_disk_fails_nothing_acknowledged_is_lost_and_the_node_goes_on(
    tmp_path, disk
):
    refused = held(tmp_path, worked(tmp_path, disk, 9))
    assert {words[1].split("-")[0] for words in refused} == {"fsync", "full", "cut"}
    assert {words[-1] for words in refused} <= {
        "store.unavailable",
        "store.write_failed",
        "ledger.away",
    }


def test_a_release_on_a_full_disk_is_refused_in_words_wherever_the_room_ends(tmp_path, disk):
    nations.build(tmp_path / "pair", Clock())
    said = preloaded(disk, "tests.faults.full_release", str(tmp_path / "pair"))
    *told, left = [words for words in said if words[0].isdigit() or words[0] == "LEFT"]
    assert left == ["LEFT", "0"]
    assert {words[2] for words in told} <= {"200", "503"}
    assert {words[3] for words in told} >= {"release.not_kept", "store.unavailable"}
    assert {words[3] for words in told} <= {*FULL, "-"}


@pytest.mark.deep
def test_every_call_of_the_disk_fails_once_and_for_good(tmp_path, disk):
    assert len(held(tmp_path, worked(tmp_path, disk, 400))) > 60
