"""What a nation keeps of its own items beside the register's rows, and tells no partner: from what
each was made, and what the people of a release said of it.

Spec: R34, R35, R41.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """How an item was made from others, and the secret that opens what binds it to them; at the
    nation that made it alone.
    """

    item: str
    kind: str
    opening: str
    """32 random bytes, hex."""
    checked: str | None = None
    """The signed report of the check of a tear-line; None where none ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedFrom:
    """One item that another was made from."""

    item: str
    source: str
    grade: str | None = None
    """How far it is to be believed, such as `B2` (`registry.grading`); None: nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRemark:
    """One sentence that the people of a release said to one another before it was signed; it stays
    with this nation.
    """

    item: str
    number: int
    at: str
    by: str
    act: str
    text: str
