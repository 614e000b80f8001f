"""No part of a log is served to anybody but its partner and the nation's own staff: every path,
asked by every caller.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.values import SECOND
from sealane.http.log import PREFIXES
from sealane.ledger.log.origins import node_and_name
from sealane.ledger.log.tiles import ENTRIES, Tile
from sealane.services.ledgers.publisher import origin_hash
from sealane.services.register import accounts, directory
from sealane.services.statements.refusal_limits import Crowd
from sealane.wiring import doors
from tests import nations, nations_three
from tests.clock import START, Clock
from tests.nations import AGREEMENT
from tests.nations_three import TRILATERAL, Three

CALLERS = ("JPN", "USA", "GBR", "")
"""The partners, an enrolled nation outside every agreement, and nobody that the wall knows."""
HOME = "http://127.0.0.1"


@dataclass(frozen=True)
class Door:
    """One address at AUS's node, and the partner who may use it, if anybody may."""

    method: str
    path: str
    reader: str | None


@pytest.fixture(scope="module")
def three(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    """Three nations that shared items under both agreements, with every log signed and mirrored."""
    root = tmp_path_factory.mktemp("readers") / "three"
    made = nations_three.build(template, root, Clock(START + 600 * SECOND))
    for agreement in (AGREEMENT, TRILATERAL):
        made.rounds(2, agreement)
    yield made
    made.close()


def addresses(three: Three) -> list[Door]:
    """Every resource and door of every log of AUS's, and of logs that are nobody's, at both
    prefixes.
    """
    found: list[Door] = []
    boards: dict[str, tuple[str | None, str]] = {
        "internal": (None, ""),
        TRILATERAL: (None, ""),
        f"{TRILATERAL}/GBR": (None, ""),
        f"{TRILATERAL}/AUS": (None, ""),
        f"{AGREEMENT}/JPN": (None, ""),
    }
    mirrors: list[str] = []
    for party, agreement, ledgers in three.sites["AUS"].partnerships():
        if agreement in (AGREEMENT, TRILATERAL):
            name, theirs = node_and_name(ledgers.publisher.log.origin)[1], ledgers.mirror.log.origin
            boards[name] = (party, theirs)
            mirrors.append(theirs)
    with three.aus.store.reading() as tx:
        sizes = {
            name: three.aus.log(f"{three.aus.settings.node}/x/{name}").size(tx)
            for name, (reader, _) in boards.items()
            if reader
        }
    for prefix, (name, (reader, mirrored)) in itertools.product(PREFIXES, boards.items()):
        base, width = f"{prefix}/{name}", min(2, sizes.get(name, 2))
        own = ["checkpoint", "checkpoint.v2"]
        own += [Tile(level, 0, width).path for level in (0, ENTRIES)]
        found += [Door("GET", f"{base}/{path}", reader) for path in own]
        for origin in mirrors:
            theirs = reader if origin == mirrored else None
            for path in ("witness/{}/checkpoint", "mirror/{}/checkpoint"):
                found.append(Door("GET", f"{base}/{path.format(origin_hash(origin))}", theirs))
        found += [
            Door("POST", f"{base}/{door}", reader) for door in ("add-checkpoint", "add-entries")
        ]
    return found


def ask(client: TestClient, door: Door) -> int:
    return client.request(door.method, door.path, content=b"").status_code


def test_every_path_of_every_log_answers_its_own_partner_alone(three):
    doors_ = addresses(three)
    assert {door.reader for door in doors_} == {"JPN", "USA", None}
    for caller in CALLERS:
        client = TestClient(nations.door(three.sites["AUS"], caller))
        for door in doors_:
            status = ask(client, door)
            if door.reader == caller and caller:
                wanted = {"GET": 200, "POST": 400}[door.method]
                assert status == wanted, (caller, door)
            else:
                assert status == 404, (caller, door)


def test_a_refusal_says_the_same_of_a_log_that_is_another_s_and_of_one_that_is_not(three):
    client = TestClient(nations.door(three.sites["AUS"], "USA"))
    other = client.get(f"/ledger/{TRILATERAL}/JPN/checkpoint")
    absent = client.get(f"/ledger/{TRILATERAL}/GBR/checkpoint")
    assert (other.status_code, other.content) == (absent.status_code, absent.content)


def test_at_the_console_s_port_strangers_read_no_log_and_staff_read_all_and_nobody_submits(three):
    site = three.sites["AUS"]
    app = Starlette(routes=doors.on_this_machine(site, [], Crowd()))
    with three.aus.store.reading() as tx:
        analyst = three.aus.person(tx, "aus.analyst")
    directory.enter(three.aus, {**analyst, "id": "aus.reader", "duties": ["reader"]})
    for person in ("aus.reader", "aus.auditor"):
        accounts.set_passphrase(three.aus, person, "correct horse battery")
    everything = addresses(three)

    def statuses(person: str | None) -> dict[Door, int]:
        client = TestClient(app, base_url=HOME)
        if person is not None:
            token = accounts.Accounts(site.node, site.secret).token(person, 7)
            client.headers["authorization"] = f"Bearer {token}"
        return {door: ask(client, door) for door in everything}

    assert set(statuses(None).values()) <= {401, 405}
    assert set(statuses("aus.reader").values()) <= {403, 405}
    for door, status in statuses("aus.auditor").items():
        wanted = 405 if door.method == "POST" else 200 if door.reader else 404
        assert status == wanted, door
