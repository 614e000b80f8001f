"""A passphrase, what custodians give in its place, or a token: from a file, a descriptor or a
terminal; never from an argument or the environment.

Spec: spec/interfaces.md §Settled details.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sealane.base.errors import Malformed, Misconfigured, declare
from sealane.cli.frame import custodians
from sealane.cli.frame.secret_files import first_secret
from sealane.crypto import token_lock

F = TypeVar("F", bound=Callable[..., Any])

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

_passphrase_option = click.option(
    "--passphrase-file",
    "passphrase_file",
    metavar="F",
    default=None,
    callback=custodians.beside,
    help="File that holds the passphrase (or /dev/fd/N); else a terminal is asked.",
)
custodian_option = click.option(
    "--custodian-file",
    metavar="F",
    multiple=True,
    expose_value=False,
    callback=custodians.keep,
    help="In its place, for each of m custodians: a share file, with that custodian's passphrase as"
    " its second line or asked at the terminal; or the words of the share.",
)


def option(function: F) -> F:
    """What opens a keystore: a passphrase, or the shares of its custodians."""
    return _passphrase_option(custodian_option(function))


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
    """The passphrase's bytes, one trailing line end taken off; or what custodians give, in its
    place, where they are named or the keystore at hand asks for them; or what stands for the token
    that opens it.

    Raises: Malformed `passphrase.unreadable`; Misconfigured `passphrase.missing`; as
    `custodians.read`.
    """
    if path is None:
        if files := custodians.files():
            return custodians.read(files)
        if custodians.by_token():
            return token_lock.ASKED
        custody = custodians.asked()
        if not sys.stdin.isatty():
            raise NO_PASSPHRASE() if custody is None else custodians.needed(custody)
        if custody is not None:
            return custodians.ask(custody)
        from sealane.cli.frame.answer import speaker

        with speaker().progress.paused():
            typed: str = click.prompt("Passphrase / パスフレーズ", hide_input=True, err=True)
        return typed.encode()
    try:
        return first_secret(path)
    except OSError:
        raise NO_FILE(path=path) from None
