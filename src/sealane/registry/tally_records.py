"""What is kept of the counts that boards and statistics show: a copy of what the node's own logs
tell, counted on as they grow, and made anew from them whenever it is doubted.

Spec: docs/console.md §Auditor; R57, R59.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyRow:
    """How often one thing stands in one log on one day."""

    what: str
    """`refused`, `clause`, `took` or `recalled`."""
    day: str
    """The day (UTC) of the entries, `2027-03-31`."""
    origin: str
    kind: str
    """Of a refusal the entry's kind; of a time what was timed."""
    name: str
    """Of a refusal its code, of a clause its number, of a recall its item."""
    agreement: str
    """Empty where the entry names none."""
    by: str
    """Whose refusal or answer it was; to whom a recall went."""
    bucket: int
    """Of a time its seconds, as near as two digits."""
    count: int
    last: int
    """The instant of the newest entry; of a time the longest, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyMark:
    """How far a log was counted: the entries below an index, and the leaf of the last of them, by
    which the same log is known again.
    """

    origin: str
    read: int
    leaf: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyQuestion:
    """A question that nobody answered yet, under one name by which an answer may mean it."""

    origin: str
    span: str
    by: str
    """Whose answer is waited for."""
    name: str
    """The item, or the digest of the statement that asks."""
    place: int
    """Where in the log it stands."""
    agreement: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallied:
    """The same over many days and logs."""

    kind: str
    name: str
    agreement: str
    by: str
    bucket: int
    count: int
    last: int
