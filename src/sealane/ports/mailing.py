"""The seam between messages that are to leave and the nation's mail server."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sealane.base.errors import Refused, Unavailable, declare

AWAY = declare(
    "mail.away",
    Unavailable,
    "The mail server does not take messages now: {why}.",
    "メールサーバーが現在メールを受け付けません：{why}。",
    "Look at the mail server and at the settings mail_*; what waits is sent by itself afterwards.",
    "メールサーバーと mail_* の設定を確かめてください。待っているものは、後で自動的に送られます。",
)
LATER = declare(
    "mail.later",
    Unavailable,
    "The mail server does not take this message yet: {status}.",
    "メールサーバーがこのメールをまだ受け付けません：{status}。",
    "It is tried again by itself.",
    "自動的に再送されます。",
)
REFUSED = declare(
    "mail.refused",
    Refused,
    "The mail server does not take messages to this address: {status}.",
    "メールサーバーがこのアドレス宛てのメールを拒否しました：{status}。",
    "Have the address proven again, or give another one.",
    "アドレスを確認し直すか、別のものを指定してください。",
)


class MailSession(Protocol):
    """A mail server that has let this node in."""

    def send(self, to: str, message: bytes) -> None:
        """Hand over one message, whose lines end in CR LF.

        Raises: Unavailable `mail.away`: the server takes nothing now, `mail.later`: not this one;
        Refused `mail.refused`: never to this address.
        """


class Mailer(Protocol):
    """The way to the mail server that the settings name."""

    def session(self) -> AbstractContextManager[MailSession]:
        """One connection, proven and encrypted as the settings demand. Raises: Unavailable
        `mail.away`.
        """
