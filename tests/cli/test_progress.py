"""Work that takes longer than two seconds says so at a terminal; stdout stays one JSON document,
pipes stay quiet.
"""

import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios

import pytest

SLOW = """
import time
import click
from sealane.cli.frame.answer import Answer, speaker, verb

@click.group()
def group():
    "x"

@verb(group, "slow")
def slow() -> Answer:
    "Slow."
    speaker().progress.count(lambda: 3_000_000, 12_000_000, "bytes")
    time.sleep(2.8)
    speaker().tell("half", "半分")
    time.sleep(0.6)
    return Answer({"done": True}, "done")

group()
"""


def told(*args, terminal):
    """What a slow command writes to stdout and to stderr."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    done = subprocess.Popen(
        [sys.executable, "-c", SLOW, "slow", *args], stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    while True:
        if select.select([ours], [], [], 20)[0]:
            try:
                got = os.read(ours, 4096)
            except OSError:
                break
            if not got:
                break
            seen += got
    out = done.stdout.read()
    done.stdout.close()
    assert done.wait(20) == 0
    os.close(ours)
    return out.decode(), seen.decode()


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "s, 25 % (3 / 12 MB)"), ("ja", "秒, 25 % (3 / 12 MB)")]
)
def test_a_terminal_sees_how_far_it_is_and_the_line_is_wiped_before_other_words(lang, words):
    out, seen = told("--json", "--lang", lang, terminal=True)
    assert json.loads(out) == {"done": True}
    assert words in seen
    assert "\r\x1b[Khalf" in seen or "\r\x1b[K半分" in seen
    assert seen.endswith("\r\x1b[K")


def test_a_pipe_sees_nothing_but_what_was_said():
    out, seen = told(terminal=False)
    assert (out, seen) == ("done\n", "half\n")


def test_a_job_in_the_background_does_not_draw_over_what_is_being_typed():
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["bash", "-c", 'set -m; "$0" -c "$1" slow & wait $!', sys.executable, SLOW],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0),
    ) as shell:
        assert shell.wait(60) == 0
    os.set_blocking(ours, False)
    seen = os.read(ours, 65536).decode()
    os.close(theirs)
    os.close(ours)
    assert "half" in seen
    assert "25 %" not in seen
    assert "\x1b[K" not in seen
