"""Items whose recall crossed with the end of their offer."""

from __future__ import annotations

import io
from typing import Any

from sealane.services.exchange import recall, release, withdrawal
from tests import nations


def queued(pair: nations.Pair, **changes: Any) -> str:
    """A release that is recorded and has not left."""
    return release.release(pair.aus, nations.wanted(pair.aus, **changes), io.BytesIO(b"x")).item


def called_back_and_rejected(pair: nations.Pair, **changes: Any) -> str:
    """An item that is called back before its offer left, and whose offer is then rejected."""
    item = queued(pair, **changes)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    pair.line.mangle_container = lambda data: data[:-1]
    pair.settle()
    pair.line.mangle_container = lambda data: data
    return item


def called_back_and_withdrawn(pair: nations.Pair, **changes: Any) -> str:
    """An item that is called back before its offer left, and then withdrawn."""
    item = queued(pair, **changes)
    recall.recall(pair.aus, item, reason="r", person="aus.release")
    withdrawal.withdraw(pair.aus, item, "aus.release", reason="r")
    pair.settle()
    return item
