"""Who could read an item at a partner is told as of its last answer, and asked anew when that is
old: by whoever of the staff looks, and never so that a page waits for a partner.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.services.exchange import readers_anew, recall
from sealane.services.register import readers_there, views
from tests.nations import share
from tests.web.visiting import Console

HOUR = 3600


def questions(node: Any) -> int:
    """How often the partner was asked."""
    with node.store.reading() as tx:
        return len(
            node.records.statements.find(
                tx, order="kept", type="assurance.request", by=node.party, limit=1000
            )
        )


def as_of(node: Any, item: str) -> str | None:
    with node.store.reading() as tx:
        return readers_there.of_item(node, tx, views.item(node, tx, item))["JPN"].as_of


@pytest.fixture
def item(pair: Any) -> str:
    made = share(pair)
    pair.settle(1)
    return made


def test_an_old_answer_is_asked_anew_by_whoever_looks_and_a_new_one_is_not(
    canberra: Console, pair: Any, item: str
) -> None:
    auditor, before = canberra.visitor("aus.auditor"), questions(pair.aus)
    first = as_of(pair.aus, item)
    auditor.get(f"/items/{item}")
    assert questions(pair.aus) == before
    pair.clock.pass_((readers_there.SERVES_HOURS - 1) * HOUR)
    readers_anew.ask_anew(pair.aus, item)
    assert as_of(pair.aus, item) == first
    pair.clock.pass_(2 * HOUR)
    readers_anew.ask_anew(pair.aus, item)
    assert (questions(pair.aus), as_of(pair.aus, item) != first) == (before + 1, True)
    # a page opened again asks nothing
    readers_anew.ask_anew(pair.aus, item)
    assert questions(pair.aus) == before + 1


def test_a_partner_that_is_away_leaves_its_old_answer_with_its_instant(
    pair: Any, item: str
) -> None:
    first, before = as_of(pair.aus, item), questions(pair.aus)
    pair.clock.pass_(30 * HOUR)
    pair.line.down.add("JPN")
    for _ in range(5):
        readers_anew.ask_anew(pair.aus, item)
    assert (as_of(pair.aus, item), questions(pair.aus)) == (first, before + 1)
    pair.clock.pass_(readers_anew.APART_SECONDS + 1)
    pair.line.down.clear()
    readers_anew.ask_anew(pair.aus, item)
    assert as_of(pair.aus, item) != first


def test_the_page_of_staff_asks_and_that_of_a_reader_asks_nothing(
    tokyo: Console, canberra: Console, pair: Any, item: str
) -> None:
    asked: list[str] = []
    pair.line.mangle = lambda data: asked.append("said") or data
    pair.clock.pass_(30 * HOUR)
    asked.clear()
    assert tokyo.visitor("jpn.sato").get(f"/items/{item}").status_code in (200, 303)
    assert asked == []
    page = canberra.visitor("aus.auditor").get(f"/items/{item}")
    assert page.status_code == 200
    assert asked == ["said"]


def test_of_an_item_called_back_and_of_one_received_nobody_is_asked(pair: Any, item: str) -> None:
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    before = questions(pair.aus), questions(pair.jpn)
    pair.clock.pass_(30 * HOUR)
    for node in (pair.aus, pair.jpn):
        readers_anew.ask_anew(node, item)
    assert (questions(pair.aus), questions(pair.jpn)) == before
