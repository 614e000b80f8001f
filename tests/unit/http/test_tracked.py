"""Every request has a number that its lines and its answer bear; what a caller says is told and
rests nothing.
"""

import contextlib
import logging

import pytest
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from sealane.adapters import logs
from sealane.http.tracked import Tracked

NUMBER = "x-request-id"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def lines(monkeypatch):
    """What `told` makes of every record of the house, oldest first."""
    held = []

    class Kept(logging.Handler):
        def emit(self, record):
            logs._with_context(record)
            held.append(logs.told(record))

    logger, kept = logging.getLogger("sealane"), Kept()
    before = logger.level
    logger.addHandler(kept)
    logger.setLevel(logging.DEBUG)
    yield held
    logger.removeHandler(kept)
    logger.setLevel(before)


def served():
    def inside():
        logging.getLogger("sealane").info("work.done")

    async def show(request):
        await run_in_threadpool(inside)
        return PlainTextResponse("here")

    async def breaks(request):
        raise RuntimeError("secret words")

    numbers = iter(bytes([n]) * 8 for n in range(1, 200))
    routes = [
        Route("/items/{item}", show),
        Route("/healthz", show),
        Route("/breaks", breaks),
        Route("/x/{name}/{path:path}", show),
    ]
    app = Tracked(
        Starlette(routes=routes), door="local", within=logs.within, entropy=lambda _: next(numbers)
    )
    return TestClient(app, raise_server_exceptions=False)


def test_the_answer_and_every_line_of_a_request_bear_its_number(lines):
    answer = served().get("/items/AUS-2026-000001?token=secret")
    assert answer.headers[NUMBER] == "01" * 8
    inside, answered = lines
    assert (inside["event"], inside["request"]) == ("work.done", "01" * 8)
    assert answered["request"] == "01" * 8
    assert (answered["path"], answered["status"]) == ("/items/{item}", 200)
    assert (answered["method"], answered["door"]) == ("GET", "local")


def test_a_callers_trace_is_told_and_is_no_number_of_ours(lines):
    client = served()
    given = f"00-{TRACE}-00f067aa0ba902b7-01"
    answer = client.get("/items/x", headers={"traceparent": given, NUMBER: "f" * 16})
    assert answer.headers.get_list(NUMBER) == ["01" * 8]
    assert {(one["trace"], one["request"]) for one in lines} == {(TRACE, "01" * 8)}
    lines.clear()
    for wrong in ("x", f"00-{TRACE}", f"00-{TRACE.upper()}-00f067aa0ba902b7-01", "00-" + "x" * 500):
        client.get("/items/x", headers={"traceparent": wrong})
    assert not any("trace" in one for one in lines)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/items/items", "/{item}/{item}"),
        ("/x/a/b/c", "/x/{name}/{path}"),
        ("/x/a/a/a", "/x/{name}/{name}/{name}"),
        ("/nowhere/Vessel", "/-"),
        ("/items/Vessel%20movements", "/items/{item}"),
    ],
)
def test_the_path_is_told_without_what_was_put_into_it(lines, path, told):
    served().get(path)
    (answered,) = [one for one in lines if one["event"] == "http.answered"]
    assert answered["path"] == told


def test_what_machines_ask_every_few_seconds_is_told_at_debug(lines):
    served().get("/healthz")
    assert [one["level"] for one in lines if one["event"] == "http.answered"] == ["debug"]


def test_a_fault_is_told_with_its_request_and_without_its_words(lines):
    with contextlib.suppress(RuntimeError):
        served().get("/breaks")
    faults = [one for one in lines if one["event"] == "http.fault"]
    assert [(one["fault"], one["request"]) for one in faults] == [("RuntimeError", "01" * 8)]
    assert "secret" not in str(lines)
