"""Where a node's OpenTDF clients are kept, opened without the node's passphrase."""

from __future__ import annotations

from pathlib import Path

from sealane.adapters import nodefolder
from sealane.adapters.host import SystemHost
from sealane.adapters.log import SqlLog
from sealane.adapters.nodefolder import NOT_A_NODE
from sealane.adapters.records import SqlRecords, SqlStore
from sealane.adapters.sql import DATABASE
from sealane.adapters.tables import open_database
from sealane.ledger import entries
from sealane.services.opentdf.clients import Office


def client_office(node: str) -> Office:
    """Where a node's OpenTDF clients are kept; needs no passphrase. Raises: Misconfigured
    `node.missing`, `settings.*`, `db.older`, `db.newer`.
    """
    folder = Path(node)
    if not (folder / DATABASE).is_file():
        raise NOT_A_NODE(path=node)
    settings = nodefolder.load(folder)
    engine = open_database(folder)
    return Office(
        node=settings.node,
        host=SystemHost(),
        store=SqlStore(engine),
        records=SqlRecords(),
        log=SqlLog(settings.internal_origin, check=entries.read),
    )
