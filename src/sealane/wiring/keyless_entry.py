"""An entry of the internal log by a process that holds no key of the node; who serves signs the
head over it.

Spec: spec/ledger.md §3; R57.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sealane.adapters import nodefolder
from sealane.adapters.host import SystemHost
from sealane.adapters.log import SqlLog
from sealane.adapters.records import SqlRecords
from sealane.adapters.tables import open_database
from sealane.ledger import entries
from sealane.services.statements.journal import appended


def append_entry(folder: Path, kind: str, **told: Any) -> None:
    """Append it. Raises: Misconfigured `node.missing`, `db.*`; Malformed `entry.*`; Unavailable
    `store.unavailable`.
    """
    settings, host = nodefolder.load(folder), SystemHost()
    store = open_database(folder, settings)
    log, at = SqlLog(settings.internal_origin, check=entries.read), host.now()
    try:
        entry = entries.make(kind, at, host.entropy(entries.SALT), node=settings.node, **told)
        with store.writing() as tx:
            SqlRecords().entry_refs.add(tx, appended(tx, log, entry, kind=kind, at=at))
    finally:
        store.engine.dispose()
