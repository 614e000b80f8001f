"""What is made from registered items: its label, whose leave it needs, what binds it to them, and
the recall that reaches it.

Spec: spec/exchange.md §4.2, §7; R13, R34, R41, R47.
"""

from __future__ import annotations

import dataclasses
import io

import pytest

from sealane.labels.model.label import label_from_json
from sealane.ledger import bodies, receipt
from sealane.registry import binding
from sealane.services.exchange import (
    arrival,
    assurance,
    recall,
    relabel,
)
from sealane.services.opening import open_item
from sealane.services.register import directory, views
from tests import nations, nations_three
from tests.lane import several
from tests.lane.made import (
    LABEL,
    LOW,
    cleared,
    code_of,
    derive,
    makers,
    read_sources,
    register,
    staff,
    told,
)
from tests.lane.made import release as release_held
from tests.lane.test_lives import differences, states

PLAIN = ("translation", "extract", "summary")
PROTECTED = dataclasses.replace(LABEL, classification="PROTECTED")


def label_of(found):
    return label_from_json(found["label"])


@pytest.fixture
def jpn_staff(pair):
    makers(pair.jpn)
    return pair


@pytest.mark.parametrize("kind", PLAIN)
def test_it_bears_what_its_sources_demand_and_says_from_what_it_was_made(pair, kind):
    one, other = register(pair.aus, label=PROTECTED), register(pair.aus)
    found = derive(pair.aus, one, other, kind=kind)
    assert label_of(found).classification == "SECRET"
    assert label_of(found).categories == LABEL.categories
    assert found["sources"] == [one, other]
    ours = read_sources(pair.aus, found["item"])
    assert (ours["bound"], ours["by"], ours["kind"]) == (True, "AUS", kind)
    assert ours["sources"] == [one, other]
    (entry,) = told(pair.aus, "item.derived")
    assert (entry["items"], entry["record"]) == ([one, other], ours["binding"])
    assert (entry["actor"], entry["proof"]) == ("aus.analyst", "unproven")


@pytest.mark.parametrize("kind", PLAIN)
def test_a_label_below_its_sources_is_refused_and_one_above_is_taken(pair, kind):
    item = register(pair.aus, label=PROTECTED)
    for lower in (LOW, dataclasses.replace(PROTECTED, categories=nations_wide())):
        code = code_of(lambda lower=lower: derive(pair.aus, item, kind=kind, label=lower))
        assert code == "derive.label_below_sources"
    assert label_of(derive(pair.aus, item, kind=kind, label=LABEL)) == LABEL
    assert len(several.items(pair.aus)) == 2


def nations_wide():
    return label_from_json(nations_three.LABEL).categories


def test_no_relabelling_brings_it_below_its_sources_afterwards(pair):
    item = derive(pair.aus, register(pair.aus))["item"]
    lowering = nations.two("aus.analyst", "aus.security")
    assert (
        code_of(lambda: relabel.relabel(pair.aus, item, LOW, reason="r", person=lowering))
        == "derive.label_below_sources"
    )
    tear_line = derive(pair.aus, register(pair.aus), kind="tear-line", label=PROTECTED)["item"]
    assert relabel.relabel(pair.aus, tear_line, LOW, reason="r", person=lowering)["changed"]


def test_what_its_source_was_raised_to_it_has_to_bear_before_it_goes(pair):
    source = register(pair.aus, label=PROTECTED)
    item = derive(pair.aus, source)["item"]
    relabel.relabel(pair.aus, source, LABEL, reason="r", person="aus.analyst")
    assert code_of(lambda: release_held(pair.aus, item)) == "derive.label_below_sources"
    relabel.relabel(pair.aus, item, LABEL, reason="r", person="aus.analyst")
    assert release_held(pair.aus, item).transfers[0].state == "queued"


