"""Calls to a machine that drips, never ends, packs, or keeps silent: each ends, and little is
read.
"""

import gzip
import socket
import threading
import zlib

import pytest

from sealane.adapters.calls import FAILED, Line, Unfit
from sealane.adapters.tilelog import open_tile_log
from sealane.base.errors import SealaneError
from sealane.base.pace import Patience
from tests.lines import HEAD, MIB, drips, machine, never_ends, says, says_nothing, takes_nothing

SHORT = Patience(whole=0.6, stretch=0.3, floor=4096, thought=0.3)
LONG = Patience(whole=60.0, stretch=60.0, floor=1, thought=60.0)
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
BOMB = gzip.compress(bytes(64 * MIB))
DRIPS = {
    "its headers": drips(HEAD + b"x-more: "),
    "its first line": drips(b"HTTP/1.1 200 "),
    "its body": drips(HEAD + b"content-length: 1000000\r\n\r\n"),
    "news that it is coming": never_ends(b"", b"HTTP/1.1 102 Wait\r\n\r\n"),
    "nothing": says_nothing,
}
ENDLESS = {
    "plain": never_ends(CHUNKED, b"10000\r\n" + bytes(65_536) + b"\r\n"),
    "of a stated length": never_ends(
        HEAD + b"content-length: 1099511627776\r\n\r\n", bytes(65_536)
    ),
    "until the line ends": never_ends(HEAD + b"\r\n", bytes(65_536)),
}


def asked(found, patience=SHORT, *, limit=MIB, packed=False, **request):
    with Line(patience) as line:
        return line.call(
            "POST", f"http://127.0.0.1:{found.port}/x", limit=limit, gzip=packed, **request
        )


@pytest.mark.parametrize("what", DRIPS)
def test_a_machine_that_drips_is_left(what):
    with machine(DRIPS[what]) as found:
        with pytest.raises(FAILED):
            asked(found)
        assert len(found.calls) == 1


@pytest.mark.parametrize("what", ENDLESS)
def test_of_an_answer_that_never_ends_no_more_than_the_limit_is_taken(what):
    with machine(ENDLESS[what]) as found:
        with pytest.raises(Unfit) as caught:
            asked(found, LONG)
        assert caught.value.too_long
        assert found.sent < 16 * MIB  # the limit, and what lies in buffers of the system


def test_a_machine_that_takes_nothing_of_a_long_question_is_left():
    with machine(takes_nothing) as found, pytest.raises(FAILED):
        asked(found, content=iter([bytes(MIB)] * 64), headers={"Content-Length": str(64 * MIB)})


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"zstd", b"gzip, identity"])
def test_a_packed_answer_to_one_that_asked_for_none_is_refused_unread(encoding):
    head = HEAD + b"content-encoding: " + encoding + b"\r\ncontent-length: 1\r\n\r\n"
    with machine(never_ends(head, b"x")) as found, pytest.raises(Unfit, match="packed"):
        asked(found, LONG)


@pytest.mark.parametrize("encoding", [b"deflate", b"br"])
def test_only_gzip_is_unpacked(encoding):
    head = HEAD + b"content-encoding: " + encoding + b"\r\ncontent-length: 1\r\n\r\n"
    with machine(never_ends(head, b"x")) as found, pytest.raises(Unfit, match="packed"):
        asked(found, LONG, packed=True)


def test_a_small_packed_answer_that_unpacks_beyond_the_limit_is_refused(monkeypatch):
    """What it unpacks to is counted: never more than the limit at once."""
    given = []

    class Counting:
        def __init__(self, wbits):
            self.inner = decompressobj(wbits)

        def decompress(self, data, most):
            made = self.inner.decompress(data, most)
            given.append(len(made))
            return made

    decompressobj = zlib.decompressobj
    monkeypatch.setattr("sealane.adapters.calls.zlib.decompressobj", Counting)
    head = HEAD + b"content-encoding: gzip\r\n" + f"content-length: {len(BOMB)}\r\n\r\n".encode()
    with machine(says(head + BOMB)) as found, pytest.raises(Unfit) as caught:
        asked(found, LONG, packed=True)
    assert caught.value.too_long
    assert 0 < sum(given) <= MIB + 1


def test_a_packed_answer_within_the_limit_is_unpacked():
    body = gzip.compress(b"tile" * 1000)
    head = HEAD + b"content-encoding: gzip\r\n" + f"content-length: {len(body)}\r\n\r\n".encode()
    with machine(says(head + body)) as found:
        assert asked(found, LONG, packed=True).body == b"tile" * 1000


def test_a_broken_packing_is_refused():
    head = HEAD + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nrots"
    with machine(says(head)) as found, pytest.raises(Unfit, match="broken"):
        asked(found, LONG, packed=True)


def test_an_answer_of_exactly_the_limit_is_taken():
    head = HEAD + f"content-length: {MIB}\r\n\r\n".encode()
    with machine(says(head + bytes(MIB))) as found:
        answer = asked(found, LONG)
    assert (answer.status, len(answer.body)) == (200, MIB)


@pytest.mark.parametrize("what", ["plain", "packed"])
def test_a_log_behind_an_address_is_read_up_to_a_resources_limit(what):
    packed = HEAD + b"content-encoding: gzip\r\n" + f"content-length: {len(BOMB)}\r\n\r\n".encode()
    manner = ENDLESS["plain"] if what == "plain" else says(packed + BOMB)
    with machine(manner) as found, open_tile_log(f"http://127.0.0.1:{found.port}/log") as log:
        with pytest.raises(SealaneError) as caught:
            log.checkpoint()
        assert caught.value.code == "input.too_large"
        assert found.sent < 16 * MIB


def test_a_log_packed_otherwise_is_refused():
    head = HEAD + b"content-encoding: br\r\ncontent-length: 1\r\n\r\n"
    with (
        machine(never_ends(head, b"x")) as found,
        open_tile_log(f"http://127.0.0.1:{found.port}") as log,
        pytest.raises(SealaneError) as caught,
    ):
        log.checkpoint()
    assert caught.value.code == "ledger.unfit_answer"


def test_a_call_is_cut_when_its_line_is_closed():
    with machine(says_nothing) as found:
        line, ended = Line(LONG), []

        def ask():
            try:
                line.call("GET", f"http://127.0.0.1:{found.port}/x", limit=1)
            except FAILED as error:
                ended.append(error)

        thread = threading.Thread(target=ask)
        thread.start()
        while not found.calls:
            thread.join(0.01)
        line.close()
        thread.join()
        assert len(ended) == 1


def test_a_call_at_a_line_that_is_closed_fails_as_one_to_a_machine_that_is_away():
    line = Line(LONG)
    line.close()
    with pytest.raises(FAILED):
        line.call("GET", "http://127.0.0.1:9/", limit=10)


def test_a_connection_that_comes_after_the_line_was_closed_is_closed_too():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(LONG)
        line._backend.cut()
        with pytest.raises(FAILED):
            line.call("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/", limit=10)
        line.close()
        there, _ = listener.accept()
        with there:
            assert there.recv(1) == b"", "nothing is left open"
