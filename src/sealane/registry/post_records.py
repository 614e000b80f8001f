"""What a register keeps of posts and rooms: what each asks of whoever is in it, and who is.

Spec: spec/post.md; R20, R26, R28, R49.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class PostKind(StrEnum):
    """What people are placed in."""

    POST = "post"
    """One person fills it at a time."""
    ROOM = "room"
    """A room, a ship or a meeting: people enter and leave."""


class PostState(StrEnum):
    """Where a post or room stands."""

    VACANT = "vacant"
    FILLED = "filled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A post or a room, and what it asks of whoever is in it."""

    id: str
    kind: PostKind
    asks: dict[str, Any]
    """`level` in the own nation's scheme, and `agreement`, `project`, `facility`, each or null."""
    since: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """One person in one post or room, from `since` until `ended`."""

    id: str
    post: str
    """A post, a room, or a facility that stands for its own room."""
    kind: PostKind
    person: str
    since: str
    by: str
    gaps: list[str]
    """What was missing when the person was placed: words of `post_life.GAP_WORDS`."""
    exception: str | None = None
    """The security officer's signed exception, as signed; None: nothing was missing."""
    ended: str | None = None
    ended_by: str | None = None
