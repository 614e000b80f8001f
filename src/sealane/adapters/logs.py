"""What a node's process says on stderr: an event a line, as JSON, or for people on a terminal.

An event has a name and fields of a table, each of one shape: instants, numbers, codes, digests,
identifiers. Nothing else of a record is written, neither a message's arguments nor what an
exception says, so that no title, label, name, purpose or token can stand in a log whatever its
level. Of what other packages say, the place in their code is told.
Spec: docs/operators.md "Logs".
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, TextIO

from sealane.base.errors import SealaneError

OURS, SERVERS = "sealane", ("uvicorn", "hypercorn")
FRAMES = 12
"""Places of a fault that are told, the innermost last."""


def _text(pattern: str) -> Callable[[Any], bool]:
    known = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and known.fullmatch(value) is not None


def _number(value: Any) -> bool:
    return isinstance(value, int | float)


_CODE, _ID = _text(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"), _text(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_PARTY, _DIGEST = _text(r"[A-Z]{3}"), _text(r"[0-9a-f]{96}")
FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "request": _text(r"[0-9a-f]{16}"),
    "trace": _text(r"[0-9a-f]{32}"),
    "statement": _DIGEST,
    "item": _ID,
    "type": _CODE,
    "answer": _CODE,
    "code": _CODE,
    "partner": _PARTY,
    "partners": _text(r"[A-Z]{3}(, [A-Z]{3})*"),
    "agreement": _ID,
    "node": _ID,
    "lacking": _text(r"[a-z_, -]{0,200}"),
    "lane": _CODE,
    "door": _CODE,
    "method": _text(r"[A-Z]{1,16}"),
    "path": _text(r"/[A-Za-z0-9_./{}-]{0,200}"),
    "place": _text(r"/[\w./ @+-]{0,400}"),
    "peer": _text(r"https://[\w.:\[\]-]{1,260}"),
    "console": _text(r"https?://[\w.:\[\]-]{1,260}/?"),
    "status": _number,
    "count": _number,
    "milliseconds": _number,
    "held": _number,
}
"""Every field that a line may hold beside `time`, `level` and `event`, and its shape."""

NO_FIELDS: Mapping[str, Any] = MappingProxyType({})
_context: ContextVar[Mapping[str, Any]] = ContextVar("sealane_log_context", default=NO_FIELDS)


@contextmanager
def within(**fields: Any) -> Iterator[None]:
    """Every line that is said within tells of this request or statement too."""
    token = _context.set({**_context.get(), **{k: v for k, v in fields.items() if v is not None}})
    try:
        yield
    finally:
        _context.reset(token)


def context() -> Mapping[str, Any]:
    """What the lines that are said now tell of besides."""
    return _context.get()


def begin_once() -> None:
    """`begin` with warnings, unless logs were set up in this process before: for one command."""
    if not logging.getLogger().handlers:
        begin("warning")


def begin(level: str, stream: TextIO | None = None) -> None:
    """Say what this process has to say on a stream, in place of whatever was set up before.

    Args:
        level: of our own events; of other packages warnings at least.
        stream: stderr by default; JSON unless it is a terminal.
    """
    stream = sys.stderr if stream is None else stream
    handler = logging.StreamHandler(stream)
    handler.addFilter(_with_context)
    handler.setFormatter(Human() if stream.isatty() else Json())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level.upper())
    for name in SERVERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a full disk behind stderr is no reason to print more on it
    threading.excepthook = _fault


def _fault(found: threading.ExceptHookArgs) -> None:
    if found.exc_type is SystemExit or found.exc_value is None:
        return
    about = (found.exc_type, found.exc_value, found.exc_traceback)
    logging.getLogger(OURS).error("thread.fault", exc_info=about)


def _with_context(record: logging.LogRecord) -> bool:
    record.sealane_context = _context.get()
    return True


def told(record: logging.LogRecord) -> dict[str, Any]:
    """What of a record is written: time, level, event, and fields of the table in their shapes."""
    at = datetime.fromtimestamp(record.created, tz=UTC)
    line: dict[str, Any] = {
        "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "event": _event(record),
    }
    held = {**getattr(record, "sealane_context", {}), **record.__dict__}
    line |= {name: held[name] for name, fits in FIELDS.items() if name in held and fits(held[name])}
    if line["event"] == record.name:
        line["at"] = [f"{record.filename}:{record.lineno} {record.funcName}"]
    fault = record.exc_info[1] if record.exc_info else None
    if isinstance(fault, SealaneError):
        line["code"] = fault.code
    elif fault is not None:
        line["fault"] = type(fault).__name__
        line["at"] = list(_frames(fault.__traceback__))
    return line


def _event(record: logging.LogRecord) -> str:
    """Ours is the event's name; another package's is its logger, told with its place in the code:
    nobody can tell whether its text was put together from what somebody sent.
    """
    said = record.msg
    ours = record.name.partition(".")[0] == OURS and _CODE(said)
    return said if ours and isinstance(said, str) else record.name


def _frames(traceback: TracebackType | None) -> Iterator[str]:
    found = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    yield from found[-FRAMES:]


class Json(logging.Formatter):
    """A JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(told(record), ensure_ascii=False)


class Human(logging.Formatter):
    """The same for people."""

    def format(self, record: logging.LogRecord) -> str:
        line = told(record)
        first = f"{line.pop('time')} {line.pop('level'):7} {line.pop('event')}"
        return "  ".join([first, *(f"{name}={value}" for name, value in line.items())])
