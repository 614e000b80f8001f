"""What a node keeps so that people are told that something waits: who wants it and how, the
messages that are to leave, and when a person's feed was last another.

None of it is a record of what was done; that stands in the ledger. Instants are nanoseconds since
1970, by which clocks count.
Spec: docs/console.md §Reminders; R42.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Often(StrEnum):
    """How often a person wants to be told."""

    AT_ONCE = "at-once"
    """As soon as something new waits, at most once in so many minutes."""
    DAILY = "daily"
    """Once a day at an hour of the person's own time zone, if something new waits."""


class MailKind(StrEnum):
    """What a message is for."""

    CODE = "code"
    """It brings the code by which an address is proven."""
    WAITING = "waiting"
    """It says that something waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """How one person wants to be told that something waits."""

    person: str
    name: str
    """Random, new whenever the address is another: what the word that ends it is made of."""
    address: str | None = None
    """Proven by a code; nothing but codes goes to any other."""
    wanted: str | None = None
    """Still to be proven."""
    lang: str
    often: str
    minutes: int
    hour: int
    since: int
    nonce: str = ""
    """What the code that was sent last is made of; empty: none counts."""
    code_until: int = 0
    wrong: int = 0
    """Wrong codes since it was sent."""
    told: Collection[str] = ()
    """What waited when the person was told last, as digests."""
    last: int = 0
    """When that was."""
    ended: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderMail:
    """One message that is to leave, and what became of the tries; forgotten after a while."""

    id: str
    """Random; also what mail systems know the message by, so that a second try is the same one."""
    person: str
    kind: MailKind
    address: str
    lang: str
    nonce: str = ""
    """What the code is made of, which is nowhere itself."""
    made: int
    due: int
    tries: int = 0
    done: int | None = None
    trouble: str | None = None
    """Why the last try failed, or why it was given up."""
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedStanding:
    """What a person's feed said when it was asked for last, and since when."""

    person: str
    digest: str
    since: int
