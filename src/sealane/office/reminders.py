"""Operations by which a person is told that something waits: by e-mail, and by a feed.

Spec: spec/openapi.yaml; docs/console.md §Reminders; R42, R57.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sealane.base.mail_address import LONGEST
from sealane.office.beside import HOME_FEED_PATH
from sealane.office.operation import MemberKind, NodeOffice, OfficeQuestion, Operation, StatedMember
from sealane.registry.reminder_records import Often
from sealane.registry.who_may import Act
from sealane.services.register import acts
from sealane.services.register.accounts import FEED, FEED_DAYS_MOST
from sealane.services.register.acts import Actor
from sealane.services.register.preferences import LANGUAGES
from sealane.services.reminders import wishes
from sealane.services.reminders.wishes import ReminderWish

FEED_DAYS = 90


def _show(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return wishes.shown(office.node, actor)


def _set(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    names = ("address", "lang", "often", "minutes", "hour")
    return wishes.wish(office.node, actor, ReminderWish(**{name: asked[name] for name in names}))


def _confirm(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert office.accounts is not None
    return wishes.confirm(office.node, office.accounts.secret, actor, asked["code"])


def _end(office: NodeOffice, actor: Actor, _: OfficeQuestion) -> dict[str, Any]:
    return wishes.end(office.node, actor)


def _feed(office: NodeOffice, actor: Actor, asked: OfficeQuestion) -> dict[str, Any]:
    assert office.accounts is not None
    node, days = office.node, asked["days"]
    with node.store.reading() as tx:
        acts.require(node, tx, Act.REMIND, actor)
    # through the node that this question writes by, so that a key of the caller's makes one
    accounts, person = replace(office.accounts, node=node), str(actor.person)
    return {
        "person": person,
        "feed": node.settings.console_origin + HOME_FEED_PATH,
        "days": days,
        "token": accounts.token(person, days, name=asked["name"], kind=FEED),
    }


OPERATIONS = (
    Operation(
        id="reminders.show",
        act=Act.REMIND,
        path="/api/v1/reminders",
        says="How who asks is told that something waits.",
        says_ja="待っている事項があることの、本人への知らせ方。",
        answer="Reminder",
        do=_show,
    ),
    Operation(
        id="reminders.set",
        act=Act.REMIND,
        method="POST",
        path="/api/v1/reminders",
        says="Be told by e-mail that something waits; a code goes to an address that is not"
        " proven yet.",
        says_ja="待っている事項があることをメールで受け取る"
        "（未確認のアドレスには確認コードを送る）。",
        answer="Reminder",
        members=(
            StatedMember(name="address", most=LONGEST, says="Where; none: as it is."),
            StatedMember(name="lang", words=LANGUAGES, says="In which language."),
            StatedMember(
                name="often",
                words=tuple(Often),
                says="As soon as something new waits, or once a day.",
            ),
            StatedMember(
                name="minutes",
                kind=MemberKind.NUMBER,
                least=wishes.MINUTES_LEAST,
                most=wishes.MINUTES_MOST,
                says="With `at-once`: the least time between two messages.",
            ),
            StatedMember(
                name="hour",
                kind=MemberKind.NUMBER,
                least=0,
                most=23,
                says="With `daily`: the hour, in the person's own time zone.",
            ),
        ),
        do=_set,
        example={"address": "clerk@tokyo.jpn.example", "often": "daily", "hour": 8},
    ),
    Operation(
        id="reminders.confirm",
        act=Act.REMIND,
        method="POST",
        path="/api/v1/reminders/confirm",
        says="Take an address as one's own, by the code that was sent there.",
        says_ja="送られた確認コードにより、アドレスを本人のものとして確認する。",
        answer="Reminder",
        members=(StatedMember(name="code", needed=True, most=20, says="The eight digits."),),
        do=_confirm,
        example={"code": "01234567"},
    ),
    Operation(
        id="reminders.end",
        act=Act.REMIND,
        method="POST",
        path="/api/v1/reminders/end",
        says="Be told by e-mail no longer; the address is forgotten.",
        says_ja="メールでの通知を終え、アドレスを削除する。",
        answer="Reminder",
        do=_end,
    ),
    Operation(
        id="reminders.feed",
        act=Act.REMIND,
        method="POST",
        path="/api/v1/reminders/feed-tokens",
        says="A token for a feed reader, which opens one's own feed and nothing else.",
        says_ja="フィードリーダー用のトークン（本人のフィードだけを開ける）。",
        answer="FeedToken",
        secret=True,
        members=(
            StatedMember(name="name", default="feed", most=80, says="What it is called."),
            StatedMember(
                name="days",
                kind=MemberKind.NUMBER,
                default=FEED_DAYS,
                most=FEED_DAYS_MOST,
                says="How long it lasts.",
            ),
        ),
        do=_feed,
        example={"name": "reader on my desk", "days": 90},
    ),
)
