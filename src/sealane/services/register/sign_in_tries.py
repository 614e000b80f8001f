"""Tries to sign in, measured before a passphrase is hashed: by person and place, never so that one
place locks a person out of another; and the few turns in which passphrases are hashed.

Tries are counted in the store, so that any process counts those of all and a restart gives no new
ones. Waits are short, and a clock that is set keeps nobody out; what goes on for longer is an
alarm, in the ledger, the status and the console.
Spec: R57, R64; docs/operators.md "Sign-in under attack".
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import Unavailable, declare
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
class Tries:
    """Wrong tries of the last minutes, by person and place."""

    node: Node
    secret: bytes
    crowd: Crowd
    _slow: Crowd = field(default_factory=lambda: Crowd(SLOW_A_MINUTE))

    def require_room(self, person: str, place: Place) -> None:
        """Refuse a try before anything is hashed for it: the person tried too often from there, or
        everybody there did. Raises: Unavailable `login.wait`.
        """
        wait = self._waits(*self._key(person, place))
        at = self.node.host.now()
        if not wait and not place.known and self.crowd.wait(DOOR, place.name, at):
            # From there come too many tries that prove nothing: one a second is still looked at,
            # so that whoever is right there gets in.
            wait = self._slow.spend(DOOR, place.name, at)
            if wait:
                self.crowd.spend(DOOR, place.name, at)
        if wait:
            raise WAIT(seconds=wait, details={"retry_after": wait})

    def note(
        self,
        person: str,
        place: Place,
        *,
        right: bool,
        known: bool,
        means: str = "passphrase",
    ) -> None:
        """Count and record one try. Raises: Unavailable `login.wait`: it proved nothing, and is one
        of too many from there to be recorded by itself.
        """
        whose, source = self._key(person, place)
        wait = 0 if right else self.crowd.spend(DOOR, place.name, self.node.host.now())
        if known or not wait:
            with self.node.store.writing() as tx:
                alarm = self._take(tx, whose, source, right=right, known=known)
                record(
                    self.node,
                    tx,
                    "login.done" if right else "login.denied",
                    actor=person if known else None,
                    means=means,
                    source=source,
                )
                if alarm:
                    record(
                        self.node, tx, "login.alarm", people=[person], count=alarm, source=source
                    )
        if wait:
            raise WAIT(seconds=wait, details={"retry_after": wait})

    def _waits(self, whose: str, source: str) -> int:
        """Seconds until the person may be tried from there again."""
        now = int(self.node.host.now())
        with self.node.store.reading() as tx:
            held = self.node.records.tries.get(tx, person=whose, source=source)
        if held is None or held.count < FREE_TRIES:
            return 0
        if held.last > now:
            # what a clock that ran ahead dated into the future is now
            until = now + FORGET_SECONDS * SECOND
            with self.node.store.hinting() as tx:
                row = {"person": whose, "source": source}
                self.node.records.tries.change(tx, row, last=now, until=until)
        long = min(WAIT_MOST, 5 * 2 ** min(held.count - FREE_TRIES, 10)) * SECOND
        left: int = min(held.last, now) + long - now
        return max(0, -(-left // SECOND))

    def _take(self, tx: Tx, whose: str, source: str, *, right: bool, known: bool) -> int:
        """Count one; how many there were for the person, where that is an alarm now."""
        node, now = self.node, int(self.node.host.now())
        node.records.tries.forget(tx, now)
        if right:
            node.records.tries.change(tx, {"person": whose, "source": source}, count=0)
            return 0
        held = node.records.tries.get(tx, person=whose, source=source)
        forgotten = FORGET_SECONDS * SECOND
        count = 1 if held is None else held.count + 1
        node.records.tries.put(
            tx,
            {"person": whose, "source": source},
            count=count,
            last=now,
            until=now + forgotten,
        )
        rows = node.records.tries.find(tx, order="source", person=whose)
        count = sum(one.count for one in rows)
        alarmed = any(one.alarmed is not None and one.alarmed > now - forgotten for one in rows)
        if not known or count < ALARM_TRIES or alarmed:
            return 0
        node.records.tries.change(tx, {"person": whose, "source": source}, alarmed=now)
        return count

    def _key(self, person: str, place: Place) -> tuple[str, str]:
        """Both as keyed digests: what is typed for a name may be a passphrase."""
        return self._digest(b"person:", person[:128]), self._source(place)

    def _source(self, place: Place) -> str:
        """The place as the ledger tells of it: the same for the same, and no address."""
        text = f"{'device' if place.known else 'address'}:{place.name}"
        return self._digest(b"source:", text)

    def _digest(self, what: bytes, text: str) -> str:
        data = what + text.encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, data, hashlib.sha256).hexdigest()


def alarms(node: Node, tx: Tx) -> list[dict[str, Any]]:
    """The alarms of the last day, newest first: for whom, how many tries, when."""
    since = format_instant(Instant(node.host.now() - ALARM_SECONDS * SECOND))
    refs = node.records.entry_refs.find(
        tx,
        order="at",
        newest=True,
        limit=ALARMS_TOLD,
        kind=ALARM,
        item=None,
        origin=node.internal.origin,
    )
    found = []
    for ref in refs:
        if ref.at >= since:
            told = entries.read(node.internal.entry(tx, ref.index)).fields
            row = {"what": ALARM, "at": ref.at, "people": told["people"], "count": told["count"]}
            found.append(row)
    return found
