"""What became of objects that a program sent, for it to ask again within a day.

Spec: TAXII 2.1 §4.4.
"""

from __future__ import annotations

import uuid
from typing import Any

from sealane.base.values import DAY
from sealane.registry.feed_records import FeedStatus
from sealane.services.feeds.adding import FeedAdded
from sealane.services.feeds.refusing import NO_STATUS
from sealane.services.node import Node
from sealane.services.register.acts import Actor


def keep(node: Node, done: FeedAdded, asked: str, by: Actor) -> dict[str, Any]:
    """The status resource of what was done, kept for whoever asked.

    Args: asked: when it was asked.
    """
    name = str(uuid.UUID(bytes=node.host.entropy(16), version=4))
    made = {
        "id": name,
        "status": "complete",
        "request_timestamp": asked,
        "total_count": done.total,
        "success_count": done.total - done.failures,
        "successes": [{"id": one, "version": version} for one, version in done.taken],
        "failure_count": done.failures,
        "failures": [
            {"id": one, "version": version or asked, "message": f"{error.code}: {error.message}"}
            for one, version, error in done.failed
        ],
        "pending_count": 0,
    }
    now = int(node.host.now())
    with node.store.writing() as tx:
        node.records.feed_statuses.forget(tx, now)
        row = FeedStatus(id=name, person=str(by.person), data=made, until=now + DAY)
        node.records.feed_statuses.add(tx, row)
    return made


def of(node: Node, status: str, by: Actor) -> dict[str, Any]:
    """A status, for whoever asked for what it tells of. Raises: NotFound `feed.no_status`."""
    with node.store.reading() as tx:
        row = node.records.feed_statuses.get(tx, id=status[:64], person=str(by.person))
    if row is None or row.until <= node.host.now():
        raise NO_STATUS(status=status[:64])
    return row.data
