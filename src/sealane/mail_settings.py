"""The settings of the e-mail by which people are told that something waits: a group of
`settings.Settings`, which inherits it.

Spec: docs/operators.md "Reminders by e-mail".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sealane.base.errors import Malformed
from sealane.base.mail_address import mail_address
from sealane.sign_in_settings import SignInSettings

STARTTLS, TLS, NONE = "starttls", "tls", "none"
USUAL_PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}
MAIL_FILES = ("mail_password_file", "mail_ca_file")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?|[0-9a-f:.]{2,45}", re.ASCII)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,62}", re.ASCII)
_USER = re.compile(r"[!-~]{0,200}", re.ASCII)
NEAR = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings(SignInSettings):
    """How this node hands messages to the nation's mail server."""

    mail_server: str = ""
    """Host of the nation's mail server, by which people are told that something waits, and nothing
    else; empty: none is sent.
    """
    mail_port: int = 0
    """Its port; 0: 587 with `starttls`, 465 with `tls`, 25 with `none`."""
    mail_tls: str = STARTTLS
    """`starttls` (demanded, never merely tried), `tls` (from the first byte), or `none`, which
    belongs to a server on loopback alone.
    """
    mail_ca_file: str = ""
    """Absolute path of the PEM file of authorities by which the mail server's TLS is believed;
    empty: those of the system.
    """
    mail_sender: str = ""
    """With `mail_server`: the address that messages come from; a reply is read by nobody."""
    mail_user: str = ""
    """The name by which the node signs in at the mail server; empty: it does not."""
    mail_password_file: str = ""
    """With `mail_user`: absolute path of a file with its password, read at each connection."""
    mail_domains: str = ""
    """The domains that people's addresses may be of, with spaces between, such as
    `defence.example`; theirs below them too. Empty: any.
    """

    @property
    def mail_port_used(self) -> int:
        """The mail server's port."""
        return self.mail_port or USUAL_PORTS[self.mail_tls]


def mail_trouble(settings: MailSettings) -> str:
    """What is wrong with the group; empty: nothing."""
    return _files(settings) or _server(settings) or _people(settings)


def _files(settings: MailSettings) -> str:
    for name in MAIL_FILES:
        path: str = getattr(settings, name)
        if path and (not Path(path).is_absolute() or set(path) & set('"\\\n')):
            return f"{name} is an absolute path"
    if bool(settings.mail_user) != bool(settings.mail_password_file):
        return "mail_user and mail_password_file belong together"
    if not _USER.fullmatch(settings.mail_user) or set(settings.mail_user) & set('"\\'):
        return "mail_user has a character that no such name has"
    return ""


def _server(settings: MailSettings) -> str:
    if settings.mail_tls not in USUAL_PORTS:
        return f"mail_tls is one of {', '.join(USUAL_PORTS)}"
    if not 0 <= settings.mail_port <= 65_535:
        return "a port is 0 to 65535"
    server = settings.mail_server
    if server and not _HOST.fullmatch(server):
        return "mail_server is the name or address of a host"
    if settings.mail_tls == NONE and server not in ("", *NEAR):
        return 'mail_tls = "none" belongs to a mail server on loopback'
    return ""


def _people(settings: MailSettings) -> str:
    if bool(settings.mail_server) != bool(settings.mail_sender):
        return "mail_server and mail_sender belong together"
    try:
        sender = settings.mail_sender
        well = not sender or (sender.isascii() and bool(mail_address(sender)))
    except Malformed:
        well = False
    if not well:
        return "mail_sender is an address such as sealane@ministry.example"
    if not all(_DOMAIN.fullmatch(one) for one in settings.mail_domains.split()):
        return "mail_domains is domains in ASCII, with spaces between"
    return ""
