"""NDJSON in, NDJSON out, in order, one line per input; a bad line never stops the batch.

Spec: spec/interfaces.md §1 (`--batch`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, TextIO

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.cli.answer import internal

MAX_LINE = 1 << 20

NOT_AN_OBJECT = declare(
    "batch.not_an_object", Malformed,
    "A batch line is not a JSON object.", "バッチの行が JSON オブジェクトではありません。",
    "Write one object a line.", "一行に一つのオブジェクトを書いてください。",
)


def run(
    answer: Callable[[Any], Any], *, source: BinaryIO | None = None, sink: TextIO | None = None, raw: bool = False
) -> None:
    """Answer every line of the source; memory is bounded by the longest accepted line (1 MiB).

    With `raw` the answer is given the line's bytes and reads them itself, as strictly as this does.
    """
    source = source or sys.stdin.buffer
    sink = sink or sys.stdout
    while line := source.readline(MAX_LINE + 2):
        if len(line) > MAX_LINE + 1:
            _skip_rest(source, line)
        if line.strip():
            sink.write(_one(answer, line.rstrip(b"\r\n"), raw) + "\n")
    sink.flush()


def _one(answer: Callable[[Any], Any], line: bytes, raw: bool) -> str:
    try:
        value = line if raw else canonical.parse(line, limit=MAX_LINE)
        if not raw and not isinstance(value, dict):
            raise NOT_AN_OBJECT()
        result = answer(value)
        return result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, separators=(",", ":"))
    except SealaneError as error:
        return json.dumps({"error": error.as_json()}, ensure_ascii=False, separators=(",", ":"))
    except Exception as error:  # noqa: BLE001 - a fault of ours on one line must not lose the others
        return json.dumps({"error": internal(error).as_json()}, ensure_ascii=False, separators=(",", ":"))


def _skip_rest(source: BinaryIO, line: bytes) -> None:
    while line and not line.endswith(b"\n"):
        line = source.readline(MAX_LINE)
