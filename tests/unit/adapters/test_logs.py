"""Logs are events of a table: nothing that a caller, a partner or an exception put together stands
in them.
"""

import ast
import io
import json
import logging
import re
import sys
import threading
from pathlib import Path

import pytest

from sealane.adapters import logs
from sealane.services.node import NO_PERSON

SOURCE = Path(__file__).resolve().parents[3] / "src" / "sealane"
SECRET = "Vessel movements of the harbour"


@pytest.fixture
def said():
    """What a process says, as lines; everything is as before afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in (logs.OURS, *logs.SERVERS)}
    stream = io.StringIO()
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        served = logging.getLogger(name)  # as nobody left it who served with the server's own words
        served.setLevel(logging.NOTSET)
        served.propagate, served.disabled = True, False
    logs.begin("debug", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level, logging.raiseExceptions, threading.excepthook = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_has_time_level_event_and_the_fields_of_the_table(said):
    logging.getLogger("sealane.http").info("http.answered", extra={"status": 200, "path": "/x"})
    (line,) = said()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    assert line == {"level": "info", "event": "http.answered", "path": "/x", "status": 200}


def test_what_is_said_within_a_request_tells_its_number(said):
    logger = logging.getLogger("sealane")
    with logs.within(request="0" * 16, trace=None):
        with logs.within(statement="a" * 96):
            logger.info("statement.answered")
        logger.info("http.answered")
    logger.info("node.ready")
    first, second, third = said()
    assert (first["request"], first["statement"]) == ("0" * 16, "a" * 96)
    assert (second["request"], "statement" in second, "trace" in second) == ("0" * 16, False, False)
    assert "request" not in third


@pytest.mark.parametrize("name", ["sealane", "sealane.web", "uvicorn.error", "httpcore", "hpack"])
@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING, logging.ERROR])
def test_nothing_that_was_put_into_a_message_is_told(said, name, level):
    logger = logging.getLogger(name)
    logger.log(level, "header %s", SECRET)
    logger.log(level, f"title: {SECRET} 42")
    logger.log(level, SECRET)
    logger.log(level, "an.event", extra={"item": SECRET, "code": SECRET, "title": SECRET})
    logger.log(level, NO_PERSON(person=SECRET))
    try:
        raise ValueError(SECRET)
    except ValueError:
        logger.log(level, "a.fault", exc_info=True)
    try:
        raise NO_PERSON(person=SECRET)
    except Exception:
        logger.log(level, "a.refusal", exc_info=True)
    text = json.dumps(said())
    assert "Vessel" not in text
    assert "harbour" not in text


def test_a_fault_is_told_by_its_kind_and_place(said):
    def inner():
        raise KeyError(SECRET)

    try:
        inner()
    except KeyError:
        logging.getLogger("sealane").exception("lane.fault", extra={"lane": "deliveries-to-JPN"})
    (line,) = said()
    assert (line["fault"], line["lane"]) == ("KeyError", "deliveries-to-JPN")
    assert line["at"][-1].endswith(" inner")


def test_a_refusal_is_told_by_its_code(said):
    try:
        raise NO_PERSON(person=SECRET)
    except Exception:
        logging.getLogger("sealane").warning("lane.trouble", exc_info=True)
    assert said()[0]["code"] == "person.unknown"


def test_other_packages_say_nothing_below_a_warning(said):
    for name in ("httpcore.http2", "hpack.hpack", "httpx2", "asyncio", "sqlalchemy.engine"):
        logging.getLogger(name).debug("sending headers")
        logging.getLogger(name).info("HTTP Request: GET")
    logging.getLogger("uvicorn.access").info("GET /")
    assert said() == []
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    (line,) = said()
    assert line["event"] == "uvicorn.error"
    assert line["at"][0].startswith("test_logs.py:")


def test_a_thread_that_dies_says_so_and_no_more(said):
    def dies():
        raise RuntimeError(SECRET)

    thread = threading.Thread(target=dies)
    thread.start()
    thread.join()
    (line,) = said()
    assert (line["event"], line["fault"]) == ("thread.fault", "RuntimeError")
    assert SECRET not in json.dumps(line)


def test_people_on_a_terminal_read_the_same_fields(said, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    logs.begin("info", stream)
    logging.getLogger("sealane").info("delivery.waits", extra={"partner": "JPN", "title": SECRET})
    assert re.fullmatch(r"\S+Z info    delivery\.waits  partner=JPN\n", stream.getvalue())


def test_every_event_of_the_house_is_a_code_with_fields_of_the_table():
    """Each `logger.` call names its event as it stands, or a constant's code; nothing is put in."""
    calls = [
        (path.relative_to(SOURCE).as_posix(), node)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "logger"
    ]
    assert len(calls) >= 15
    for place, node in calls:
        at = 1 if node.func.attr == "log" else 0
        assert len(node.args) == at + 1, f"{place}:{node.lineno} puts something into its event"
        said = node.args[at]
        if isinstance(said, ast.Constant):
            assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", said.value), f"{place}:{node.lineno}"
        else:
            assert isinstance(said, ast.Attribute), f"{place}:{node.lineno}"
        for given in node.keywords:
            if given.arg == "extra" and isinstance(given.value, ast.Dict):
                names = {one.value for one in given.value.keys if one is not None}
                assert names <= set(logs.FIELDS), f"{place}:{node.lineno}: {names}"


def test_no_field_takes_the_name_of_what_python_writes():
    record = logging.LogRecord("x", logging.INFO, sys.path[0], 1, "x", (), None)
    assert set(logs.FIELDS) & set(record.__dict__) == set()
