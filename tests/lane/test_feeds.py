"""Feeds: each object is decided for each reader at each read, from its own marks and those of later
versions; nothing that is withheld shows anywhere.

Spec: spec/feeds.md; spec/interfaces.md §7.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from sealane.feeds.asked import read_filter
from sealane.labels.model.label import label_from_json
from sealane.labels.stix.definitions import TLP2_IDS
from sealane.labels.stix.own import write_own
from sealane.registry.feed_records import Feed
from sealane.services.feeds import adding, deleting, kept, reading
from sealane.services.feeds.kept import FeedAsked
from sealane.services.feeds.reading import FeedCall
from sealane.services.node import Node
from sealane.services.register import directory
from sealane.services.register.acts import Actor
from tests.lane.made import code_of
from tests.nations import AGREEMENT, LABEL, Pair

WRITER, OFFICER = Actor("aus.analyst"), Actor("aus.security")
SECRET = b"s" * 32
RED, STRICT, AMBER, GREEN, CLEAR = (
    TLP2_IDS[colour] for colour in ("red", "amber+strict", "amber", "green", "clear")
)
TIDE = "indicator--00000000-0000-4000-8000-000000000001"


def named(number: int, kind: str = "indicator") -> str:
    return f"{kind}--00000000-0000-4000-8000-{number:012}"


def indicator(number: int, *marks: str, day: int = 1, **more: Any) -> dict[str, Any]:
    made = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": named(number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": f"2026-01-{day:02}T00:00:00.000Z",
        "pattern": "[file:name = 'x']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        **more,
    }
    return {**made, "object_marking_refs": list(marks)} if marks else made


def feed_of(node: Node, name: str = "tides", **more: Any) -> Feed:
    asked = FeedAsked(name=name, agreement=AGREEMENT, area="cyber", **more)
    return kept.create(node, asked, by=OFFICER)


def add(node: Node, feed: Feed, *objects: Any) -> dict[str, Any]:
    text = json.dumps({"type": "bundle", "id": "bundle--x", "objects": objects})
    return adding.add(node, feed, io.BytesIO(text.encode()), by=WRITER).as_json()


def person_of(node: Node, person: str, **changed: Any) -> dict[str, Any]:
    with node.store.reading() as tx:
        record = node.person(tx, person)
    return directory.enter(node, {**record, **changed}).as_json()


def partner(pair: Pair, name: str = "jpn.sato") -> dict[str, Any]:
    """A person of Japan's in Australia's directory, with the facility where they read."""
    with pair.jpn.store.reading() as tx:
        record = pair.jpn.person(tx, name)
        place = pair.jpn.facility(tx, record["facility"])
    directory.enter_facility(pair.aus, place.data)
    return directory.enter(pair.aus, record).as_json()


def call(feed: Feed, person: dict[str, Any], *, limit: int = 10_000, **asked: Any) -> FeedCall:
    beside = {name: asked.pop(name) for name in ("next", "what", "texts") if name in asked}
    given = [
        (name if name == "added_after" else f"match[{name}]", text) for name, text in asked.items()
    ]
    by = Actor(person["id"])
    return FeedCall(
        feed=feed, person=person, by=by, filter=read_filter(given), limit=limit, **beside
    )


def seen(node: Node, feed: Feed, person: dict[str, Any], **asked: Any) -> list[tuple[int, int]]:
    """Number and day of what a person reads, in order."""
    page = reading.page(node, SECRET, call(feed, person, **asked))
    found = [json.loads(text) for text in page.texts]
    assert [one["id"] for one in found] == [key.object for key in page.keys]
    return [(int(one["id"][-12:]), int(one["modified"][8:10])) for one in found]


def numbers(node: Node, feed: Feed, person: dict[str, Any]) -> list[int]:
    return [number for number, _ in seen(node, feed, person)]


def naming(item: str | None = None, project: str | None = None) -> dict[str, Any]:
    about = {"item": item} if item else {"project": project}
    dates = {"from": "2026-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}
    return {**about, "by": "aus.security", **dates}


@pytest.fixture
def feed(pair: Pair) -> Feed:
    return feed_of(pair.aus)


def marked(feed: Feed, pair: Pair) -> None:
    told = add(
        pair.aus,
        feed,
        indicator(1, RED),
        indicator(2, STRICT),
        indicator(3, AMBER),
        indicator(4, GREEN),
        indicator(5, CLEAR),
        indicator(6),
        indicator(7, CLEAR, granular_markings=[{"marking_ref": STRICT, "selectors": ["pattern"]}]),
    )
    assert told == {"added": 7, "known": 0, "failed": []}


def test_each_reads_what_the_marks_let(pair, feed):
    marked(feed, pair)
    own, theirs = person_of(pair.aus, "aus.clerk"), partner(pair)
    assert numbers(pair.aus, feed, own) == [2, 3, 4, 5, 6, 7]
    assert numbers(pair.aus, feed, theirs) == [3, 4, 5]


def test_red_reaches_whom_an_authorisation_names_for_the_object(pair, feed):
    marked(feed, pair)
    wrong = person_of(pair.aus, "aus.clerk", authorisations=[naming(project="tides")])
    assert 1 not in numbers(pair.aus, feed, wrong)
    own = person_of(pair.aus, "aus.clerk", authorisations=[naming(item=TIDE)])
    assert numbers(pair.aus, feed, own) == [1, 2, 3, 4, 5, 6, 7]
    ended = {**naming(item=TIDE), "until": "2026-02-01T00:00:00Z"}
    over = person_of(pair.aus, "aus.clerk", authorisations=[ended])
    assert 1 not in numbers(pair.aus, feed, over)


def test_a_nation_that_is_named_and_no_party_reads_what_is_clear_alone(pair):
    feed = feed_of(pair.aus, readable_by=("JPN", "USA"))
    marked(feed, pair)
    other = {**partner(pair), "id": "usa.smith", "organisation_country": "USA"}
    guest = directory.enter(pair.aus, {**other, "nationality": ["USA"]}).as_json()
    assert numbers(pair.aus, feed, guest) == [5]
    closed = feed_of(pair.aus, "closed")
    with pair.aus.store.reading() as tx:
        assert code_of(lambda: reading.feed_for(pair.aus, tx, "closed", guest)) == "feed.unknown"
    assert code_of(lambda: seen(pair.aus, closed, guest)) == "feed.not_readable"


def test_a_default_label_stands_where_nothing_marks_the_whole(pair):
    feed = feed_of(pair.aus, default_label={"policy": "TLP", "classification": "GREEN"})
    marked(feed, pair)
    assert numbers(pair.aus, feed, partner(pair)) == [3, 4, 5, 6]


def test_a_national_label_is_opened_by_the_partner_and_accessed_at_home(pair, feed):
    definition = write_own(label_from_json(LABEL))
    told = add(pair.aus, feed, indicator(1, definition["id"]), definition)
    assert told["failed"] == []
    theirs = partner(pair)
    assert seen(pair.aus, feed, theirs) == []
    theirs = person_of(pair.aus, theirs["id"], authorisations=[naming(project="tides")])
    assert reading.page(pair.aus, SECRET, call(feed, theirs)).keys != ()
    theirs = person_of(pair.aus, theirs["id"], briefings=[])
    assert seen(pair.aus, feed, theirs) == []
    own = person_of(pair.aus, "aus.second")
    assert reading.page(pair.aus, SECRET, call(feed, own)).keys == ()
    own = person_of(pair.aus, "aus.second", authorisations=[naming(item=named(1))])
    assert [one.object for one in reading.page(pair.aus, SECRET, call(feed, own)).keys] == [
        named(1)
    ]
    uncleared = person_of(pair.aus, "aus.clerk", authorisations=[naming(item=feed.id)])
    assert reading.page(pair.aus, SECRET, call(feed, uncleared)).keys == ()


def test_a_higher_version_withholds_the_earlier_ones(pair, feed):
    add(pair.aus, feed, indicator(1, CLEAR), indicator(1, STRICT, day=2), indicator(2, STRICT))
    theirs, own = partner(pair), person_of(pair.aus, "aus.clerk")
    assert seen(pair.aus, feed, theirs, version="all") == []
    assert seen(pair.aus, feed, own, version="all") == [(1, 1), (1, 2), (2, 1)]
    # deleted, it goes on to withhold
    gone = call(feed, own, id=named(1), version="2026-01-02T00:00:00Z")
    assert deleting.delete(pair.aus, gone) == 1
    assert seen(pair.aus, feed, own) == [(1, 1), (2, 1)]
    assert seen(pair.aus, feed, theirs, version="all") == []
    # a later version with a lower mark is a decision of its own
    add(pair.aus, feed, indicator(1, GREEN, day=3))
    assert seen(pair.aus, feed, theirs, version="all") == [(1, 3)]


def test_an_earlier_version_that_comes_later_answers_for_those_that_stand(pair, feed):
    add(pair.aus, feed, indicator(1, STRICT, day=5))
    add(pair.aus, feed, indicator(1, CLEAR, day=3))
    assert seen(pair.aus, feed, partner(pair), version="all") == []
    own = person_of(pair.aus, "aus.clerk")
    assert seen(pair.aus, feed, own) == [(1, 5)]
    assert seen(pair.aus, feed, own, version="first") == [(1, 3)]
    assert seen(pair.aus, feed, own, version="first,last") == [(1, 5), (1, 3)]
    assert seen(pair.aus, feed, own, version="2026-01-03T00:00:00Z") == [(1, 3)]


def test_the_same_again_is_stored_once_and_another_content_is_refused(pair, feed):
    add(pair.aus, feed, indicator(1, CLEAR))
    told = add(pair.aus, feed, indicator(1, CLEAR), indicator(1, CLEAR, name="other"))
    assert (told["added"], told["known"]) == (0, 1)
    assert [one["code"] for one in told["failed"]] == ["feed.version_taken"]
    domain = {"type": "domain-name", "spec_version": "2.1", "value": "a.example"}
    domain |= {"id": named(9, "domain-name"), "object_marking_refs": [CLEAR]}
    assert add(pair.aus, feed, domain)["added"] == 1
    assert add(pair.aus, feed, domain)["known"] == 1
    assert add(pair.aus, feed, {**domain, "value": "b.example"})["added"] == 1


def test_a_marking_that_nobody_sent_withholds_until_it_comes(pair, feed):
    definition = write_own(label_from_json({**LABEL, "categories": []}))
    told = add(pair.aus, feed, indicator(1, definition["id"]), indicator(2, STRICT))
    assert [(one["id"], one["code"]) for one in told["failed"]] == [(named(1), "feed.unresolved")]
    own = person_of(pair.aus, "aus.second", authorisations=[naming(item=feed.id)])
    page = reading.page(pair.aus, SECRET, call(feed, own))
    assert [one.object for one in page.keys] == [named(2)]
    assert add(pair.aus, feed, indicator(1, definition["id"]))["failed"][0]["id"] == named(1)
    add(pair.aus, feed, definition)
    found = reading.page(
        pair.aus, SECRET, call(feed, own, added_after=reading.added_text(page.keys[-1].added))
    )
    assert {one.object for one in found.keys} == {definition["id"], named(1)}


def test_pages_skip_nothing_and_repeat_nothing_whatever_the_clock_does(pair, feed):
    add(pair.aus, feed, *[indicator(one, AMBER if one % 3 else STRICT) for one in range(40)])
    pair.clock.now_ -= 3600 * 10**9
    add(pair.aus, feed, *[indicator(one, AMBER) for one in range(40, 50)])
    theirs = partner(pair)
    whole = numbers(pair.aus, feed, theirs)
    assert whole == [one for one in range(40) if one % 3] + list(range(40, 50))
    walked: list[int] = []
    asked: dict[str, Any] = {}
    while True:
        page = reading.page(pair.aus, SECRET, call(feed, theirs, limit=7, **asked))
        walked += [int(one.object[-12:]) for one in page.keys]
        if page.next is None:
            break
        # somebody writes between the pages
        asked = {"next": page.next}
    assert walked == whole
    added = [one.added for one in reading.page(pair.aus, SECRET, call(feed, theirs)).keys]
    assert added == sorted(set(added))
    polled, since = [], ""
    while True:
        more = {"added_after": since} if since else {}
        page = reading.page(pair.aus, SECRET, call(feed, theirs, limit=7, **more))
        if not page.keys:
            break
        polled += [int(one.object[-12:]) for one in page.keys]
        since = reading.added_text(page.keys[-1].added)
    assert polled == whole


def test_a_cursor_is_good_for_its_reader_and_question_alone(pair, feed):
    add(pair.aus, feed, *[indicator(one, AMBER) for one in range(4)])
    theirs, own = partner(pair), person_of(pair.aus, "aus.clerk")
    next_ = reading.page(pair.aus, SECRET, call(feed, theirs, limit=2)).next

    def goes_on(person: dict[str, Any], feed: Feed = feed, **asked: Any) -> str | None:
        there = call(feed, person, limit=2, next=next_, **asked)
        return code_of(lambda: reading.page(pair.aus, SECRET, there))

    assert len(reading.page(pair.aus, SECRET, call(feed, theirs, limit=2, next=next_)).keys) == 2
    assert goes_on(own) == "feed.next"
    assert goes_on(theirs, type="indicator") == "feed.next"
    assert goes_on(theirs, what="manifest") == "feed.next"
    assert goes_on(theirs, feed_of(pair.aus, "other")) == "feed.next"
    assert goes_on(person_of(pair.aus, theirs["id"], roles=["x"])) == "feed.next"


def test_the_marks_that_a_reader_may_read_are_told(pair, feed):
    definition = write_own(label_from_json(LABEL))
    marked(feed, pair)
    add(pair.aus, feed, definition, indicator(9, definition["id"]))
    theirs = partner(pair)
    told = reading.markings(pair.aus, [feed], theirs)
    assert told == {"markings": sorted([AMBER, GREEN, CLEAR]), "labels": []}
    theirs = person_of(pair.aus, theirs["id"], authorisations=[naming(project="tides")])
    told = reading.markings(pair.aus, [feed], theirs)
    assert told["labels"] == ["SECRET//REL AUS/JPN"]
    assert RED not in told["markings"]
    assert definition["id"] in told["markings"]


def test_reading_and_writing_are_entered_and_a_feed_changed_by_hand_is_none(pair, feed):
    marked(feed, pair)
    theirs = partner(pair)
    seen(pair.aus, feed, theirs)
    with pair.aus.store.reading() as tx:
        kinds = pair.aus.records.entry_refs.column(tx, "kind")
    assert {"feed.created", "feed.added", "feed.read"} <= set(kinds)
    with pair.aus.store.writing() as tx:
        pair.aus.records.feeds.change(tx, {"id": feed.id}, readable_by=["USA"])
    with pair.aus.store.reading() as tx:
        assert code_of(lambda: kept.of(pair.aus, tx, "tides")) == "directory.altered"
        assert kept.every(pair.aus, tx) == []


def test_who_makes_and_writes_a_feed(pair, feed):
    asked = FeedAsked(name="x", agreement=AGREEMENT, area="cyber")
    assert code_of(lambda: kept.create(pair.aus, asked, by=WRITER)) == "person.duty"
    for more, code in (
        ({"area": "none"}, "feed.malformed"),
        ({"agreement": "none"}, "agreement.not_held"),
        ({"name": "tides"}, "feed.taken"),
        ({"alias": feed.id}, "feed.taken"),
        ({"id": "1"}, "feed.malformed"),
        ({"readable_by": ("Japan",)}, "value.country"),
    ):
        wanted = FeedAsked(**{"name": "y", "agreement": AGREEMENT, "area": "cyber", **more})
        assert code_of(lambda wanted=wanted: kept.create(pair.aus, wanted, by=OFFICER)) == code
    assert kept.may_write(pair.aus, feed, person_of(pair.aus, "aus.analyst"))
    assert not kept.may_write(pair.aus, feed, person_of(pair.aus, "aus.clerk"))
    assert not kept.may_write(pair.aus, feed, partner(pair))
