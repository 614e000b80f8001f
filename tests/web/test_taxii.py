"""TAXII 2.1 as programs ask it: media types, errors in its own form, filters, pages, writing,
deleting; nothing of what a caller may not read shows.

Spec: TAXII 2.1; spec/feeds.md.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from sealane.http import taxii
from sealane.http.taxii import ROOT
from sealane.http.taxii_answers import MEDIA_TYPE
from sealane.registry.feed_records import Feed
from sealane.services.register import feed_clients
from sealane.services.register.accounts import FEED, TOKEN, Accounts
from tests.lane.test_feeds import (
    AMBER,
    CLEAR,
    RED,
    STRICT,
    add,
    feed_of,
    indicator,
    marked,
    named,
    partner,
    person_of,
)
from tests.nations import Pair
from tests.web.visiting import HOME, PASSPHRASE, Console

JSON = {"accept": MEDIA_TYPE, "content-type": MEDIA_TYPE}


class Program:
    """A TAXII client that reads every header."""

    def __init__(self, console: Console, person: str) -> None:
        self.name = f"client.{person}"
        self.secret = feed_clients.enrol(console.node, self.name, person)
        self.http = TestClient(console.app, base_url=HOME)
        self.http.headers["accept"] = MEDIA_TYPE
        self.http.headers["authorization"] = basic(self.name, self.secret)

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return self.ask("GET", path, status, params=query)

    def post(self, path: str, *objects: Any, status: int = 202) -> Any:
        body = json.dumps({"objects": objects}).encode()
        return self.ask("POST", path, status, content=body, headers=JSON)

    def ask(self, verb: str, path: str, status: int, **more: Any) -> Any:
        self.last = self.http.request(verb, path if path[:1] == "/" else ROOT + path, **more)
        assert self.last.status_code == status, self.last.text
        assert self.last.headers["content-type"] == MEDIA_TYPE
        told = self.last.json()
        if status >= 400:
            assert told["title"]
            assert told["http_status"] == str(status)
            return told["error_code"]
        return told


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def numbers(told: Any) -> list[int]:
    return [int(one["id"][-12:]) for one in told.get("objects", [])]


@pytest.fixture
def feed(canberra: Console) -> Feed:
    return feed_of(canberra.node, alias="tide-alias", writable_by=("JPN",))


@pytest.fixture
def own(canberra: Console) -> Program:
    return Program(canberra, "aus.analyst")


@pytest.fixture
def theirs(pair: Pair, canberra: Console) -> Program:
    return Program(canberra, partner(pair)["id"])


def at(feed: Feed, rest: str = "") -> str:
    return f"collections/{feed.id}/{rest}"


def test_a_program_finds_its_way_from_the_beginning(feed, own, theirs):
    root = own.get("/taxii2/")["default"]
    assert root.endswith(ROOT)
    assert own.get(urlsplit(root).path)["versions"] == [MEDIA_TYPE]
    (found,) = theirs.get("collections/")["collections"]
    assert (found["id"], found["alias"], found["title"]) == (feed.id, "tide-alias", "tides")
    assert (found["can_read"], found["can_write"]) == (True, True)
    for name in (feed.id, "tide-alias", "tides"):
        assert theirs.get(f"collections/{name}/") == found
    assert theirs.get("collections/none/", 404) == "feed.unknown"


def test_who_reads_what_is_seen_in_no_page_count_or_manifest(pair, feed, own, theirs):
    marked(feed, pair)
    assert numbers(own.get(at(feed, "objects/"))) == [2, 3, 4, 5, 6, 7]
    assert numbers(theirs.get(at(feed, "objects/"))) == [3, 4, 5]
    manifest = theirs.get(at(feed, "manifest/"))["objects"]
    assert [int(one["id"][-12:]) for one in manifest] == [3, 4, 5]
    assert theirs.last.headers["x-taxii-date-added-first"] == manifest[0]["date_added"]
    assert theirs.last.headers["x-taxii-date-added-last"] == manifest[-1]["date_added"]
    page = theirs.get(at(feed, "objects/"), limit=3)
    assert "more" not in page
    assert theirs.get(at(feed, "objects/"), limit=2)["more"] is True
    # what is withheld reads as what was never there
    for rest in ("", "versions/"):
        there = theirs.get(at(feed, f"objects/{named(2)}/{rest}"), 404)
        assert there == theirs.get(at(feed, f"objects/{named(99)}/{rest}"), 404)
    shown = theirs.get(at(feed, "markings/"))
    assert STRICT not in shown["markings"]
    assert RED not in shown["markings"]
    assert theirs.get("markings/") == shown


def test_versions_are_chosen_among_those_that_may_be_read(pair, feed, own, theirs):
    node = pair.aus
    add(node, feed, *[indicator(1, CLEAR, day=day) for day in (1, 2, 3)], indicator(2, CLEAR))
    place = at(feed, f"objects/{named(1)}/")

    def days(**query: Any) -> list[str]:
        return [one["modified"][8:10] for one in theirs.get(place, **query).get("objects", [])]

    assert days() == ["03"]
    assert days(**{"match[version]": "all"}) == ["01", "02", "03"]
    assert days(**{"match[version]": "first,last"}) == ["01", "03"]
    assert days(**{"match[version]": "2026-01-02T00:00:00Z"}) == ["02"]
    assert days(**{"match[version]": "2020-01-02T00:00:00Z"}) == []
    assert len(theirs.get(f"{place}versions/")["versions"]) == 3
    add(node, feed, indicator(1, STRICT, day=4))
    assert theirs.get(place, 404) == "feed.no_object"
    assert len(own.get(f"{place}versions/")["versions"]) == 4


def test_filters_and_pages(pair, feed, theirs):
    domain = {"type": "domain-name", "spec_version": "2.1", "value": "a.example"}
    domain |= {"id": named(50, "domain-name"), "object_marking_refs": [CLEAR]}
    add(pair.aus, feed, *[indicator(one, AMBER) for one in range(10)], domain)
    place = at(feed, "objects/")
    assert numbers(theirs.get(place, **{"match[type]": "domain-name,x"})) == [50]
    assert numbers(theirs.get(place, **{"match[id]": f"{named(3)},{named(7)}"})) == [3, 7]
    assert theirs.get(place, **{"match[spec_version]": "2.0"}) == {}
    walked, next_ = [], None
    while True:
        page = theirs.get(place, limit=4, **({"next": next_} if next_ else {}))
        walked += numbers(page)
        next_ = page.get("next")
        if not page.get("more"):
            break
    assert walked == [*range(10), 50]
    for path in ("manifest/", f"objects/{named(1)}/versions/"):
        assert "next" not in theirs.get(at(feed, path), limit=100)
    since = theirs.last.headers["x-taxii-date-added-last"]
    assert numbers(theirs.get(place, added_after=since)) == [*range(2, 10), 50]
    for wrong in (
        {"limit": "0"},
        {"limit": "-1"},
        {"limit": "x"},
        {"added_after": "yesterday"},
        {"match[type]": ""},
        {"match[id]": "x"},
        {"match[version]": "newest"},
        {"match[colour]": "red"},
        {"match[spec_version]": "3.0"},
        {"next": "AAAA"},
        {"next": base64.urlsafe_b64encode(b"\0" * 24).decode()},
    ):
        assert theirs.get(place, 400, **wrong) in ("feed.filter", "feed.next")


def test_a_program_writes_and_hears_what_became_of_each(pair, feed, own, theirs):
    place = at(feed, "objects/")
    bad = {**indicator(2, CLEAR), "created": "x"}
    told = theirs.post(place, indicator(1, CLEAR), bad, indicator(3, "x"))
    assert (told["status"], told["total_count"], told["success_count"]) == ("complete", 3, 1)
    assert [one["id"] for one in told["successes"]] == [named(1)]
    assert [one["id"] for one in told["failures"]] == [named(2), named(3)]
    assert theirs.get(f"status/{told['id']}/") == told
    assert own.get(f"status/{told['id']}/", 404) == "feed.no_status"
    assert theirs.post(place, indicator(1, CLEAR))["success_count"] == 1
    assert numbers(own.get(place)) == [1]
    assert theirs.ask("POST", place, 422, content=b"[1]", headers=JSON) == "feed.bundle"
    assert theirs.ask("POST", place, 422, content=b'{"objects":[{', headers=JSON) == "feed.bundle"
    assert numbers(own.get(place)) == [1]


def test_who_may_not_write_may_not(pair, canberra, own, theirs):
    feed = feed_of(canberra.node, "closed")
    place = at(feed, "objects/")
    assert theirs.post(place, indicator(1, CLEAR), status=403) == "feed.not_writable"
    assert theirs.get(at(feed))["can_write"] is False
    clerk = Program(canberra, "aus.clerk")
    assert clerk.post(place, indicator(1, CLEAR), status=403) == "feed.not_writable"
    add(canberra.node, feed, indicator(1, CLEAR))
    assert clerk.ask("DELETE", f"{place}{named(1)}/", 403) == "feed.not_writable"
    assert own.ask("DELETE", f"{place}{named(1)}/", 200) == {}
    assert own.ask("DELETE", f"{place}{named(1)}/", 404) == "feed.no_object"
    assert own.get(place) == {}
    assert own.post(place, indicator(1, CLEAR))["success_count"] == 1
    assert numbers(own.get(place)) == [1]


def test_nobody_deletes_what_they_may_not_read(pair, feed, own, theirs):
    add(pair.aus, feed, indicator(1, STRICT))
    place = at(feed, f"objects/{named(1)}/")
    assert theirs.ask("DELETE", place, 404) == "feed.no_object"
    assert numbers(own.get(place)) == [1]


def test_every_answer_is_of_the_type_and_other_types_are_refused(feed, own):
    def status(accept: str) -> int:
        return own.http.get("/taxii2/", headers={"accept": accept}).status_code

    for fit in ("*/*", "application/taxii+json", 'application/taxii+json; version="2.1"'):
        assert status(fit) == 200
    assert status("text/html, application/taxii+json;version=2.1;q=0.5") == 200
    for other in ("application/json", "application/taxii+json;version=2.0", "text/html"):
        assert status(other) == 406
    place = ROOT + at(feed, "objects/")
    for kind in ("application/json", "application/taxii+json;version=2.0", ""):
        answer = own.http.post(place, content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415, kind
        assert answer.headers["content-type"] == MEDIA_TYPE
    assert own.ask("PUT", "collections/", 405) == "taxii.no_verb"
    for nowhere in ("/taxii2", "/taxii2/other/", "/taxii2/feeds/collections", "/taxii2/x/y/z"):
        assert own.get(nowhere, 404) == "taxii.nowhere"


def test_nothing_is_told_to_whom_nobody_knows(pair, canberra, feed, own):
    anybody = TestClient(canberra.app, base_url=HOME)
    tokens = Accounts(canberra.node, canberra.site.secret)
    headers = [
        {},
        {"authorization": basic(own.name, "x" * 43)},
        {"authorization": basic("client.other", own.secret)},
        {"authorization": "Basic !!"},
        {"authorization": f"Bearer {own.secret}"},
        {"authorization": f"Bearer {tokens.token('aus.analyst', 1, kind=FEED)}"},
        {"authorization": basic("aus.analyst", PASSPHRASE)},
        {"authorization": own.http.headers["authorization"], "host": "elsewhere.example"},
    ]
    for header in headers:
        for path in ("/taxii2/", "/taxii2/none/", ROOT + at(feed)):
            answer = anybody.get(path, headers=header)
            assert answer.status_code == 401, header
            assert "Basic" in answer.headers["www-authenticate"]
            assert answer.headers["content-type"] == MEDIA_TYPE
    token = f"Bearer {tokens.token('aus.analyst', 1, kind=TOKEN)}"
    assert anybody.get("/taxii2/", headers={"authorization": token}).status_code == 200
    feed_clients.let_go(canberra.node, own.name)
    assert own.get("/taxii2/", 401) == "login.required"


def test_a_caller_is_the_person_as_the_person_is_now(pair, canberra, feed, theirs):
    add(pair.aus, feed, indicator(1, AMBER), indicator(2, CLEAR))
    assert numbers(theirs.get(at(feed, "objects/"))) == [1, 2]
    person_of(canberra.node, "jpn.sato", organisation_country="USA")
    assert theirs.get(at(feed, "objects/"), 404) == "feed.unknown"
    assert theirs.get("collections/") == {}


def test_a_body_longer_than_may_be_is_not_taken(feed, own, monkeypatch):
    monkeypatch.setattr(taxii, "BODY_MOST", 1000)
    place = at(feed, "objects/")
    assert own.post(place, *[indicator(one, CLEAR) for one in range(9)], status=413) == (
        "feed.too_large"
    )
    assert own.get(place) == {}