def test_a_received_source_demands_what_the_agreement_maps_it_to(jpn_staff):
    pair = jpn_staff
    source = nations.share(pair)
    arrival.accept(pair.jpn, source, "jpn.clerk")
    found = derive(pair.jpn, source, data="港".encode())
    label = label_of(found)
    with pair.jpn.store.reading() as tx:
        assert label.classification == pair.jpn.item(tx, source).handle_as
    assert (label.policy, label.originator) == ("JPN", "JPN")
    assert label.values("Releasable To") == ("AUS", "JPN")
    lower = dataclasses.replace(label, classification="秘")
    assert code_of(lambda: derive(pair.jpn, source, label=lower)) == "derive.label_below_sources"


def reader_at_canberra(pair, level):
    """Somebody there who may open what JPN gives, and the assurance that it rests on."""
    with pair.jpn.store.reading() as tx:
        sato = pair.jpn.person(tx, "jpn.sato")
    bare = cleared(pair.aus, "aus.clerk")
    authorised = {"authorisations": sato["authorisations"], "briefings": sato["briefings"]}
    reader = {**bare, **authorised, "id": "aus.reader", "facility": "aus.registry"}
    directory.enter(pair.aus, {**reader, "duties": ["reader"]})
    assurance.give(
        pair.aus,
        agreement=nations.AGREEMENT,
        area="maritime",
        level=level,
        officer="aus.security",
        until=nations.Instant(pair.clock.now() + 300 * nations.DAY),
    )


def test_back_to_its_provider_it_goes_freely_and_opens_there(jpn_staff):
    pair = jpn_staff
    source = nations.share(pair)
    arrival.accept(pair.jpn, source, "jpn.clerk")
    found = derive(pair.jpn, source, data=b"for you")
    item = found["item"]
    back = {
        "to": "AUS",
        "officer": "jpn.release",
        "second": "jpn.second",
        "originator": "jpn.analyst",
        "until": nations.Instant(pair.clock.now() + 50 * nations.DAY),
    }
    for change, code in (
        ({"purposes": ("operations",), "purpose": "operations"}, "derive.beyond_sources"),
        ({"until": nations.Instant(pair.clock.now() + 200 * nations.DAY)}, "derive.beyond_sources"),
    ):
        assert code_of(lambda c=change: release_held(pair.jpn, item, **{**back, **c})) == code
    reader_at_canberra(pair, label_of(found).classification)
    assert release_held(pair.jpn, item, **back).transfers[0].state == "queued"
    pair.rounds(2)
    sink = io.BytesIO()
    reading = {"person": "aus.reader", "purpose": "assessment", "action": "open"}
    open_item.open_item(pair.aus, item, sink=sink, **reading)
    assert sink.getvalue() == b"for you"
    assert read_sources(pair.aus, item) == {"bound": True, "by": "JPN"}


def test_a_tear_line_may_be_lower_and_opens_where_its_source_does_not_go(pair):
    source = register(pair.aus, label=dataclasses.replace(LABEL, categories=()))
    found = derive(pair.aus, source, data=b"they sail", kind="tear-line", label=LABEL)
    item = found["item"]
    with pair.aus.store.reading() as tx:
        assert pair.aus.item(tx, item).facts["originator"] == "aus.analyst"
    release_held(pair.aus, item)
    assert states(pair, item) == ("delivered", "delivered")
    assert nations.read(pair, item) == b"they sail"
    arrival.accept(pair.jpn, item, "jpn.clerk")
    pair.settle(2)
    assert differences(pair) == []


