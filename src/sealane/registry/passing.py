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
    """Somebody signed in: by the digest of a secret that their browser alone has."""

    digest: str
    person: str
    bound: str
    """Which passphrase it began with."""
    seat: str
    """Where the node's folder lay when it began: what a restored backup brings back is no session.
    """
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
class ShownRefusal:
    """A refusal's cards, for the person who met it."""

    name: str
    person: str
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
