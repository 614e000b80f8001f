"""Recall, expiry and re-labelling take effect on the very next rewrap: at the provider by itself,
at the holder by itself.

Every law is shown in both directions and under both profiles.
"""

import dataclasses
import io
import json

import pytest

from sealane.base.values import DAY, Instant, format_instant
from sealane.cli.demo.cast import AGREEMENT, cast
from sealane.labels.model.label import label_from_json
from sealane.sealing import origin
from sealane.services.exchange import assurance, outbox, recall, release, reseal
from sealane.services.exchange import relabel as relabelling
from sealane.services.opening import key_parts, open_item
from sealane.services.register import directory
from tests import nations
from tests.lane.test_story import code_of, kinds, state

TEXT = b"harbour"


@dataclasses.dataclass
class Way:
    """One nation's item in the other's hands."""

    pair: nations.Pair
    giver: str
    taker: str
    item: str
    reader: str

    @property
    def provider(self):
        return self.pair.line.nodes[self.giver]

    @property
    def holder(self):
        return self.pair.line.nodes[self.taker]

    @property
    def label(self):
        return label_from_json(state(self.provider, self.item)["label"])

    def another(self, **changes):
        return dataclasses.replace(self.label, **(changes or {"review": "2030-01-01T00:00:00Z"}))

    def read(self):
        sink = io.BytesIO()
        open_item.open_item(
            self.holder,
            self.item,
            person=self.reader,
            purpose="assessment",
            action="open",
            sink=sink,
        )
        return sink.getvalue()

    @property
    def officer(self):
        return f"{self.provider.party.lower()}.release"

    def relabel(self, label):
        return relabelling.relabel(
            self.provider, self.item, label, reason="reviewed", person=self.officer
        )

    def seal_anew(self):
        reseal.rewrap(self.provider, self.item, suite=None, person=self.officer)
        self.pair.settle()


def turned(person, into):
    """A person of one nation's story as one of the other's."""
    country = into.upper()
    text = json.dumps(person).replace("aus", "xx").replace("jpn", into).replace("xx", into)
    return json.loads(text.replace("AUS", country).replace("JPN", country))


def from_japan(pair):
    """The same story told from Tokyo: its staff release, a reader in Canberra reads."""
    staff = {one["id"]: one for party in cast(pair.clock.now()).values() for one in party["people"]}
    for name in ("analyst", "release", "second"):
        directory.enter(pair.jpn, turned(staff[f"aus.{name}"], "jpn"))
    reader = turned(staff["jpn.sato"], "aus")
    reader["clearances"][0]["level"] = "SECRET"
    reader["briefings"][0]["agreement"] = AGREEMENT
    directory.enter(pair.aus, reader | {"authorisations": [{**reader["authorisations"][0]}]})
    assurance.give(
        pair.aus,
        agreement=AGREEMENT,
        area="maritime",
        level="極秘",
        officer="aus.security",
        until=Instant(pair.clock.now() + 300 * DAY),
    )
    return nations.wanted(
        pair.jpn,
        to="AUS",
        originator="jpn.analyst",
        officer="jpn.release",
        second="jpn.second",
        label=label_from_json(
            {**nations.LABEL, "policy": "JPN", "classification": "極秘", "originator": "JPN"}
        ),
    )


@pytest.fixture(
    params=[
        "AUS to JPN, sovereign",
        "AUS to JPN, interop",
        "JPN to AUS, sovereign",
        "JPN to AUS, interop",
    ]
)
def way(request, pair):
    giver, taker, profile = request.param[:3], request.param[7:10], request.param[12:]
    asked = nations.wanted(pair.aus) if giver == "AUS" else from_japan(pair)
    found = release.release(
        pair.line.nodes[giver], dataclasses.replace(asked, profile=profile), io.BytesIO(TEXT)
    )
    pair.settle(1)
    made = Way(pair, giver, taker, found.item, "jpn.sato" if taker == "JPN" else "aus.sato")
    assert made.read() == TEXT
    return made


