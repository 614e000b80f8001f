"""Where a node's OpenTDF clients are kept, opened without the node's passphrase."""

from __future__ import annotations

from pathlib import Path

from sealane.adapters.host import SystemHost
from sealane.adapters.log import SqlLog
from sealane.adapters.nodefolder import NOT_A_NODE, load
from sealane.adapters.records import SqlRecords
from sealane.adapters.tables import database_there
from sealane.ledger import entries
from sealane.services.opentdf.clients import Office


def client_office(node: str) -> Office:
    """Where a node's OpenTDF clients are kept; needs no passphrase. Raises: Misconfigured
    `node.missing`, `settings.*`, `db.older`, `db.newer`.
    """
    folder = Path(node)
    settings, store = load(folder), database_there(folder)
    if store is None:
        raise NOT_A_NODE(path=node)
    return Office(
        node=settings.node,
        host=SystemHost(),
        store=store,
        records=SqlRecords(),
        log=SqlLog(settings.internal_origin, check=entries.read),
    )
