"""fsync that fails and a disk that is full, at every single call of the database, its log and our
own files.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.test_ledger_faults import ROOT, check

COMPILER = shutil.which("cc") or shutil.which("gcc")
HERE = Path(__file__).parent


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
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.disk_worker", str(folder), str(depth)],
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


@pytest.mark.deep
def test_every_call_of_the_disk_fails_once_and_for_good(tmp_path, disk):
    assert len(held(tmp_path, worked(tmp_path, disk, 400))) > 60
