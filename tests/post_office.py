"""Mail servers to send to: a real one with STARTTLS and AUTH, and one that does whatever a script
of bytes and pauses says.
"""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from tests.cards import CardAuthority
from tests.clock import now
from tests.serving import free_port

USER, PASSWORD = "sealane", "a password of the mail server's"
SENDER = "sealane@mail.example"


@dataclass
class Arrived:
    """A message as the server took it."""

    sender: str
    to: list[str]
    data: bytes
    encrypted: bool
    user: str | None

    @property
    def message(self) -> EmailMessage:
        made = email.message_from_bytes(self.data, policy=email.policy.SMTP)
        assert isinstance(made, EmailMessage)
        return made

    @property
    def text(self) -> str:
        return str(self.message.get_content())


@dataclass
class PostOffice:
    """What a mail server took, and what it answers instead."""

    folder: Path
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """To an address, in place of taking it."""
    sender: str = ""
    """To whoever sends, in place of taking it."""
    data: str = ""
    """To any message, in place of taking it."""
    on_taken: Callable[[], None] = lambda: None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's own name
        self, _: Any, __: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 taken"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, _: Any, __: Any, envelope: Any, address: str, ___: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 taken"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data:
            return self.data
        auth = session.auth_data
        user = auth.login.decode() if isinstance(auth, LoginPassword) else None
        told = (envelope.mail_from, list(envelope.rcpt_tos), bytes(envelope.content))
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.arrived.append(Arrived(*told, encrypted, user))
        self.on_taken()
        return "250 taken"

    def settings(self, **changes: Any) -> dict[str, Any]:
        """How a node is told of it."""
        return {
            "mail_server": "localhost",
            "mail_port": self.port,
            "mail_sender": SENDER,
            "mail_user": USER,
            "mail_password_file": str(self.folder / "password"),
            "mail_ca_file": str(self.folder / "ca.pem"),
            **changes,
        }


def _authentic(*given: Any) -> AuthResult:
    login = given[4]
    right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, auth_data=login if right else None)


@contextmanager
def post_office(folder: Path, *, at_once: bool = False) -> Iterator[PostOffice]:
    """A real server on a free port, whose certificate is of an authority in `ca.pem`; nobody sends
    without STARTTLS and signing in.

    Args:
        at_once: TLS from the first byte, and nobody signs in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = CardAuthority(now(), "Ministry servers")
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "server.pem").write_bytes(authority.server())
    (folder / "password").write_text(f"{PASSWORD}\n")
    trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trusted.load_cert_chain(folder / "server.pem")
    office = PostOffice(folder, free_port())
    told: dict[str, Any] = {"ssl_context": trusted}
    if not at_once:
        told = {"tls_context": trusted, "require_starttls": True}
        told |= {"auth_required": True, "authenticator": _authentic}
    server = Controller(office, hostname="127.0.0.1", port=office.port, **told)
    server.start()
    try:
        yield office
    finally:
        server.stop()


Script = Callable[[socket.socket], None]


@contextmanager
def odd_server(script: Script) -> Iterator[int]:
    """A server that does with each connection whatever a script says; its port."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    line, _ = door.accept()
                except OSError:
                    continue
                with line:
                    line.settimeout(30)
                    try:
                        script(line)
                    except OSError:
                        continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(door.getsockname()[1])
        over.set()
        thread.join(5)
