"""A passphrase or a token from a file, a descriptor or a terminal; never from an argument or the
environment.

Spec: spec/interfaces.md §Settled details.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

import click

from sealane.base.errors import Malformed, Misconfigured, declare

MAX_BYTES = 4096

NO_PASSPHRASE = declare(
    "passphrase.missing",
    Misconfigured,
    "No passphrase was given and there is no terminal to ask on.",
    "パスフレーズがなく、尋ねる端末もありません。",
    "Give --passphrase-file F (a path, or /dev/fd/N).",
    "--passphrase-file F（パスまたは /dev/fd/N）を指定してください。",
)
NO_FILE = declare(
    "passphrase.unreadable",
    Malformed,
    "The passphrase file {path} cannot be read.",
    "パスフレーズのファイル {path} を読み取れません。",
    "Check the path and its permissions.",
    "パスと権限を確かめてください。",
)

option = click.option(
    "--passphrase-file",
    "passphrase_file",
    metavar="F",
    default=None,
    help="File that holds the passphrase (or /dev/fd/N); else a terminal is asked.",
)

token_option = click.option(
    "--token-file",
    "token_file",
    metavar="F",
    default=None,
    help="File that holds a bearer token (`people token`), for a log that needs a sign-in.",
)


def read_token(path: str | None) -> str | None:
    """The token in a file; None where no file is named. Raises: Malformed
    `passphrase.unreadable`.
    """
    return None if path is None else read(path).decode("ascii", errors="replace").strip()


def read(path: str | None) -> bytes:
    """The passphrase's bytes, one trailing line end taken off.

    Raises: Malformed `passphrase.unreadable`; Misconfigured `passphrase.missing`.
    """
    if path is None:
        if not sys.stdin.isatty():
            raise NO_PASSPHRASE()
        from sealane.cli.frame.answer import speaker

        with speaker().progress.paused():
            typed: str = click.prompt("Passphrase / パスフレーズ", hide_input=True, err=True)
        return typed.encode()
    try:
        with _opened(path) as file:
            _warn_of_others(path, file.fileno())
            return file.read(MAX_BYTES).removesuffix(b"\n").removesuffix(b"\r")
    except OSError:
        raise NO_FILE(path=path) from None


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
