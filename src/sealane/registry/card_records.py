"""What a node holds of cards: its own and its partners', and how far partners know its own; and of
its keys and of what its operator signed, what its machines tell one another.

Spec: spec/exchange.md §2.1; R62.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCard:
    """One card of this node or of a partner, as exact signed bytes, by its place in the line."""

    party: str
    digest: str
    number: int
    data: bytes
    since: str
    accepted: str | None = None
    """When its statement keys came to count: with the card before it, or by two people."""
    unpinned: str | None = None
    """When its certificate stopped letting in, because the next was seen."""
    ended: str | None = None
    """When people put another line of cards in its place; it proves what was said until then."""
    refused: str | None = None
    """The code by which it was refused, of one that follows no card known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStanding:
    """How far a partner knows this node's cards, by its own signed word."""

    party: str
    known: int
    """Number of the newest that it has: of its keys, all but the statement keys count there."""
    accepted: int
    """Number of the newest whose statement keys two people there accepted."""
    refused: str | None = None
    """The code by which it refused a card of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedKey:
    """One key of this node as its keystore holds it: sealed, for its other machines."""

    id: str
    root: str
    """Which root key opens it, in a word that tells nothing of that key."""
    data: bytes
    """Canonical JSON as in the keystore's file; empty once the key was destroyed."""
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFile:
    """What the operator signed last under a name, by digest; empty once it was taken away."""

    name: str
    digest: str
    since: str
