"""NDJSON in, NDJSON out, in order, one line per input; a bad line never stops the batch.

Spec: spec/interfaces.md §1 (`--batch`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TextIO

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.cli.frame.answer import internal

MAX_LINE = 1 << 20

NOT_AN_OBJECT = declare(
    "batch.not_an_object",
    Malformed,
    "A batch line is not a JSON object.",
    "バッチの行が JSON オブジェクトではありません。",
    "Write one object a line.",
    "一行に一つのオブジェクトを書いてください。",
)


def run(
    answer: Callable[[dict[str, Any]], Any],
    *,
    source: BinaryIO | None = None,
    sink: TextIO | None = None,
) -> None:
    """Answer every line of the source; memory is bounded by the longest accepted line (1 MiB)."""
    sink = sink or sys.stdout
    for line in _lines(source or sys.stdin.buffer):
        sink.write(_one(lambda: answer(_object(line))) + "\n")  # noqa: B023 - called before the next line
    sink.flush()


def run_bytes(
    answer: Callable[[bytes], bytes],
    *,
    source: BinaryIO | None = None,
    sink: BinaryIO | None = None,
) -> None:
    """The same for an answer that reads each line itself, as strictly as `run` does, and writes its
    own JSON.
    """
    sink = sink or sys.stdout.buffer
    for line in _lines(source or sys.stdin.buffer):
        try:
            sink.write(answer(line))
        except Exception as error:  # noqa: BLE001 - a fault on one line must not lose the others
            sink.write(_error(error).encode())
        sink.write(b"\n")
    sink.flush()


def _lines(source: BinaryIO) -> Iterator[bytes]:
    while line := source.readline(MAX_LINE + 2):
        if len(line) > MAX_LINE + 1:
            _skip_rest(source, line)
        if line.strip():
            yield line.rstrip(b"\r\n")


def _object(line: bytes) -> dict[str, Any]:
    value = canonical.parse(line, limit=MAX_LINE)
    if not isinstance(value, dict):
        raise NOT_AN_OBJECT()
    return value


def _one(answer: Callable[[], Any]) -> str:
    try:
        result = answer()
        return (
            result
            if isinstance(result, str)
            else json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        )
    except Exception as error:  # noqa: BLE001 - a fault on one line must not lose the others
        return _error(error)


def _error(error: Exception) -> str:
    known = error if isinstance(error, SealaneError) else internal(error)
    return json.dumps({"error": known.as_json()}, ensure_ascii=False, separators=(",", ":"))


def _skip_rest(source: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = source.readline(MAX_LINE)
