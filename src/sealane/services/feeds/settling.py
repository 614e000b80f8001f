"""What a new version of an object changes for those that stand: which is the newest, and what the
earlier ones answer for.

A version answers for its own marks and those of all later ones, deleted ones too, so that nothing
becomes readable by a version that goes. All is worked out in memory and written at the end of the
step.
Spec: spec/feeds.md §Versions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sealane.base.errors import SealaneError
from sealane.base.values import Instant, format_instant
from sealane.feeds.marks import MarkReader, ObjectMarks, marks_from_json
from sealane.feeds.objects import FeedObject
from sealane.ports import Tx
from sealane.registry.feed_records import Feed, KeptMarks, KeptObject
from sealane.services.feeds.refusing import TOO_MANY_MARKS
from sealane.services.node import Node

MICROSECOND = 1_000
MARKS_MOST, WAITING_MOST = 10_000, 10_000
_HELD = "held"
"""In the place of a text that stands, and need not be read."""


class Settling:
    """The objects of one step, as they will stand."""

    def __init__(self, node: Node, tx: Tx, feed: Feed, by: str) -> None:
        self.node, self.tx, self.feed, self.by = node, tx, feed, by
        shelf = node.records.feed_marks
        rows = shelf.find(tx, order="digest", limit=MARKS_MOST, feed=feed.id)
        self._marks = {row.digest: marks_from_json(row.data) for row in rows}
        self._fresh: list[ObjectMarks] = []
        self._held: dict[str, list[KeptObject]] = {}
        self._before: dict[tuple[str, int], KeptObject] = {}
        self._last = node.records.feed_objects.last_added(tx, feed.id)

    @property
    def changed(self) -> bool:
        """Whether anything is to be written."""
        return any(self._before.get(_key(row)) != row for row in self._rows())

    def open(self, names: Iterable[str]) -> None:
        """Have every version of these objects at hand."""
        wanted = sorted(set(names) - self._held.keys())
        self._held |= {name: [] for name in wanted}
        for row in self.node.records.feed_objects.of_ids(self.tx, self.feed.id, wanted):
            # whether there is a text matters here, and not the text
            row = row if row.deleted is not None else replace(row, data=_HELD)
            self._held[row.object].append(row)
            self._before[_key(row)] = row

    def there(self, one: FeedObject) -> KeptObject | None:
        """The row of the same version; of an object without versions the newest, if it is the same
        or stands no more.
        """
        rows = self._held[one.id]
        if one.version is not None:
            return next((row for row in rows if row.version == one.version), None)
        return next((row for row in rows if row.newest and row.digest == one.digest), None)

    def differs(self, one: FeedObject) -> bool:
        """Whether something else stands by the same name, in whatever version."""
        rows = self._held[one.id]
        return any(row.data is not None and row.digest != one.digest for row in rows)

    def marks_of(self, row: KeptObject) -> ObjectMarks:
        """A version's own marks."""
        return self._marks[row.own]

    def put(self, one: FeedObject, marks: ObjectMarks) -> KeptObject:
        """The object among the others of its name; it came after all that came before."""
        added = self._next()
        version = added * MICROSECOND if one.version is None else one.version
        text = one.version_text or format_instant(Instant(version))
        row = KeptObject(
            feed=self.feed.id,
            object=one.id,
            version=version,
            version_text=text,
            added=added,
            type=one.type,
            spec=one.spec,
            digest=one.digest,
            own=self._known(marks),
            marks="",
            newest=0,
            size=len(one.text),
            data=one.text,
            by=self.by,
        )
        others = [held for held in self._held[one.id] if held.version != version]
        self._held[one.id] = self._settled([*others, row])
        return next(held for held in self._held[one.id] if held.version == version)

    def forget(self, name: str, versions: Iterable[int]) -> None:
        """These versions go; their marks go on to count."""
        gone, at = set(versions), self.node.now()[1]
        self._held[name] = self._settled(
            [
                replace(row, data=None, deleted=at, newest=0) if row.version in gone else row
                for row in self._held[name]
            ]
        )

    def resolve(self, definitions: Iterable[str], reader: MarkReader) -> None:
        """What waited for these marking definitions answers for what they say; it comes anew, since
        nobody could read it before.
        """
        arrived = set(definitions)
        waiting = [name for name, one in self._marks.items() if not arrived.isdisjoint(one.missing)]
        shelf = self.node.records.feed_objects
        for digest in sorted(waiting):
            rows = shelf.find(
                self.tx, order="added", limit=WAITING_MOST, feed=self.feed.id, marks=digest
            )
            self.open({row.object for row in rows})
            for row in rows:
                if row.data is not None and row.own in waiting:
                    # what its definition says may be nothing that is read: then it waits on
                    with suppress(SealaneError):
                        self._resolved(row, reader)

    def _resolved(self, row: KeptObject, reader: MarkReader) -> None:
        marks = reader.marks_of(json.loads(str(row.data)))
        anew = {"own": self._known(marks), "added": self._next()}
        held = [
            replace(one, **anew) if one.version == row.version else one  # type: ignore[arg-type]
            for one in self._held[row.object]
        ]
        self._held[row.object] = self._settled(held)

    def definition(self, reference: str) -> dict[str, Any] | None:
        """A marking definition that stands here."""
        shelf = self.node.records.feed_objects
        row = shelf.get(self.tx, feed=self.feed.id, object=reference, newest=1)
        return None if row is None or row.data is None else dict(json.loads(row.data))

    def close(self) -> None:
        """Write what changed."""
        records = self.node.records
        for marks in self._fresh:
            kept_marks = KeptMarks(feed=self.feed.id, digest=marks.digest, data=marks.as_json())
            records.feed_marks.add(self.tx, kept_marks)
        fresh: list[KeptObject] = []
        for row in self._rows():
            before = self._before.get(_key(row))
            if before is None:
                fresh.append(row)
            elif before != row:
                kept = {} if row.data == _HELD else {"data": row.data}
                names = ("added", "own", "marks", "newest", "deleted", "size", "by", "digest")
                told = {name: getattr(row, name) for name in names}
                where = {"feed": row.feed, "object": row.object, "version": row.version}
                records.feed_objects.change(self.tx, where, **told, **kept)
        if fresh:
            records.feed_objects.add_all(self.tx, fresh)

    def _settled(self, rows: list[KeptObject]) -> list[KeptObject]:
        """The versions of one object, each answering for itself and for those after it."""
        if len(rows) == 1:
            (row,) = rows
            return [replace(row, marks=row.own, newest=int(row.deleted is None))]
        rows = sorted(rows, key=lambda row: row.version)
        standing = [row for row in rows if row.deleted is None]
        newest = standing[-1].version if standing else None
        together, settled = ObjectMarks(), []
        for row in reversed(rows):
            together = together.joined(self._marks[row.own])
            marks = self._known(together)
            settled.append(replace(row, marks=marks, newest=int(row.version == newest)))
        return settled[::-1]

    def _known(self, marks: ObjectMarks) -> str:
        """The digest of marks, which are kept where they are new."""
        if marks.digest not in self._marks:
            if len(self._marks) >= MARKS_MOST:
                raise TOO_MANY_MARKS(feed=self.feed.name)
            self._marks[marks.digest] = marks
            self._fresh.append(marks)
        return marks.digest

    def _next(self) -> int:
        """When the next one came: now, and later than every other of this feed."""
        self._last = max(int(self.node.host.now()) // MICROSECOND, self._last + 1)
        return self._last

    def _rows(self) -> Iterable[KeptObject]:
        return (row for rows in self._held.values() for row in rows)


def _key(row: KeptObject) -> tuple[str, int]:
    return row.object, row.version
