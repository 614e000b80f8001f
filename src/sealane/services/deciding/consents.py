"""The consents that count for an item: the one place that every request about an item asks.

Spec: R32; spec/interfaces.md §4 (consents).
"""

from __future__ import annotations

from typing import Any

from sealane.registry.records import Item


def standing_consents(_: Item) -> list[dict[str, Any]]:
    """None: no statement and no verb gives a consent yet, so a node has none on record, and what
    is not on record grants nothing.
    """
    return []
