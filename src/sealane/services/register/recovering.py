"""A way in without passkey and passphrase: a recovery code, once. Spec: R57."""

from __future__ import annotations

from sealane.registry.means import Means
from sealane.services.register.accounts import Accounts
from sealane.services.register.credentials import Credentials
from sealane.services.register.sessions import Began


def by_code(
    accounts: Accounts,
    person: str,
    code: str,
    *,
    address: str = "",
    device: str = "",
    agent: str = "",
) -> str:
    """A session's secret, for one of the person's codes, which is used up first.

    Raises: Refused `login.denied`, `login.not_taken`; Unavailable `login.wait`.
    """
    accounts.require_taken(Means.RECOVERY)
    accounts.require_room(person, address=address, device=device)
    if not Credentials(accounts.node, accounts.secret).use_code(person, code):
        accounts.deny(person, Means.RECOVERY, address=address, device=device)
    began = Began(means=Means.RECOVERY, data={"agent": agent})
    return accounts.admit(person, began, address=address, device=device)
