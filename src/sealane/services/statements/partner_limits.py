"""What one partner may take of this node: calls open at once, statements, bytes; the rest is told
to come later, and counted.

Each partner has a measure of its own, so that none takes what another needs, and the same one
however many processes serve the node. Only what is asked too
often or sent too much is refused, never what is said: the same statement is taken later.
Spec: spec/exchange.md §3.2; R57; docs/operators.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from math import ceil
from threading import Lock

from sealane.base.errors import Code, SealaneError, Unavailable, declare
from sealane.base.values import SECOND, Instant
from sealane.settings import Settings

MINUTE, DAY = 60, 86_400
SLICES = 100
"""Into how many a measure is cut where several processes spend it."""

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


@dataclass(frozen=True, slots=True)
class Measure:
    """So much in a span of seconds."""

    name: str
    most: int
    seconds: int

    @property
    def slice(self) -> int:
        """How much a process takes out of the store at a time; what it holds when it ends is lost
        to the partner until time gives it back.
        """
        return max(1, self.most // SLICES)

    @property
    def holds(self) -> int:
        """Nanoseconds for which a slice may be held: as long as the store takes to have it again,
        so that no partner gets both.
        """
        return self.seconds * SECOND // SLICES


class Quota:
    """What is left of a measure; it fills again as time passes. Kept as one instant: when all of it
    is there again.
    """

    def __init__(self, measure: Measure, full: int = 0) -> None:
        self._most, self._span = measure.most, measure.seconds * SECOND
        self.full = full

    def wait(self, size: int, at: Instant) -> int:
        """Take `size`, and 0; or take nothing, and the seconds until it would be there. More than
        all of it passes once it is full: what follows waits the longer.
        """
        wanted = min(size, self._most)
        lacking = wanted - self._left(at)
        if lacking > 0:
            return max(1, ceil(lacking * self._span / self._most / SECOND))
        # rounded up, so that no more ever passes than its measure
        self.full = max(self.full, int(at)) - (-size * self._span // self._most)
        return 0

    def give(self, size: int) -> None:
        """So much was taken and not spent."""
        self.full -= size * self._span // self._most

    def some(self, at: Instant, most: int) -> int:
        """Take as much as there is, up to so much; how much it was."""
        found = max(0, min(most, self._left(at)))
        if found:
            self.wait(found, at)
        return found

    def _left(self, at: Instant) -> int:
        # a clock that ran ahead and was set back leaves no more than one span to wait
        if self.full - at > self._span:
            self.full = int(at) + self._span
        return self._most + (-max(0, self.full - at) * self._most // self._span)


@dataclass(frozen=True, slots=True)
class Spending:
    """What a process asks of a partner's measure for all processes of the node."""

    party: str
    measure: Measure
    size: int
    back: int
    """What it took before and has not spent."""


Shared = Callable[[Spending, Instant], tuple[int, int]]
"""Takes what is asked, and a slice beyond: how much was taken beyond, and the seconds to wait where
there was not so much.
"""


@dataclass(slots=True)
class _Room:
    """What this process holds of one partner's measures."""

    quotas: dict[Measure, Quota] = field(default_factory=dict)
    """Where this process is the only one."""
    held: Counter[Measure] = field(default_factory=Counter)
    """What it took out of the store and has not spent, and until when it may."""
    until: dict[Measure, Instant] = field(default_factory=dict)
    empty: dict[Measure, Instant] = field(default_factory=dict)
    """Until when the store has nothing."""
    open: Counter[bool] = field(default_factory=Counter)
    """Calls that are open now: offers, and others."""

    def has(self, measure: Measure, size: int, at: Instant) -> bool:
        """Whether so much may be spent without asking the store."""
        return self.held[measure] >= size and at < self.until.get(measure, at)


class PartnerLimits:
    """The measures of every partner; safe for several threads. Memory is bounded by the partners
    that people enrolled.

    Statements and bytes are measured for all processes of a node together, where `shared` says what
    they spent; calls that are open take of this process alone, and each process has its own room
    for them.
    """

    def __init__(self, settings: Settings, shared: Shared | None = None) -> None:
        self._settings, self._shared = settings, shared
        self._a_minute = Measure("a_minute", settings.partner_statements_a_minute, MINUTE)
        self._a_day = Measure("a_day", settings.partner_statements_a_day, DAY)
        self._bytes = Measure("bytes_a_day", settings.partner_mib_a_day << 20, DAY)
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

    def asks_store(self, party: str, kind: CallKind, at: Instant, size: int = 0) -> bool:
        """Whether the store has to be asked for such a call to begin, or for so many bytes of it:
        then not in a thread that others wait for.
        """
        if self._shared is None:
            return False
        with self._turn:
            room = self._room(party)
            if size:
                return not room.has(self._bytes, size, at)
            each = (self._a_minute, self._a_day)
            return kind is not CallKind.READING and not all(room.has(one, 1, at) for one in each)

    def _enter(self, party: str, kind: CallKind, at: Instant) -> None:
        offer = kind is CallKind.OFFER
        with self._turn:
            room = self._room(party)
            if room.open[offer] >= self._most_open(offer):
                raise self._refusal(BUSY, party, 1)
            room.open[offer] += 1
        try:
            if kind is not CallKind.READING:
                self._spend(party, self._a_minute, 1, at)
                self._spend(party, self._a_day, 1, at)
        except BaseException:
            with self._turn:
                room.open[offer] -= 1
            raise

    def _spend(self, party: str, measure: Measure, size: int, at: Instant) -> None:
        """Raises: Unavailable `peer.quota`: refused, and counted."""
        back = 0
        with self._turn:
            room = self._room(party)
            if self._shared is None:
                wait = room.quotas.setdefault(measure, Quota(measure)).wait(size, at)
            elif room.has(measure, size, at):
                room.held[measure] -= size
                return
            else:
                wait = max(0, -(-(room.empty.get(measure, at) - at) // SECOND))
                back = 0 if wait else room.held.pop(measure, 0)
        if not wait and self._shared is not None:
            more, wait = self._shared(Spending(party, measure, size, back), at)
            with self._turn:
                room.held[measure] += more
                room.until[measure] = Instant(at + measure.holds)
                room.empty[measure] = Instant(at + wait * SECOND)
        if wait:
            with self._turn:
                raise self._refusal(SPENT, party, wait)

    def take(self, party: str, size: int, at: Instant) -> None:
        """So many bytes came. Raises: Unavailable `peer.quota`."""
        self._spend(party, self._bytes, size, at)

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
        return self._rooms.setdefault(party, _Room())
