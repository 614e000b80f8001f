"""Items put into a register by hand, as one party has them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from sealane.registry.records import Given, Item, ItemContainer, Transfer


def enter(records: Any, tx: Any, given: Given) -> None:
    """The rows of an item that one party was given, and nothing else of it."""
    row = {field.name: getattr(given, field.name) for field in fields(Item)}
    records.items.add(tx, Item(**row))
    records.containers.add(
        tx,
        ItemContainer(
            policy_uuid=given.policy_uuid,
            item=given.id,
            to=given.to,
            container=given.container,
            size=given.size,
            sealed=given.sealed,
        ),
    )
    records.transfers.add(
        tx,
        Transfer(
            item=given.id,
            to=given.to,
            state=given.state,
            since=given.created,
            offer=given.offer,
            request=given.request,
            decision=given.decision,
        ),
    )
