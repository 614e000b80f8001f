"""A message is its words, the console's address and what proves an address or ends the messages:
every byte of it is explained by these, whatever they are.
"""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane.base.values import SECOND
from sealane.registry.reminder_records import MailKind
from sealane.services.reminders.letters import OFF, SUBJECTS, TEXTS, Letter, written
from tests.clock import START

HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
}
WORD = st.text("0123456789abcdef.", min_size=1, max_size=60)
LETTERS = st.builds(
    Letter,
    kind=st.sampled_from(MailKind),
    lang=st.sampled_from(["en", "ja"]),
    id=st.text("0123456789abcdef", min_size=32, max_size=32),
    to=st.sampled_from(["clerk@tokyo.jpn.example", "o'neil+x@xn--yn2a96z.example"]),
    sender=st.just("sealane@mail.example"),
    made=st.integers(START, START + 10**18),
    console=st.sampled_from(["https://tokyo.jpn.example", "http://[::1]:18443"]),
    code=st.text("0123456789", min_size=8, max_size=8),
    minutes=st.just(30),
    off=WORD,
)


def test_a_letter_is_given_nothing_of_the_register() -> None:
    assert [one.name for one in fields(Letter)] == [
        *("kind", "lang", "id", "to", "sender", "made", "console", "code", "minutes", "off")
    ]


@given(LETTERS)
def test_every_byte_of_a_message_is_its_words_or_what_it_was_given(letter: Letter) -> None:
    data = written(letter)
    assert data == written(letter)
    assert all(len(line) <= 998 and line.isascii() for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^ \r\n]*\?=", data))
    message: Any = email.message_from_bytes(data, policy=email.policy.SMTP)
    off = f"{letter.console}{OFF}?word={letter.off}"
    facts = {"console": letter.console, "code": letter.code, "minutes": 30, "off": off}
    said = message.get_content().replace("\r\n", "\n")
    assert said == TEXTS[letter.kind, letter.lang].format_map(facts)
    expected = HEADERS | ({"List-Unsubscribe"} if letter.kind is MailKind.WAITING else set())
    assert set(message.keys()) == expected
    assert message["Subject"] == SUBJECTS[letter.kind, letter.lang]
    assert [one.addr_spec for one in message["To"].addresses] == [letter.to]
    assert [one.addr_spec for one in message["From"].addresses] == [letter.sender]
    assert message["Date"].datetime.timestamp() == letter.made // SECOND
    if letter.kind is MailKind.WAITING:
        assert f"List-Unsubscribe: <{off}>\r\n".encode() in data
        assert letter.code not in said.replace(off, "")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("kind", MailKind)
def test_the_two_languages_hold_the_same_facts(kind: MailKind, lang: str) -> None:
    other = "ja" if lang == "en" else "en"
    for name in ("console", "code", "minutes", "off"):
        assert (f"{{{name}}}" in TEXTS[kind, lang]) == (f"{{{name}}}" in TEXTS[kind, other])


@pytest.mark.parametrize("name", ["to", "sender", "id", "off", "console"])
def test_a_line_break_makes_no_header_wherever_it_stands(name: str) -> None:
    """What reaches a letter is judged before; should it ever not be, no header comes of it."""
    base: dict[str, Any] = {
        "kind": MailKind.WAITING,
        "lang": "en",
        "id": "0" * 32,
        "to": "clerk@tokyo.jpn.example",
        "sender": "sealane@mail.example",
        "made": START,
        "console": "https://tokyo.jpn.example",
        "off": "word",
    }
    try:
        data = written(Letter(**{**base, name: f"{base[name]}\r\nBcc: other@evil.example"}))
    except Exception:  # noqa: BLE001 - however the library refuses it
        return
    assert email.message_from_bytes(data)["Bcc"] is None
