"""A delivered item moves to another suite: same bytes, both nations hold the new container, both
ledgers say so.
"""

import pytest

from sealane.base.errors import SealaneError
from sealane.services.exchange import recall, reseal
from sealane.services.opening import key_parts
from tests.lane.test_story import code_of, kinds
from tests.nations import given, read, share


def suites(node, item):
    with node.blobs.read(given(node, item).container) as source:
        return {
            kao.sid: (kao.kid, kao.digest())
            for kao in key_parts.manifest_of(source).container.manifest.key_access
        }


def test_the_item_opens_under_the_new_suite_and_both_registers_agree(pair):
    item = share(pair, b"harbour" * 100_000)
    before, old = given(pair.jpn, item), suites(pair.aus, item)
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    pair.settle()
    ours, theirs = given(pair.aus, item), given(pair.jpn, item)
    assert ours.container == theirs.container != before.container
    assert ours.sealed == theirs.sealed
    assert theirs.sealed["supersedes"] == before.sealed["seal"]
    kids = {card.party: card.wrapping_key("X-Wing").kid for card in (pair.aus.card, pair.jpn.card)}
    assert {party: kid for party, (kid, _) in suites(pair.jpn, item).items()} == kids
    assert not set(suites(pair.aus, item).values()) & set(old.values())
    assert not pair.aus.blobs.has(before.container)
    assert not pair.jpn.blobs.has(before.container)
    assert read(pair, item) == b"harbour" * 100_000
    for node in (pair.aus, pair.jpn):
        assert {"statement.rewrap.request", "statement.rewrapped"} <= set(kinds(node, item))


def test_while_the_holder_is_away_nothing_changes(pair):
    item = share(pair)
    before = given(pair.aus, item).container
    pair.line.down.add("JPN")
    assert (
        code_of(lambda: reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release"))
        == "partner.no_answer"
    )
    pair.line.down.clear()
    assert given(pair.aus, item).container == before
    assert read(pair, item)


def test_lost_answers_and_duplicates_are_harmless(pair):
    item = share(pair)
    reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    pair.line.lose_answers = True
    pair.settle()
    pair.line.lose_answers = False
    pair.line.twice = True
    pair.settle()
    assert given(pair.aus, item).container == given(pair.jpn, item).container
    assert read(pair, item)


def test_a_recalled_item_is_not_rewrapped_and_its_holder_gives_no_share(pair):
    item = share(pair)
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.items.change(tx, {"id": item}, recalled=pair.jpn.now()[1])
    assert (
        code_of(lambda: reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release"))
        == "rewrap.declined"
    )
    recall.recall(pair.aus, item, reason="superseded", person="aus.release")
    assert (
        code_of(lambda: reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release"))
        == "item.state"
    )


def test_an_item_recalled_on_the_way_keeps_no_container_anywhere(pair):
    item = share(pair)
    (found,) = reseal.rewrap(pair.aus, item, suite="X-Wing", person="aus.release")
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.items.change(tx, {"id": item}, recalled=pair.jpn.now()[1])
    pair.settle()
    assert given(pair.aus, item).container == found["replaces"]
    assert not pair.aus.blobs.has(found["container"])
    assert not pair.jpn.blobs.has(found["container"])


@pytest.mark.parametrize("suite", ["RSA-2048-OAEP-SHA1", "EC-P256", "none"])
def test_a_suite_that_cannot_be_shared_is_refused(pair, suite):
    item = share(pair)
    with pytest.raises(SealaneError) as caught:
        reseal.rewrap(pair.aus, item, suite=suite, person="aus.release")
    assert caught.value.code == "rewrap.suite"


def test_only_the_provider_rewraps(pair):
    item = share(pair)
    code = code_of(lambda: reseal.rewrap(pair.jpn, item, suite="X-Wing", person="jpn.clerk"))
    assert code == "item.not_yours"
