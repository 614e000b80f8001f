"""What a register keeps of partners beside their cards: what they said of their OpenTDF side, and
how often they were refused.

Spec: spec/key-access.md §4.3; spec/exchange.md §3.2.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerServices:
    """What a partner said of its OpenTDF side, as its operator accepted it, until `ended`."""

    party: str
    agreement: str
    data: bytes
    since: str
    ended: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRefusals:
    """How often a partner was refused by one code, ever and on the day of the last one."""

    party: str
    code: str
    count: int
    today: int
    last: str
