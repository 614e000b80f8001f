"""How each numbered copy stood, from one instant to the next: rows are added and never changed.

Spec: R40, R48; spec/exchange.md §10.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealane.registry.records import CopyState


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRow:
    """One copy as it stood from `since` on, until its next turn: where, in whose hands, in which
    state, marked with which level, and by whose word.
    """

    item: str
    holder: str
    """The nation."""
    number: int
    turn: int
    """Counts what became of this one copy, from 0."""
    person: str | None = None
    place: str
    state: CopyState
    level: str
    since: str
    authority: str
    """The statement by which it came to stand so, the person whose act it was, or `originator`."""
    by: str | None = None
    """The person of this node whose act it was; None: a statement's effect."""
    proof: str | None = None
    """How it was proven that this person acts (`who_may.PersonProof`)."""
    certificate: dict[str, Any] | None = None
    """Of a destruction that was certified here: `by`, `witness`, `means`, `statement`, and how each
    of the two was proven.
    """
