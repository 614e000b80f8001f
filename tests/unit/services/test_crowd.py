"""Strangers' calls are measured: bounded memory, 429 with the time to come again, sums in the
ledger, nobody else turned away.
"""

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.errors import SealaneError
from sealane.base.values import SECOND, Instant
from sealane.ledger import entries
from sealane.services.statements import refusal_limits as crowding
from sealane.services.statements.refusal_limits import Crowd
from sealane.wiring.opentdf_routes import opentdf_routes
from tests.opentdf_platform import ORIGIN, Platform

NOW = Instant(10**18)


def test_the_measure_fills_again_with_time():
    crowd = Crowd(6)
    assert [crowd.spend("token", "a", NOW) for _ in range(8)] == [0] * 6 + [10, 10]
    assert crowd.spend("token", "b", NOW) == 0
    assert crowd.spend("rewrap", "a", NOW) == 0
    assert crowd.spend("token", "a", Instant(NOW + 10 * SECOND)) == 0
    assert crowd.spend("token", "a", Instant(NOW + 10 * SECOND)) > 0


def test_a_clock_that_goes_back_gives_nothing():
    crowd = Crowd(1)
    assert crowd.spend("token", "a", NOW) == 0
    assert crowd.spend("token", "a", Instant(NOW - 3600 * SECOND)) > 0


def test_many_addresses_neither_fill_the_memory_nor_go_round_the_measure():
    crowd = Crowd(60)
    waits = [
        crowd.spend("token", f"10.{index >> 16}.{index >> 8 & 255}.{index & 255}", NOW)
        for index in range(20_000)
    ]
    assert waits.count(0) == 600
    assert len(crowd._buckets) <= crowding.ADDRESSES


def test_sums_are_due_after_a_minute_and_given_once():
    crowd = Crowd(1)
    for _ in range(4):
        crowd.spend("token", "a", NOW)
    assert crowd.settle(Instant(NOW + 59 * SECOND)) == {}
    assert crowd.settle(Instant(NOW + 60 * SECOND)) == {"token": 3}
    assert crowd.settle(Instant(NOW + 60 * SECOND), everything=True) == {}


@pytest.fixture
def door(tmp_path):
    platform, crowd = Platform(tmp_path / "node.db", ORIGIN), Crowd(5)
    routes = opentdf_routes(
        platform.node,
        origin=ORIGIN,
        wrapping=lambda: [key.public for key in platform.maker.wrapping.values()],
        crowd=crowd,
    )
    with TestClient(Starlette(routes=routes), base_url=ORIGIN) as client:
        client.platform, client.crowd = platform, crowd
        yield client


def logged(platform):
    with platform.store.reading() as tx:
        log = platform.node.internal
        return [entries.read(log.entry(tx, index)).kind for index in range(log.size(tx))]


def test_rewraps_that_prove_nothing_are_429_and_no_entries_of_their_own(door):
    call = {"json": {"signedRequestToken": "x"}, "headers": {"Authorization": "Bearer y"}}
    answers = [door.post("/kas.AccessService/Rewrap", **call) for _ in range(8)]
    assert [one.status_code for one in answers] == [401] * 5 + [429] * 3
    last = answers[-1]
    assert (last.headers["retry-after"], last.headers["x-sealane-code"], last.json()["code"]) == (
        "12",
        "call.too_many",
        "resource_exhausted",
    )
    assert logged(door.platform).count("key.refused") == 5
    assert door.platform.opens(), "who proves who they are is not turned away"


def test_token_calls_that_are_refused_are_429(door):
    form = {"grant_type": "client_credentials", "client_id": "web", "client_secret": "wrong"}
    answers = [door.post("/oidc/token", data=form) for _ in range(7)] + [
        door.post("/oidc/token", content=b"no form")
    ]
    assert [one.status_code for one in answers] == [401] * 5 + [429] * 3
    assert (answers[-1].headers["retry-after"], answers[-1].json()) == (
        "12",
        {"error": "slow_down"},
    )
    assert door.platform.token()["access_token"]


def test_the_sums_stand_in_the_ledger(door):
    for _ in range(8):
        door.post("/oidc/token", data={"client_id": "z"})
    node = door.platform.node
    crowding.record_sums(node, door.crowd, everything=True)
    with node.store.reading() as tx:
        log = node.internal
        found = entries.read(log.entry(tx, log.size(tx) - 1))
    assert (found.kind, found.fields["path"], found.fields["count"]) == (
        "calls.limited",
        "token",
        3,
    )


def test_no_setting_turns_it_off():
    from sealane.settings import Settings

    for refused in (0, -1, 6001):
        with pytest.raises(SealaneError):
            Settings(party="AUS", node="a.example", refusals_a_minute=refused)
