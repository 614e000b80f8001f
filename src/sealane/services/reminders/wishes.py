"""Who wants to be told by e-mail that something waits, where and how often: each person's own word,
and nobody else's.

An address counts once its person entered the code that was sent there. Until then, and where it
never happens, the earlier one stays. The code and the word that ends the messages are made of the
node's secret, so that nothing in the store lets anybody prove an address or end a reminder.
Spec: docs/console.md §Reminders; docs/adr/0071-reminders.md; R42, R57.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Any

from sealane.base.errors import Conflict, Malformed, NotFound, Refused, Unavailable, declare
from sealane.base.mail_address import domain_of, mail_address
from sealane.base.values import DAY, SECOND, Instant, format_instant
from sealane.ports import Tx
from sealane.registry.reminder_records import MailKind, Often, Reminder, ReminderMail
from sealane.registry.who_may import Act
from sealane.services.node import Node
from sealane.services.register import acts, preferences
from sealane.services.register.acts import Actor
from sealane.services.statements.journal import record

CODE_MINUTES, WRONG_MOST, CODES_A_DAY = 30, 5, 5
"""How long a code counts, how many wrong ones end it, how many a person may have sent in a day."""
MINUTES_LEAST, MINUTES_MOST, MINUTES, HOUR = 5, 1440, 30, 8
KEPT_DAYS = 30
"""How long it is known that a message was made."""

NO_MAIL = declare(
    "reminder.no_mail",
    Conflict,
    "This node sends no e-mail.",
    "このノードはメールを送信しません。",
    "The operator names a mail server in node.toml (mail_server); the feed needs none.",
    "運用者が node.toml の mail_server を設定します。フィードには不要です。",
)
ELSEWHERE = declare(
    "reminder.domain",
    Refused,
    "This node sends to addresses of {domains} only.",
    "このノードは {domains} のアドレスだけに送信します。",
    "Give your address there.",
    "そのドメインのアドレスを指定してください。",
)
NO_ADDRESS = declare(
    "reminder.no_address",
    Malformed,
    "No address is known here that reminders could go to.",
    "通知メールの宛先が登録されていません。",
    "Give one.",
    "アドレスを指定してください。",
)
TOO_MANY = declare(
    "reminder.codes",
    Unavailable,
    "{most} codes were sent for you within a day.",
    "一日に送れる確認コードは {most} 件までです。",
    "Use the last one, or wait until tomorrow.",
    "最後のコードを使うか、明日まで待ってください。",
)
WRONG_CODE = declare(
    "reminder.code",
    Refused,
    "This is not the code that was sent, or it counts no longer.",
    "確認コードが違うか、有効ではありません。",
    "Look at the newest message; after {most} wrong ones or {minutes} minutes ask for another.",
    "最新のメールを確かめてください。{most} 回誤るか {minutes} 分を過ぎたら再請求してください。",
)
NONE_HERE = declare(
    "reminder.none",
    NotFound,
    "There is no reminder here that this could end.",
    "終了できる通知はありません。",
    "It may have ended already.",
    "既に終了している可能性があります。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderWish:
    """What a person asks for; None: as it is, or as usual."""

    address: str | None = None
    lang: str | None = None
    often: str | None = None
    minutes: int | None = None
    hour: int | None = None


def shown(node: Node, who: Actor) -> dict[str, Any]:
    """How a person is told that something waits. Raises: as `acts.require`."""
    with node.store.reading() as tx:
        person = _own(node, tx, who)
        return _told(node, tx, person, node.records.reminders.get(tx, person=person))


def wish(node: Node, who: Actor, wished: ReminderWish) -> dict[str, Any]:
    """Keep how a person wants to be told; a code goes to an address that is not proven yet.

    Raises: Conflict `reminder.no_mail`; Malformed `mail.address`, `reminder.no_address`;
    Refused `reminder.domain`; Unavailable `reminder.codes`; as `acts.require`.
    """
    with node.store.writing() as tx:
        # 1. who asks, and that there is a way for messages to leave
        person = _own(node, tx, who)
        if not node.settings.mail_server:
            raise NO_MAIL()
        # 2. an address that this node sends to
        before = node.records.reminders.get(tx, person=person)
        made = _with(node, person, before, wished)
        if made.address is None and made.wanted is None:
            raise NO_ADDRESS()
        # 3. recorded, and with it the message with the code, if the address is to be proven
        record(node, tx, "reminder.set", **who.told())
        if wished.address is not None and made.wanted is not None:
            made = _with_code(node, tx, made)
        _keep(node, tx, made)
        return _told(node, tx, person, made)


def confirm(node: Node, secret: bytes, who: Actor, code: str) -> dict[str, Any]:
    """Take an address as its person's own, by the code that was sent to it. Raises: Refused
    `reminder.code`; as `acts.require`.
    """
    with node.store.writing() as tx:
        person, now = _own(node, tx, who), int(node.host.now())
        row = node.records.reminders.get(tx, person=person)
        # a row that asked for no code has none that could be right
        held = row is not None and row.wanted and row.nonce and now < row.code_until
        right = False
        if held and row is not None:
            given = "".join(one for one in code if one.isascii() and one.isdigit())
            expected = code_of(secret, person, str(row.wanted), row.nonce)
            right = hmac.compare_digest(given.encode(), expected.encode())
            name = node.host.entropy(12).hex()
            row = _proven(row, name, now) if right else _once_more_wrong(row)
            if right:
                record(node, tx, "reminder.proven", **who.told())
            _keep(node, tx, row)
            told = _told(node, tx, person, row)
    if not right:
        raise WRONG_CODE(most=WRONG_MOST, minutes=CODE_MINUTES)
    return told


def end(node: Node, who: Actor) -> dict[str, Any]:
    """Be told by e-mail no longer; the address is forgotten. Raises: NotFound `reminder.none`; as
    `acts.require`.
    """
    with node.store.writing() as tx:
        person = _own(node, tx, who)
        row = node.records.reminders.get(tx, person=person, ended=None)
        if row is None:
            raise NONE_HERE()
        record(node, tx, "reminder.ended", **who.told())
        preferences.forget_address(node, tx, person)
        return _told(node, tx, person, None)


def end_by_word(node: Node, secret: bytes, word: str) -> None:
    """The same by the word of a message, for who holds the message and nothing else. Raises:
    NotFound `reminder.none`.
    """
    name, _, _ = word.partition(".")
    with node.store.writing() as tx:
        row = node.records.reminders.get(tx, name=name[:64], ended=None)
        expected = "" if row is None else word_of(secret, row)
        if row is None or not hmac.compare_digest(word.encode(), expected.encode()):
            raise NONE_HERE()
        record(node, tx, "reminder.ended", people=[row.person])
        preferences.forget_address(node, tx, row.person)


def code_of(secret: bytes, person: str, address: str, nonce: str) -> str:
    """The eight digits by which this person proves this address, of the message with this nonce."""
    about = f"reminder code\n{person}\n{address}\n{nonce}"
    made = hmac.new(secret, about.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(made[:8], 'big') % 10**8:08}"


def word_of(secret: bytes, row: Reminder) -> str:
    """The word that ends this reminder."""
    about = f"reminder end\n{row.person}\n{row.name}"
    return f"{row.name}.{hmac.new(secret, about.encode(), hashlib.sha256).hexdigest()[:32]}"


def _own(node: Node, tx: Tx, who: Actor) -> str:
    """The person who asks about their own."""
    return str(acts.require(node, tx, Act.REMIND, who).person)


def _with(node: Node, person: str, before: Reminder | None, wished: ReminderWish) -> Reminder:
    """The row as it is wished. Raises: as `wish`."""
    now = int(node.host.now())
    if before is None or before.ended is not None:
        likes = preferences.preferred(node, person)
        before = Reminder(
            person=person,
            name=node.host.entropy(12).hex(),
            lang=likes.lang or node.settings.language,
            often=str(Often.AT_ONCE),
            minutes=MINUTES,
            hour=HOUR,
            since=now,
        )
    row = replace(
        before,
        lang=wished.lang or before.lang,
        often=wished.often or before.often,
        minutes=before.minutes if wished.minutes is None else wished.minutes,
        hour=before.hour if wished.hour is None else wished.hour,
        since=now,
    )
    if wished.address is None:
        return row
    address = mail_address(wished.address)
    _require_ours(node, address)
    if address == row.address:
        return replace(row, wanted=None, nonce="")
    return replace(row, wanted=address)


def _require_ours(node: Node, address: str) -> None:
    domains, own = node.settings.mail_domains.split(), domain_of(address)
    if domains and not any(own == one or own.endswith(f".{one}") for one in domains):
        raise ELSEWHERE(domains=", ".join(domains))


def _with_code(node: Node, tx: Tx, row: Reminder) -> Reminder:
    """The row with a code asked for, and the message that brings it. Raises: Unavailable
    `reminder.codes`.
    """
    now, mails = int(node.host.now()), node.records.reminder_mails
    earlier = mails.find(
        tx,
        order="made",
        newest=True,
        limit=CODES_A_DAY,
        person=row.person,
        kind=MailKind.CODE,
    )
    if len(earlier) == CODES_A_DAY and earlier[-1].made > now - DAY:
        raise TOO_MANY(most=CODES_A_DAY)
    nonce = node.host.entropy(16).hex()
    # a message with an earlier code, still under way, brings one that counts no longer
    mails.change(
        tx, {"person": row.person, "kind": MailKind.CODE, "done": None}, done=now, trouble="over"
    )
    mails.add(tx, mail_of(node, row, MailKind.CODE, str(row.wanted), nonce=nonce))
    until = now + CODE_MINUTES * 60 * SECOND
    return replace(row, nonce=nonce, code_until=until, wrong=0)


def mail_of(
    node: Node, row: Reminder, kind: MailKind, address: str, *, nonce: str = ""
) -> ReminderMail:
    """A message that is to leave now."""
    now = int(node.host.now())
    return ReminderMail(
        id=node.host.entropy(16).hex(),
        person=row.person,
        kind=kind,
        address=address,
        lang=row.lang,
        nonce=nonce,
        made=now,
        due=now,
        until=now + KEPT_DAYS * DAY,
    )


def _proven(row: Reminder, name: str, now: int) -> Reminder:
    # who is told once a day is told at the next such hour; who is told at once is told at once
    last = now if row.often == Often.DAILY else 0
    proven = replace(row, address=row.wanted, wanted=None, nonce="", told=(), last=last)
    return replace(proven, name=name)  # the words that went to another address end nothing here


def _once_more_wrong(row: Reminder) -> Reminder:
    wrong = row.wrong + 1
    return replace(row, wrong=wrong, nonce="" if wrong >= WRONG_MOST else row.nonce)


def _keep(node: Node, tx: Tx, row: Reminder) -> None:
    values = {
        name: getattr(row, name)
        for name in Reminder.__dataclass_fields__
        if name not in ("person", "told")
    }
    node.records.reminders.put(tx, {"person": row.person}, told=list(row.told), **values)


def _told(node: Node, tx: Tx, person: str, row: Reminder | None) -> dict[str, Any]:
    """As the person is told of it."""
    gone = row is None or row.ended is not None
    told: dict[str, Any] = {
        "person": person,
        "mail": bool(node.settings.mail_server),
        "address": None,
        "wanted": None,
        "lang": None,
        "often": None,
        "minutes": None,
        "hour": None,
        "since": None,
        "last": None,
        "trouble": None,
    }
    if gone or row is None:
        return told
    sent = node.records.reminder_mails.find(tx, order="made", newest=True, limit=1, person=person)
    return told | {
        "address": row.address,
        "wanted": row.wanted,
        "lang": row.lang,
        "often": row.often,
        "minutes": row.minutes,
        "hour": row.hour,
        "since": format_instant(Instant(row.since)),
        "last": format_instant(Instant(row.last)) if row.last else None,
        "trouble": sent[0].trouble if sent else None,
    }
