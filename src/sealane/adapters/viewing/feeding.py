"""A child process run once: fed by a pipe, read within bounds, ended when its time is over.

Spec: docs/console.md §Page by page.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import IO, Any

BEGIN = "import sys; sys.path[:] = sys.argv[1:]; import PROGRAM; PROGRAM.main()"
DRAWING = "sealane.adapters.viewing.child"
PART = 1 << 16


class Ended(Exception):
    """The child took too long, said too much, or died."""


def asked(
    head: Mapping[str, Any],
    document: bytes | bytearray | memoryview,
    *,
    seconds: float,
    most: int,
    program: str = DRAWING,
) -> bytes:
    """All that a child answers to a head and a document; it is gone when this returns.

    Args:
        seconds: after which it is killed, whatever it does.
        most: bytes of its answer.
        program: the module whose `main` it runs.
    Raises: Ended.
    """
    line = json.dumps({**head, "size": len(document)}).encode() + b"\n"
    child = subprocess.Popen(  # noqa: S603 - this very interpreter
        [
            sys.executable,
            "-I",
            "-B",
            "-c",
            BEGIN.replace("PROGRAM", program),
            *filter(None, sys.path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        return _exchanged(child.stdin, child.stdout, (line, document), seconds, most)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # and all that it began
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                pipe.close()
        child.wait()


def _exchanged(
    into: IO[bytes],
    out: IO[bytes],
    parts: tuple[bytes, bytes | bytearray | memoryview],
    seconds: float,
    most: int,
) -> bytes:
    """Write and read at once, so that neither side waits for the other for ever."""
    end, got = time.monotonic() + seconds, bytearray()
    waiting = [memoryview(part) for part in parts]
    with selectors.DefaultSelector() as ready:
        for pipe, kind in ((into, selectors.EVENT_WRITE), (out, selectors.EVENT_READ)):
            os.set_blocking(pipe.fileno(), False)
            ready.register(pipe, kind)
        while True:
            left = end - time.monotonic()
            found = ready.select(left) if left > 0 else []
            if not found:
                raise Ended("time")
            for key, _ in found:
                if key.fileobj is into:
                    if not _written(into, waiting):
                        ready.unregister(into)
                        into.close()
                    continue
                part = os.read(out.fileno(), PART)
                if not part:
                    return bytes(got)
                got += part
                if len(got) > most:
                    raise Ended("size")


def _written(into: IO[bytes], waiting: list[memoryview]) -> bool:
    """Write what the pipe takes now; whether more waits."""
    try:
        count = os.write(into.fileno(), waiting[0][:PART])
    except BrokenPipeError:  # it answers without having read everything
        return False
    waiting[0] = waiting[0][count:]
    if not waiting[0]:
        waiting.pop(0)
    return bool(waiting)
