"""One node at several machines: how their keystores follow one another, and what wants the node
stopped at all of them.

Spec: docs/operators.md "Several machines"; docs/adr/0044-several-machines.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sealane.adapters import nodefolder, operatorpolicy, ownissuer, shared_keys
from sealane.adapters.keys import NodeKeys
from sealane.adapters.records import SqlRecords, open_store
from sealane.adapters.sql import standing
from sealane.base import canonical
from sealane.base.errors import Misconfigured, declare
from sealane.base.values import format_instant
from sealane.ports import Host, Records, Store, Tx
from sealane.settings import SQLITE, Settings, load_settings

RUNNING_ELSEWHERE = replace(
    nodefolder.RUNNING,
    text="The node of {path} is running at another machine, or something there wants it stopped.",
    text_ja="{path} のノードは別の機器で動いているか、停止を要する処理が実行中です。",
)
"""The same code where not this machine's folder tells it, but the node's database server."""


FOLDER_OLDER = declare(
    "node.folder_older",
    Misconfigured,
    "{name} in this machine's folder is not what the node's operator signed last.",
    "この機器のフォルダーの {name} は、ノードの運用者が最後に署名したものではありません。",
    "Make this machine's folder anew with `sealane node copy` where it was signed, or sign here"
    " what is meant.",
    "署名した機器で `sealane node copy` を実行してこのフォルダーを作り直すか、"
    "意図する内容にここで署名してください。",
)
SIGNED = (operatorpolicy.FILE, ownissuer.FILE)
"""What an operator signs and every machine has to have; the policy names the overlay's digest."""


def follow(keys: NodeKeys, store: Store, host: Host) -> None:
    """Take up the keys that other machines made, for now and for the next start; where nobody told
    any yet, tell them these. Needs the root key.
    """
    records = SqlRecords()
    keys.follow(lambda: shared_keys.told(store, records, keys.word))
    keys.keep()
    with store.reading() as tx:
        begun = bool(records.sealed_keys.find(tx, order="id", limit=1))
    if not begun:
        with store.writing() as tx:
            shared_keys.tell(records, tx, keys, host.now())


def tell_keys(settings: Settings, records: Records, tx: Tx, keys: NodeKeys, host: Host) -> None:
    """Tell the other machines of this one's keys, in the step that puts them on record; nothing
    where the node has one folder.
    """
    if settings.database != SQLITE:
        shared_keys.tell(records, tx, keys, host.now())


def tell_files(folder: Path, settings: Settings, records: Records, tx: Tx, host: Host) -> None:
    """Tell the other machines what was signed here, in the step that records it; nothing where the
    node has one folder.
    """
    if settings.database == SQLITE:
        return
    for name in SIGNED:
        digest, since = _digest(folder / name), format_instant(host.now())
        records.signed_files.put(tx, {"name": name}, digest=digest, since=since)


def require_files(folder: Path, store: Store, host: Host, settings: Settings) -> None:
    """This folder has what the operator signed last; where nobody told yet, what it has counts.
    Raises: Misconfigured `node.folder_older`.
    """
    records = SqlRecords()
    with store.reading() as tx:
        told = {row.name: row.digest for row in records.signed_files.find(tx, order="name")}
    if not told:
        with store.writing() as tx:
            tell_files(folder, settings, records, tx, host)
    for name, digest in told.items():
        if digest != _digest(folder / name):
            raise FOLDER_OLDER(name=name)


def _digest(path: Path) -> str:
    return canonical.sha384(path.read_bytes()) if path.is_file() else ""


@contextmanager
def joined(folder: Path, settings: Settings, *, first: bool) -> Iterator[Callable[[], bool]]:
    """Be one of the processes that run the node, at this machine and at all: what holds that for
    them, to be called again and again; it says that there is nothing to do.

    Args:
        first: at this machine, the only one.
    Raises: Misconfigured `node.running`; as `open_store`.
    """
    with nodefolder.joined(folder, first=first), _standing(folder, settings, alone=False) as held:
        yield held


@contextmanager
def _standing(folder: Path, settings: Settings, *, alone: bool) -> Iterator[Callable[[], bool]]:
    if settings.database == SQLITE:
        yield lambda: False
        return
    store = open_store(folder, settings)

    def held() -> bool:
        if not stands():
            raise RUNNING_ELSEWHERE(path=folder)
        return False  # nothing to do

    try:
        with standing(store.engine, alone=alone) as stands:
            held()
            yield held
    finally:
        store.engine.dispose()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the node for this process alone, at every machine. Raises: Misconfigured `node.running`;
    as `open_store`.
    """
    with nodefolder.running(folder):
        settings = load_settings(folder / nodefolder.SETTINGS)
        with _standing(folder, settings, alone=True):
            yield
