"""What comes into a feed broken, false, twice or without end: told by object, bounded, and never
stored in part.

Spec: spec/feeds.md §What is taken.
"""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.labels.stix.definitions import predefined
from sealane.labels.stix.own import write_own
from sealane.registry.feed_records import Feed
from sealane.services.feeds import adding, reading
from sealane.services.feeds.settling import Settling
from tests.lane.test_feeds import (
    AMBER,
    CLEAR,
    RED,
    SECRET,
    STRICT,
    WRITER,
    add,
    call,
    feed_of,
    indicator,
    named,
    naming,
    numbers,
    partner,
    person_of,
)
from tests.nations import LABEL, Pair


@pytest.fixture
def feed(pair: Pair) -> Feed:
    return feed_of(pair.aus)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ({"type": "indicator"}, "feed.object"),
        ([1], "feed.object"),
        ({"type": "bundle", "id": named(1, "bundle")}, "feed.object"),
        (indicator(1, CLEAR, modified="2999-01-01T00:00:00Z"), "feed.object"),
        (indicator(1, CLEAR, modified="yesterday"), "feed.object"),
        (indicator(1, CLEAR, created="2026-02-01T00:00:00Z"), "feed.object"),
        (indicator(1, "marking-definition--x"), "feed.marks"),
        (indicator(1, *[CLEAR] * 99), "feed.marks"),
        (
            indicator(1, granular_markings=[{"marking_ref": RED, "selectors": ["nothing"]}]),
            "stix.selector",
        ),
        (indicator(1, granular_markings=[]), "stix.malformed"),
        ({**write_own(label_from_json(LABEL)), "extensions": {}}, "stix.malformed"),
    ],
)
def test_a_bad_object_is_told_and_stops_no_other(pair, feed, bad, code):
    told = add(pair.aus, feed, indicator(2, STRICT), bad, indicator(3, STRICT))
    assert told["added"] == 2
    assert [one["code"] for one in told["failed"]] == [code]
    assert numbers(pair.aus, feed, person_of(pair.aus, "aus.clerk")) == [2, 3]


def test_a_document_that_ends_in_the_middle_leaves_nothing(pair, feed):
    text = json.dumps({"objects": [indicator(one, CLEAR) for one in range(600)]})[:-9]
    with pytest.raises(SealaneError) as caught:
        adding.add(pair.aus, feed, io.BytesIO(text.encode()), by=WRITER)
    assert caught.value.code == "feed.bundle"
    assert numbers(pair.aus, feed, person_of(pair.aus, "aus.clerk")) == []


def test_memory_does_not_grow_with_the_length_of_a_bundle(pair, feed, tmp_path):
    def peak(start: int, count: int) -> int:
        place = tmp_path / "bundle.json"
        with place.open("w") as out:
            out.write('{"objects":[')
            for one in range(start, start + count):
                comma = "," if one > start else ""
                out.write(comma + json.dumps(indicator(one, AMBER, description="d" * 4_000)))
            out.write("]}")
        tracemalloc.start()
        try:
            with place.open("rb") as source:
                done = adding.add(pair.aus, feed, source, by=WRITER)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert (done.added, done.failures) == (count, 0)

    short, long = peak(0, 1_000), peak(1_000, 5_000)
    # twenty million bytes more; what is told of each is all that is added up
    assert long < short + 3_000_000, (short, long)


def test_a_step_that_fails_stores_no_object_in_part(pair, feed, monkeypatch):
    objects = [indicator(one, AMBER) for one in range(adding.BATCH + 10)]
    close, calls = Settling.close, []

    def failing(self: Settling) -> None:
        calls.append(1)
        close(self)
        if len(calls) == 2:
            raise OSError("the disk is full")

    monkeypatch.setattr(Settling, "close", failing)
    with pytest.raises(OSError, match="full"):
        add(pair.aus, feed, *objects)
    theirs = partner(pair)
    assert len(numbers(pair.aus, feed, theirs)) == adding.BATCH
    monkeypatch.undo()
    told = add(pair.aus, feed, *objects)
    assert (told["added"], told["known"]) == (10, adding.BATCH)
    assert len(numbers(pair.aus, feed, theirs)) == adding.BATCH + 10


@pytest.mark.parametrize(
    "twin",
    [
        {"created": "2020-01-01T00:00:00.000Z"},
        {"name": "TLP:CLEAR"},
        {"revoked": True},
    ],
)
def test_a_twin_of_a_tlp_object_marks_nothing_lower(pair, feed, twin):
    """Of the predefined definitions everybody knows what they are, whatever a bundle calls so."""
    false = {**predefined(STRICT), **twin}
    told = add(pair.aus, feed, false, indicator(1, STRICT))
    assert [one["id"] for one in told["failed"]] == [STRICT]
    assert numbers(pair.aus, feed, partner(pair)) == []


def test_of_two_definitions_of_one_name_nobody_knows_which_is_meant(pair, feed):
    one = write_own(label_from_json(LABEL))
    other = {**one, "created": "2026-02-02T00:00:00Z"}
    told = add(pair.aus, feed, one, other, indicator(1, one["id"]))
    found = [failed["code"] for failed in told["failed"]]
    assert found == ["feed.version_taken", "feed.version_taken", "feed.unresolved"]
    # nor does a later one change what the first means
    assert add(pair.aus, feed, one)["failed"] == []
    assert [failed["code"] for failed in add(pair.aus, feed, other)["failed"]] == [
        "feed.version_taken"
    ]
    theirs = partner(pair)
    theirs = person_of(pair.aus, theirs["id"], authorisations=[naming(project="tides")])
    read = reading.page(pair.aus, SECRET, call(feed, theirs)).keys
    assert {key.object for key in read} == {one["id"], named(1)}
