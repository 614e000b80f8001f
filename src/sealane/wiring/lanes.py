"""What the process that leads does for its node, each in a thread of its own: one partner's
deliveries, one ledger's rounds with one partner, and what else is to be done again and again.

One that waits, for a partner that is slow or for one that never ends, keeps no other from its work.
Who finds nothing to do looks again after a pause that grows, or when somebody rings: an idle node
rests.
Spec: spec/exchange.md §3.2; docs/threat-model.md.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sealane.adapters.log import SqlLog
from sealane.adapters.mail_line import MailLine
from sealane.adapters.stored_logs import stored_logs
from sealane.base.errors import SealaneError, Unavailable, declare
from sealane.ports import Bell, Wake
from sealane.registry.records import Newness
from sealane.services.dialogue import dates
from sealane.services.exchange import outbox, recall
from sealane.services.ledgers.at_hand import OWN
from sealane.services.ledgers.pair import Partnership
from sealane.services.newness import BEHIND, IN_DOUBT
from sealane.services.recovery import currency
from sealane.services.recovery.lost_answers import LostAnswers
from sealane.services.register import renewal
from sealane.services.reminders.rounds import Rounds
from sealane.services.watch import kept_counts
from sealane.services.watch.monthly import Monthly
from sealane.wiring.site import Site

TICK_SECONDS, ROUND_SECONDS, REST_SECONDS = 0.2, 1.0, 5.0
"""The shortest pauses of deliveries and of rounds, and the longest of both."""
VERIFY_SECONDS, SLICE_SECONDS = 60.0, 0.005
"""How often it is asked whether the monthly verification is due, and how long it rests after each
slice of a log.
"""
REMIND_SECONDS = 30.0
"""How often it is looked for whom something new waits."""
COUNTED_AT_ONCE = 5000
"""Entries that one look counts, so that other lanes and whoever writes come in between."""
LEAVE_SECONDS = 10.0
"""How long a stop waits for what is under way, all lanes together."""

logger = logging.getLogger("sealane")

STOPPED = declare(
    "verification.stopped",
    Unavailable,
    "The verification of the ledgers ended with the process; it begins again at the next start.",
    "台帳の検証はプロセスの終了により中断しました。次の起動時に最初から行います。",
)

Step = Callable[[], object]


class Lanes:
    """The lanes of one node: new ones as partners and agreements come, none before, none twice."""

    def __init__(self, site: Site, wake: Wake | None = None) -> None:
        self._site = site
        self._wake = wake or site.wake
        self._stop = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._shown: dict[tuple[str, str], object] = {}
        self._answers: dict[tuple[str, str], LostAnswers] = {}
        self._monthly = Monthly(site.node, self._stored, self._rest)

    def start(self) -> None:
        """Begin every lane that there is now; those of later partners begin by themselves."""
        self._lane("housekeeping", ROUND_SECONDS, [self._widen])
        self._lane("newness", ROUND_SECONDS, [self.ask, lambda: renewal.keep_up(self._site.node)])
        self._lane("ledger", ROUND_SECONDS, [self.sign_internal])
        self._lane("verification", VERIFY_SECONDS, [self.verify])
        self._lane("counts", REST_SECONDS, [self.count])
        self._lane("erasing", ROUND_SECONDS, [lambda: recall.erase_again(self._site.node)])
        self._lane("dates", ROUND_SECONDS, [lambda: dates.sign_dates(self._site.node)])
        self._remind()

    def _remind(self) -> None:
        """Two lanes more, where there is a mail server: one that hangs keeps nobody from looking
        whether something waits.
        """
        site, settings = self._site, self._site.node.settings
        if settings.mail_server:
            rounds = Rounds(site.node, site.secret, MailLine(settings))
            self._lane("reminders", REMIND_SECONDS, [rounds.look])
            self._lane("mail", ROUND_SECONDS, [rounds.send])

    def stop(self) -> None:
        """Let each lane end its step; calls to partners that are under way are cut."""
        self._stop.set()
        self._wake.ring()
        self._site.cut()
        left = threading.Event()
        waiter = threading.Thread(target=self._leave, args=(left,), daemon=True)
        waiter.start()
        left.wait(LEAVE_SECONDS)

    def _leave(self, left: threading.Event) -> None:
        for thread in list(self._threads.values()):
            thread.join()
        left.set()

    def _widen(self) -> bool:
        """A lane for each partner's deliveries, and one for each ledger with each partner; whether
        there are new ones.
        """
        known = len(self._threads)
        node = self._site.node
        with node.store.reading() as tx:
            parties = [card.party for card in node.partners(tx)]
        for party in parties:
            self._lane(f"deliveries to {party}", TICK_SECONDS, [self._delivering(party)])
        for party, agreement, _ in self._site.partnerships():
            name = f"{agreement} with {party}"
            steps = [self._rounds(party, agreement), self._homecoming(party, agreement)]
            self._lane(name, ROUND_SECONDS, steps)
        return len(self._threads) != known

    def _delivering(self, party: str) -> Step:
        return lambda: outbox.deliver_due(self._site.node, partner=party)

    def _rounds(self, party: str, agreement: str) -> Step:
        return lambda: self.round(party, agreement)

    def _homecoming(self, party: str, agreement: str) -> Step:
        return lambda: self.bring_home(party, agreement)

    def _lane(self, name: str, seconds: float, steps: Sequence[Step]) -> None:
        if name in self._threads:
            return
        lane = _Lane(name, seconds, steps)
        arguments = (self._wake.bell(), self._stop)
        thread = threading.Thread(target=lane.run, args=arguments, name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def ask(self) -> bool:
        """Ask the partners, while this node may be older than what it said; whether it may be."""
        if self._newness() != Newness.MOVED:
            return False
        found = currency.ask(self._site.node, self._site.ledgers())
        if found.newness == Newness.CURRENT:
            logger.info("node.current")
        elif found.newness == Newness.BEHIND:
            logger.warning(BEHIND.code)
        else:
            logger.warning(IN_DOUBT.code, extra={"partners": ", ".join(found.waits_for)})
        return True

    def _newness(self) -> Newness:
        node = self._site.node
        with node.store.reading() as tx:
            return node.newness(tx)

    def round(self, party: str, agreement: str) -> bool:
        """One round of one ledger with one partner: publish, be witnessed, mirror, entangle; none
        while this node may be older than what it said. Whether it moved anything.
        """
        if self._newness() != Newness.CURRENT:
            return False
        for other, name, partnership in self._site.partnerships():
            if (other, name) == (party, agreement):
                return self._round(party, agreement, partnership)
        return False

    def bring_home(self, party: str, agreement: str) -> bool:
        """Enter answers of this partner that its log tells of and that never arrived; whether there
        were any.
        """
        node, key = self._site.node, (party, agreement)
        if self._newness() != Newness.CURRENT:
            return False
        if key not in self._answers:
            found = [one for who, name, one in self._site.partnerships() if (who, name) == key]
            if not found or found[0].mirror.checkpoint() is None:
                return False
            self._answers[key] = LostAnswers(node, party, agreement, found[0].mirror.log)
        count = self._answers[key].bring_home()
        if count:
            logger.info("answers.brought_home", extra={"partner": party, "count": count})
        return count > 0

    def _round(self, party: str, agreement: str, partnership: Partnership) -> bool:
        try:
            report = partnership.round(self._site.peer(party, agreement))
        except SealaneError as error:
            if error.code in currency.OLDER:
                currency.note_behind(self._site.node, partnership.publisher.log.origin)
            raise
        for trouble in report.waiting:
            where = {"agreement": agreement, "partner": party, "code": trouble.code}
            logger.info("ledger.waits", extra=where)
        return self._moved((party, agreement), (report.marks, partnership.mirror.checkpoint()))

    def verify(self) -> None:
        """The monthly verification of every log and mirror, when it is due."""
        if self._newness() == Newness.CURRENT:
            held = self._monthly.run()
            if held is not None:
                level = logging.INFO if held else logging.ERROR
                logger.log(level, "ledgers.verified", extra={"held": held})

    def count(self) -> bool:
        """Count on what boards and statistics tell of the logs; whether something is left."""
        own = [log for log in self._stored() if log.role == OWN]
        return not kept_counts.follow(self._site.node, own, COUNTED_AT_ONCE)

    def _stored(self) -> list[SqlLog]:
        with self._site.node.store.reading() as tx:
            return stored_logs(tx)

    def _rest(self) -> None:
        """Between two slices. Raises: Unavailable `verification.stopped`: the node stops."""
        if self._stop.wait(SLICE_SECONDS):
            raise STOPPED()

    def _moved(self, what: tuple[str, str], now: object) -> bool:
        """Whether something is not as it was at the last look."""
        before, self._shown[what] = self._shown.get(what), now
        return before != now

    def sign_internal(self) -> bool:
        """Sign the internal log, which has no witness: nothing of it, until a partner has confirmed
        that this node is not an old backup, and while one says that it is. Whether it had grown.
        """
        every = self._site.partnerships()
        begun = not every or any(one.begun for _, _, one in every)
        if not begun or self._newness() != Newness.CURRENT:
            return False
        return self._moved(("", ""), self._site.internal.publish())


class Chores:
    """What a process that serves does for itself, again and again, in one thread."""

    def __init__(self, steps: Sequence[Step], wake: Wake) -> None:
        self._stop, self._wake = threading.Event(), wake
        lane = _Lane("chores", ROUND_SECONDS, steps)
        self._thread = threading.Thread(
            target=lane.run, args=(wake.bell(), self._stop), name="chores", daemon=True
        )

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let the step that is under way end."""
        self._stop.set()
        self._wake.ring()
        self._thread.join()


@dataclass(frozen=True, slots=True)
class _Lane:
    """Steps that are done again and again, no more often than every so many seconds."""

    name: str
    seconds: float
    steps: Sequence[Step]

    def run(self, bell: Bell, stop: threading.Event) -> None:
        """Until stopped: at once when somebody rang or the last look found something, else after a
        pause that grows.
        """
        pause = self.seconds
        while not stop.wait(self.seconds):
            rung = bell.wait(pause - self.seconds)
            if stop.is_set():
                return
            found = [_guarded(self.name, step) for step in self.steps]
            rest = max(self.seconds, min(2 * pause, REST_SECONDS))
            pause = self.seconds if rung or any(found) else rest


def _guarded(name: str, step: Step) -> bool:
    """One step, and whether it found something to do; whatever it raises is its own trouble, and
    the lane goes on.
    """
    try:
        return bool(step())
    except SealaneError as error:
        logger.warning("lane.trouble", extra={"lane": name.replace(" ", "-"), "code": error.code})
    except Exception:
        logger.exception("lane.fault", extra={"lane": name.replace(" ", "-")})
    return False
