"""The messages that leave by e-mail: every word of them stands here.

A message is made of its language, the console's address and, where an address is to be proven, a
code. It is given nothing of the register, so that it can tell nothing of it.
Spec: RFC 5322; RFC 3834 (Auto-Submitted); RFC 2369 (List-Unsubscribe); docs/console.md §Reminders.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlencode

from sealane.base.mail_address import domain_of
from sealane.base.values import SECOND
from sealane.registry.reminder_records import MailKind

OFF = "/reminders/end"
"""The page where the word of a message ends the messages; nobody need be signed in."""
_BODY = policy.SMTP.clone(cte_type="7bit")
_HEADERS = _BODY.clone(max_line_length=998)
"""Wide, since an address that is longer than a line would be written as words are, and be none."""

SUBJECTS = {
    (MailKind.WAITING, "en"): "Something waits for you",
    (MailKind.WAITING, "ja"): "対応を待っている事項があります",
    (MailKind.CODE, "en"): "Your code for reminders",
    (MailKind.CODE, "ja"): "通知メールの確認コード",
}
TEXTS = {
    (MailKind.WAITING, "en"): """\
Something waits for you at Sealane.

{console}/

What it is stands there, for whoever signs in; this message holds nothing of it. If you doubt where
this comes from, open the console as you always do, not by the address above.

To have no more of these messages:
{off}
""",
    (MailKind.WAITING, "ja"): """\
Sealane で、あなたの対応を待っている事項があります。

{console}/

内容は、サインインした本人だけがそこで見られます。このメールには何も書かれていません。
送信元に疑いがあるときは、上のアドレスではなく、いつもの方法でコンソールを開いてください。

今後このメールを受け取らない場合：
{off}
""",
    (MailKind.CODE, "en"): """\
Somebody who is signed in at Sealane gave this address for reminders. If that was you, enter this
code there within {minutes} minutes:

{code}

{console}/account

If it was not you, nothing is to be done: without the code no reminder comes here.
""",
    (MailKind.CODE, "ja"): """\
Sealane にサインインした人が、通知メールの宛先としてこのアドレスを登録しました。
本人であれば、{minutes} 分以内に次のコードを入力してください。

{code}

{console}/account

心当たりがない場合、対応は不要です。コードが入力されない限り、通知メールは届きません。
""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that a message is made of."""

    kind: MailKind
    lang: str
    id: str
    to: str
    sender: str
    made: int
    console: str
    """The console's address, as people know it."""
    code: str = ""
    minutes: int = 0
    """How long the code counts."""
    off: str = ""
    """The word that ends the messages."""


def written(letter: Letter) -> bytes:
    """The message as it goes over the line; the same letter is the same bytes.

    The headers are written by `email.policy`, which refuses a line break in any of them.
    """
    console, off = letter.console, f"{letter.console}{OFF}?{urlencode({'word': letter.off})}"
    facts = {"console": console, "code": letter.code, "minutes": letter.minutes, "off": off}
    made = EmailMessage(_BODY)
    made["From"] = Address("Sealane", addr_spec=letter.sender)
    made["To"] = Address(addr_spec=letter.to)
    made["Subject"] = SUBJECTS[letter.kind, letter.lang]
    made["Date"] = format_datetime(datetime.fromtimestamp(letter.made // SECOND, UTC))
    made["Message-ID"] = f"<{letter.id}@{domain_of(letter.sender)}>"
    made["Auto-Submitted"] = "auto-generated"
    if letter.kind is MailKind.WAITING:
        made["List-Unsubscribe"] = f"<{off}>"
    made.set_content(TEXTS[letter.kind, letter.lang].format_map(facts))
    made["Content-Language"] = letter.lang
    return made.as_bytes(policy=_HEADERS)
