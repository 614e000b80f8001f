"""An e-mail address as this node takes one: a plain local part and a domain by name, in the one
form that is kept, compared and written to a mail server.

What mail systems allow beside it (quoted local parts, comments, addresses of machines, letters
outside ASCII before the @) is refused: none of it is needed to reach a person at a ministry, and
all of it has been used to make one program read another address than the next.
Spec: RFC 5321 §4.1.2, §4.5.3.1; RFC 5322 §3.4.1 (dot-atom); RFC 3490 (names of domains).
"""

from __future__ import annotations

import re

from sealane.base.errors import Malformed, declare

LONGEST, LOCAL_LONGEST, LABEL_LONGEST = 254, 64, 63

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", re.ASCII)

BAD_ADDRESS = declare(
    "mail.address",
    Malformed,
    "This is no e-mail address that this node sends to: {why}.",
    "このノードが送信できるメールアドレスではありません：{why_ja}。",
    "Give it as name@ministry.example, without a display name.",
    "name@ministry.example の形で、表示名を付けずに指定してください。",
)
_LONG = ("it is too long", "長すぎます")
_FORM = ("it is not of the form name@domain", "名前@ドメイン の形ではありません")
_DOMAIN = ("its domain is no name of one", "ドメイン名が正しくありません")


def mail_address(text: str) -> str:
    """The address in the form that is kept: its local part as it was given, its domain in ASCII and
    lower case. Raises: Malformed `mail.address`.
    """
    # 1. short, before anything is worked out of it
    if len(text) > LONGEST:
        raise _bad(_LONG)
    # 2. one @, and before it letters that no mail system reads as anything else
    local, at, domain = text.strip(" ").rpartition("@")
    if not at or len(local) > LOCAL_LONGEST or not _LOCAL.fullmatch(local):
        raise _bad(_FORM)
    # 3. a name of a domain, of two labels at least; a number at its end is a machine's
    labels = _ascii(domain).split(".")
    well = all(len(one) <= LABEL_LONGEST and _LABEL.fullmatch(one) for one in labels)
    if len(labels) < 2 or not well or labels[-1].isdigit():
        raise _bad(_DOMAIN)
    # 4. short as it is written to the server too
    made = f"{local}@{'.'.join(labels)}"
    if len(made) > LONGEST:
        raise _bad(_LONG)
    return made


def domain_of(address: str) -> str:
    """The domain of an address as `mail_address` gives it."""
    return address.rpartition("@")[2]


def _ascii(domain: str) -> str:
    """A domain's name in ASCII. One whose letters would be changed on the way to it and back is
    another name: it is refused. Raises: Malformed `mail.address`.
    """
    if domain.isascii():
        return domain.lower()
    try:
        made = domain.encode("idna")
        if made.decode("idna") != domain.lower():
            raise _bad(_DOMAIN)
    except UnicodeError:
        raise _bad(_DOMAIN) from None
    return made.decode("ascii").lower()


def _bad(why: tuple[str, str]) -> Exception:
    return BAD_ADDRESS(why=why[0], why_ja=why[1])
