"""Objects that come into a feed: each judged by itself, the good ones stored whole, in steps of a
few hundred; a bad one is told of and stops no other.

What has no marks that can be read is not taken. What refers to a marking that nobody sent is kept
and read by nobody, until it comes.
Spec: spec/feeds.md §What is taken; TAXII 2.1 §5.4, §4.4 (status); R57.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from sealane.base.errors import SealaneError
from sealane.feeds.marks import MarkReader, ObjectMarks
from sealane.feeds.objects import DEFINITION, FeedObject, digest_of, name_of, read_object
from sealane.feeds.stream import objects_of, read_loosely
from sealane.ports import Tx
from sealane.registry.feed_records import Feed
from sealane.services.feeds.refusing import UNRESOLVED, VERSION_TAKEN
from sealane.services.feeds.settling import Settling
from sealane.services.node import Node
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

BATCH, BATCH_SIZE, PIECE = 500, 1 << 20, 1 << 16
"""Objects and characters of one step, and bytes that are read at once."""
DEFINITIONS_MOST, FAILED_MOST, TOLD_MOST = 5_000, 1_000, 10_000
"""Marking definitions of one bundle; failures, and objects altogether, that are told one by one."""


@dataclass(slots=True)
class FeedAdded:
    """What became of the objects that came."""

    added: int = 0
    known: int = 0
    failures: int = 0
    failed: list[tuple[str, str, SealaneError]] = field(default_factory=list)
    """The first of them: id, version as far as it is known, and why."""
    taken: list[tuple[str, str]] = field(default_factory=list)
    """The first that are there now: id and version."""

    @property
    def total(self) -> int:
        return self.added + self.known + self.failures

    def fail(self, name: str, error: SealaneError, version: str = "") -> None:
        """One more that was not taken, or that nobody reads."""
        self.failures += 1
        if len(self.failed) < FAILED_MOST:
            self.failed.append((name, version, error))

    def take(self, name: str, version: str, *, known: bool) -> None:
        """One more that is there."""
        self.known, self.added = self.known + known, self.added + (not known)
        if len(self.taken) < TOLD_MOST:
            self.taken.append((name, version))

    def as_json(self) -> dict[str, Any]:
        """The contract's form. Spec: spec/interfaces.md §7."""
        told = [
            {"id": name, "why": error.message, "why_ja": error.message_ja, "code": error.code}
            for name, _, error in self.failed
        ]
        return {"added": self.added, "known": self.known, "failed": told}


def add(node: Node, feed: Feed, source: BinaryIO, *, by: Actor) -> FeedAdded:
    """Take what a bundle or an envelope holds; whoever may was asked before.

    Args:
        source: can be read twice, from its beginning.
    Raises: Malformed `feed.bundle`: nothing was taken.
    """
    definitions = _definitions(source)
    done = FeedAdded()
    source.seek(0)
    for batch in _batches(objects_of(_pieces(source))):
        read = _read(node, batch, done)
        with node.store.writing() as tx:
            step = _Step(node=node, tx=tx, feed=feed, by=by, sent=definitions, done=done)
            step.take(read)
    return done


def _pieces(source: BinaryIO) -> Iterator[bytes]:
    while piece := source.read(PIECE):
        yield piece


def _definitions(source: BinaryIO) -> dict[str, dict[str, Any] | None]:
    """The marking definitions of a document, which may stand after what they mark; None: there are
    two of one name, and nobody knows which is meant. The whole of it is read, so that a document
    that ends in the middle is none.
    """
    found: dict[str, dict[str, Any] | None] = {}
    for value in read_loosely(_pieces(source)):
        if not isinstance(value, dict) or value.get("type") != DEFINITION:
            continue
        if len(found) >= DEFINITIONS_MOST:
            continue
        name = str(value.get("id"))
        same = name in found and found[name] is not None
        twin = same and digest_of(found[name]) != digest_of(value)
        found[name] = None if twin else value
    return found


def _batches(texts: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if len(batch) == BATCH or size > BATCH_SIZE:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _read(node: Node, texts: list[str], done: FeedAdded) -> list[FeedObject]:
    read, at = [], node.host.now()
    for text in texts:
        try:
            read.append(read_object(text, at=at))
        except SealaneError as error:
            done.fail(name_of(text), error)
    return read


@dataclass(slots=True, kw_only=True)
class _Step:
    """One transaction's worth of objects."""

    node: Node
    tx: Tx
    feed: Feed
    by: Actor
    sent: dict[str, dict[str, Any] | None]
    done: FeedAdded
    settling: Settling = field(init=False)
    marks: MarkReader = field(init=False)

    def __post_init__(self) -> None:
        self.settling = Settling(self.node, self.tx, self.feed, str(self.by.person))
        find = partial(_definition, self.settling, self.sent)
        self.marks = MarkReader(self.node.schemes, self.node.host.now(), find)

    def take(self, objects: list[FeedObject]) -> None:
        """Store what is new, in the order in which it came, and enter how many."""
        before = self.done.added
        self.settling.open([one.id for one in objects])
        for one in objects:
            try:
                self._one(one)
            except SealaneError as error:
                self.done.fail(one.id, error, one.version_text or "")
        arrived = [one.id for one in objects if one.type == DEFINITION]
        self.settling.resolve(arrived, self.marks)
        if self.settling.changed:
            record(
                self.node,
                self.tx,
                "feed.added",
                register=self.feed.id,
                count=self.done.added - before,
                **self.by.told(),
            )
            self.settling.close()

    def _one(self, one: FeedObject) -> None:
        # 1. the same again is a success, and stored once; another thing by the same name is none
        there = self.settling.there(one)
        if one.type == DEFINITION:
            self._require_alone(one)
        if there is not None and there.data is not None:
            if there.digest != one.digest:
                raise VERSION_TAKEN(object=one.id)
            self._resolved(one.id, self.settling.marks_of(there))
            self.done.take(one.id, there.version_text, known=True)
            return
        # 2. its marks can be read, or wait for a definition that may still come
        marks = self.marks.marks_of(one.value)
        row = self.settling.put(one, marks)
        self._resolved(one.id, marks)
        self.done.take(one.id, row.version_text, known=False)

    def _require_alone(self, one: FeedObject) -> None:
        """A marking definition has no versions: what it means today it means tomorrow. Raises:
        Conflict `feed.version_taken`.
        """
        twins = one.id in self.sent and self.sent[one.id] is None
        if twins or self.settling.differs(one):
            raise VERSION_TAKEN(object=one.id)

    def _resolved(self, name: str, marks: ObjectMarks) -> None:
        """Whoever sends it is told that nobody reads it yet."""
        if marks.missing:
            raise UNRESOLVED(object=name, reference=min(marks.missing))


def _definition(
    settling: Settling, sent: dict[str, dict[str, Any] | None], reference: str
) -> dict[str, Any] | None:
    """What stands here already goes before what came with this bundle."""
    held = settling.definition(reference)
    return sent.get(reference) if held is None else held
