"""Custodians who each give a share where else one passphrase is given: by files, by descriptors, or
one after another at a terminal, where nothing secret is shown.

Spec: docs/operators.md §Key ceremony.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from sealane.base.errors import Malformed, Misconfigured, SealaneError, declare
from sealane.cli import access
from sealane.cli.frame.answer import USAGE, speaker
from sealane.cli.frame.secret_files import MAX_BYTES, read_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sealane.crypto.custodians import Custody, OpenShare
    from sealane.crypto.share_file import SealedShare

GIVEN = "sealane.custodians"

NOBODY_TO_ASK = declare(
    "custodian.no_terminal",
    Misconfigured,
    "The passphrase of the custodian {custodian} was not given and there is no terminal to ask on.",
    "保管者 {custodian} のパスフレーズがなく、尋ねる端末もありません。",
    "Put it on the second line of what --custodian-file or --custodian names.",
    "--custodian-file または --custodian で指定したものの二行目にパスフレーズを入れてください。",
)
UNREADABLE_SHARE = declare(
    "custodian.unreadable",
    Malformed,
    "The custodian's file {path} cannot be read.",
    "保管者のファイル {path} を読み取れません。",
    "Check the path and its permissions.",
    "パスと権限を確かめてください。",
)


def keep(context: click.Context, _: click.Parameter, named: tuple[str, ...]) -> None:
    """Put by what --custodian-file named, for `passphrase.read`. Raises: click.UsageError."""
    context.meta[GIVEN] = named
    require_one_way(context, context.params.get("passphrase_file"))


def beside(context: click.Context, _: click.Parameter, path: str | None) -> str | None:
    """What --passphrase-file named, where no custodian is. Raises: click.UsageError."""
    require_one_way(context, path)
    return path


def require_one_way(context: click.Context, path: str | None) -> None:
    """A passphrase or custodians, never both. Raises: click.UsageError."""
    if path is not None and context.meta.get(GIVEN):
        raise click.UsageError("give --passphrase-file or --custodian-file, not both")


def files() -> tuple[str, ...]:
    """What --custodian-file named in the current call."""
    context = click.get_current_context(silent=True)
    named: tuple[str, ...] = () if context is None else context.meta.get(GIVEN, ())
    return named


def asked() -> Custody | None:
    """Whose shares open the keystore that the current call is about; None: a passphrase does, or it
    is about none.
    """
    folder = _about()
    return None if folder is None else access.custody_of(folder)


def by_token() -> bool:
    """Whether a token opens the keystore that the current call is about."""
    folder = _about()
    return folder is not None and access.token_of(folder) is not None


def _about() -> str | None:
    context = click.get_current_context(silent=True)
    params: dict[str, Any] = {} if context is None else context.params
    folder = params.get("folder") or params.get("key")
    return None if folder is None else str(folder)


def needed(custody: Custody) -> SealaneError:
    """The refusal of whoever names nobody, where nobody can be asked."""
    from sealane.crypto.custodians import NEEDED

    return NEEDED(threshold=custody.threshold, names=custody.named)


def read(paths: Sequence[str]) -> bytes:
    """Shares in files, as the bytes that stand in a passphrase's place. A file without its
    passphrase: that custodian is asked at the terminal.

    Raises: Malformed `custodian.*`; Misconfigured `custodian.passphrase`, `custodian.no_terminal`.
    """
    from sealane.crypto.custodians import given

    return given([_opened(path) for path in paths])


def ask(custody: Custody) -> bytes:
    """The same, from custodians who come to the terminal one after another, as many as it takes."""
    from sealane.crypto.custodians import given

    speaker().tell(
        f"This keystore opens to {custody.threshold} of: {custody.named}",
        f"この鍵庫は次のうち {custody.threshold} 人で開きます：{custody.named}",
    )
    shares: list[OpenShare] = []
    while len(shares) < custody.threshold:
        shares.append(_come(f"{len(shares) + 1}/{custody.threshold}"))
    return given(shares)


def one() -> bytes:
    """The share of the one custodian that the current call names, or who comes to the terminal.

    Raises: Malformed `usage.wrong`; as `read`.
    """
    from sealane.crypto.custodians import given

    named = files()
    if len(named) > 1:
        raise USAGE(
            why="one --custodian-file",
            why_ja="--custodian-file は一つだけ指定してください",
            command="sealane node ceremony words",
        )
    if named:
        return read(named)
    if not sys.stdin.isatty():
        raise NOBODY_TO_ASK(custodian="-")
    return given([_come("1")])


def chosen(name: str) -> bytes:
    """The passphrase that a new custodian, `NAME` or `NAME=F`, chose for the share: out of F, or
    typed twice at the terminal.

    Raises: Malformed `custodian.unreadable`; Misconfigured `custodian.no_terminal`.
    """
    name, _, path = name.partition("=")
    if path:
        return _bytes(path).removesuffix(b"\n").removesuffix(b"\r")
    if not sys.stdin.isatty():
        raise NOBODY_TO_ASK(custodian=name)
    speaker().tell(
        f"{name}: alone at the terminal, choose a passphrase for your share.",
        f"{name}：一人で端末に向かい、自分の分割片のパスフレーズを決めてください。",
    )
    return _hidden(f"{name}: passphrase / パスフレーズ", twice=True)


def _come(place: str) -> OpenShare:
    """One custodian at the terminal."""
    path = _prompt(f"Custodian / 保管者 {place}: share file (empty: words / 空欄：単語)", "")
    return _opened(path) if path else _typed()


def _opened(path: str) -> OpenShare:
    from sealane.crypto import share_file

    data = _bytes(path, share_file.MAX_BYTES + 1)
    share, passphrase = share_file.read_share(data)
    return _open(share, passphrase)


def _typed() -> OpenShare:
    from sealane.crypto.share_file import read_share

    share, _ = read_share(_hidden("33 words / 33 語"))
    return _open(share, None)


def _open(share: SealedShare | OpenShare, passphrase: bytes | None) -> OpenShare:
    from sealane.crypto.custodians import OpenShare

    if isinstance(share, OpenShare):
        return share
    if passphrase is None:
        if not sys.stdin.isatty():
            raise NOBODY_TO_ASK(custodian=share.custodian)
        passphrase = _hidden(f"{share.custodian}: passphrase / パスフレーズ")
    return share.open(passphrase)


def _bytes(path: str, most: int = MAX_BYTES) -> bytes:
    try:
        return read_secret(path, most)
    except OSError:
        raise UNREADABLE_SHARE(path=path) from None


def _hidden(text: str, *, twice: bool = False) -> bytes:
    with speaker().progress.paused():
        typed: str = click.prompt(text, hide_input=True, err=True, confirmation_prompt=twice)
    return typed.encode()


def _prompt(text: str, default: str) -> str:
    with speaker().progress.paused():
        typed: str = click.prompt(text, default=default, show_default=False, err=True)
    return typed
