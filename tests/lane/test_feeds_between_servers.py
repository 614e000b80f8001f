"""Feeds between servers, typed: a partner's person pulls from the other nation's TAXII server into
an own feed, and sends back what may leave.

Spec: spec/feeds.md §To and from other servers; spec/interfaces.md §7.
"""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sealane.cli.main import cli
from sealane.http.taxii_answers import MEDIA_TYPE
from sealane.registry.feed_records import Feed
from sealane.services.feeds import adding, kept
from sealane.services.feeds.kept import FeedAsked
from sealane.services.register import feed_clients
from sealane.services.register.acts import Actor
from sealane.wiring import doors
from tests import serving
from tests.lane.test_feeds import (
    AMBER,
    CLEAR,
    STRICT,
    add,
    feed_of,
    indicator,
    named,
    numbers,
    partner,
    person_of,
    seen,
)
from tests.nations import AGREEMENT, PASSPHRASE, Pair
from tests.who_may_world import stay_open


@pytest.fixture
def address(pair: Pair) -> Iterator[str]:
    """Australia's TAXII server."""
    origin = pair.aus.settings.console_origin
    app = Starlette(routes=doors.behind_sign_in(pair.sites["AUS"]))
    listener = socket.create_server(("127.0.0.1", urlsplit(origin).port or 80))
    with listener, serving.running(app, listener):
        yield f"{origin}/taxii2/"


@pytest.fixture
def there(pair: Pair) -> Feed:
    return feed_of(pair.aus, writable_by=("JPN",))


@pytest.fixture
def typed(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A verb of `feed`, typed at Japan's node by its release officer, as Sato at Australia's."""
    stay_open(pair, monkeypatch)
    secret = feed_clients.enrol(pair.aus, "tokyo", partner(pair)["id"])
    (pair.root / "password").write_text(secret)
    (pair.root / "pass").write_bytes(PASSPHRASE)
    kept.create(
        pair.jpn,
        FeedAsked(name="own", agreement=AGREEMENT, area="cyber"),
        by=Actor("jpn.security"),
    )

    def run(*words: str, person: str = "jpn.release") -> Any:
        asks = ["--user", "tokyo", "--password-file", str(pair.root / "password")]
        at = ["--node", str(pair.root / "jpn"), "--as", person, "--json"]
        at += ["--passphrase-file", str(pair.root / "pass")]
        ran = CliRunner().invoke(cli, ["feed", *words, *asks, *at])
        return ran.exit_code, json.loads(ran.stdout)

    return run


def test_a_partner_pulls_what_it_may_read_and_again_what_is_new(pair, address, there, typed):
    sent = [indicator(one, (AMBER, CLEAR, STRICT)[one % 3]) for one in range(30)]
    add(pair.aus, there, *sent, indicator(1, CLEAR, day=2))
    code, told = typed("pull", address, "--into", "own")
    assert (code, told["added"], told["known"], told["failed"]) == (0, 21, 0, [])
    with pair.jpn.store.reading() as tx:
        own = kept.of(pair.jpn, tx, "own")
    reader = person_of(pair.jpn, "jpn.clerk")
    wanted = sorted([(one, 1) for one in range(30) if one % 3 < 2] + [(1, 2)])
    assert sorted(seen(pair.jpn, own, reader, version="all")) == wanted
    assert typed("pull", address, "--into", "own")[1]["known"] == 21
    add(pair.aus, there, indicator(40, AMBER))
    since = ("--added-after", told["after"])
    assert typed("pull", address, "--into", "own", *since)[1]["added"] == 1
    # by the API root too, and by the collection's name
    root = f"{address}feeds/"
    code, told = typed("pull", root, "--into", "own", "--collection", "tides")
    assert (code, told["known"]) == (0, 22)


def test_a_partner_sends_back_what_tlp_lets_leave(pair, address, there, typed):
    with pair.jpn.store.reading() as tx:
        own = kept.of(pair.jpn, tx, "own")
    text = json.dumps({"objects": [indicator(1, AMBER), indicator(2, STRICT), indicator(3)]})
    adding.add(pair.jpn, own, io.BytesIO(text.encode()), by=Actor("jpn.release"))
    code, told = typed("push", "own", address, "--collection", "tides")
    assert (code, told["added"]) == (0, 1)
    stays = [(one["id"], one["code"]) for one in told["failed"]]
    assert stays == [(named(2), "feed.stays"), (named(3), "feed.stays")]
    assert numbers(pair.aus, there, person_of(pair.aus, "aus.clerk")) == [1]


def test_whoever_may_not_write_asks_nobody_elsewhere(pair, there, typed):
    nowhere = "https://127.0.0.1:9/taxii2/"
    code, told = typed("pull", nowhere, "--into", "own", person="jpn.clerk")
    assert (code, told["error"]["code"]) == (1, "person.duty")
    code, told = typed("pull", nowhere, "--into", "own")
    assert (code, told["error"]["code"]) == (3, "feed.server_away")
    code, told = typed("pull", "http://taxii.example/", "--into", "own")
    assert (code, told["error"]["code"]) == (2, "feed.no_server")


def test_a_wrong_password_and_a_collection_that_is_not_there_are_told(pair, address, there, typed):
    code, told = typed("pull", address, "--into", "own", "--collection", "none")
    assert (code, told["error"]["code"]) == (2, "feed.no_collection")
    (pair.root / "password").write_text("x" * 43)
    code, told = typed("pull", address, "--into", "own")
    assert (code, told["error"]["code"]) == (1, "feed.server_refuses")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (b'{"more":true,"next":"n","objects":[]}', None),
        (b'{"more":true,"next":"n","objects":[' + b"{}" + b"]}", None),
        (b"<html>", "feed.bundle"),
        (b'{"objects":[{"a":', "feed.bundle"),
    ],
)
def test_a_server_that_lies_ends_the_pull(pair, typed, page, code):
    def answer(request: Request) -> Response:
        told: Any = page
        if request.url.path == "/taxii2/":
            told = json.dumps({"versions": [MEDIA_TYPE]}).encode()
        elif request.url.path == "/taxii2/collections/":
            told = json.dumps({"collections": [{"id": "c", "can_read": True}]}).encode()
        return Response(told, media_type=MEDIA_TYPE)

    port = serving.free_port()
    listener = socket.create_server(("127.0.0.1", port))
    app = Starlette(routes=[Route("/{rest:path}", answer)])
    with listener, serving.running(app, listener):
        status, told = typed("pull", f"http://127.0.0.1:{port}/taxii2/", "--into", "own")
    if code is None:
        assert (status, told["added"]) == (0, 0)
    else:
        assert told["error"]["code"] == code
