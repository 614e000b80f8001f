"""What of a feed may go to a server elsewhere, as one bundle: of what the officer reads, the
objects that TLP alone marks, and no higher than what reaches the parties.

Spec: spec/feeds.md §To and from other servers.
"""

from __future__ import annotations

import uuid
from typing import Any, BinaryIO

from sealane.registry.feed_records import Feed, FeedQuery
from sealane.services.feeds.adding import FAILED_MOST
from sealane.services.feeds.deciding import FeedReader
from sealane.services.feeds.refusing import STAYS
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

BLOCK = 500


def write_out(node: Node, feed: Feed, sink: BinaryIO, *, by: Actor) -> dict[str, Any]:
    """Write the bundle; how many objects are in it, and which stay. Entered before it is given.

    Args: sink: worth nothing if this raises.
    """
    name = uuid.UUID(bytes=node.host.entropy(16), version=4)
    sink.write(f'{{"type":"bundle","id":"bundle--{name}","objects":['.encode())
    count, stayed = 0, 0
    failed: list[dict[str, str]] = []
    with node.store.reading() as tx:
        reader = FeedReader.of(node, tx, feed, node.person(tx, str(by.person)))
        readable, shelf = reader.readable(), node.records.feed_objects
        leaves = {digest for digest in readable.marks if reader.may_leave(digest)}
        after, more = -1, True
        while more:
            query = FeedQuery(every=True, last=False, after=after, limit=BLOCK)
            keys = shelf.page(tx, feed.id, query, readable)
            more = len(keys) == query.limit
            after = keys[-1].added if keys else after
            going = [one.added for one in keys if one.marks in leaves]
            for text in shelf.texts(tx, feed.id, going):
                sink.write(("," if count else "").encode() + text.encode())
                count += 1
            staying = [one.object for one in keys if one.marks not in leaves]
            stayed += len(staying)
            failed += [_told(one) for one in staying[: FAILED_MOST - len(failed)]]
    sink.write(b"]}")
    if not count:
        return {"objects": 0, "stayed": stayed, "failed": failed}
    with node.store.writing() as tx:
        record(node, tx, "feed.read", register=feed.id, count=count, **by.told())
    return {"objects": count, "stayed": stayed, "failed": failed}


def _told(name: str) -> dict[str, str]:
    error = STAYS(object=name)
    return {
        "id": name,
        "why": error.message,
        "why_ja": error.message_ja,
        "code": error.code,
    }
