"""The objects of feeds in the node's database: what one reader may read, page by page.

Whatever a question asks, who reads comes first: what the reader may not read is in no row, count or
order of an answer.
Spec: spec/feeds.md §Pages; TAXII 2.1 §3.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, func, or_, select, true

from sealane.adapters.feed_tables import FEED_OBJECTS
from sealane.adapters.shelves import SqlShelf
from sealane.registry.feed_records import FeedQuery, KeptKey, KeptObject, ReadableMarks

_KEY = ("object", "version", "version_text", "added", "type", "spec", "size", "marks")
BLOCK = 500


class SqlFeedObjects(SqlShelf[KeptObject]):
    """The rows of `feed_objects`."""

    def __init__(self) -> None:
        super().__init__(FEED_OBJECTS.name, KeptObject)

    def page(
        self, tx: Connection, feed: str, query: FeedQuery, readable: ReadableMarks, /
    ) -> list[KeptKey]:
        """At most `limit` versions that the reader may read, in the order in which they came."""
        table = FEED_OBJECTS
        place = table.c.added + 0 if query.ids else table.c.added
        asked = (
            select(*(table.c[name] for name in _KEY))
            .where(*_standing(table, feed, readable, by_id=bool(query.ids)), place > query.after)
            .where(*_sought(table, query), _versions(table, feed, query, readable))
            .order_by(place)
            .limit(query.limit)
        )
        return [KeptKey(*row) for row in tx.execute(asked)]

    def texts(self, tx: Connection, feed: str, added: Sequence[int], /) -> Iterator[str]:
        """The texts of these, in this order."""
        held = FEED_OBJECTS.c
        for start in range(0, len(added), BLOCK):
            block = added[start : start + BLOCK]
            asked = select(held.added, held.data).where(held.feed == feed, held.added.in_(block))
            found = {place: str(text) for place, text in tx.execute(asked)}
            yield from (found[one] for one in block)

    def of_ids(self, tx: Connection, feed: str, ids: Sequence[str], /) -> list[KeptObject]:
        """Every version of these objects, deleted ones too, without their texts."""
        columns = [one for one in FEED_OBJECTS.c if one.name != "data"]
        found = []
        for start in range(0, len(ids), BLOCK):
            held, block = FEED_OBJECTS.c, ids[start : start + BLOCK]
            asked = select(*columns).where(held.feed == feed, held.object.in_(block))
            rows = tx.execute(asked.order_by(held.object, held.version)).mappings()
            found += [KeptObject(**row, data=None) for row in rows]
        return found

    def last_added(self, tx: Connection, feed: str, /) -> int:
        """When the last one came, in microseconds since 1970; 0: none did."""
        held = FEED_OBJECTS.c
        asked = select(func.max(held.added)).where(held.feed == feed)
        return int(tx.execute(asked).scalar_one() or 0)

    def present(self, tx: Connection, feed: str, readable: ReadableMarks, /) -> set[str]:
        """The marks of which at least one object stands that the reader may read."""
        held = FEED_OBJECTS.c
        whole: list[tuple[str, tuple[ColumnElement[bool], ...]]]
        whole = [(digest, (held.marks == digest,)) for digest in sorted(readable.marks)]
        whole += [
            (marks, (held.marks == marks, held.object == name))
            for marks, name in sorted(readable.named)
        ]
        found = set()
        for digest, where in whole:
            one = select(held.added).where(held.feed == feed, held.deleted.is_(None), *where)
            if digest not in found and tx.execute(one.limit(1)).first() is not None:
                found.add(digest)
        return found


def _standing(
    table: Any, feed: str, readable: ReadableMarks, *, by_id: bool = False
) -> tuple[ColumnElement[bool], ...]:
    """What is there for this reader. By id few are found, and then looked at: an expression keeps
    the engines from the indexes by which many are read in order.
    """
    named = [
        and_(table.c.marks == marks, table.c.object == name)
        for marks, name in sorted(readable.named)
    ]
    held = table.c.marks.concat("") if by_id else table.c.marks
    mine = or_(false(), held.in_(sorted(readable.marks)), *named)
    return table.c.feed == feed, table.c.deleted.is_(None), mine


def _sought(table: Any, query: FeedQuery) -> list[ColumnElement[bool]]:
    given = {"object": query.ids, "type": query.types, "spec": query.specs}
    return [table.c[name].in_(values) for name, values in given.items() if values]


def _versions(
    table: Any, feed: str, query: FeedQuery, readable: ReadableMarks
) -> ColumnElement[bool]:
    """Which versions are meant, of those that are there for this reader."""
    if query.every:
        return true()
    ways: list[ColumnElement[bool]] = []
    if query.last:
        newest = table.c.newest + 0 if query.ids else table.c.newest
        ways.append(newest == 1)
    if query.versions:
        ways.append(table.c.version.in_(query.versions))
    if query.first:
        other = table.alias("earlier")
        earlier = _standing(other, feed, readable)
        same = (other.c.object == table.c.object, other.c.version < table.c.version)
        ways.append(~exists().where(*earlier, *same))
    return or_(false(), *ways)
