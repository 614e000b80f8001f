"""Tries to sign in, measured before a passphrase is hashed: by person and place, never so that one
place locks a person out of another; and the few turns in which passphrases are hashed.

Waits are short and counted on a clock that nobody sets; what goes on for longer is an alarm, in the
ledger, the status and the console.
Spec: R57, R64; docs/operators.md "Sign-in under attack".
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import SealaneError, Unavailable, declare
from sealane.base.values import SECOND, Instant, format_instant
from sealane.ledger import entries
from sealane.ports import Tx
from sealane.services.node import Node
from sealane.services.statements.journal import record
from sealane.services.statements.refusal_limits import Crowd

DOOR = "sign-in"
ALARM = "login.alarm"
FREE_TRIES, FORGET_SECONDS, WAIT_MOST = 5, 900, 60
ALARM_TRIES = 20
"""Wrong tries for one person within `FORGET_SECONDS`, wherever from, that are an alarm."""
RECOUNTED = 2000
AT_ONCE, WAITING, OF_ONE_PLACE = 1, 6, 2
"""Passphrases hashed at once, tries that wait for a turn, and how many of both one place has: each
turn takes 64 MiB and a tenth of a second.
"""
SLOW_A_MINUTE = 60
"""Tries a minute that are still hashed for an address from which too many proved nothing."""
ALARM_SECONDS = 86_400
ALARMS_TOLD = 50

WAIT = declare(
    "login.wait",
    Unavailable,
    "Too many tries; wait {seconds} seconds.",
    "試行が多すぎます。{seconds} 秒待ってください。",
    "If it was not you, tell the security officer.",
    "心当たりがなければ保全責任者に知らせてください。",
)
BUSY = declare(
    "login.busy",
    Unavailable,
    "Too many people are signing in at this moment; try again in a second.",
    "サインインが集中しています。一秒後にもう一度試してください。",
    "If it goes on, tell the security officer: somebody floods the sign-in door.",
    "続く場合は保全責任者に知らせてください。サインインの窓口に大量の試行が届いています。",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from: an address, or a browser that is known from an earlier sign-in."""

    name: str
    known: bool = False


@dataclass(slots=True)
class Hashing:
    """The turns in which passphrases are hashed, apart from every other work of the node."""

    _hashing: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))
    _room: threading.Lock = field(default_factory=threading.Lock)
    _held: Counter[str] = field(default_factory=Counter)

    def held(self) -> int:
        """Turns taken or waited for now."""
        with self._room:
            return self._held.total()

    @contextmanager
    def turn(self, place: str) -> Iterator[None]:
        """One turn, after those that came before. Raises: Unavailable `login.busy`, at once."""
        with self._room:
            if self._held.total() >= AT_ONCE + WAITING or self._held[place] >= OF_ONE_PLACE:
                raise BUSY(details={"retry_after": 1})
            self._held[place] += 1
        try:
            with self._hashing:
                yield
        finally:
            with self._room:
                self._held[place] -= 1
                if not self._held[place]:
                    del self._held[place]


@dataclass(slots=True)
class _Wrong:
    """Wrong tries of one person from one place, and when the last one was, on the elapsed clock."""

    count: int = 0
    last: int = 0


