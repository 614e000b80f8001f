"""Before a key dies: which items held here are still wrapped to it.

Spec: R62; spec/container.md §5; docs/operators.md §Keys.
"""

from __future__ import annotations

from sealane.base.errors import Conflict, declare
from sealane.services.node import Node
from sealane.services.opening import containers

IN_USE = declare(
    "key.in_use",
    Conflict,
    "{count} items held here are still wrapped to the key {kid}.",
    "ここで保有する {count} 件の項目がまだ鍵 {kid} で包まれています。",
    "Re-wrap or recall them first; with --force they never open again.",
    "先に包み直すか回収してください。--force を付けると二度と開けません。",
)


def sealed_to(node: Node, kid: str) -> list[str]:
    """The items, not recalled, whose container here names this key. Files sealed without an
    agreement are not kept here.
    """
    found, after = [], None
    while True:
        with node.store.reading() as tx:
            rows = node.records.find(tx, "items", order="id", limit=500, after=after, recalled=None)
        for row in rows:
            if not node.blobs.has(row["container"]):
                continue
            with node.blobs.read(row["container"]) as source:
                if any(
                    kao.kid == kid
                    for kao in containers.manifest_of(source).container.manifest.key_access
                ):
                    found.append(str(row["id"]))
        if len(rows) < 500:
            return found
        after = rows[-1]["id"]