def test_its_recipient_reads_that_it_is_bound_and_cannot_learn_to_what(pair):
    source = register(pair.aus)
    item = derive(pair.aus, source, kind="tear-line", label=LABEL)["item"]
    release_held(pair.aus, item)
    assert read_sources(pair.jpn, item) == {"bound": True, "by": "AUS"}
    ours = read_sources(pair.aus, item)
    with pair.jpn.store.reading() as tx:
        row = pair.jpn.item(tx, item)
        kept = pair.jpn.records.statements.find(tx, order="kept", item=item)
        line = views.item(pair.jpn, tx, item)
    offer = next(receipt.peek(bytes(one.data)) for one in kept if one.type == "offer")
    assert offer.saying(bodies.Offer).binding == row.binding == ours["binding"]
    assert line["sources"] == []
    for one in kept:
        assert source.encode() not in bytes(one.data)
    for agreement in (None, nations.AGREEMENT):
        for kind in ("item.derived", "recall.reached"):
            assert told(pair.jpn, kind, agreement) == []
    assert told(pair.aus, "item.derived", nations.AGREEMENT) == []
    # Whoever tries every number that there could be finds none that fits without the secret.
    assert not any(
        binding.opens(row.binding, bytes(32), [f"AUS-2026-{number:06d}"]) for number in range(50)
    )
    assert binding.opens(ours["binding"], bytes.fromhex(ours["opening"]), [source])


def test_two_items_from_one_source_cannot_be_told_to_share_it(pair):
    source = register(pair.aus)
    made = [derive(pair.aus, source)["item"] for _ in range(4)]
    found = {read_sources(pair.aus, item)["binding"] for item in made}
    assert len(found) == 4


def test_an_item_that_was_made_from_none_is_bound_to_none(pair):
    item = nations.share(pair)
    assert read_sources(pair.aus, item) == {"bound": False, "by": None, "sources": []}
    assert read_sources(pair.jpn, item) == {"bound": False, "by": None}


def test_a_register_changed_by_hand_is_bound_no_more(pair):
    source, other = register(pair.aus), register(pair.aus)
    item = derive(pair.aus, source, kind="tear-line", label=LABEL)["item"]
    release_held(pair.aus, item)
    with pair.aus.store.writing() as tx:
        pair.aus.records.sources.change(tx, {"item": item}, source=other)
    assert read_sources(pair.aus, item)["bound"] is False
    with pair.jpn.store.writing() as tx:
        pair.jpn.records.items.change(tx, {"id": item}, binding="0" * 96)
    assert read_sources(pair.jpn, item)["bound"] is False


def test_a_tear_line_is_cut_by_the_sources_provider_alone_and_by_no_writer_of_it(jpn_staff):
    pair = jpn_staff
    source = nations.share(pair)
    arrival.accept(pair.jpn, source, "jpn.clerk")
    assert code_of(lambda: derive(pair.jpn, source, kind="tear-line")) == "item.not_yours"
    translated = derive(pair.jpn, source)["item"]
    assert code_of(lambda: derive(pair.jpn, translated, kind="tear-line")) == "item.not_yours"
    own = register(pair.aus)
    author = nations.two("aus.analyst", None)
    assert code_of(lambda: derive(pair.aus, own, kind="tear-line", actor=author)) == "person.duty"
    staff(pair.aus, "aus.analyst", "release-officer")
    assert (
        code_of(lambda: derive(pair.aus, own, kind="tear-line", actor=author))
        == "derive.own_source"
    )


def test_what_refuses_comes_in_the_order_of_the_contract_and_leaves_nothing(jpn_staff):
    pair = jpn_staff
    own, gone = register(pair.aus), register(pair.aus)
    recall.recall(pair.aus, gone, reason="r", person="aus.analyst")
    before = several.items(pair.aus)
    stranger, officer = nations.two("nobody", None), nations.two("aus.release", None)
    tries = (
        ({"actor": stranger}, ("AUS-2026-999999",), "person.unknown"),
        ({"actor": officer}, (own, "AUS-2026-999999"), "item.unknown"),
        ({"actor": officer}, (gone,), "person.duty"),
        ({"label": LOW}, (own, gone), "item.state"),
        ({"label": LOW}, (own,), "derive.label_below_sources"),
    )
    for change, named, code in tries:
        assert code_of(lambda c=change, n=named: derive(pair.aus, *n, **c)) == code
    assert several.items(pair.aus) == before
    assert told(pair.aus, "item.derived") == []