@dataclass(slots=True)
class Tries:
    """Wrong tries of the last minutes, by person and place; after a restart counted again from the
    ledger, which holds every one of them.
    """

    node: Node
    secret: bytes
    crowd: Crowd
    _wrong: dict[tuple[str, str], _Wrong] = field(default_factory=dict)
    _slow: Crowd = field(default_factory=lambda: Crowd(SLOW_A_MINUTE))
    _alarmed: dict[str, int] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _counted: bool = False

    def require_room(self, person: str, place: Place) -> None:
        """Refuse a try before anything is hashed for it: the person tried too often from there, or
        everybody there did. Raises: Unavailable `login.wait`.
        """
        with self._turn:
            self._count_again()
            now, held = self.node.host.elapsed(), self._wrong.get(self._key(person, place))
            wait = 0
            if held is not None and held.count >= FREE_TRIES:
                long = min(WAIT_MOST, 5 * 2 ** min(held.count - FREE_TRIES, 10)) * SECOND
                wait = max(0, -((now - held.last - long) // SECOND))
        at = self.node.host.now()
        if not wait and not place.known and self.crowd.wait(DOOR, place.name, at):
            # From there come too many tries that prove nothing: one a second is still looked at,
            # so that whoever is right there gets in.
            wait = self._slow.spend(DOOR, place.name, at)
            if wait:
                self.crowd.spend(DOOR, place.name, at)
        if wait:
            raise WAIT(seconds=wait, details={"retry_after": wait})

    def note(self, person: str, place: Place, *, right: bool, known: bool) -> None:
        """Count and record one try. Raises: Unavailable `login.wait`: it proved nothing, and is one
        of too many from there to be recorded by itself.
        """
        source = self._source(place)
        with self._turn:
            alarm = self._take(person[:128], place, right=right, known=known)
        wait = 0 if right else self.crowd.spend(DOOR, place.name, self.node.host.now())
        if known or not wait:
            with self.node.store.writing() as tx:
                record(
                    self.node,
                    tx,
                    "login.done" if right else "login.denied",
                    actor=person if known else None,
                    means="passphrase",
                    source=source,
                )
                if alarm:
                    record(
                        self.node, tx, "login.alarm", people=[person], count=alarm, source=source
                    )
        if wait:
            raise WAIT(seconds=wait, details={"retry_after": wait})

    def _take(self, person: str, place: Place, *, right: bool, known: bool) -> int:
        """Count one; how many there were for the person, where that is an alarm now."""
        now, key = self.node.host.elapsed(), self._key(person, place)
        old = now - FORGET_SECONDS * SECOND
        self._wrong = {one: held for one, held in self._wrong.items() if held.last > old}
        self._alarmed = {one: at for one, at in self._alarmed.items() if at > old}
        if right:
            self._wrong.pop(key, None)
            return 0
        held = self._wrong.setdefault(key, _Wrong())
        held.count, held.last = held.count + 1, now
        count = sum(one.count for (whose, _), one in self._wrong.items() if whose == person)
        if not known or count < ALARM_TRIES or person in self._alarmed:
            return 0
        self._alarmed[person] = now
        return count

    def _count_again(self) -> None:
        """Once: the tries that the internal log holds of the last minutes, as before the restart.
        What a clock that ran ahead dated into the future was now.
        """
        if self._counted:
            return
        self._counted = True
        now, elapsed, log = self.node.host.now(), self.node.host.elapsed(), self.node.internal
        counts: dict[tuple[str, str], list[tuple[bool, int]]] = defaultdict(list)
        with self.node.store.reading() as tx:
            size = log.size(tx)
            for index in range(size - 1, max(size - RECOUNTED, 0) - 1, -1):
                try:
                    entry = entries.read(log.entry(tx, index))
                except SealaneError:
                    continue
                age = max(0, now - entry.at)
                told = entry.fields
                if age > FORGET_SECONDS * SECOND:
                    break
                if told.get("means") == "passphrase" and told.get("actor"):
                    key = (str(told["actor"]), str(told.get("source")))
                    counts[key].append((entry.kind == "login.done", elapsed - age))
        for key, tries in counts.items():
            held = _Wrong()
            for right, at in reversed(tries):
                held = _Wrong() if right else _Wrong(held.count + 1, at)
            if held.count:
                self._wrong[key] = held

    def _key(self, person: str, place: Place) -> tuple[str, str]:
        return person[:128], self._source(place)

    def _source(self, place: Place) -> str:
        """The place as the ledger tells of it: the same for the same, and no address."""
        text = f"{'device' if place.known else 'address'}:{place.name}"
        return hmac.new(self.secret, b"source:" + text.encode(), hashlib.sha256).hexdigest()


def alarms(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """The alarms of the last day, newest first: for whom, how many tries, when."""
    since = format_instant(Instant(node.host.now() - ALARM_SECONDS * SECOND))
    refs = node.records.entry_refs.find(
        tx, order="at", newest=True, limit=ALARMS_TOLD, kind=ALARM, origin=node.internal.origin
    )
    found = []
    for ref in refs:
        if ref.at >= since:
            told = entries.read(node.internal.entry(tx, ref.index)).fields
            row = {"what": ALARM, "at": ref.at, "people": told["people"], "count": told["count"]}
            found.append(row)
    return found
