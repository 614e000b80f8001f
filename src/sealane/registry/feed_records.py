"""What a register keeps of feeds: the feeds, every version of their objects, and the marks that
these answer for. Spec: spec/feeds.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed: under which agreement, in which area, whose it is to read and to write."""

    id: str
    """A UUID, which is the collection's id."""
    name: str
    alias: str | None
    agreement: str
    area: str
    readable_by: list[str] | None
    """None: the agreement's parties."""
    writable_by: list[str]
    default_label: dict[str, Any] | None
    """Of objects that nothing marks; None: they stay in the own nation."""
    by: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptObject:
    """One version of an object of a feed, as it was written."""

    feed: str
    object: str
    version: int
    """In nanoseconds since 1970."""
    version_text: str
    added: int
    """In microseconds since 1970; of one feed no two are the same, and the later is greater."""
    type: str
    spec: str
    digest: str
    own: str
    """The digest of its own marks."""
    marks: str
    """The digest of all that it answers for: its own, and those of later versions."""
    newest: int
    """1: no later version stands."""
    size: int
    data: str | None
    """None once it was deleted; its marks go on to count for earlier versions."""
    by: str
    deleted: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMarks:
    """Marks that objects of a feed answer for, by their digest."""

    feed: str
    digest: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStatus:
    """What became of objects that somebody sent, for a day."""

    id: str
    person: str
    data: dict[str, Any]
    until: int


@dataclass(frozen=True, slots=True)
class KeptKey:
    """What a list tells of one version of an object."""

    object: str
    version: int
    version_text: str
    added: int
    type: str
    spec: str
    size: int
    marks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadableMarks:
    """What one reader may read: marks, by their digest, and of some marks single objects."""

    marks: frozenset[str] = frozenset()
    named: frozenset[tuple[str, str]] = frozenset()
    """Pairs of marks and the id of an object that an authorisation names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedQuery:
    """Which versions of which objects are sought; nothing named: any."""

    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    specs: tuple[str, ...] = ()
    last: bool = True
    first: bool = False
    every: bool = False
    versions: tuple[int, ...] = ()
    after: int = -1
    """Those that were added later, in microseconds since 1970."""
    limit: int = 1000
