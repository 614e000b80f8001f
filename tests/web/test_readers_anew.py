"""Who could read an item at a partner is told as of its last answer, and asked anew when that is
old: by whoever of the staff looks, and never so that a page waits for a partner.
"""

from __future__ import annotations

from typing import Any

import pytest

from sealane.labels.model.label import label_from_json
from sealane.services.deciding import previews
from sealane.services.exchange import readers_anew, recall
from sealane.services.register import directory, readers_there, views
from tests.nations import PROJECT, share
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


def test_a_page_that_is_shown_asks_nobody_and_its_button_asks_for_staff_alone(
    tokyo: Console, canberra: Console, pair: Any, item: str
) -> None:
    asked: list[str] = []
    pair.line.mangle = lambda data: asked.append("said") or data
    pair.clock.pass_(30 * HOUR)
    asked.clear()
    assert tokyo.visitor("jpn.sato").get(f"/items/{item}").status_code in (200, 303)
    assert asked == []
    auditor = canberra.visitor("aus.auditor")
    page = auditor.get(f"/items/{item}")
    assert page.status_code == 200
    assert auditor.get(f"/items/{item}/sign").status_code == 200
    assert asked == []
    there = auditor.send(page, f"/items/{item}/readers")
    assert (there.status_code, there.url.path, asked) == (200, f"/items/{item}", ["said"])
    assert f"/items/{item}/readers" not in there.text.partition("<main")[2]
    reader = tokyo.visitor("jpn.sato")
    key = reader.get("/").text.partition('name="form_key" value="')[2].partition('"')[0]
    refused = reader.client.post(f"/items/{item}/readers", data={"form_key": key})
    assert (refused.status_code, asked) == (403, ["said"])


def test_of_an_item_called_back_and_of_one_received_nobody_is_asked(pair: Any, item: str) -> None:
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    before = questions(pair.aus), questions(pair.jpn)
    pair.clock.pass_(30 * HOUR)
    for node in (pair.aus, pair.jpn):
        readers_anew.ask_anew(node, item)
    assert (questions(pair.aus), questions(pair.jpn)) == before


def kept_out(pair: Any, project: str) -> tuple[str, ...]:
    """The clauses that Japan tells Australia of, by the label of what it gave."""
    with pair.jpn.store.reading() as tx:
        (given,) = pair.jpn.records.items.find(tx, order="id")
        found = previews.posts(
            pair.jpn,
            tx,
            agreement=given.agreement,
            provider="AUS",
            label=label_from_json(given.label),
            area="maritime",
            project=project,
            purpose="assessment",
        )
    return found.blocked


def test_a_question_tells_nobody_of_a_project_with_another_nation(pair: Any, item: str) -> None:
    assert kept_out(pair, "kestrel") == ()
    before = len(kept_out(pair, PROJECT))
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    named = [{**sato["authorisations"][0], "project": one} for one in ("kestrel", PROJECT)]
    other = {**sato, "id": "jpn.aoki", "briefings": [], "authorisations": named}
    directory.enter(pair.jpn, other)
    assert kept_out(pair, "kestrel") == ()
    assert len(kept_out(pair, PROJECT)) == before + 1
