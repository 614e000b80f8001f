"""`taxii2-client`, unmodified, walks the node's TAXII server, posts to it and pulls from it.

Spec: TAXII 2.1; spec/feeds.md.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette

from sealane.services.register import feed_clients
from sealane.wiring import doors
from tests import nations, serving
from tests.clock import START, Clock
from tests.lane.test_feeds import AMBER, CLEAR, STRICT, feed_of, indicator, named, partner
from tests.nations import Pair

v21 = pytest.importorskip("taxii2client.v21")
pytestmark = pytest.mark.peer


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    nations.build(tmp_path / "made", Clock(), "sqlite")
    made = nations.opened(tmp_path / "made", Clock(START + 600 * 10**9))
    yield made
    made.close()


@pytest.fixture
def address(pair: Pair) -> Iterator[str]:
    origin = pair.aus.settings.console_origin
    app = Starlette(routes=doors.behind_sign_in(pair.sites["AUS"]))
    listener = socket.create_server(("127.0.0.1", urlsplit(origin).port or 80))
    with listener, serving.running(app, listener):
        yield f"{origin}/taxii2/"


def server(pair: Pair, address: str, person: str) -> Any:
    secret = feed_clients.enrol(pair.aus, f"client.{person}", person)
    return v21.Server(address, user=f"client.{person}", password=secret)


def test_it_walks_posts_and_pulls(pair: Pair, address: str) -> None:
    feed = feed_of(pair.aus, alias="tide-alias", writable_by=("JPN",))
    own = server(pair, address, "aus.analyst")
    theirs = server(pair, address, partner(pair)["id"])
    # it walks
    (root,) = own.api_roots
    assert root.title == own.default.title
    (held,) = root.collections
    assert (held.id, held.title, held.can_write) == (feed.id, "tides", True)
    # it posts
    sent = [indicator(one, (AMBER, CLEAR, STRICT)[one % 3]) for one in range(60)]
    status = held.add_objects({"objects": sent})
    assert (status.status, status.success_count, status.failure_count) == ("complete", 60, 0)
    status.refresh()
    assert status.success_count == 60
    # it pulls, page by page, each what its person may
    (received,) = theirs.api_roots[0].collections
    for reader, wanted in ((held, range(60)), (received, [n for n in range(60) if n % 3 < 2])):
        pages = v21.as_pages(reader.get_objects, per_request=7)
        walked = [one["id"] for page in pages for one in page.get("objects", [])]
        assert walked == [named(number) for number in wanted]
        manifest = v21.as_pages(reader.get_manifest, per_request=9)
        assert [one["id"] for page in manifest for one in page["objects"]] == walked
    assert received.get_object(named(1))["objects"] == [sent[1]]
    assert received.object_versions(named(1))["versions"] == [sent[1]["modified"]]
    assert len(received.get_objects(type="indicator", version="all")["objects"]) == 40
    # and what its person may not read is not there
    for gone in (named(2), named(99)):
        with pytest.raises(Exception, match="404"):
            received.get_object(gone)
    received.delete_object(named(1))
    with pytest.raises(Exception, match="404"):
        held.get_object(named(1))
