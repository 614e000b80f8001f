"""Who could read it there: what the partner said about exactly this item, and when it said so."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from sealane.base.errors import Malformed
from sealane.base.values import DAY, SECOND
from sealane.cli.demo.cast import AGREEMENT
from sealane.services.deciding.reach import sight_of
from sealane.services.exchange import assurance, outbox, release
from sealane.services.exchange.judged_release import question_of
from sealane.services.exchange.released_answer import answer
from sealane.services.register import agreement_life, directory, views
from sealane.services.statements import partner_counts
from tests import nations
from tests.nations import Pair

PROJECT = nations.PROJECT
END = "2099-01-01T00:00:00Z"


def released(pair: Pair, reference: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    asked = nations.wanted(pair.aus, reference=reference, **changes)
    made = release.release(pair.aus, asked, io.BytesIO(b"harbour"))
    sent = outbox.deliver_due(pair.aus, item=made.item)
    readers: dict[str, Any] = answer(pair.aus, made, sent, asked)["readers"]["JPN"]
    return made.item, readers


def shown(pair: Pair, item: str) -> dict[str, Any]:
    with pair.aus.store.reading() as tx:
        told: dict[str, Any] = views.item(pair.aus, tx, item)
    return told


def changed(pair: Pair, person: str, **members: Any) -> None:
    with pair.jpn.store.reading() as tx:
        data = json.loads(json.dumps(pair.jpn.person(tx, person)))
    directory.enter(pair.jpn, data | members)


def suspended(pair: Pair, person: str) -> None:
    with pair.jpn.store.reading() as tx:
        clearances = json.loads(json.dumps(pair.jpn.person(tx, person)["clearances"]))
    changed(pair, person, clearances=[one | {"status": "suspended"} for one in clearances])


def test_a_partner_that_tries_names_of_projects_is_soon_told_of_nobody_and_it_is_entered(
    pair, monkeypatch
):
    monkeypatch.setattr(assurance, "GUESSES", replace(assurance.GUESSES, most=3))
    secret = "kurofune"
    with pair.jpn.store.reading() as tx:
        held = json.loads(json.dumps(pair.jpn.person(tx, "jpn.sato")["authorisations"]))
    changed(pair, "jpn.sato", authorisations=[*held, held[0] | {"project": secret}])

    def told(project):
        asked = replace(question_of(nations.wanted(pair.aus)), project=project)
        pair.clock.pass_(1)
        return assurance.obtain(pair.aus, "JPN", asked)[1].posts

    known = told(secret)
    assert known
    for name in ("akafune", "shirofune"):
        assert told(name) == ()
    assert told(secret) == told("aofune") == ()
    released(pair, "a", project=PROJECT)
    assert told(PROJECT)
    with pair.jpn.store.reading() as tx:
        refs = pair.jpn.records.entry_refs.find(tx, order="index", kind="peer.limited")
        counted = partner_counts.told(pair.jpn, tx)
    assert len(refs) == 1
    assert [(one["partner"], one["code"]) for one in counted] == [("AUS", "peer.quota")]
    pair.clock.pass_(DAY // SECOND)
    assert told(secret) == known


def test_an_item_without_the_project_is_told_of_its_own_readers_and_not_of_another_item_s(pair):
    first, there = released(pair, "a")
    assert there["posts"]
    second, none = released(pair, "b", project=None)
    third, _ = released(pair, "c")
    assert none["posts"] == []
    assert none["as_of"] is not None
    for item, told in ((first, there["posts"]), (second, []), (third, there["posts"])):
        assert shown(pair, item)["readers"]["JPN"]["posts"] == told


def test_each_release_tells_who_could_read_it_then(pair):
    _, before = released(pair, "a")
    pair.clock.pass_(1)
    suspended(pair, "jpn.sato")
    item, after = released(pair, "b")
    assert before["posts"]
    assert after["posts"] == []
    assert after["as_of"] > before["as_of"]
    assert shown(pair, item)["readers"]["JPN"] == after


def test_while_the_partner_is_away_what_it_last_said_about_exactly_this_is_told_with_its_instant(
    pair,
):
    _, before = released(pair, "a")
    pair.line.down.add("JPN")
    _, again = released(pair, "b")
    item, other = released(pair, "c", purpose="planning", purposes=("planning",))
    assert again == before
    assert other == {"posts": [], "as_of": None}
    assert shown(pair, item)["readers"]["JPN"] == other


def test_nobody_reads_while_the_agreement_is_suspended_and_the_item_says_so(pair):
    item, before = released(pair, "a")
    assert shown(pair, item)["agreement_state"] == "in-force"
    pair.clock.pass_(1)
    agreement_life.give(pair.aus, AGREEMENT, "suspend")
    told = shown(pair, item)
    assert told["agreement_state"] == "suspended"
    assert told["readers"]["JPN"]["posts"] == []
    assert told["readers"]["JPN"]["as_of"] > before["as_of"]
    agreement_life.give(pair.aus, AGREEMENT, "resume")
    assert shown(pair, item)["readers"]["JPN"] == before


def test_under_another_label_nobody_knows_until_the_partner_is_asked(pair):
    item, _ = released(pair, "a")
    with pair.aus.store.writing() as tx:
        row = pair.aus.item(tx, item)
        label = {**row.label, "classification": "TOP SECRET"}
        pair.aus.records.items.change(tx, {"id": item}, label=label)
    assert shown(pair, item)["readers"]["JPN"] == {"posts": [], "as_of": None}


def test_a_reader_is_not_told_who_else_could_read_it(pair):
    item, _ = released(pair, "a")
    with pair.aus.store.reading() as tx:
        named = [{"item": item, "by": "x", "from": "2020-01-01T00:00:00Z", "until": END}]
        reader = dict(pair.aus.person(tx, "aus.analyst")) | {
            "duties": ["reader"],
            "authorisations": named,
        }
        held = views.item(pair.aus, tx, item)
        shown = views.item(pair.aus, tx, item, sight_of(pair.aus, tx, reader))
    assert held["readers"]["JPN"]["posts"]
    assert shown["readers"] == {}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ({"area": "marine"}, "maritime"),
        ({"purpose": "assesment"}, "assessment"),
        ({"purposes": ("assessment", "planing")}, "planning"),
    ],
)
def test_a_slip_is_told_at_home_with_the_right_words_and_nothing_leaves(pair, wrong, right):
    pair.line.down.add("JPN")  # whatever were said would end in `partner.no_answer`
    with pytest.raises(Malformed) as caught:
        released(pair, "a", **wrong)
    assert caught.value.code == "request.unknown_word"
    assert right in str(caught.value.as_json()["remedy"])
    with pair.aus.store.reading() as tx:
        assert pair.aus.records.items.find(tx, order="id") == []
        assert pair.aus.records.statements.find(tx, order="kept", type="assurance.request") == []
