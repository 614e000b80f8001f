"""`sealane db`: which version a node's folder and database are of, the way to this program's, and a
whole database in a file.

Spec: spec/interfaces.md §8; spec/database.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sealane.base.inputs import UNREADABLE
from sealane.cli.frame import passphrase
from sealane.cli.frame.answer import Answer, speaker, verb

_node = click.option(
    "--node",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The node's folder.",
)
STATES = {"current": "最新", "older": "更新が必要", "empty": "空"}


@click.group("db")
def database() -> None:
    """A node's database as a whole: its version, upgrades, export and import."""


@verb(database, "status")
@_node
def status(folder: Path) -> Answer:
    """Which versions the folder and the database are of, and which this program wants; needs no
    passphrase.
    """
    from sealane.wiring import database as whole

    told = whole.ages(folder).as_json()
    state = STATES[told["state"]] if speaker().lang == "ja" else told["state"]
    text = (
        f"{told['engine']}: {told['schema'] or '-'} / {told['code']}"
        f"\n{folder}: {told['folder']} / {told['folder_code']}\n{state}"
    )
    return Answer(told, text)


@verb(database, "upgrade")
@_node
@passphrase.option
def upgrade(folder: Path, passphrase_file: str | None) -> Answer:
    """Bring a stopped node's folder and database to this program's version: all of it, or nothing.
    Make a backup first.
    """
    from sealane.wiring import database as whole

    done = whole.upgrade(folder, passphrase.read(passphrase_file), watch=_watch)
    return Answer(done, f"{done['from']} -> {done['to']}")


@verb(database, "export")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@_node
@passphrase.option
def export(out: Path, folder: Path, passphrase_file: str | None) -> Answer:
    """Write a node's whole database, running or stopped, to a file that belongs to no engine. It is
    confidential: it gets mode 0600.
    """
    from sealane.wiring import database as whole

    done = whole.export(folder, passphrase.read(passphrase_file), out, watch=_watch)
    speaker().tell(
        f"  {out} holds all that the node knows, in plain: its owner alone may read it (0600);"
        " encrypt it before it leaves this machine",
        f"  {out} にはノードの全記録が平文で入っています。所有者だけが読めます（0600）。"
        "持ち出す前に暗号化してください",
    )
    return Answer(done, f"{done['rows']} {out}\n{done['digest']}")


@verb(database, "import")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@_node
@passphrase.option
def take_in(source: Path, folder: Path, passphrase_file: str | None) -> Answer:
    """Fill a stopped node's empty database from its own export, on any engine. Nothing counts
    before every log is proven against its signed heads.
    """
    from sealane.wiring import database as whole

    try:
        file = source.open("rb")
    except OSError as error:
        raise UNREADABLE(path=source, why=error.strerror or "unreadable") from None
    with file:
        done: dict[str, Any] = whole.take_in(
            folder, passphrase.read(passphrase_file), file, watch=_watch
        )
    speaker().tell(
        "  the node now asks its partners whether anything is missing: run it while they run",
        "  ノードは不足がないか相手国に確かめます。相手国の稼働中に起動してください",
    )
    return Answer(done, f"{done['rows']} {done['schema']} ({done['engine']})\n{done['digest']}")


@verb(database, "reindex")
@_node
@passphrase.option
def reindex(folder: Path, passphrase_file: str | None) -> Answer:
    """Make a stopped node's index for searching anew; the register itself is only read."""
    from sealane.wiring import database as whole

    done = whole.make_index(folder, passphrase.read(passphrase_file), watch=_watch)
    return Answer(done, str(done["items"]))


def _watch(measure: Any, total: int) -> None:
    speaker().progress.count(measure, total, "entries")
