"""What a register keeps of people who were refused and asked for access.

Spec: docs/console.md §Access requests; R36, R37.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class AccessState(StrEnum):
    """Where a request for access stands: the states of its life."""

    ASKED = "asked"
    GRANTED = "granted"
    """Whoever it reached agreed; what mends it is an act of its own."""
    REFUSED = "refused"
    LAPSED = "lapsed"
    """Nobody answered in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """One request for access to one item, by somebody who sees that it is there."""

    id: str
    person: str
    item: str
    data: dict[str, Any]
    """The act and purpose that were refused, each unmet clause, the duties that it reaches, those
    that agreed, and what the person said.
    """
    state: AccessState
    since: str
    until: str
    """When it lapses, unless it was answered before."""
    by: str | None = None
    at: str | None = None
    reason: str | None = None
    """What the answer said."""
