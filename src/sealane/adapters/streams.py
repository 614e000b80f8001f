"""Inputs as streams that can be read at any place; what comes through a pipe is spooled first."""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from sealane.base.errors import NotFound, declare

_COPY = 1 << 20

UNREADABLE = declare(
    "input.stream_unreadable", NotFound,
    "{path} cannot be read: {why}.", "{path} を読み取れません：{why}。",
    "Check the path and its permissions.", "パスと権限を確かめてください。",
)


@contextmanager
def seekable(path: str) -> Iterator[BinaryIO]:
    """A file opened unbuffered, or the whole of stdin for `-` in an unnamed temporary file.

    Raises: NotFound `input.stream_unreadable`.
    """
    try:
        file: BinaryIO = _spooled() if path == "-" else io.FileIO(Path(path), "rb")
    except OSError as error:
        raise UNREADABLE(path=path, why=error.strerror or "unreadable") from None
    with file:
        yield file


def _spooled() -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    shutil.copyfileobj(sys.stdin.buffer, file, _COPY)
    file.seek(0)
    return cast(BinaryIO, file)
