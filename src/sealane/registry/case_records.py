"""What a register keeps of cases: how each began, what was said in it, and the items it is about.

Everything here but who acted and how that was proven is in signed statements too; these rows are
how a case is found.
Spec: spec/case.md §4; docs/architecture.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class WordStanding(StrEnum):
    """Whether what was said counts in its case."""

    STANDS = "stands"
    CROSSED = "crossed"
    """It crossed with what the other side said, which stands in its place."""
    REFUSED = "refused"
    """The other side did not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCase:
    """One case: how it began, and where it stood when it was last written."""

    id: str
    kind: str
    opener: str
    with_: str
    agreement: str
    agreement_digest: str
    form: dict[str, Any]
    items: list[str]
    opened: str
    statement: str
    """The digest of the statement that opened it."""
    state: str
    due: str | None = None
    """When a date acts or is overdue; None where nothing more waits."""
    digest: str
    """What the next event follows."""
    count: int = 0
    """Events that stand."""
    seen: str
    """When it was opened, and its number: the order of lists."""
    over: int = 0
    """1 where nothing more can be said in it, as it was last written."""
    signs: str | None = None
    """When a date acts for which this nation signs; None: none."""
    waits: str | None = None
    """The party whose word is waited for; empty: either's; None: nobody's."""
    person: str | None = None
    """Who opened it, where it was opened here."""
    refused: str | None = None
    """The code by which the other side refused it; nothing more is said in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCaseEvent:
    """One thing that was said in a case."""

    case: str
    place: int
    """The order in which it came here."""
    statement: str
    event: str
    by: str
    at: str
    follows: str
    digest: str
    """The case's digest after it, as its speaker had it."""
    form: dict[str, Any]
    items: list[str]
    counting: WordStanding
    person: str | None = None
    """Who said it, where it was said here."""
    code: str | None = None
    """Why it was refused there."""
    taken: str | None = None
    """When the other side acknowledged it, by its own signed word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOwn:
    """What this nation keeps for itself about a case, such as the limits of a visit; no statement
    and no pack ever holds any of it.
    """

    case: str
    name: str
    """Which of the forms that the case's kind lets a side keep."""
    form: dict[str, Any]
    at: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItem:
    """An item that a case is about or that was named in it."""

    case: str
    item: str
