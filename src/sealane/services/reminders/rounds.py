"""What the process that leads does so that people are told: looks whether something new waits for
those who asked for it, enters that a message is made, and sends what was made.

A message is a row before it is sent, made in the step of its entry together with what it tells of;
so nothing is told of twice, but where a process ended between the server's yes and the row that
says so. Then the same message goes again, under the same Message-ID.
Spec: docs/console.md §Reminders; docs/operators.md "Reminders by e-mail"; R42.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sealane.base.errors import SealaneError, Untrusted
from sealane.base.values import SECOND
from sealane.ports.mailing import AWAY, REFUSED, Mailer, MailSession
from sealane.registry.reminder_records import MailKind, Often, Reminder, ReminderMail
from sealane.services.home import desk
from sealane.services.node import Node
from sealane.services.register import preferences
from sealane.services.reminders import letters, wishes
from sealane.services.reminders.letters import Letter
from sealane.services.statements.journal import record

PEOPLE, AT_A_TIME = 100_000, 50
BACK_OFF_SECONDS, BACK_OFF_MOST = 30, 3600
"""How long the first failed try keeps a message back, and how long any does."""
GIVEN_UP = "over"
"""What a message comes to that nobody wants any more."""

logger = logging.getLogger("sealane")


@dataclass(slots=True)
class Rounds:
    """The rounds of one node, for the process that leads."""

    node: Node
    secret: bytes
    mailer: Mailer
    _forgot: int = field(default=0)

    def look(self) -> bool:
        """Make a message for everybody for whom something new waits and whose time has come;
        whether there was anybody.
        """
        node, now = self.node, int(self.node.host.now())
        with node.store.reading() as tx:
            rows = node.records.reminders.find(tx, order="person", limit=PEOPLE, ended=None)
        here = [row for row in rows if row.address and _is_time(node, row, now)]
        made = [self._guarded(row) for row in here]
        return any(made)

    def send(self) -> bool:
        """Send what is due; whether anything left."""
        node, now = self.node, int(self.node.host.now())
        self._forget(now)
        with node.store.reading() as tx:
            waits = node.records.reminder_mails.find(tx, order="due", limit=AT_A_TIME, done=None)
        due = [mail for mail in waits if mail.due <= now]
        wanted = [mail for mail in due if self._is_wanted(mail)]
        if not wanted:
            return False
        sent = 0
        try:
            with self.mailer.session() as line:
                for mail in wanted:
                    sent += self._sent(line, mail)
        except SealaneError as error:
            self._put_off(wanted[0], error)
        if sent:
            logger.info("reminders.sent", extra={"count": sent})
        return bool(sent)

    def _guarded(self, row: Reminder) -> bool:
        """One person's look, whose trouble is nobody else's."""
        try:
            return self._looked(row)
        except SealaneError as error:
            logger.warning("reminders.not_looked", extra={"code": error.code})
            return False

    def _looked(self, row: Reminder) -> bool:
        """Whether something waits that this person was not told of; then a message is made."""
        node, records = self.node, self.node.records
        with node.store.reading() as tx:
            # 1. who left is told nothing
            entry = node.person_entry(tx, row.person)
            if entry is None or entry.ended is not None:
                return False
            # 2. what waits, as the home page finds it
            found = desk.by_kind(node, tx, entry.data)
            waits = {_digest(one.name) for _, here in found for one in here.rows}
            # 3. while one message waits to leave, none is made beside it
            key = {"person": row.person, "kind": MailKind.WAITING, "done": None}
            leaving = records.reminder_mails.count(tx, **key)
        known = set(row.told)
        held = {"person": row.person, "name": row.name, "last": row.last, "ended": None}
        if leaving or waits <= known:
            # 4. what is done is forgotten, so that it is new if it comes again
            if not known <= waits:
                with node.store.hinting() as tx:
                    records.reminders.change(tx, held, told=sorted(known & waits))
            return False
        # 5. entered, made and remembered in one step, unless the wish changed meanwhile
        with node.store.writing() as tx:
            now = int(node.host.now())
            if not records.reminders.change(tx, held, told=sorted(waits), last=now):
                return False
            record(node, tx, "reminder.made", people=[row.person])
            mail = wishes.mail_of(node, row, MailKind.WAITING, str(row.address))
            records.reminder_mails.add(tx, mail)
        return True

    def _is_wanted(self, mail: ReminderMail) -> bool:
        """Whether it still goes where its person wants it; else it is given up."""
        node, records = self.node, self.node.records
        try:
            with node.store.reading() as tx:
                entry = node.person_entry(tx, mail.person)
                row = records.reminders.get(tx, person=mail.person, ended=None)
        except Untrusted as error:
            # a record that was altered keeps no other back
            self._later(mail, error.code)
            return False
        if entry is not None and entry.ended is None and row is not None:
            if mail.kind is MailKind.WAITING and mail.address == row.address and row.told:
                return True
            code = mail.nonce == row.nonce and self.node.host.now() < row.code_until
            if mail.kind is MailKind.CODE and mail.address == row.wanted and code:
                return True
        self._done(mail, GIVEN_UP)
        return False

    def _sent(self, line: MailSession, mail: ReminderMail) -> bool:
        """One message handed over. Raises: Unavailable `mail.away`."""
        node = self.node
        try:
            line.send(mail.address, letters.written(self._letter(mail)))
        except SealaneError as error:
            if error.code == AWAY.code:
                raise
            if error.code == REFUSED.code:
                self._done(mail, error.code)
            else:
                self._later(mail, error.code)
            logger.warning("reminders.not_taken", extra={"code": error.code})
            return False
        node.host.reached("reminder.sent")
        self._done(mail, None)
        return True

    def _letter(self, mail: ReminderMail) -> Letter:
        settings, word = self.node.settings, ""
        with self.node.store.reading() as tx:
            row = self.node.records.reminders.get(tx, person=mail.person)
        if row is not None:
            word = wishes.word_of(self.secret, row)
        return Letter(
            kind=mail.kind,
            lang=mail.lang,
            id=mail.id,
            to=mail.address,
            sender=settings.mail_sender,
            made=mail.made,
            console=settings.console_origin,
            code=wishes.code_of(self.secret, mail.person, mail.address, mail.nonce),
            minutes=wishes.CODE_MINUTES,
            off=word,
        )

    def _done(self, mail: ReminderMail, trouble: str | None) -> None:
        with self.node.store.writing() as tx:
            done = int(self.node.host.now())
            key = {"id": mail.id, "done": None}
            self.node.records.reminder_mails.change(tx, key, done=done, trouble=trouble)

    def _later(self, mail: ReminderMail, trouble: str) -> None:
        with self.node.store.hinting() as tx:
            due, tries = self._back_off(mail), mail.tries + 1
            key = {"id": mail.id, "done": None}
            self.node.records.reminder_mails.change(tx, key, due=due, tries=tries, trouble=trouble)

    def _put_off(self, first: ReminderMail, error: SealaneError) -> None:
        """A server that is away is away for every message: all wait as long as the first."""
        logger.warning("reminders.not_sent", extra={"code": error.code})
        with self.node.store.hinting() as tx:
            due, tries = self._back_off(first), first.tries + 1
            mails = self.node.records.reminder_mails
            mails.change(tx, {"done": None}, due=due, tries=tries, trouble=error.code)

    def _back_off(self, mail: ReminderMail) -> int:
        seconds = min(BACK_OFF_SECONDS << min(mail.tries, 10), BACK_OFF_MOST)
        return int(self.node.host.now()) + seconds * SECOND

    def _forget(self, now: int) -> None:
        """Once an hour, messages that were made long ago."""
        if now - self._forgot >= 3600 * SECOND:
            self._forgot = now
            with self.node.store.hinting() as tx:
                self.node.records.reminder_mails.forget(tx, now)


def _is_time(node: Node, row: Reminder, now: int) -> bool:
    """Whether a person may be told again."""
    if row.often == Often.DAILY:
        return row.last < _hour_before(now, row.hour, preferences.preferred(node, row.person).zone)
    return now >= row.last + row.minutes * 60 * SECOND


def _hour_before(now: int, hour: int, zone: str) -> int:
    """The last instant at which it was this hour in a time zone."""
    here = datetime.fromtimestamp(now // SECOND, ZoneInfo(zone))
    at = here.replace(hour=hour, minute=0, second=0)
    if at > here:
        at = (here - timedelta(days=1)).replace(hour=hour, minute=0, second=0)
    return int(at.timestamp()) * SECOND


def _digest(name: str) -> str:
    """By what a thing that waits is known to have been told of."""
    return hashlib.sha256(name.encode()).hexdigest()[:24]
