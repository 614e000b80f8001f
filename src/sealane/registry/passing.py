"""What a node's processes tell one another through its store and then forget: sessions, wrong
tries, refusals that are being shown, measures of partners, and who leads.

None of it is a record of what was done; that stands in the ledger. Instants are nanoseconds since
1970, by which clocks count.
Spec: docs/operators.md "Several processes".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in, or a token of theirs: by the digest of a secret that they alone have."""

    digest: str
    person: str
    bound: str
    """What it rests on: the passphrase or the credential that it began with."""
    seat: str
    """Where the node's folder lay when it began: what a restored backup brings back is no session.
    """
    kind: str
    """`session`, `token`, or `feed`: a token that opens the person's feed and nothing else."""
    means: str
    """By which means it began: a word of `registry.means`."""
    since: int
    data: dict[str, Any]
    """What the person is told of it, and what its provider calls it."""
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """A question that a browser answered, so that it is answered once: by a passkey, or by way of
    the nation's identity provider.
    """

    name: str
    kind: str
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongTries:
    """Wrong tries to sign in as one person from one place, both as keyed digests."""

    person: str
    source: str
    count: int
    last: int
    alarmed: int | None = None
    """When an alarm was told about the person because of the try from here."""
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What one person is shown for a moment: a refusal's cards, or what was just done."""

    name: str
    """One that cannot be guessed."""
    person: str
    """Who is shown it; empty: whoever stands at the door with its name."""
    data: dict[str, Any]
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentMeasure:
    """How much of one measure a partner has spent, as the instant at which all of it is there
    again.
    """

    party: str
    measure: str
    full: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who leads, in which epoch; an epoch is never given twice."""

    name: str
    holder: str
    epoch: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedCall:
    """A call that its caller named by a key, and what it was answered."""

    name: str
    """A digest of the caller and the key."""
    turn: str = ""
    """Which try may act."""
    acted: int = 0
    """1 once something was recorded by it."""
    answer: dict[str, Any] | None = None
    until: int
