"""What is put into an exercise: something that goes wrong, so that people show what they do then.

Spec: spec/exercise.md §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class InjectKind(StrEnum):
    """What goes wrong."""

    LEAK = "leak"
    """An item came into wrong hands: an incident opens with its provider."""
    LAPSE = "lapse"
    """A person's clearances end."""
    LINE = "line"
    """The line to a partner is lost until it is restored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inject:
    """One thing that was put into an exercise; rows end, nothing is deleted."""

    id: str
    kind: InjectKind
    about: str
    """The item, the person or the partner that it is about."""
    since: str
    by: str
    case: str | None = None
    """The incident that a leak opened."""
    ended: str | None = None
    """When a line was restored."""
    ended_by: str | None = None
