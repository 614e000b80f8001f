"""`sealane node backup` and `restore`: a node's whole folder in one file, and back.

Spec: spec/backup.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sealane.cli import access
from sealane.cli.frame.answer import Answer, alone, speaker
from sealane.cli.frame.progress import Meter

if TYPE_CHECKING:
    from sealane.adapters.backup_form import Backup


@alone("backup")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
def backup(folder: Path, out: Path) -> Answer:
    """Write the whole node as it is now into one new file, while it runs or not: database, sealed
    containers, sealed keys, settings, policies and last signed heads.

    Whoever has the file has the register in clear; keys and containers stay sealed. Keep it as the
    node's own folder.
    """
    from sealane import __version__
    from sealane.adapters.backup_taking import take

    meter = Meter()
    speaker().progress.count(meter.measure, _size(folder), "bytes")
    done = take(folder, out, access.host().now(), __version__, meter.told)
    _note(folder, done)
    en = "Backed up {node} as of {at} to {path}: {files} files."
    ja = "{node} の {at} 現在を {path} に保存しました：{files} ファイル。"
    return _answer(done, out, en, ja)


def _note(folder: Path, done: Backup) -> None:
    """That the backup was taken, on record for whoever looks after the node; a database of another
    age keeps no entry, and the backup is as good.
    """
    from sealane.base.errors import SealaneError
    from sealane.wiring.keyless_entry import append_entry

    try:
        append_entry(folder, "node.backed_up", record=done.sha384, count=len(done.members))
    except SealaneError as error:
        speaker().tell(
            f"  not on record: {error.message}", f"  記録できませんでした：{error.message_ja}"
        )


@alone("restore")
@click.argument("file", metavar="FILE")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--database",
    default=None,
    metavar="ADDRESS",
    help="Where its database shall be from now on: sqlite, or an empty PostgreSQL database.",
)
def restore(file: str, folder: Path, database: str | None) -> Answer:
    """Make a node's folder again out of a backup, complete and proven or not at all.

    The node then takes itself for older than what it said: run it while its partners run, and it
    asks them before it does anything (`node status` tells).
    """
    from sealane.adapters.backup_restoring import restore as restored

    meter = Meter()
    with access.seekable_input(file) as source:
        total = source.seek(0, 2)
        source.seek(0)
        speaker().progress.count(meter.measure, total, "bytes")
        done = restored(source, folder, meter.told, database=database)
    en = (
        "Restored {node} as of {at} in {path}: {files} files.\nRun it while its partners run: it"
        " asks them what it said since, before it does anything."
    )
    ja = (
        "{node} の {at} 現在を {path} に復元しました：{files} ファイル。\n"
        "相手国のノードが動いている間に起動してください。以後の発言を確かめるまで何も行いません。"
    )
    return _answer(done, folder, en, ja)


def _size(folder: Path) -> int:
    """About how many bytes there are to take."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _answer(done: Backup, path: Path, en: str, ja: str) -> Answer:
    data: dict[str, Any] = {
        "node": done.head.node,
        "party": done.head.party,
        "at": done.head.at,
        "version": done.head.version,
        "path": str(path),
        "size": done.size,
        "sha384": done.sha384,
        "files": len(done.members),
        "containers": sum(one.place.startswith("containers/") for one in done.members),
        "absent": done.absent,
    }
    words = ja if speaker().lang == "ja" else en
    text = f"{words.format_map(data)}\nSHA-384: {done.sha384}"
    if done.absent:
        text += "\n" + (
            f"既に廃棄されていたコンテナ：{len(done.absent)}"
            if speaker().lang == "ja"
            else f"Containers already destroyed: {len(done.absent)}"
        )
    return Answer(data, text)


VERBS = (backup, restore)