def test_a_recall_binds_the_provider_before_the_holder_has_heard_of_it(way):
    recall.recall(way.provider, way.item, reason="r", person=way.officer)
    assert code_of(way.read) == "key.refused"
    outbox.deliver_due(way.provider)
    assert code_of(way.read) == "decision.refused"


def test_a_recall_that_arrived_binds_the_holder_whatever_the_provider_says(way):
    with way.holder.store.writing() as tx:
        way.holder.records.items.change(tx, {"id": way.item}, recalled=way.holder.now()[1])
    assert code_of(way.read) == "decision.refused"


@pytest.mark.parametrize("side", ["provider", "holder"])
def test_an_item_that_expires_opens_before_and_never_after_by_either_nations_own_record(way, side):
    node = getattr(way, side)
    with node.store.writing() as tx:
        facts = node.item(tx, way.item).facts
        node.records.items.change(
            tx,
            {"id": way.item},
            facts={**facts, "until": format_instant(Instant(node.host.now() + 1))},
        )
    way.pair.clock.pass_(1)
    assert code_of(way.read) == {"provider": "key.refused", "holder": "decision.refused"}[side]


def test_an_item_past_its_end_is_refused_by_both(way):
    way.pair.clock.pass_(100 * 86_400)
    assert code_of(way.read) == "decision.refused"


def test_another_label_binds_the_provider_before_the_holder_has_heard_of_it(way):
    way.relabel(way.another())
    assert code_of(way.read) == "key.refused"


def test_another_label_binds_the_holder_when_it_arrives_and_the_item_opens_again_under_it(way):
    before, label = state(way.holder, way.item)["container"], way.another()
    found = way.relabel(label)
    assert (found["changed"], found["told"]) == (True, [way.taker])
    outbox.deliver_due(way.provider)
    assert state(way.holder, way.item)["label"] == label.as_json()
    assert code_of(way.read) in ("key.refused", "container.other_terms")
    way.seal_anew()
    assert way.read() == TEXT
    for node in (way.provider, way.holder):
        there = state(node, way.item)
        assert (there["label"], there["container"] != before) == (label.as_json(), True)
        assert {"statement.relabelled", "statement.rewrapped", "item.level_changed"} <= set(
            kinds(node, way.item)
        )
        with node.blobs.read(there["container"]) as source:
            assert origin.read(key_parts.manifest_of(source).container.manifest).label == label
    assert not way.relabel(label)["changed"]


def test_a_level_the_agreement_has_no_room_for_shuts_the_item_for_both(way):
    label = way.another(classification="TOP SECRET" if way.giver == "AUS" else "機密")
    way.relabel(label)
    outbox.deliver_due(way.provider)
    assert state(way.holder, way.item)["label"]["classification"] == label.classification
    way.seal_anew()
    assert code_of(way.read) == "decision.refused"


def test_a_holder_that_is_away_is_told_later_and_nothing_opens_meanwhile(way):
    label = way.another()
    way.pair.line.down.add(way.taker)
    way.relabel(label)
    way.pair.settle(1)
    assert code_of(way.read) == "key.refused"
    way.pair.line.down.clear()
    way.pair.settle()
    assert state(way.holder, way.item)["label"] == label.as_json()
    way.seal_anew()
    assert way.read() == TEXT


def test_only_the_originator_relabels_and_never_into_another_policy(pair):
    item = nations.share(pair)
    label = label_from_json(nations.LABEL)

    def change(node, label):
        return code_of(
            lambda: relabelling.relabel(
                node, item, label, reason="r", person=f"{node.party.lower()}.release"
            )
        )

    reviewed = dataclasses.replace(label, review="2030-01-01T00:00:00Z")
    assert change(pair.jpn, reviewed) == "item.not_yours"
    assert (
        change(pair.aus, dataclasses.replace(reviewed, originator="USA")) == "relabel.other_policy"
    )
    assert change(pair.aus, dataclasses.replace(reviewed, classification="BANANA")).startswith(
        "label."
    )
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    assert change(pair.aus, reviewed) == "item.state"
