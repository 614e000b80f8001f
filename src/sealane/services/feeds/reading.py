"""What one reader is given of a feed: pages that skip nothing and repeat nothing, single objects,
their versions, and which marks may be read at all.

Who reads is decided before anything is counted; what the reader may not read is not there. That
something was given is entered before it is.
Spec: spec/feeds.md §Pages; TAXII 2.1 §3.5, §5; R57.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.values import Instant, format_instant
from sealane.feeds.asked import FeedFilter
from sealane.feeds.cursor import FeedCursors
from sealane.feeds.marks import marks_from_json
from sealane.labels.model.label import label_from_json
from sealane.labels.nations import banner
from sealane.labels.stix.definitions import TLP2_IDS
from sealane.ports import Tx
from sealane.registry.feed_records import Feed, FeedQuery, KeptKey, ReadableMarks
from sealane.services.feeds import kept
from sealane.services.feeds.deciding import TLP, FeedReader
from sealane.services.feeds.refusing import NO_FEED, NOT_READER
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

BYTES_MOST = 16 << 20
"""Characters of the objects of one page; one that is longer by itself is a page of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCall:
    """One question of one reader."""

    feed: Feed
    person: Mapping[str, Any]
    by: Actor
    filter: FeedFilter
    limit: int
    next: str | None = None
    what: str = "objects"
    """The kind of page: a cursor of another is none."""
    texts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPage:
    """A page: what the list tells of each, their texts, and where it goes on."""

    keys: tuple[KeptKey, ...]
    texts: tuple[str, ...] = ()
    next: str | None = None


def feed_for(node: Node, tx: Tx, name: str, person: Mapping[str, Any]) -> Feed:
    """A feed, for somebody who may read or write it; for everybody else it is not there.

    Raises: NotFound `feed.unknown`.
    """
    feed = kept.of(node, tx, name)
    if not kept.may_read(node, tx, feed, person) and not kept.may_write(node, feed, person):
        raise NO_FEED(feed=name[:64])
    return feed


def page(node: Node, secret: bytes, call: FeedCall) -> ObjectPage:
    """What the reader may read of what was asked for.

    Args: secret: the node's own, which signs where a page ended.
    Raises: Malformed `feed.next`; Refused `feed.not_readable`; Unavailable `node.in_doubt`.
    """
    with node.store.reading() as tx:
        require_reader(node, tx, call)
        reader = FeedReader.of(node, tx, call.feed, call.person)
        cursors = _cursors(secret, call, reader)
        query = _query(call, None if call.next is None else cursors.read(call.next))
        found = node.records.feed_objects.page(tx, call.feed.id, query, reader.readable())
        taken = _within(found[: call.limit]) if call.texts else found[: call.limit]
        more = len(taken) < len(found)
        added = [one.added for one in taken]
        texts = node.records.feed_objects.texts(tx, call.feed.id, added) if call.texts else ()
        made = ObjectPage(
            keys=tuple(taken),
            texts=tuple(texts),
            next=cursors.written(added[-1]) if more else None,
        )
    if made.texts:
        _note(node, call, len(made.texts))
    return made


def is_there(node: Node, call: FeedCall) -> bool:
    """Whether the reader may read any version of the object at all."""
    with node.store.reading() as tx:
        reader = FeedReader.of(node, tx, call.feed, call.person)
        query = FeedQuery(ids=call.filter.ids, every=True, limit=1)
        found = node.records.feed_objects.page(tx, call.feed.id, query, reader.readable())
    return bool(found)


def markings(node: Node, feeds: Sequence[Feed], person: Mapping[str, Any]) -> dict[str, Any]:
    """Which marks of what is there this person may read: marking definitions, and national marks in
    words. Spec: spec/feeds.md §Which marks may I read.
    """
    names: set[str] = set()
    labels: set[str] = set()
    with node.store.reading() as tx:
        for feed in feeds:
            if not kept.may_read(node, tx, feed, person):
                continue
            readable = FeedReader.of(node, tx, feed, person).readable()
            for digest in _present(node, tx, feed, readable):
                row = node.records.feed_marks.get(tx, feed=feed.id, digest=digest)
                assert row is not None
                marks = marks_from_json(row.data)
                names |= marks.references
                told = marks.read_labels()
                if marks.default and feed.default_label is not None:
                    told.append(label_from_json(feed.default_label))
                for label in told:
                    if label.policy == TLP:
                        level = label.classification.removeprefix("TLP:").lower()
                        names.add(TLP2_IDS["clear" if level == "white" else level])
                    else:
                        labels.add(banner(label, node.schemes) or label.classification)
    return {"markings": sorted(names), "labels": sorted(labels)}


def require_reader(node: Node, tx: Tx, call: FeedCall) -> None:
    """Raises: Refused `feed.not_readable`."""
    if not kept.may_read(node, tx, call.feed, call.person):
        raise NOT_READER(person=call.person["id"], feed=call.feed.name)


def added_text(added: int) -> str:
    """When an object came, as `date_added` is written: to the microsecond."""
    whole, part = divmod(added, 1_000_000)
    return f"{format_instant(Instant(whole * 1_000_000_000)).removesuffix('Z')}.{part:06}Z"


def _present(node: Node, tx: Tx, feed: Feed, readable: ReadableMarks) -> list[str]:
    return sorted(node.records.feed_objects.present(tx, feed.id, readable))


def _query(call: FeedCall, after: int | None) -> FeedQuery:
    asked = call.filter
    start = -1 if asked.added_after is None else asked.added_after
    return FeedQuery(
        ids=asked.ids,
        types=asked.types,
        specs=asked.specs,
        last=asked.last,
        first=asked.first,
        every=asked.every,
        versions=asked.versions,
        after=max(start, -1 if after is None else after),
        limit=call.limit + 1,
    )


def _cursors(secret: bytes, call: FeedCall, reader: FeedReader) -> FeedCursors:
    # some programs send the newest date they saw beside `next`: where it goes on is what counts
    filter_ = replace(call.filter, added_after=None)
    bound = (str(call.person["id"]), reader.epoch, call.feed.id, call.what, filter_.digest)
    return FeedCursors(secret, bound)


def _within(keys: list[KeptKey]) -> list[KeptKey]:
    """As many as a page can hold, and one at least."""
    total = 0
    for place, one in enumerate(keys):
        total += one.size
        if total > BYTES_MOST and place:
            return keys[:place]
    return keys


def _note(node: Node, call: FeedCall, count: int) -> None:
    with node.store.writing() as tx:
        record(node, tx, "feed.read", register=call.feed.id, count=count, **call.by.told())
