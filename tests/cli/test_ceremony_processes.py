"""Ceremonies that are broken off, served by a running node, and typed at a terminal: one way opens
and one alone, and nothing that custodians type is shown.
"""

import contextlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sealane.adapters import key_file, keys
from sealane.wiring import ceremonies
from tests import nations
from tests.cli.custodian_desk import Desk


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


class PowerCutError(Exception):
    pass


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("write", range(3))
def test_broken_off_at_any_write_one_way_opens_and_one_alone(desk, monkeypatch, write, after):
    """Two share files and the keystore: the power goes before or after each of the three."""
    whole, count = ceremonies.write_whole, itertools.count()

    def cut(path, data, **options):
        if path.name != "keys.sealed" and path.suffix != ".share":
            return whole(path, data, **options)
        now = next(count) == write
        if now and not after:
            raise PowerCutError
        whole(path, data, **options)
        if now:
            raise PowerCutError
        return None

    plan = ceremonies.CeremonyPlan(
        means=ceremonies.MAKE,
        threshold=2,
        custodians=("alice", "bob"),
        out=desk.folder / "first",
        passphrases=(b"the passphrase of alice", b"the passphrase of bob"),
    )
    with monkeypatch.context() as patch:
        for module in (ceremonies, keys, key_file):
            patch.setattr(module, "write_whole", cut)
        with pytest.raises(PowerCutError):
            ceremonies.hold(desk.node, nations.PASSPHRASE, plan)
    replaced = write == 2 and after
    passphrase = desk.opens("--passphrase-file", desk.folder / "pass")
    assert passphrase == ("custodian.needed" if replaced else True)
    if write == 2:
        shares = desk.opens(*desk.files("alice", "bob"))
        assert shares == (True if replaced else "custodian.not_asked")
    if replaced:
        told = desk.told(*desk.files("alice", "bob"))
        assert [one[0] for one in told] == ["custody.begun"]
    else:  # nobody is shut out: the ceremony is made again
        assert desk.make("alice", "bob", out="again")[0] == 0
        assert desk.opens(*desk.files("alice", "bob", out="again")) is True


def test_a_node_starts_and_serves_by_descriptors_that_custodians_hand_over(desk):
    desk.make("alice", "bob", "carol")
    with contextlib.ExitStack() as stack:
        given = desk.files("alice", "carol")[1::2]
        held = [stack.enter_context(Path(path).open("rb")).fileno() for path in given]
        words = [word for one in held for word in ("--custodian-file", f"/dev/fd/{one}")]
        serving = subprocess.Popen(
            [sys.executable, "-m", "sealane", "node", "run", str(desk.node), *words],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=held,
        )
    two = desk.files("bob", "carol")
    try:
        status, found = desk.run("status", desk.node, "--wait", 120, *two)
        assert (status, found["running"], found["ready"]) == (0, True, True)
        command = Path(f"/proc/{serving.pid}/cmdline").read_bytes()
        assert b"the passphrase of" not in command
        assert desk.run("ceremony", "try", desk.node, *two)[1]["opened"] is True
        change = ("ceremony", "change", desk.node, "--threshold", 2, "--out", desk.folder / "x")
        told = desk.run(*change, *desk.whom("alice", "bob"), *two)
        assert told[1]["error"]["code"] == "node.running"
        assert not (desk.folder / "x").exists()
    finally:
        serving.terminate()
        serving.wait(timeout=60)


ON_A_TERMINAL = (
    "import fcntl, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " from sealane.cli.main import main; main(sys.argv[1:])"
)


def test_custodians_come_to_a_terminal_one_after_another_and_nothing_they_type_is_shown(desk):
    desk.make("alice", "bob")
    leader, follower = os.openpty()
    done = subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, "node", "ceremony", "try", str(desk.node)],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    seen = b""
    for prompt, typed in (
        (b"1/2", str(desk.folder / "first" / "bob.share")),
        (b"bob: passphrase", "the passphrase of bob"),
        (b"2/2", str(desk.folder / "first" / "alice.share")),
        (b"alice: passphrase", "the passphrase of alice"),
    ):
        while prompt not in seen:
            seen += os.read(leader, 4096)
        while not seen.endswith(b": "):
            seen += os.read(leader, 4096)
        os.write(leader, typed.encode() + b"\n")
    try:
        while more := os.read(leader, 4096):
            seen += more
    except OSError:  # the terminal closes with the process
        pass
    os.close(leader)
    assert done.wait() == 0, seen
    assert b"Opened by bob, alice" in seen
    assert b"the passphrase of" not in seen
