"""An address is one form or none: nothing of it becomes a second address, a header or a command."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sealane.base.errors import Malformed
from sealane.base.mail_address import LONGEST, domain_of, mail_address

TAKEN = {
    "clerk@tokyo.jpn.example": "clerk@tokyo.jpn.example",
    " clerk@TOKYO.jpn.Example ": "clerk@tokyo.jpn.example",
    "Anna.O'Neil+sealane@defence.example": "Anna.O'Neil+sealane@defence.example",
    "clerk@防衛.example": "clerk@xn--yn2a96z.example",
    "clerk@bücher.example": "clerk@xn--bcher-kva.example",
}
REFUSED = (
    "",
    "@",
    "clerk",
    "clerk@",
    "@tokyo.example",
    "clerk@localhost",
    "clerk@[127.0.0.1]",
    "clerk@127.0.0.1",
    "clerk@-tokyo.example",
    "clerk@tokyo..example",
    "clerk@tokyo.example.",
    f"clerk@{'a' * 64}.example",
    ".clerk@tokyo.example",
    "clerk..two@tokyo.example",
    '"clerk two"@tokyo.example',
    "clerk two@tokyo.example",
    "Clerk <clerk@tokyo.example>",
    "clerk@tokyo.example,other@tokyo.example",
    "clerk@tokyo.example\r\nBcc: other@tokyo.example",
    "clerk@tokyo.example\n",
    "clerk\x00@tokyo.example",
    "担当@tokyo.example",
    "clerk@straße.example",
    "clerk@ＴＯＫＹＯ.example",
    "clerk@tokyo\u202e.example",
    f"{'a' * 65}@tokyo.example",
    f"a@{'b.' * 130}example",
    "x" * 1_000_000,
)


@pytest.mark.parametrize(("text", "made"), TAKEN.items())
def test_a_plain_address_is_kept_in_one_form(text: str, made: str) -> None:
    assert mail_address(text) == made
    assert mail_address(made) == made


@pytest.mark.parametrize("text", REFUSED)
def test_what_mail_systems_might_read_in_two_ways_is_no_address(text: str) -> None:
    with pytest.raises(Malformed, match=r"mail\.address"):
        mail_address(text)


@given(st.text(max_size=60) | st.from_regex(r"[\x00-\x7f]{1,20}@[\x00-\x7f]{1,20}", fullmatch=True))
@example("a@b.example\r\nBcc: c@d.example")
def test_whatever_is_taken_is_one_address_to_a_mail_program_too(text: str) -> None:
    try:
        made = mail_address(text)
    except Malformed:
        return
    assert made.isascii()
    assert len(made) <= LONGEST
    message = EmailMessage(email.policy.SMTP)
    message["To"] = made
    (read,) = message["To"].addresses
    assert (read.addr_spec, read.display_name) == (made, "")
    assert not message.defects
    assert domain_of(made) == read.domain
