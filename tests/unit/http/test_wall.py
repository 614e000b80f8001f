"""The wall behind the handshake: who calls is asked of the enrolments at every request."""

from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from sealane.base.errors import Unavailable
from sealane.http import wall
from sealane.protocol.client_certificate import CERTIFICATE


def calling(guarded, shown):
    """What a connection made with this certificate is answered."""

    async def app(scope, receive, send):
        scope.setdefault("state", {})[CERTIFICATE] = shown
        await guarded(scope, receive, send)

    return TestClient(app).get("/ledger/x/checkpoint")


def test_a_certificate_that_was_replaced_is_forgotten_at_the_next_request_of_an_open_connection():
    pinned, seen = {b"old": "JPN"}, []

    async def inner(scope, receive, send):
        seen.append(scope["state"][wall.PARTNER])
        await PlainTextResponse("in")(scope, receive, send)

    guarded = wall.Wall(inner, lambda: pinned)
    assert [calling(guarded, one).status_code for one in (b"old", b"new", None)] == [200, 403, 403]
    pinned.clear()
    pinned[b"new"] = "JPN"
    assert [calling(guarded, one).status_code for one in (b"old", b"new")] == [403, 200]
    assert seen == ["JPN", "JPN"]


def test_a_refused_call_is_told_its_code_and_nothing_of_what_is_behind_and_the_line_ends():
    def inner(*_):
        raise AssertionError("nobody comes this far")

    answer = calling(wall.Wall(inner, dict), b"a stranger's")
    assert (answer.status_code, answer.json()["code"]) == (403, "peer.not_pinned")
    assert answer.headers["connection"] == "close"


def test_while_the_enrolments_cannot_be_read_nobody_is_let_in():
    from sealane.adapters.sql import STORE_UNAVAILABLE

    def broken():
        raise STORE_UNAVAILABLE(why="disk")

    answer = calling(wall.Wall(lambda *_: None, broken), b"x")
    assert answer.status_code == 503
    assert issubclass(STORE_UNAVAILABLE.kind, Unavailable)
