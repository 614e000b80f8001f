"""A word of a process tells whether that very process still runs, and never more than can be known
from here.
"""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from sealane.adapters import incarnation
from sealane.adapters.files import ABANDONED_SECONDS, BlobFolder

TOLD = "from sealane.adapters import incarnation; print(incarnation.own(), flush=True); input()"


@contextmanager
def another():
    """A process that lives until it is killed, and its word."""
    made = subprocess.Popen(
        [sys.executable, "-c", TOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield made, made.stdout.readline().strip()
    finally:
        made.kill()
        made.wait()
        made.stdin.close()
        made.stdout.close()


def test_a_process_that_runs_runs_and_one_that_was_killed_does_not_even_unburied():
    assert incarnation.runs(incarnation.own())
    with another() as (process, word):
        assert incarnation.runs(word)
        process.kill()
        while incarnation.runs(word):  # the system ends it, though nobody waited for it
            time.sleep(0.01)
        assert process.returncode is None
        process.wait()
        assert incarnation.runs(word) is False


def test_another_start_of_the_machine_or_of_the_process_is_another_process():
    machine, boot, number, started = incarnation.own().split("-")
    assert incarnation.runs(f"{machine}-{'0' * 8}-{number}-{started}") is False
    assert incarnation.runs(f"{machine}-{boot}-{number}-{int(started) + 1}") is False
    assert incarnation.runs(f"{machine}-{boot}-4194305-{started}") is False


@pytest.mark.parametrize("word", ["", "123", "a-b-c-d", "0" * 40, "é"])
def test_of_another_machine_and_of_no_word_nothing_is_known(word):
    _, rest = incarnation.own().split("-", 1)
    assert incarnation.runs(f"{'f' * 12}-{rest}") is None
    assert incarnation.runs(word) is None


def spool(folder, word):
    path = folder / f".{word}.aa.part"
    path.write_bytes(b"x")
    return path


def test_the_sweep_takes_the_spools_of_the_dead_and_of_nobody_else(tmp_path):
    machine, rest = incarnation.own().split("-", 1)
    assert machine != "f" * 12
    with another() as (process, word):
        living = [spool(tmp_path, word), spool(tmp_path, incarnation.own())]
        elsewhere = spool(tmp_path, f"{'f' * 12}-{rest}")
        dead = [spool(tmp_path, "999999999"), spool(tmp_path, f"{machine}-{'0' * 8}-1-1")]
        blobs = BlobFolder(tmp_path)
        assert blobs.sweep() == len(dead)
        assert all(path.exists() for path in (*living, elsewhere))
        assert not any(path.exists() for path in dead)
        process.kill()
        process.wait()
        assert blobs.sweep() == 1
        assert [path.exists() for path in (*living, elsewhere)] == [False, True, True]
    ago = tmp_path.stat().st_mtime - ABANDONED_SECONDS - 60
    os.utime(elsewhere, (ago, ago))
    assert blobs.sweep() == 1
    assert not elsewhere.exists()
