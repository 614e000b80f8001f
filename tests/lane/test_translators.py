"""Who may make something from a received item: whoever may open it, and nobody else.

Spec: spec/exchange.md §4.2; R13, R41.
"""

from __future__ import annotations

import pytest

from sealane.base.errors import SealaneError
from sealane.services.exchange import arrival, derived
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests import nations
from tests.lane import several
from tests.lane.made import code_of, derive, makers, read_sources, register, staff, told


@pytest.fixture
def source(pair):
    makers(pair.jpn)
    item = nations.share(pair)
    arrival.accept(pair.jpn, item, "jpn.clerk")
    return item


def without(node, **facts):
    with node.store.reading() as tx:
        held = node.person(tx, "jpn.analyst")
    directory.enter(node, {**held, **facts})


@pytest.mark.parametrize("lacking", ["clearances", "briefings", "authorisations"])
@pytest.mark.parametrize("kind", ["translation", "extract", "summary"])
def test_who_may_not_open_the_source_makes_nothing_of_it(pair, source, lacking, kind):
    before = several.items(pair.jpn)
    without(pair.jpn, **{lacking: []})
    with pytest.raises(SealaneError) as caught:
        derive(pair.jpn, source, kind=kind)
    assert caught.value.code == "decision.refused"
    assert caught.value.decision.reasons
    assert several.items(pair.jpn) == before
    assert not told(pair.jpn, "item.derived")
    assert len(told(pair.jpn, "statement.open.denied", nations.AGREEMENT)) == 1


def test_whoever_may_open_it_makes_it_and_it_is_registered_before_it_opens(pair, source):
    reached = []
    pair.jpn.host.reached = reached.append
    found = derive(pair.jpn, source)
    assert reached.index("derive.sealed") < reached.index("derive.recorded")
    assert (found["state"], found["sources"]) == ("sealed", [source])
    assert read_sources(pair.jpn, found["item"])["bound"]


def test_a_purpose_that_the_source_was_not_given_for_is_refused(pair, source):
    assert code_of(lambda: derive(pair.jpn, source, purposes=("operations",))) == "decision.refused"
    assert derive(pair.jpn, source, purposes=("assessment",))["item"]


def test_one_source_that_the_maker_may_not_open_stops_it_whatever_the_others_are(pair, source):
    own = register(pair.jpn, label=label_here(pair.jpn, source))
    without(pair.jpn, authorisations=[])
    assert code_of(lambda: derive(pair.jpn, own, source)) == "decision.refused"
    assert derive(pair.jpn, own)["sources"] == [own]


def label_here(node, item):
    """What a received item is handled as at home."""
    with node.store.reading() as tx:
        return derived.demanded(node, tx, [node.item(tx, item)])


def test_of_an_own_item_the_nation_decides_by_duty_alone(pair):
    staff(pair.aus, "aus.second-analyst", "originator", authorisations=[], briefings=[])
    made = derive(pair.aus, register(pair.aus), actor=Actor("aus.second-analyst"))
    assert made["state"] == "sealed"
