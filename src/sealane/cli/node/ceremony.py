"""`sealane node ceremony`: m of n custodians, or a token, in the place of one passphrase.

Spec: docs/operators.md §Key ceremony.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame import custodians, passphrase
from sealane.cli.frame.answer import USAGE, Answer, speaker, verb

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sealane.crypto.custodians import Custody
    from sealane.crypto.token_lock import TokenLock
    from sealane.wiring.ceremonies import CeremonyPlan

_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
_out = click.option(
    "--out",
    required=True,
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Where the share files are put, NAME.share each; every custodian takes theirs away.",
)
_whom = click.option(
    "--custodian",
    "names",
    multiple=True,
    required=True,
    metavar="NAME[=F]",
    help="Once for each: a custodian, and the file (or /dev/fd/N) of the passphrase that this"
    " person chose for the share; without it the terminal asks.",
)
_threshold = click.option(
    "--threshold", required=True, type=int, metavar="M", help="How many of them open the node."
)


@click.group("ceremony")
def ceremony() -> None:
    """Key ceremony: m of n custodians, or a token, open the node, instead of one passphrase."""


def _set(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (passphrase.option, _out, _whom, _threshold, _folder):
        function = option(function)
    return function


@verb(ceremony, "make")
@_set
def make(
    *, folder: Path, threshold: int, names: tuple[str, ...], out: Path, passphrase_file: str | None
) -> Answer:
    """Bring the keystore, which a passphrase opens, under custodians; the passphrase then opens
    nothing. Stop the node first.
    """
    return hold(folder, "make", (threshold, names, out), passphrase_file)


@verb(ceremony, "change")
@_set
def change(
    *, folder: Path, threshold: int, names: tuple[str, ...], out: Path, passphrase_file: str | None
) -> Answer:
    """New custodians or another threshold, by m of those there are; all earlier shares then open
    nothing. Stop the node first.
    """
    return hold(folder, "change", (threshold, names, out), passphrase_file)


@verb(ceremony, "recover")
@_folder
@click.option("--lost", required=True, metavar="NAME", help="Whose share or passphrase is lost.")
@click.option(
    "--custodian",
    "names",
    multiple=True,
    metavar="NAME[=F]",
    help="As for `make`, for the files of passphrases; who is not named is asked at the terminal.",
)
@click.option("--instead", default=None, metavar="NAME", help="Who takes the lost one's place.")
@click.option("--threshold", default=None, type=int, metavar="M", help="Default: as before.")
@_out
@passphrase.option
def recover(
    *,
    folder: Path,
    lost: str,
    names: tuple[str, ...],
    instead: str | None,
    threshold: int | None,
    out: Path,
    passphrase_file: str | None,
) -> Answer:
    """A custodian is lost: m others make a new set of shares without that one, or with another in
    that place; the lost share then opens nothing. Stop the node first.
    """
    from sealane.wiring.ceremonies import heirs, required_custody

    files = {name.partition("=")[0]: name for name in names}
    new = tuple(files.get(name, name) for name in heirs(folder, lost, instead))
    asked = required_custody(folder).threshold if threshold is None else threshold
    return hold(folder, "recover", (asked, new, out), passphrase_file)


@verb(ceremony, "token")
@_folder
@passphrase.option
def token(*, folder: Path, passphrase_file: str | None) -> Answer:
    """Bring the keystore under the token that holds the node's unwrapping keys: the token and its
    PIN then open the node, and nothing else does. Stop the node first. Again: under a new secret.
    """
    from sealane.wiring import ceremonies

    ceremonies.require_state(folder, ceremonies.TOKEN)
    lock = ceremonies.hold_by_token(folder, passphrase.read(passphrase_file))
    next_en, next_ja = "Now try it: sealane node ceremony try DIR", "次で試してください："
    follow = f"{next_ja}sealane node ceremony try DIR" if speaker().lang == "ja" else next_en
    return Answer(_of_token(lock), f"{_token_text(lock)}\n{follow}")


@verb(ceremony, "try")
@_folder
@passphrase.custodian_option
def try_(*, folder: Path) -> Answer:
    """Do these custodians, or the token, open the node? Opens no key, changes nothing, and is
    recorded either way; the node may run.
    """
    from sealane.wiring.ceremonies import lock_of, try_shares, try_token

    if lock_of(folder) is not None:
        lock = try_token(folder)
        return Answer({**_of_token(lock), "opened": True}, _token_text(lock))
    custody, who = try_shares(folder, lambda: passphrase.read(None))
    text = {
        "en": f"Opened by {', '.join(who)}; {custody.threshold} of {len(custody.custodians)} do.",
        "ja": f"{'、'.join(who)} で開きました（{len(custody.custodians)} 人中"
        f" {custody.threshold} 人が必要）。",
    }
    return Answer({**_told(custody), "opened": True, "by": who}, text[speaker().lang])


@verb(ceremony, "words")
@_folder
@click.option(
    "--out",
    required=True,
    metavar="F",
    type=click.Path(path_type=Path),
    help="Where to: /dev/tty, to be copied by hand; a file that is there already is replaced.",
)
@passphrase.custodian_option
def words(*, folder: Path, out: Path) -> Answer:
    """Write one custodian's share out in 33 words with a checksum, to be kept on paper: whoever
    reads them needs no passphrase. Recorded.
    """
    from sealane.wiring.ceremonies import required_custody, write_words

    custody, secret = required_custody(folder), custodians.one()
    with speaker().progress.paused():  # OUT may be this very terminal
        who = write_words(folder, secret, out)
    return Answer({**_told(custody), "custodian": who, "out": str(out)}, f"{who}: {out}")


@verb(ceremony, "show")
@_folder
def show(*, folder: Path) -> Answer:
    """What opens the node: its custodians and how many of them, a token, or a passphrase; needs
    none of them.
    """
    from sealane.adapters import nodefolder
    from sealane.wiring.ceremonies import custody_of, lock_of

    nodefolder.load(folder)
    if (lock := lock_of(folder)) is not None:
        return Answer(_of_token(lock), _token_text(lock))
    custody = custody_of(folder)
    if custody is None:
        en, ja = "A passphrase opens this node.", "このノードはパスフレーズで開きます。"
        return Answer({"opens": "passphrase"}, ja if speaker().lang == "ja" else en)
    return Answer({"opens": "custodians", **_told(custody)}, _text(custody))


def hold(
    folder: Path, means: str, whom: tuple[int, Sequence[str], Path], passphrase_file: str | None
) -> Answer:
    """The step that `make`, `change` and `recover` share; everything that can be refused is refused
    before anybody is asked for a passphrase.
    """
    from sealane.wiring import ceremonies

    plan = planned(means, whom)
    ceremonies.require_state(folder, means)
    secret = passphrase.read(passphrase_file)
    plan = replace(plan, passphrases=tuple(custodians.chosen(name) for name in whom[1]))
    return held(plan, ceremonies.hold(folder, secret, plan))


def planned(means: str, whom: tuple[int, Sequence[str], Path]) -> CeremonyPlan:
    """A ceremony that can be. Raises: as `CeremonyPlan.require`."""
    from sealane.wiring.ceremonies import CeremonyPlan

    threshold, names, out = whom
    plan = CeremonyPlan(
        means=means,
        threshold=threshold,
        custodians=tuple(name.partition("=")[0] for name in names),
        out=out,
    )
    plan.require()
    return plan


def founding_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """At `node init`: custodians from the first day, instead of a passphrase."""
    for option in (
        click.option(
            "--shares",
            default=None,
            metavar="FOLDER",
            type=click.Path(path_type=Path),
            help="With --custodian: where their share files are put.",
        ),
        click.option(
            "--threshold", default=2, metavar="M", help="With --custodian: how many open the node."
        ),
        click.option(
            "--custodian",
            "names",
            multiple=True,
            metavar="NAME[=F]",
            help="Custodians instead of a passphrase, as `node ceremony make` has them.",
        ),
    ):
        function = option(function)
    return function


def founded(options: dict[str, Any]) -> CeremonyPlan | None:
    """Takes these options out; the ceremony that a new node begins with, its custodians asked; None
    where a passphrase is to open it. Raises: Malformed `usage.wrong`; as `planned`.
    """
    names, threshold, out = (options.pop(name) for name in ("names", "threshold", "shares"))
    if not names:
        return None
    if out is None:
        raise USAGE(
            why="give --shares FOLDER with --custodian",
            why_ja="--custodian には --shares FOLDER を併せて指定してください",
            command="sealane node init",
        )
    plan = planned("make", (threshold, names, out))
    return replace(plan, passphrases=tuple(custodians.chosen(name) for name in names))


def first_secret(plan: CeremonyPlan | None, passphrase_file: str | None) -> bytes:
    """What opens a new node until its custodians do: a passphrase that nobody ever sees."""
    return (
        passphrase.read(passphrase_file)
        if plan is None
        else access.host().entropy(32).hex().encode()
    )


def found(plan: CeremonyPlan | None, folder: Path, secret: bytes, made: Answer) -> Answer:
    """The new node under its custodians, where it is to have some."""
    from sealane.wiring import ceremonies

    if plan is None:
        return made
    told = held(plan, ceremonies.hold(folder, secret, plan))
    return Answer({**made.data, "ceremony": told.data}, f"{made.text}\n{told.text}")


def held(plan: CeremonyPlan, custody: Custody) -> Answer:
    """What a ceremony brought about, and what people do next."""
    files = [str(plan.place(name)) for name in custody.custodians]
    next_ja = (
        "各保管者は自分のファイルを持ち帰り、次で試してください：sealane node ceremony try DIR"
    )
    next_en = "Each custodian takes theirs away. Now try them: sealane node ceremony try DIR"
    text = "\n".join([_text(custody), *files, next_ja if speaker().lang == "ja" else next_en])
    return Answer({**_told(custody), "means": plan.means, "files": files}, text)


def _of_token(lock: TokenLock) -> dict[str, Any]:
    return {"opens": "token", "token": lock.token}


def _token_text(lock: TokenLock) -> str:
    en = f"The token {lock.token} opens this node, with its PIN."
    ja = f"このノードはトークン {lock.token} とその PIN で開きます。"
    return ja if speaker().lang == "ja" else en


def _told(custody: Custody) -> dict[str, Any]:
    return {
        "node": custody.node,
        "ceremony": custody.ceremony,
        "threshold": custody.threshold,
        "custodians": list(custody.custodians),
    }


def _text(custody: Custody) -> str:
    if speaker().lang == "ja":
        return f"{custody.node} は次のうち {custody.threshold} 人で開きます：{custody.named}"
    return f"{custody.node} opens to {custody.threshold} of: {custody.named}"


VERBS = (ceremony,)
"""What this module adds to its group, in the order of the help."""
