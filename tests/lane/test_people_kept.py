"""Everybody with access is kept between two looks, and is never other than the directory says."""

import copy
import json
from contextlib import suppress

from sealane.services.access import told
from sealane.services.deciding import lapsing, previews, version_effect
from sealane.services.exchange import projects
from sealane.services.register import clearances, directory, leaving, roll
from tests import engines
from tests.nations import AGREEMENT, share


def now(node):
    with node.store.reading() as tx:
        return node.people(tx, limit=10_000)


def stored(node):
    """The same by every row, read and held against the ledger now."""
    with node.store.reading() as tx:
        rows = node.records.people.find(tx, order="id", limit=10_000, ended=None)
        return [row for row in rows if node.entered(tx, "people", row)]


def record_of(node, person):
    with node.store.reading() as tx:
        return copy.deepcopy(node.person(tx, person))


def test_the_same_people_are_read_once(pair):
    assert now(pair.jpn) is now(pair.jpn)
    assert now(pair.jpn) is not now(pair.aus)


def test_whatever_is_entered_changed_or_ended_is_seen_at_once(pair):
    node = pair.jpn
    sato = record_of(node, "jpn.sato")
    steps = [
        lambda: directory.enter(node, {**sato, "id": "jpn.new"}),
        lambda: directory.enter(node, {**sato, "clearances": []}),
        lambda: directory.enter(node, sato),
        lambda: leaving.leave(node, "jpn.new"),
        lambda: leaving.come_back(node, "jpn.new"),
    ]
    for step in steps:
        before = now(node)
        step()
        assert now(node) != before
        assert now(node) == stored(node)
    with suppress(KeyboardInterrupt), node.store.writing() as tx:
        changed = {**sato, "roles": ["x"]}
        directory.keep_person(node, tx, changed, kind="person.changed", actor=None)
        seen = {one.id: one.data for one in node.people(tx, limit=100)}
        assert seen["jpn.sato"]["roles"] == ["x"]
        raise KeyboardInterrupt
    assert now(node) == stored(node)


def test_what_was_changed_by_hand_counts_for_nothing(pair):
    node = pair.jpn
    before = now(node)
    data = {
        **record_of(node, "jpn.suzuki"),
        "clearances": record_of(node, "jpn.sato")["clearances"],
    }
    with node.store.writing() as tx:
        engines.by_hand(tx, "UPDATE people SET data = ? WHERE id = 'jpn.suzuki'", json.dumps(data))
    assert all(one in before for one in now(node))
    with node.store.writing() as tx:
        engines.by_hand(
            tx,
            "INSERT INTO people SELECT 'mole', replace(data, 'jpn.sato', 'mole'), verifier, since,"
            " ended FROM people WHERE id = 'jpn.sato'",
        )
    assert now(node) == stored(node)


def test_nobody_who_looks_changes_what_is_kept(pair):
    node, item = pair.jpn, share(pair)
    before = copy.deepcopy(now(node))
    with node.store.reading() as tx:
        previews.told(node, tx, item, purpose="assessment", action="open")
        previews.readers(node, tx, node.item(tx, item), purpose="assessment")
        lapsing.horizon(node, tx, days=4000)
        lapsing.ends_within(node, tx, days=4000)
        told.posts_of(node, tx, ["reader", "security-officer"])
        list(clearances.lapses(node, tx, days=4000))
        projects.new_project(node, tx, "another")
        agreement = node.agreements(tx)[AGREEMENT]
        version_effect.effect_of(node, tx, agreement, agreement)
        assert node.people(tx, limit=10_000) == before
    roll.roll(node)
    leaving.leave(node, "jpn.tanaka")
    assert now(node) == [one for one in before if one.id != "jpn.tanaka"]
