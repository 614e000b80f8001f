"""Signing in by a client certificate: TLS proved the key, `protocol.client_certificate` judges what
it says, and the named field says which person of this directory it is.

Spec: R57; docs/operators.md "Smart cards".
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sealane.base.errors import SealaneError, Unavailable
from sealane.protocol import client_certificate
from sealane.protocol.client_certificate import BAD_AUTHORITIES, NOT_GOOD
from sealane.registry.means import Means
from sealane.services.register.accounts import Accounts
from sealane.services.register.identities import person_named
from sealane.services.register.sessions import Began


def named(accounts: Accounts, certificate: bytes) -> str:
    """The person of a certificate. Raises: Refused `login.not_taken`; Untrusted
    `certificate.not_good`; Misconfigured `certificate.authorities`.
    """
    accounts.require_taken(Means.CERTIFICATE)
    node, settings = accounts.node, accounts.node.settings
    if not certificate:
        raise NOT_GOOD(why="none was shown")
    try:
        # read anew each time: revocation lists are replaced while the node runs
        pem = Path(settings.certificate_authorities).read_bytes()
    except OSError as error:
        raise BAD_AUTHORITIES(why=error.strerror or type(error).__name__) from None
    name = client_certificate.person_name(
        certificate,
        client_certificate.authorities(pem),
        field=settings.certificate_person,
        policy=settings.certificate_policy,
        at=node.host.now(),
    )
    with node.store.reading() as tx:
        person = person_named(node, tx, name)
    if person is None:
        raise NOT_GOOD(why="its name is nobody's here")
    return person


def sign_in(
    accounts: Accounts, certificate: bytes, *, address: str = "", device: str = "", agent: str = ""
) -> tuple[str, str]:
    """The person and a session's secret. Raises: as `named`; Refused `login.denied`; Unavailable
    `login.wait`.
    """
    try:
        person = named(accounts, certificate)
    except SealaneError as error:
        try:
            accounts.deny("", Means.CERTIFICATE, address=address, device=device)
        except Unavailable:
            raise
        except SealaneError:
            raise error from None
    shown = hashlib.sha256(certificate).hexdigest()
    began = Began(means=Means.CERTIFICATE, data={"agent": agent, "certificate": shown})
    return person, accounts.admit(person, began, address=address, device=device)
