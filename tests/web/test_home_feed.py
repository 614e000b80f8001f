"""A person's feed: Atom that feed readers read, with nothing of what waits in it, for a token that
opens nothing else; unchanged it is 304.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import feedparser
import pytest
from lxml import etree
from starlette.testclient import TestClient

from sealane.office.beside import HOME_FEED_PATH
from sealane.services.exchange import arrival, recall
from sealane.services.home.kinds import KINDS
from sealane.services.register import accounts, leaving, preferences
from sealane.services.register.accounts import FEED, TOKEN, Accounts
from sealane.services.register.acts import Actor
from sealane.web.words import name_of
from tests import nations
from tests.nations import Pair
from tests.web.visiting import HOME, PASSPHRASE, TEXT, Console

TITLE = "Vessel movements of the harbour"
ATOM = "{http://www.w3.org/2005/Atom}"
PEOPLE = ("jpn.sato", "jpn.clerk", "jpn.security", "jpn.auditor")


def held(console: Console) -> Accounts:
    return Accounts(console.node, console.site.secret)


def token(console: Console, person: str = "jpn.clerk", kind: str = FEED) -> str:
    return held(console).token(person, 30, kind=kind)


def asked(console: Console, header: str | None, **headers: str) -> Any:
    client = TestClient(console.app, base_url=HOME)
    if header is not None:
        client.headers["authorization"] = header
    return client.get(HOME_FEED_PATH, headers=headers)


def feed(console: Console, person: str = "jpn.clerk", **headers: str) -> Any:
    answer = asked(console, f"Bearer {token(console, person)}", **headers)
    assert answer.status_code == 200, answer.text
    return answer


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def home(console: Console, person: str) -> Any:
    client = TestClient(console.app, base_url=HOME)
    client.headers["authorization"] = f"Bearer {token(console, person, TOKEN)}"
    return client.get("/api/v1/home", params={"limit": 1000}).json()


@pytest.fixture
def busy(pair: Pair, tokyo: Console) -> Console:
    """Much waits in Japan, of several kinds and for several people."""
    for number in range(3):
        nations.share(pair, TEXT, title=TITLE, reference=f"number-{number}")
    called = nations.share(pair, TEXT, title=TITLE, reference="called")
    pair.settle()
    arrival.accept(pair.jpn, called, Actor("jpn.clerk"))
    pair.settle()
    recall.recall(pair.aus, called, reason="superseded", person="aus.analyst")
    pair.settle()
    # the facility's accreditation ends in a month, the items' own end has passed
    pair.clock.pass_(360 * 86_400)
    return tokyo


def conforms(data: bytes) -> Iterator[str]:
    """What of a document is not as RFC 4287 §4 has it."""
    root = etree.fromstring(data)
    if root.tag != f"{ATOM}feed":
        yield "no feed"
    for place in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            if len(place.findall(ATOM + name)) != 1:
                yield f"{place.tag}: not one {name}"
    if not root.findall(f"{ATOM}author/{ATOM}name"):
        yield "no author"
    if len(root.xpath("a:link[@rel='self']", namespaces={"a": ATOM[1:-1]})) != 1:
        yield "not one self"
    known = {"id", "title", "updated", "published", "link", "summary", "author", "entry", "name"}
    for one in root.iter():
        if one is not root and one.tag.removeprefix(ATOM) not in known:
            yield f"unknown {one.tag}"
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    if len(set(ids)) != len(ids):
        yield "an id twice"
    if not all(str(one).startswith("urn:uuid:") for one in ids):
        yield "an id that is no IRI"


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_a_feed_is_atom_in_the_persons_language_and_counts_as_the_home_page_does(
    busy: Console, lang: str
) -> None:
    preferences.prefer(busy.node, "jpn.clerk", lang, "Asia/Tokyo")
    answer = feed(busy)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert list(conforms(answer.content)) == []
    told, read = home(busy, "jpn.clerk"), feedparser.parse(answer.content)
    assert (read.version, read.bozo, read.feed.language) == ("atom10", False, lang)
    assert len(read.entries) == len(told["counts"]) > 1
    origin = busy.node.settings.console_origin
    for entry, (kind, count) in zip(read.entries, told["counts"].items(), strict=True):
        name = name_of(lang, "home_kind", kind)
        assert entry.title == (f"{name}：{count} 件" if lang == "ja" else f"{name}: {count}")
        assert entry.link == f"{origin}/?kind={kind}"
        if kind in {one["kind"] for one in told["waiting"]}:
            oldest = min(one["since"] for one in told["waiting"] if one["kind"] == kind)
            assert f"{oldest[:10]} {oldest[11:16]} UTC" in entry.summary
            assert entry.published == oldest


@pytest.mark.parametrize("person", PEOPLE)
def test_nothing_of_what_waits_is_in_a_feed(busy: Console, person: str) -> None:
    text = feed(busy, person).text
    rows = home(busy, person)["waiting"]
    words = {str(one[name]) for one in rows for name in ("item", "party", "person", "about")}
    for word in {*words, TITLE, "harbour", "AUS", "SECRET", person} - {"None"}:
        assert word not in text
    assert bool(rows) is (person in ("jpn.clerk", "jpn.security"))


def test_every_kind_has_its_words_in_both_languages() -> None:
    for kind in KINDS:
        for lang in ("en", "ja"):
            assert name_of(lang, "home_kind", kind.name) != kind.name


def test_ids_stay_whatever_is_told_and_are_another_persons_own(busy: Console, pair: Pair) -> None:
    def ids(person: str) -> dict[str, str]:
        read = feedparser.parse(feed(busy, person).content)
        return {one.link: one.id for one in read.entries} | {"": read.feed.id}

    before = ids("jpn.clerk")
    preferences.prefer(busy.node, "jpn.clerk", "ja", "UTC")
    rows = home(busy, "jpn.clerk")["waiting"]
    item = next(one["item"] for one in rows if one["kind"] == "accept")
    arrival.reject(pair.jpn, item, "jpn.clerk", reason="torn")
    after = ids("jpn.clerk")
    assert before == {link: after[link] for link in before}
    others = ids("jpn.security")
    assert not set(others.values()) & set(after.values())


def test_what_did_not_change_is_304_by_tag_and_by_instant(busy: Console, pair: Pair) -> None:
    first = feed(busy)
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    pair.clock.pass_(60)
    for headers in (
        {"if-none-match": tag},
        {"if-none-match": f'"other", W/{tag}'},
        {"if-none-match": "*"},
        {"if-modified-since": changed},
    ):
        again = asked(busy, f"Bearer {token(busy)}", **headers)
        assert (again.status_code, again.content) == (304, b""), headers
        assert again.headers["etag"] == tag
    # what is not an instant, or one before, or a tag of another time, is answered whole
    for headers in (
        {"if-none-match": '"other"', "if-modified-since": changed},
        {"if-modified-since": "yesterday"},
        {"if-modified-since": "Sun, 01 Jan 2006 00:00:00 GMT"},
        {"if-modified-since": "Mon, 99 Jan 99999 00:00:00 GMT"},
    ):
        assert asked(busy, f"Bearer {token(busy)}", **headers).status_code == 200, headers


def test_a_change_is_seen_by_tag_and_by_instant_also_within_one_second(
    busy: Console, pair: Pair
) -> None:
    first = feed(busy)
    rows = home(busy, "jpn.clerk")["waiting"]
    item = next(one["item"] for one in rows if one["kind"] == "accept")
    arrival.accept(pair.jpn, item, Actor("jpn.clerk"))
    now = asked(
        busy, f"Bearer {token(busy)}", **{"if-modified-since": first.headers["last-modified"]}
    )
    assert now.status_code == 200
    assert now.headers["etag"] != first.headers["etag"]
    assert now.headers["last-modified"] != first.headers["last-modified"]


def test_a_feed_token_opens_the_feed_by_bearer_and_basic_and_nothing_else(tokyo: Console) -> None:
    own = token(tokyo)
    for header in (
        f"Bearer {own}",
        basic("jpn.clerk", own),
        basic("", own),
        f"basic {basic('jpn.clerk', own)[6:]}",
    ):
        assert asked(tokyo, header).status_code == 200, header
    client = TestClient(tokyo.app, base_url=HOME)
    for path in ("/api/v1/home", "/api/v1/items", "/api/v1/reminders", "/api/v1/status", "/"):
        for header in (f"Bearer {own}", basic("jpn.clerk", own)):
            answer = client.get(path, headers={"authorization": header}, follow_redirects=False)
            assert answer.status_code in (303, 401), path
    sent = client.post("/api/v1/reminders/end", headers={"authorization": f"Bearer {own}"})
    assert sent.status_code == 401


def test_the_whole_token_of_a_person_opens_it_too_and_a_session_of_the_console(
    tokyo: Console,
) -> None:
    whole = token(tokyo, kind=TOKEN)
    assert asked(tokyo, f"Bearer {whole}").status_code == 200
    assert asked(tokyo, basic("jpn.clerk", whole)).status_code == 200
    assert tokyo.visitor("jpn.clerk").client.get(HOME_FEED_PATH).status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Bearer",
        "Bearer " + "x" * 5000,
        basic("jpn.clerk", PASSPHRASE),
        basic("jpn.clerk", ""),
    ],
)
def test_nobody_else_is_answered_and_is_told_both_ways_in(
    tokyo: Console, header: str | None
) -> None:
    answer = asked(tokyo, header)
    assert (answer.status_code, answer.json()["code"]) == (401, "login.required")
    ways = answer.headers.get_list("www-authenticate")
    assert [one.partition(" ")[0] for one in ways] == ["Bearer", "Basic"]


def test_a_token_of_somebody_else_than_is_named_is_none(tokyo: Console) -> None:
    assert asked(tokyo, basic("jpn.sato", token(tokyo))).status_code == 401


def test_a_passphrase_given_to_a_feed_is_no_try_to_sign_in(tokyo: Console) -> None:
    for _ in range(30):
        asked(tokyo, basic("jpn.clerk", "wrong"))
    assert tokyo.visitor().sign_in("jpn.clerk").status_code == 303


def test_a_feed_token_ends_at_the_account_with_the_passphrase_and_with_leaving(
    tokyo: Console,
) -> None:
    own = token(tokyo)
    here = tokyo.visitor("jpn.clerk")
    page = here.get("/account").text
    assert "feed only" in page
    form = here.send("/account", "/account/sessions", others="1")
    assert form.status_code == 200
    assert asked(tokyo, f"Bearer {own}").status_code == 401
    second = token(tokyo)
    accounts.set_passphrase(tokyo.node, "jpn.clerk", "another passphrase of one's own")
    assert asked(tokyo, f"Bearer {second}").status_code == 401
    third = token(tokyo)
    leaving.leave(tokyo.node, "jpn.clerk")
    assert asked(tokyo, f"Bearer {third}").status_code == 401
    leaving.come_back(tokyo.node, "jpn.clerk")
    assert asked(tokyo, f"Bearer {third}").status_code == 401


def test_a_feed_is_asked_by_the_nodes_own_name_alone(tokyo: Console) -> None:
    client = TestClient(tokyo.app, base_url="http://evil.example")
    header = {"authorization": f"Bearer {token(tokyo)}"}
    assert client.get(HOME_FEED_PATH, headers=header).status_code == 401
