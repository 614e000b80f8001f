"""Two processes of one node: what was begun at one goes on at the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from sealane.base.errors import Unavailable
from sealane.services.statements.partner_limits import CallKind, PartnerLimits
from sealane.services.statements.refusal_limits import Crowd
from sealane.services.statements.shared_measures import shared
from sealane.wiring import doors
from tests import nations
from tests.clock import START
from tests.web.visiting import Console


@pytest.fixture
def beside(pair: Any) -> Iterator[Any]:
    """The same nodes opened once more, as by another process."""
    made = nations.opened(pair.root, pair.clock)
    yield made
    made.close()


def test_a_refusal_that_one_process_met_is_shown_by_another_for_a_quarter_of_an_hour(
    tokyo: Any, pair: Any, beside: Any, item: str
) -> None:
    visitor = tokyo.visitor("jpn.miller")
    page = visitor.send(
        f"/items/{item}", f"/items/{item}/open", purpose="assessment", action="open"
    )
    there = Console(beside, "JPN").visitor()
    there.client.cookies.update(dict(visitor.client.cookies))
    path = page.url.path
    assert "Conditions that do not concern" in there.get(path).text
    assert Console(beside, "JPN").visitor("jpn.sato").get(path).status_code == 404
    pair.clock.pass_(901)
    gone = there.get(path)
    assert (gone.status_code, "web.refusal_gone" in gone.text) == (404, True)


def keys_of(site: Any) -> Any:
    app = Starlette(routes=doors.for_clients(site, Crowd()))
    return TestClient(app).get("/oidc/jwks").json()


def test_the_built_in_issuer_has_one_key_at_every_process_and_none_of_another_node(
    pair: Any, beside: Any
) -> None:
    assert keys_of(pair.sites["JPN"]) == keys_of(beside.sites["JPN"])
    assert keys_of(pair.sites["JPN"]) != keys_of(pair.sites["AUS"])


def test_a_partner_has_its_measure_once_at_all_processes(pair: Any, beside: Any) -> None:
    nodes = (pair.aus, beside.aus)
    several = [PartnerLimits(node.settings, shared(node)) for node in nodes]
    taken = [0, 0]
    for number in range(800):
        call = several[number % 2].call("JPN", CallKind.STATEMENT, START)
        with suppress(Unavailable), call:
            taken[number % 2] += 1
    # what one holds and does not spend, the other has not
    assert 600 - 6 <= sum(taken) <= 600 == pair.aus.settings.partner_statements_a_minute
    assert min(taken) > 200
