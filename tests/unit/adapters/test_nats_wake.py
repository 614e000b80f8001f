"""Wake-ups over a real NATS server: heard at every machine, worth nothing more than a pause.

Spec: docs/operators.md "Several processes".
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from tools import ports, servers

from sealane.adapters.nats_wake import NatsWake
from sealane.base.errors import Misconfigured
from sealane.settings import Settings

LONG = 30.0


@pytest.fixture(scope="module")
def server():
    with servers.nats() as made:
        yield made


@pytest.fixture
def machine(server, tmp_path):
    """A function that makes the wake-ups of one more machine of a node."""
    made = []

    def one(node="tokyo.jpn.example", address=server.address):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        (folder / "running.lock").touch()
        made.append(NatsWake(folder / "running.lock", address, node))
        return made[-1]

    yield one
    for wake in made:
        wake.close()


def until(rings, bell):
    """Ring until the bell hears it: a machine may still be on its way to the server."""
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        rings()
        if bell.wait(0.2):
            return True
    return False


def settled(bell):
    """What was rung before has been heard."""
    while bell.wait(0.3):
        pass


def test_a_ring_at_one_machine_is_heard_at_another_of_the_node_and_at_no_other_node(machine):
    here, there, other = machine(), machine(), machine("canberra.aus.example")
    bell, foreign = there.bell(), other.bell()
    assert until(here.ring, bell)
    settled(foreign)
    here.ring()
    assert bell.wait(LONG)
    assert not foreign.wait(0.3)


def test_a_ring_is_no_echo_to_who_rang(machine):
    here = machine()
    bell = here.bell()
    here.ring()
    settled(bell)
    assert not bell.wait(0.3)


def test_a_server_that_is_away_costs_a_pause_and_is_found_again(machine, server):
    here, there = machine(), machine()
    bell = there.bell()
    assert until(here.ring, bell)
    server.kill()
    settled(bell)
    here.ring()
    assert not bell.wait(0.3), "lost, and nothing waits for it"
    server.start()
    assert until(here.ring, bell)


def test_a_node_ends_at_once_where_there_never_was_a_server(machine):
    here = machine(address=f"nats://127.0.0.1:{ports.free()}")
    bell = here.bell()
    here.ring()
    assert bell.wait(LONG), "on its own machine it is heard"
    here.close()
    assert here._line is not None
    here._line.join(LONG)
    assert not here._line.is_alive()


@pytest.mark.parametrize(
    "text", ["http://h:4222", "nats://", "nats://user:secret@h:4222", "nats://h:4222?x=1"]
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(text):
    with pytest.raises(Misconfigured, match=r"settings\.malformed"):
        replace(Settings(party="JPN", node="tokyo.jpn.example"), wake=text)
