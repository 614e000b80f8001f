"""A node's register opened from its folder without its keys, for lists of it.

Nothing here needs the passphrase: the database is not sealed, and who may read the folder's files
is the operating system's to say. What the ledger binds under a key of the keystore (people, cards,
agreements) is not read here, for nothing here could tell whether it was altered.
Spec: docs/adr/0028-lists-without-the-passphrase.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sealane.adapters.host import SystemHost
from sealane.adapters.records import SqlRecords
from sealane.adapters.tables import database_there
from sealane.services.node import OpenRegister
from sealane.settings import load_settings

SETTINGS = "node.toml"


@contextmanager
def open_register(folder: Path) -> Iterator[OpenRegister]:
    """The register in a node's folder. Raises: Misconfigured `node.missing`, `settings.malformed`,
    `db.older`, `db.newer`, `db.unfinished`, `db.damaged`; Unavailable `store.unavailable`.
    """
    if not (folder / SETTINGS).is_file():
        from sealane.adapters.nodefolder import NOT_A_NODE  # brings what opens keys

        raise NOT_A_NODE(path=folder)
    settings, store = load_settings(folder / SETTINGS), database_there(folder)
    if store is None:
        from sealane.adapters.nodefolder import NOT_A_NODE

        raise NOT_A_NODE(path=folder)
    try:
        yield OpenRegister(settings=settings, host=SystemHost(), store=store, records=SqlRecords())
    finally:
        store.engine.dispose()
