"""Versions of an object that go, by whoever may read and write them: their text is gone, and their
marks go on to count for what stands.

Spec: spec/feeds.md §Versions; TAXII 2.1 §5.7.
"""

from __future__ import annotations

from sealane.base import canonical
from sealane.feeds.asked import PAGE_MOST
from sealane.registry.feed_records import FeedQuery
from sealane.services.feeds.deciding import FeedReader
from sealane.services.feeds.reading import FeedCall, require_reader
from sealane.services.feeds.refusing import NO_OBJECT
from sealane.services.feeds.settling import Settling
from sealane.services.node import Node
from sealane.services.statements.journal import record


def delete(node: Node, call: FeedCall) -> int:
    """How many versions went. Whoever may write was asked before.

    Raises: Refused `feed.not_readable`; NotFound `feed.no_object`: none that this person may read.
    """
    (name,), asked = call.filter.ids, call.filter
    with node.store.writing() as tx:
        require_reader(node, tx, call)
        reader = FeedReader.of(node, tx, call.feed, call.person)
        query = FeedQuery(
            ids=(name,),
            specs=asked.specs,
            last=asked.last,
            first=asked.first,
            every=asked.every,
            versions=asked.versions,
            limit=PAGE_MOST,
        )
        found = node.records.feed_objects.page(tx, call.feed.id, query, reader.readable())
        if not found:
            raise NO_OBJECT(object=name[:120])
        record(
            node,
            tx,
            "feed.deleted",
            register=call.feed.id,
            count=len(found),
            object_digest=canonical.sha384(name.encode()),
            **call.by.told(),
        )
        settling = Settling(node, tx, call.feed, str(call.by.person))
        settling.open([name])
        settling.forget(name, [one.version for one in found])
        settling.close()
    return len(found)
