"""The line to the mail server, against a real one and against servers that hang, drip, babble,
strip and lie: nothing is said in the clear, and nothing waits without an end.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sealane.adapters.mail_line import MailLine
from sealane.base.errors import Misconfigured, Refused, SealaneError, Unavailable
from sealane.settings import Settings
from tests.cards import CardAuthority
from tests.clock import now
from tests.post_office import SENDER, USER, PostOffice, odd_server, post_office

MESSAGE = b"Subject: a word\r\n\r\n.\r\nand a line with one dot above\r\n"
CLERK, OTHER = "clerk@tokyo.jpn.example", "other@tokyo.jpn.example"


def line(office: PostOffice, **changes: Any) -> MailLine:
    told = office.settings(**changes)
    return MailLine(Settings(party="JPN", node="tokyo.jpn.example", **told), 2, 4)


def sent(way: MailLine, to: str = CLERK, message: bytes = MESSAGE) -> None:
    with way.session() as session:
        session.send(to, message)


def trouble(way: MailLine, to: str = CLERK) -> SealaneError:
    with pytest.raises((Unavailable, Refused)) as caught:
        sent(way, to)
    return caught.value


@pytest.fixture
def office(tmp_path: Path) -> Any:
    with post_office(tmp_path) as made:
        yield made


def test_a_message_goes_by_starttls_signed_in_and_whole(office: PostOffice) -> None:
    sent(line(office))
    (one,) = office.arrived
    assert (one.encrypted, one.user, one.sender, one.to) == (True, USER, SENDER, [CLERK])
    assert one.data == MESSAGE


def test_a_message_goes_by_tls_from_the_first_byte(tmp_path: Path) -> None:
    with post_office(tmp_path, at_once=True) as office:
        sent(line(office, mail_tls="tls", mail_user="", mail_password_file=""))
        assert [one.encrypted for one in office.arrived] == [True]


def test_several_go_over_one_line_and_a_bad_address_keeps_no_other_back(
    office: PostOffice,
) -> None:
    office.answers = {OTHER: "550 no such person"}
    with line(office).session() as session:
        session.send(CLERK, MESSAGE)
        with pytest.raises(Refused, match=r"mail\.refused.*550"):
            session.send(OTHER, MESSAGE)
        session.send(CLERK, MESSAGE)
    assert [one.to for one in office.arrived] == [[CLERK], [CLERK]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answers": {CLERK: "450 later"}}, "mail.later"),
        ({"answers": {CLERK: "550 never"}}, "mail.refused"),
        ({"answers": {CLERK: "421 going away"}}, "mail.away"),
        ({"data": "452 full"}, "mail.later"),
        ({"data": "554 no"}, "mail.refused"),
        ({"sender": "553 not from you"}, "mail.away"),
    ],
)
def test_an_answer_is_about_one_message_or_about_the_server(
    office: PostOffice, changes: dict[str, Any], code: str
) -> None:
    for name, value in changes.items():
        setattr(office, name, value)
    assert trouble(line(office)).code == code
    assert office.arrived == []


def test_the_words_of_a_server_are_shown_to_nobody(office: PostOffice) -> None:
    office.answers = {CLERK: "550 \x1b[31mcall this number"}
    error = trouble(line(office))
    assert "number" not in error.message + error.message_ja


def test_a_certificate_of_another_authority_is_not_believed(office: PostOffice) -> None:
    (office.folder / "ca.pem").write_bytes(CardAuthority(now(), "Somebody").pem)
    error = trouble(line(office))
    assert (error.code, "certificate" in error.message) == ("mail.away", True)
    assert office.arrived == []


def test_a_certificate_of_another_name_is_not_believed(office: PostOffice) -> None:
    # both are this machine, and the certificate names `localhost` and 127.0.0.1 alone
    assert trouble(line(office, mail_server="ip6-localhost")).code == "mail.away"
    assert office.arrived == []


def test_a_wrong_password_sends_nothing(office: PostOffice) -> None:
    (office.folder / "password").write_text("another")
    assert trouble(line(office)).code == "mail.away"
    assert office.arrived == []


def test_a_password_that_was_changed_is_read_at_the_next_connection(office: PostOffice) -> None:
    way, kept = line(office), (office.folder / "password").read_bytes()
    (office.folder / "password").write_text("another")
    trouble(way)
    (office.folder / "password").write_bytes(kept)
    sent(way)
    assert len(office.arrived) == 1


def test_a_password_that_is_not_there_is_told_as_the_operators_trouble(office: PostOffice) -> None:
    (office.folder / "password").unlink()
    assert "mail_password_file" in trouble(line(office)).message


def test_authorities_that_cannot_be_read_are_the_operators_trouble(office: PostOffice) -> None:
    (office.folder / "ca.pem").write_text("no certificate")
    with pytest.raises(Misconfigured, match=r"settings\.mail_ca"):
        sent(line(office))


def test_nobody_listens(office: PostOffice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert trouble(line(office, mail_port=port)).code == "mail.away"


def stripped(said: list[bytes]) -> Callable[[socket.socket], None]:
    """A server, or somebody before it, that offers no STARTTLS and would take everything."""

    def script(line: socket.socket) -> None:
        line.sendall(b"220 here\r\n")
        while data := line.recv(4096):
            said.append(data)
            hello = data.upper().startswith(b"EHLO")
            line.sendall(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n" if hello else b"250 yes\r\n")

    return script


def test_a_server_that_hides_starttls_is_told_no_name_no_secret_and_no_message(
    office: PostOffice,
) -> None:
    said: list[bytes] = []
    with odd_server(stripped(said)) as port:
        error = trouble(line(office, mail_port=port))
    assert error.code == "mail.away"
    told = b"".join(said).upper()
    assert b"EHLO" in told
    assert not any(word in told for word in (b"AUTH", b"MAIL", b"RCPT", b"DATA", b"CLERK"))


def injecting(line: socket.socket) -> None:
    """Somebody on the line who says something after STARTTLS, for it to be read as if by TLS."""
    line.sendall(b"220 here\r\n")
    line.recv(4096)
    line.sendall(b"250-here\r\n250 STARTTLS\r\n")
    line.recv(4096)
    line.sendall(b"220 go\r\n250-here\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 yes\r\n")
    line.recv(4096)


def hanging(line: socket.socket) -> None:
    line.recv(4096)


def dripping(line: socket.socket) -> None:
    for byte in b"220-" + b"a" * 600:
        line.sendall(bytes([byte]))
        time.sleep(0.05)


def babbling(line: socket.socket) -> None:
    while True:
        line.sendall(b"220-and another thing\r\n" * 1000)


def endless(line: socket.socket) -> None:
    while True:
        line.sendall(b"a" * 65536)


def no_number(line: socket.socket) -> None:
    line.sendall(b"\xff\xfe yes\r\n")
    line.recv(4096)


def leaving(line: socket.socket) -> None:
    line.sendall(b"220 here\r\n")


def refusing(line: socket.socket) -> None:
    line.sendall(b"554 not you\r\n")
    line.recv(4096)


def no_tls(line: socket.socket) -> None:
    """A server that says yes to STARTTLS and then speaks something else."""
    line.sendall(b"220 here\r\n")
    line.recv(4096)
    line.sendall(b"250-here\r\n250 STARTTLS\r\n")
    line.recv(4096)
    line.sendall(b"220 go\r\n")
    line.recv(4096)
    line.sendall(b"no handshake at all\r\n")
    line.recv(4096)


@pytest.mark.parametrize(
    "script",
    [
        injecting,
        hanging,
        dripping,
        babbling,
        endless,
        no_number,
        leaving,
        refusing,
        no_tls,
    ],
)
@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.timeout(60)
def test_whatever_a_server_does_the_line_ends(
    office: PostOffice, script: Callable[[socket.socket], None], tls: str
) -> None:
    server: AbstractContextManager[int] = odd_server(script)
    with server as port:
        way = line(office, mail_port=port, mail_tls=tls)
        assert trouble(way).code == "mail.away"
        # a step of another kind of its own cannot be told by a clock: that it ends is what is held
        assert trouble(replace(way, whole_seconds=1)).code == "mail.away"


def test_the_node_greets_by_where_it_is_known_and_by_no_name_of_the_machine(
    office: PostOffice,
) -> None:
    said: list[bytes] = []
    with odd_server(stripped(said)) as port:
        trouble(line(office, mail_port=port, console_url="https://tokyo.jpn.example"))
        trouble(line(office, mail_port=port, console_port=18443))
    assert said[0] == b"ehlo tokyo.jpn.example\r\n"
    assert said[1] == b"ehlo [127.0.0.1]\r\n"
