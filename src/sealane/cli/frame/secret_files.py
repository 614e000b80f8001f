"""Small files that hold a secret: read whole and bounded, and named where others may read them too.

Spec: docs/operators.md §Files.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

import click

MAX_BYTES = 4096


def read_secret(path: str, most: int = MAX_BYTES) -> bytes:
    """At most so many bytes of a file or descriptor. Raises: OSError."""
    with _opened(path) as file:
        _warn_of_others(path, file.fileno())
        return file.read(most)


def first_secret(path: str) -> bytes:
    """The same for one secret, one trailing line end taken off. Raises: OSError."""
    return read_secret(path).removesuffix(b"\n").removesuffix(b"\r")


def _opened(path: str) -> BinaryIO:
    """The file, from its start. A descriptor that was handed over is taken as it is: to open its
    file anew would ask whether this user may, who may be another than the one that opened it.
    """
    number = path.removeprefix("/dev/fd/")
    if number == path or not (number.isascii() and number.isdigit()):
        return Path(path).open("rb")
    file = os.fdopen(os.dup(int(number)), "rb")
    if file.seekable():
        file.seek(0)
    return file


def _warn_of_others(path: str, descriptor: int) -> None:
    """Say it where a passphrase lies in a file that others than its owner may read."""
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode) or not mode & 0o044:
        return
    if click.get_current_context(silent=True) is None:
        return
    from sealane.cli.frame.answer import speaker

    speaker().tell(
        f"  warning: others than its owner may read the passphrase file {path}: chmod 600",
        f"  警告：パスフレーズのファイル {path} を所有者以外も読めます。chmod 600 を行ってください",
    )
