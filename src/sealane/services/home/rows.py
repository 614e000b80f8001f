"""One thing that waits for a person, and the order of such things. Spec: docs/console.md §Home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.base.values import Instant, parse_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """One thing that waits."""

    kind: str
    since: str
    due: str | None = None
    item: str | None = None
    party: str | None = None
    """Whose word is waited for, or about whom it is."""
    person: str | None = None
    about: str | None = None
    """What else it is about: a level, an agreement, a key's role, a request's number."""
    link: str
    """Where it is done: a page of the console."""

    @property
    def name(self) -> str:
        """The same for the same thing, whenever it is asked; another once it is due at another
        instant.
        """
        parts = (self.kind, self.item, self.party, self.person, self.about, self.due)
        return "|".join(part or "" for part in parts)

    def as_json(self, now: Instant) -> dict[str, Any]:
        """As everybody is told of it."""
        return {
            "kind": self.kind,
            "item": self.item,
            "party": self.party,
            "person": self.person,
            "about": self.about,
            "since": self.since,
            "due": self.due,
            "overdue": self.due is not None and parse_instant(self.due) <= now,
            "link": self.link,
        }


def by_due(one: HomeRow) -> tuple[bool, int, int, str]:
    """The earliest due first; what has no due instant stands last, the oldest first."""
    due = 0 if one.due is None else parse_instant(one.due)
    return one.due is None, due, parse_instant(one.since), one.name
