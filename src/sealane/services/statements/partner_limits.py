"""What one partner may take of this node: calls open at once, statements, bytes; the rest is told
to come later, and counted.

Each partner has a measure of its own, so that none takes what another needs. Only what is asked too
often or sent too much is refused, never what is said: the same statement is taken later.
Spec: spec/exchange.md §3.2; R57; docs/operators.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from math import ceil
from threading import Lock

from sealane.base.errors import Code, SealaneError, Unavailable, declare
from sealane.base.values import SECOND, Instant
from sealane.settings import Settings

MINUTE, DAY = 60, 86_400

BUSY = declare(
    "peer.busy",
    Unavailable,
    "{party} has as many calls open here as it may; come again in {seconds} seconds.",
    "{party} がここで同時に開ける呼び出しの数に達しています。{seconds} 秒後に再度お試しください。",
    "End open calls, or ask the operator for more (`partner_calls`, `partner_offers`).",
    "開いている呼び出しを終えるか、運用者に上限の変更を依頼してください（`partner_calls`、`partner_offers`）。",
)
SPENT = declare(
    "peer.quota",
    Unavailable,
    "{party} has sent as much as it may for now; come again in {seconds} seconds.",
    "{party} は当面送れる量に達しています。{seconds} 秒後に再度お試しください。",
    "Send less often, or ask the operator for more (`partner_statements_a_minute`,"
    " `partner_statements_a_day`, `partner_mib_a_day`).",
    "間隔をあけるか、運用者に上限の変更を依頼してください（`partner_statements_a_minute`、`partner_statements_a_day`、`partner_mib_a_day`）。",
)


class CallKind(Enum):
    """What a call is; each has its own room."""

    OFFER = "offer"
    STATEMENT = "statement"
    READING = "reading"


class Quota:
    """So much in a span of time; it fills again as time passes."""

    def __init__(self, most: int, seconds: int) -> None:
        self._most, self._rate = most, most / seconds
        self._left, self._last = float(most), Instant(0)

    def wait(self, size: int, at: Instant) -> int:
        """Take `size`, and 0; or take nothing, and the seconds until it would be there. More than
        all of it passes once it is full: what follows waits the longer.
        """
        gone = max(0, at - self._last) / SECOND if self._last else 0.0
        self._left = min(float(self._most), self._left + gone * self._rate)
        self._last = at
        wanted = min(size, self._most)
        if self._left < wanted:
            return max(1, ceil((wanted - self._left) / self._rate))
        self._left -= size
        return 0


@dataclass(slots=True)
class _Room:
    """What is left to one partner."""

    a_minute: Quota
    a_day: Quota
    bytes_a_day: Quota
    open: Counter[bool]
    """Calls that are open now: offers, and others."""


class PartnerLimits:
    """The measures of every partner; safe for several threads. Memory is bounded by the partners
    that people enrolled.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rooms: dict[str, _Room] = {}
        self._refused: Counter[tuple[str, str]] = Counter()
        self._turn = Lock()

    @contextmanager
    def call(self, party: str, kind: CallKind, at: Instant) -> Iterator[None]:
        """One call of a partner, for as long as it is open. Raises: Unavailable `peer.busy`,
        `peer.quota`: refused, and counted.
        """
        self._enter(party, kind, at)
        try:
            yield
        finally:
            with self._turn:
                self._room(party).open[kind is CallKind.OFFER] -= 1

    def _enter(self, party: str, kind: CallKind, at: Instant) -> None:
        offer = kind is CallKind.OFFER
        with self._turn:
            room = self._room(party)
            if room.open[offer] >= self._most_open(offer):
                raise self._refusal(BUSY, party, 1)
            if kind is not CallKind.READING:
                wait = room.a_minute.wait(1, at) or room.a_day.wait(1, at)
                if wait:
                    raise self._refusal(SPENT, party, wait)
            room.open[offer] += 1

    def take(self, party: str, size: int, at: Instant) -> None:
        """So many bytes came. Raises: Unavailable `peer.quota`."""
        with self._turn:
            wait = self._room(party).bytes_a_day.wait(size, at)
            if wait:
                raise self._refusal(SPENT, party, wait)

    def count(self, party: str, code: str) -> None:
        """Something else of this partner was refused, by this code."""
        with self._turn:
            self._refused[party, code] += 1

    def settle(self) -> Mapping[tuple[str, str], int]:
        """How often each partner was refused, by code, since this was asked last."""
        with self._turn:
            found, self._refused = self._refused, Counter()
            return found

    def _most_open(self, offer: bool) -> int:
        return self._settings.partner_offers if offer else self._settings.partner_calls

    def _refusal(self, code: Code, party: str, wait: int) -> SealaneError:
        self._refused[party, code.code] += 1
        return code(party=party, seconds=wait, details={"retry_after": wait})

    def _room(self, party: str) -> _Room:
        if party not in self._rooms:
            told = self._settings
            self._rooms[party] = _Room(
                a_minute=Quota(told.partner_statements_a_minute, MINUTE),
                a_day=Quota(told.partner_statements_a_day, DAY),
                bytes_a_day=Quota(told.partner_mib_a_day << 20, DAY),
                open=Counter(),
            )
        return self._rooms[party]
