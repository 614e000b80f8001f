"""Credentials for somebody else: an invitation is issued, and that person redeems it.

Whoever issues an invitation never learns the credential. One to a first passphrase is proof by
itself, and dies when the passphrase is set; one to a token or a client is redeemed with the
person's own passphrase beside it, once. Nothing is kept of an invitation but that it was redeemed:
the node's secret signs it.
Spec: spec/interfaces.md §6; R57.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, Refused, declare
from sealane.base.values import SECOND
from sealane.registry.means import Means
from sealane.registry.person_proof import PersonProof
from sealane.services.node import Node
from sealane.services.register.accounts import Accounts, set_passphrase
from sealane.services.register.acts import Actor
from sealane.services.register.sessions import Began
from sealane.services.statements.journal import record

DAYS = 7
MOST = 4096
PASSPHRASE, TOKEN, CLIENT = "passphrase", "token", "client"

NOT_GOOD = declare(
    "login.invitation",
    Refused,
    "This invitation is not good: it was redeemed, has ended, or is another person's.",
    "この招待は使えません。使用済みか、期限切れか、他の人のものです。",
    "Ask for another one.",
    "改めて招待を求めてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a person is invited to: a passphrase, a token of so many days, or a client."""

    person: str
    what: str
    terms: dict[str, Any]
    serial: str


@dataclass(frozen=True, slots=True)
class Invitations:
    """Issued and redeemed at one node."""

    node: Node
    secret: bytes

    def issue(self, person: str, what: str, *, by: Actor, **terms: Any) -> str:
        """An invitation for a week; recorded. Raises: NotFound `person.unknown`."""
        body = canonical.encode(
            {
                "person": person,
                "what": what,
                "terms": terms,
                "until": int(self.node.host.now()) // SECOND + DAYS * 86_400,
                "bound": self._bound(person),
                "serial": self.node.host.entropy(12).hex(),
            }
        )
        with self.node.store.writing() as tx:
            told = by.told()
            record(self.node, tx, "person.invited", item=person, credential=what, **told)
        return f"{base64url.encode(body)}.{base64url.encode(self._mac(body))}"

    def read(self, text: str, person: str) -> Invitation:
        """The invitation, if it is this person's and still good. Raises: Refused
        `login.invitation`.
        """
        try:
            if len(text) > MOST:
                raise NOT_GOOD()
            body, mac = (base64url.decode(part) for part in text.strip().split("."))
            # 1. this node's own word
            if not hmac.compare_digest(mac, self._mac(body)):
                raise NOT_GOOD()
            held = canonical.decode(body)
        except (ValueError, Malformed):
            raise NOT_GOOD() from None
        # 2. to this person, and not too late
        if held["person"] != person or held["until"] * SECOND <= self.node.host.now():
            raise NOT_GOOD()
        # 3. while the passphrase is the one it was issued beside: once it is set, it is used up
        if held["bound"] != self._bound(person):
            raise NOT_GOOD()
        return Invitation(
            person=person, what=held["what"], terms=held["terms"], serial=held["serial"]
        )

    def set_passphrase(self, text: str, person: str, passphrase: str) -> None:
        """The person's own passphrase, by an invitation to it. Raises: Refused `login.invitation`;
        Malformed `login.weak_passphrase`.
        """
        if self.read(text, person).what != PASSPHRASE:
            raise NOT_GOOD()
        set_passphrase(self.node, person, passphrase, by=Actor(person, PersonProof.INVITATION))

    def admit(self, accounts: Accounts, text: str, person: str, *, agent: str = "") -> str:
        """A session's secret, once, by an invitation to a first credential; where a deployment
        takes no passphrases it is the way to a first passkey. Raises: Refused `login.invitation`.
        """
        found = self.read(text, person)
        if found.what != PASSPHRASE:
            raise NOT_GOOD()
        self._once(found, Actor(person, PersonProof.INVITATION))
        return accounts.admit(person, Began(means=Means.INVITATION, data={"agent": agent}))

    def accept(
        self, accounts: Accounts, text: str, person: str, passphrase: str, *, address: str = ""
    ) -> Invitation:
        """An invitation to a token or a client, taken once by whoever knows the person's
        passphrase; recorded before anything is given for it.

        Raises: Refused `login.invitation`, `login.denied`; Unavailable `login.wait`.
        """
        found = self.read(text, person)
        if found.what == PASSPHRASE:
            raise NOT_GOOD()
        accounts.prove(person, passphrase, address=address)
        self._once(found, Actor(person, PersonProof.PASSPHRASE))
        return found

    def _once(self, found: Invitation, by: Actor) -> None:
        # 4. once: whoever comes by the same text later, on the same disk or in a mail, gets nothing
        refs, serial = self.node.records.entry_refs, found.serial
        with self.node.store.writing() as tx:
            if refs.get(tx, kind="invitation.redeemed", item=serial) is not None:
                raise NOT_GOOD()
            told = by.told()
            record(self.node, tx, "invitation.redeemed", item=serial, credential=found.what, **told)

    def _bound(self, person: str) -> str:
        with self.node.store.reading() as tx:
            self.node.person(tx, person)
            row = self.node.person_entry(tx, person)
        verifier = "" if row is None or row.verifier is None else row.verifier
        return hashlib.sha256(b"invited:" + verifier.encode()).hexdigest()[:32]

    def _mac(self, body: bytes) -> bytes:
        return hmac.new(self.secret, b"invitation:" + body, hashlib.sha256).digest()
