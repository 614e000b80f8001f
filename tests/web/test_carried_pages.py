"""A courier and an oral disclosure at the console, in both languages, and what the API says of the
kinds that every agreement carries. Spec: docs/console.md §Cases; R18, R43.
"""

from __future__ import annotations

import pytest

from sealane.services.register import accounts
from tests import nations
from tests.lane import journeys
from tests.lane.dialogue import alike, settled, shown
from tests.lane.made import register, release
from tests.web.test_api import caller
from tests.web.visiting import PASSPHRASE, Console

LINE = f"{nations.AGREEMENT}:JPN"


@pytest.fixture
def briefing(pair):
    journeys.clerks(pair)
    for node in (pair.aus, pair.jpn):
        accounts.set_passphrase(node, journeys.clerk(node), PASSPHRASE)
    item = register(pair.aus)
    release(pair.aus, item)
    settled(pair, 1)
    return item


def clerk(pair, node):
    return Console(pair, node.party).visitor(journeys.clerk(node))


def test_a_clerk_announces_a_courier_by_a_form_and_the_receiver_expects_it(pair, briefing):
    sender = clerk(pair, pair.aus)
    asked = {"kind": "courier", "line": LINE}
    assert "包み（番号、封緘番号" in sender.get("/cases/new", lang="ja", **asked).text
    new = sender.get("/cases/new", **asked)
    page = new.text
    assert 'type="datetime-local" name="f-from"' in page
    assert "Packages: number, seal, copies within" in page
    assert "f-assurances" not in page
    form = journeys.form(pair, pair.aus)
    filled = {
        f"f-{name}": "\n".join(value) if isinstance(value, list) else value
        for name, value in form.items()
    }
    sent = {"kind": "courier", "line": LINE, "items": briefing, **filled}
    soon = sender.send(new, "/cases/new", **{**sent, "f-from": "2026-11-22T23:30"})
    assert soon.status_code == 403
    assert "courier.notice" in soon.text
    assert sender.send(new, "/cases/new", **sent).status_code == 200
    settled(pair)
    with pair.jpn.store.reading() as tx:
        (case,) = pair.jpn.records.cases.column(tx, "id")
    place = f"/cases/{case}"
    receiver = clerk(pair, pair.jpn)
    assert case in receiver.get("/").text
    assert "aus.second" in receiver.get(place, lang="ja").text
    assert receiver.send(place, f"{place}/say", event="expect").status_code == 200
    settled(pair)
    assert alike(pair, case)["state"] == "expected"
    paper = sender.send(place, f"{place}/print", form="certificate", lang_of="ja")
    assert paper.headers["content-type"] == "application/pdf"


def test_a_clerk_says_who_heard_a_disclosure_and_acknowledges_it(pair, briefing):
    sender, receiver = clerk(pair, pair.aus), clerk(pair, pair.jpn)
    filled = {
        "f-how": "oral",
        "f-at": "2026-11-20T03:00:00Z",
        "f-place": "横須賀 Yokosuka",
        "f-told_by": "Cdr A. Brown, N2",
        "f-told_to": "佐藤 遥, 情報課",
        "f-level": "SECRET",
        "f-level_told": "before",
    }
    new = sender.get("/cases/new", kind="disclosure", line=LINE)
    sent = {"kind": "disclosure", "line": LINE, "items": briefing, **filled}
    assert sender.send(new, "/cases/new", **sent).status_code == 200
    settled(pair)
    with pair.jpn.store.reading() as tx:
        (case,) = pair.jpn.records.cases.column(tx, "id")
    place = f"/cases/{case}"
    first = receiver.send(place, f"{place}/say", event="acknowledge")
    assert (first.status_code, "disclosure.who_heard" in first.text) == (409, True)
    kept = receiver.send(place, f"{place}/keep", name="heard", **{"f-people": "jpn.sato"})
    assert kept.status_code == 200
    assert receiver.send(place, f"{place}/say", event="acknowledge").status_code == 200
    settled(pair)
    assert alike(pair, case)["state"] == "acknowledged"
    assert "jpn.sato" not in sender.get(place).text
    assert shown(pair.jpn, case)["own"]["heard"] == {"people": ["jpn.sato"]}


def test_the_kinds_that_every_agreement_carries_stand_apart(pair, briefing):
    told = caller(Console(pair, "AUS"), journeys.clerk(pair.aus)).get("/api/v1/case-kinds").json()
    with pair.aus.store.reading() as tx:
        listed = set(pair.aus.agreements(tx)[nations.AGREEMENT].cases)
    assert {one["kind"] for one in told["kinds"]} == listed
    assert [one["kind"] for one in told["standing"]] == ["courier", "disclosure", "earlier"]
