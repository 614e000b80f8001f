"""Three nations and one release to two of them, for the tests of what comes of it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from sealane.base.errors import SealaneError
from sealane.labels.model.label import label_from_json
from sealane.registry.records import Given
from sealane.services.exchange import (
    outbox,
    release,
)
from sealane.services.node import Node
from sealane.services.opening import open_item
from tests import nations, nations_three
from tests.nations_three import TRILATERAL, Three

TEXT = b"harbour survey"
LABEL = label_from_json(nations_three.LABEL)


def wanted(three: Three, **changes: Any) -> release.Release:
    terms = {"label": LABEL, "agreement": TRILATERAL, "to": ("JPN", "USA")}
    return nations.wanted(three.aus, **{**terms, **changes})


def share(three: Three, data: bytes = TEXT, **changes: Any) -> str:
    item = release.release(three.aus, wanted(three, **changes), io.BytesIO(data)).item
    outbox.deliver_due(three.aus)
    return item


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(SealaneError) as caught:
        work()
    return caught.value.code


def given(node: Node, item: str, to: str) -> Given:
    return nations.given(node, item, to)


def opened(node: Node, item: str) -> bytes:
    sink = io.BytesIO()
    person = {"JPN": "jpn.sato", "USA": "usa.reader"}[node.party]
    open_item.open_item(node, item, person=person, purpose="assessment", action="open", sink=sink)
    return sink.getvalue()


def states(three: Three, item: str) -> dict[str, str]:
    """Each transfer's state by the provider's register."""
    with three.aus.store.reading() as tx:
        return {one.to: str(one.state) for one in three.aus.holding(tx, item).transfers}


def copies(three: Three, item: str) -> dict[str, str]:
    with three.aus.store.reading() as tx:
        held = three.aus.holding(tx, item).copies
    return {f"{one.holder} {one.number}": str(one.state) for one in held}


def items(node: Node) -> list[str]:
    with node.store.reading() as tx:
        return [row.id for row in node.records.items.find(tx, order="id")]
