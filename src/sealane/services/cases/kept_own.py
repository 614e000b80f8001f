"""What this nation keeps for itself about a case, such as the limits of a visit: read here, and
told to its own staff alone.

Spec: spec/case.md §8; R37.
"""

from __future__ import annotations

from typing import Any

from sealane.ports import Tx
from sealane.registry.case_records import KeptOwn
from sealane.services.node import Node

MOST = 100


def kept_own(node: Node, tx: Tx, case: str) -> dict[str, dict[str, Any]]:
    """Each form that was filled in, by its name. Raises: Untrusted `directory.altered`: one was
    changed by hand.
    """
    found = {}
    for row in node.records.case_own.find(tx, order="name", limit=MOST, case=case):
        if node.bound is not None:
            node.bound.require(tx, "case_own", row)
        found[row.name] = row.form
    return found


def row_of(node: Node, tx: Tx, case: str, name: str) -> KeptOwn | None:
    """One of them as it is kept. Raises: as `kept_own`."""
    row = node.records.case_own.get(tx, case=case, name=name)
    if row is not None and node.bound is not None:
        node.bound.require(tx, "case_own", row)
    return row
