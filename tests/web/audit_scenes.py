"""The pages of auditors, operators and ministers, for `make pictures`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sealane.services.node import Node
from tests.nations import AGREEMENT

Scene = tuple[str, str, str, str, tuple[Any, ...]]


def scenes(node: Node) -> Iterator[Scene]:
    """(party, person, name of the picture, path, buttons to press).

    Args: node: Japan's.
    """
    with node.store.reading() as tx:
        shared = node.origin(tx, AGREEMENT, "AUS")
        index = node.log(shared).size(tx) - 1
    at = f"origin={shared}"
    auditor = "jpn.auditor"
    yield "JPN", auditor, "entries", "/ledger/entries", ()
    yield "JPN", auditor, "entries-none", "/ledger/entries?kind=none", ()
    yield "JPN", auditor, "entry", f"/ledger/entry?{at}&index={index}", ()
    yield "JPN", auditor, "heads", "/ledger/heads", ()
    yield "JPN", auditor, "heads-log", f"/ledger/heads?{at}", ()
    yield "JPN", auditor, "verify", "/ledger/verify", ()
    verify: tuple[Any, ...] = (("form[action='/ledger/verify'] button", {}),)
    yield "JPN", auditor, "verified", "/ledger/verify", verify
    yield "JPN", auditor, "reconcile", "/audit/reconcile", ()
    compare: tuple[Any, ...] = (("form[action='/audit/reconcile'] button", {}),)
    yield "JPN", auditor, "reconciled", "/audit/reconcile", compare
    yield "JPN", auditor, "statistics", "/audit/statistics?days=365", ()
    yield "JPN", "jpn.clerk", "trust", "/trust?days=365", ()
    yield "JPN", "jpn.sato", "trust", "/trust?days=365", ()
    yield "JPN", "jpn.security", "clients", "/clients", ()
    asked = {"id": "jpn.viewer", "person": "jpn.tanaka"}
    let_in: tuple[Any, ...] = (("form[action='/clients'] button", asked),)
    yield "JPN", "jpn.security", "clients-added", "/clients", let_in
