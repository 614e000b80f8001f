"""The line to the nation's mail server: encrypted or not spoken at all, each answer bounded, the
whole of a connection held to an end.

A server that hangs, drips, babbles or drops costs this node a minute of one lane and nothing else;
what it answers is judged by its three digits, and its words are shown to nobody.
Spec: RFC 5321; RFC 3207 (STARTTLS); RFC 4954 (AUTH); docs/operators.md "Reminders by e-mail".
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sealane.base.errors import Misconfigured, SealaneError, declare
from sealane.base.origins import host_of
from sealane.mail_settings import STARTTLS, TLS
from sealane.ports.mailing import AWAY, LATER, REFUSED
from sealane.settings import Settings

STEP_SECONDS, WHOLE_SECONDS = 10.0, 60.0
"""How long one answer may take, and a whole connection."""
LINES_MOST, LINE_MOST = 100, 4096
SECRET_MOST = 1024

NO_AUTHORITIES = declare(
    "settings.mail_ca",
    Misconfigured,
    "The authorities of `mail_ca_file` cannot be used: {why}.",
    "`mail_ca_file` の認証局を使えません：{why}。",
    "Give a PEM file with their certificates.",
    "認証局の証明書を PEM ファイルで指定してください。",
)


@dataclass(frozen=True, slots=True)
class MailLine:
    """The way to the mail server of one node. Asked for nothing before `session`."""

    settings: Settings
    step_seconds: float = STEP_SECONDS
    whole_seconds: float = WHOLE_SECONDS

    @contextmanager
    def session(self) -> Iterator[_Session]:
        """One connection. Raises: Unavailable `mail.away`; Misconfigured `settings.mail_ca`."""
        trusted, held = self._trusted(), _Held(self.whole_seconds)
        try:
            smtp = self._opened(trusted, held)
            yield _Session(smtp, self.settings.mail_sender)
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
        except SealaneError:
            raise
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            raise AWAY(why=_why(error)) from None
        finally:
            held.let_go()

    def _opened(self, trusted: ssl.SSLContext, held: _Held) -> _Bounded:
        settings = self.settings
        # 1. TLS from the first byte, where the settings say so
        at_once = trusted if settings.mail_tls == TLS else None
        smtp = _Bounded(settings, held, at_once, self.step_seconds)
        # 2. STARTTLS is demanded: a server that does not offer it, or an attacker who hides that it
        # does, is told nothing further
        smtp.ehlo_or_helo_if_needed()
        if settings.mail_tls == STARTTLS:
            smtp.starttls(context=trusted)
            smtp.ehlo_or_helo_if_needed()
        # 3. the secret goes over what was proven above, or stays on this machine
        if settings.mail_user:
            smtp.login(settings.mail_user, self._secret())
        return smtp

    def _secret(self) -> str:
        """Raises: Unavailable `mail.away`."""
        try:
            with Path(self.settings.mail_password_file).open(encoding="utf-8") as file:
                return file.read(SECRET_MOST).strip()
        except (OSError, UnicodeDecodeError):
            raise AWAY(why="mail_password_file cannot be read") from None

    def _trusted(self) -> ssl.SSLContext:
        try:
            trusted = ssl.create_default_context(cafile=self.settings.mail_ca_file or None)
        except (OSError, ssl.SSLError) as error:
            why = str(getattr(error, "strerror", None) or "unreadable")
            raise NO_AUTHORITIES(why=why) from None
        trusted.minimum_version = ssl.TLSVersion.TLSv1_2
        return trusted


class _Held:
    """A connection's end: whatever it waits for, after so many seconds it is cut."""

    def __init__(self, seconds: float) -> None:
        self.smtp: smtplib.SMTP | None = None
        self._line: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def take(self, line: socket.socket) -> None:
        """Hold a connection, by a second name for it: TLS takes the first one over."""
        self._line = line.dup()
        self._timer.start()

    def let_go(self) -> None:
        """The connection ends, whichever way it went."""
        self._timer.cancel()
        if self.smtp is not None:
            self.smtp.close()
        if self._line is not None:
            self._cut()
            self._line.close()

    def _cut(self) -> None:
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


class _Bounded(smtplib.SMTP):
    """SMTP whose answers have an end."""

    def __init__(
        self, settings: Settings, held: _Held, at_once: ssl.SSLContext | None, seconds: float
    ) -> None:
        self._held, self._at_once = held, at_once
        # what is closed in the end, wherever it stops from here on
        self.file, self.sock, held.smtp = None, None, self
        super().__init__(
            settings.mail_server,
            settings.mail_port_used,
            local_hostname=_greeting(host_of(settings.console_origin)),
            timeout=seconds,
        )

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = socket.create_connection((host, port), timeout)
        self._held.take(line)
        if self._at_once is None:
            return line
        return self._at_once.wrap_socket(line, server_hostname=host)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer: its three digits, and its words without them. Raises:
        SMTPServerDisconnected: there is none, or it has no end.
        """
        if self.file is None:
            assert self.sock is not None
            self.file = self.sock.makefile("rb")
        said: list[bytes] = []
        for _ in range(LINES_MOST):
            line = self.file.readline(LINE_MOST + 1)
            if not line.endswith(b"\n") or not line[:3].isdigit():
                break
            said.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(said)
        self.close()
        raise smtplib.SMTPServerDisconnected("no answer as one is")


@dataclass(frozen=True, slots=True)
class _Session:
    """A server that has let this node in."""

    smtp: _Bounded
    sender: str

    def send(self, to: str, message: bytes) -> None:
        """As `ports.mailing.MailSession.send` says."""
        try:
            self.smtp.sendmail(self.sender, [to], message)
        except smtplib.SMTPRecipientsRefused as error:
            status = next(iter(error.recipients.values()))[0]
            raise _of_one(status) from None
        except smtplib.SMTPDataError as error:
            raise _of_one(error.smtp_code) from None


def _greeting(host: str) -> str:
    """What the node calls itself: where its console is known, and no name of a machine's own."""
    if ":" in host:
        return f"[IPv6:{host}]"
    return f"[{host}]" if host.replace(".", "").isdigit() else host or "localhost"


def _of_one(status: int) -> SealaneError:
    """What a status means for one message; 421 says that the server goes away."""
    if status == 421:
        return AWAY(why=f"status {status}")
    return (REFUSED if status >= 500 else LATER)(status=status)


def _why(error: Exception) -> str:
    """What went wrong, in words that nobody else wrote."""
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no STARTTLS, or no way to sign in"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"status {error.smtp_code}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "its certificate is not believed"
    return type(error).__name__
