"""What a node keeps of how people prove themselves. Spec: R57; docs/console.md §Signing in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialEntry:
    """Something of a person's own by which they prove themselves: a passkey, a recovery code."""

    id: str
    """A digest: of the passkey's credential id, or of the code."""
    person: str
    kind: str
    name: str
    """What the person calls it."""
    data: dict[str, Any]
    since: str
    ended: str | None = None
    count: int = 0
    """A passkey's own counter, as it was last told; not bound, for it tells of itself."""
    last: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityEntry:
    """Under which name the nation's identity provider knows a person; with no person yet, a
    proposal.
    """

    id: str
    name: str
    external: str | None
    person: str | None
    data: dict[str, Any]
    since: str
    ended: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How a person likes the console: language and time zone."""

    person: str
    data: dict[str, Any]
