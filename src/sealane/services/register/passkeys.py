"""Passkeys: made and asked for by WebAuthn, checked by py_webauthn with every check in force.

1. The answer is to a question that this very browser was given, just now, for the first time.
2. The authenticator speaks of this console's own origin and host name, of no other.
3. It verified its holder (a PIN, a finger, a face), so that a stolen device alone lets nobody in.
4. The signature holds by the key that was kept when the passkey was made.
5. Its counter went on. One that went back is two passkeys where there was one: nobody is let in,
   and it is an entry of its own.

No attestation is asked for: which make of authenticator people have is a nation's own policy.
Spec: W3C Web Authentication Level 2 §7.1, §7.2; R57.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, options_to_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, Refused, declare
from sealane.base.origins import host_of
from sealane.registry.means import Means
from sealane.registry.sign_in_records import CredentialEntry
from sealane.services.node import Node
from sealane.services.register.accounts import Accounts
from sealane.services.register.acts import Actor
from sealane.services.register.ceremonies import OVER, Ceremonies
from sealane.services.register.credentials import Credentials
from sealane.services.register.sessions import Began
from sealane.services.statements.journal import record
from sealane.settings import LOOPBACK

MAKING, ASKING = "passkey.making", "passkey.asking"
MAX_ANSWER = 32 * 1024
LOCAL_NAME = "localhost"

NOT_MADE = declare(
    "passkey.not_made",
    Refused,
    "The passkey could not be kept: what the browser sent does not hold.",
    "パスキーを登録できません。ブラウザーの応答が正しくありません。",
    "Try again; use an authenticator that verifies its holder.",
    "本人確認のできる認証器で、もう一度試してください。",
)
CLONED = declare(
    "passkey.cloned",
    Refused,
    "This passkey's counter went back, as if there were two of it. Nobody was let in.",
    "このパスキーのカウンターが後退しています。複製の恐れがあるため、サインインを拒みました。",
    "Take it away under My account, and tell the security officer.",
    "「アカウント」で削除し、保全責任者に知らせてください。",
)


@dataclass(frozen=True, slots=True)
class PasskeyQuestion:
    """A question for a browser: what its script is given, and the secret that it answers with."""

    options: str
    secret: str


@dataclass(frozen=True, slots=True)
class Passkeys:
    """The passkeys of one node."""

    node: Node
    accounts: Accounts
    credentials: Credentials

    def ask_to_make(self, person: Mapping[str, Any]) -> PasskeyQuestion:
        """A question to make one; authenticators that hold one of the person's make no second."""
        with self.node.store.reading() as tx:
            held = self.credentials.passkeys(tx, str(person["id"]))
        challenge = self.node.host.entropy(32)
        options = webauthn.generate_registration_options(
            rp_id=self._host(),
            rp_name=f"Sealane {self.node.party}",
            user_id=self._handle(str(person["id"])),
            user_name=str(person["id"]),
            user_display_name=str(person["name"]),
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.data["id"])) for row in held
            ],
        )
        kept = {"challenge": base64url.encode(challenge), "person": str(person["id"])}
        return PasskeyQuestion(
            options_to_json(options),
            Ceremonies(self.node, self.accounts.secret).begin(MAKING, kept),
        )

    def make(self, secret: str, answer: str, name: str, *, by: Actor) -> None:
        """Keep what the authenticator made. Raises: Refused `login.over`, `passkey.not_made`;
        Malformed `credential.name`; Conflict `credential.too_many`.
        """
        kept = Ceremonies(self.node, self.accounts.secret).take(MAKING, secret)
        if kept["person"] != by.person:
            raise OVER()
        try:
            made = webauthn.verify_registration_response(
                credential=_read(answer),
                expected_challenge=base64url.decode(kept["challenge"]),
                expected_rp_id=self._host(),
                expected_origin=self._origin(),
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError, Malformed):
            raise NOT_MADE() from None
        data = {
            "id": base64url.encode(made.credential_id),
            "key": base64url.encode(made.credential_public_key),
            "backed_up": made.credential_backed_up,
        }
        digest = _digest(made.credential_id)
        with self.node.store.reading() as tx:
            if self.node.records.credentials.get(tx, id=digest) is not None:
                raise NOT_MADE()
        self.credentials.add_passkey(
            str(by.person), digest, name, data, count=made.sign_count, by=by
        )

    def ask(self) -> PasskeyQuestion:
        """A question to sign in with one: whose, the authenticator says."""
        challenge = self.node.host.entropy(32)
        options = webauthn.generate_authentication_options(
            rp_id=self._host(),
            challenge=challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        kept = {"challenge": base64url.encode(challenge)}
        return PasskeyQuestion(
            options_to_json(options),
            Ceremonies(self.node, self.accounts.secret).begin(ASKING, kept),
        )

    def sign_in(
        self, secret: str, answer: str, *, address: str = "", device: str = "", agent: str = ""
    ) -> tuple[str, str]:
        """The person and a session's secret. Raises: Refused `login.over`, `login.denied`,
        `login.not_taken`, `passkey.cloned`; Unavailable `login.wait`.
        """
        self.accounts.require_taken(Means.PASSKEY)
        kept = Ceremonies(self.node, self.accounts.secret).take(ASKING, secret)
        row: CredentialEntry | None = None
        try:
            said = _read(answer)
            with self.node.store.reading() as tx:
                row = self.credentials.passkey(tx, _digest(base64url.decode(said["rawId"])))
            if row is None:
                raise ValueError
            # an authenticator may say whose it is: then it says so of the person it was made for
            whose = said["response"].get("userHandle")
            if whose and base64url.decode(whose) != self._handle(row.person):
                raise ValueError
            found = webauthn.verify_authentication_response(
                credential=said,
                expected_challenge=base64url.decode(kept["challenge"]),
                expected_rp_id=self._host(),
                expected_origin=self._origin(),
                credential_public_key=base64url.decode(row.data["key"]),
                # the counter is compared below, where what is wrong with it is told
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, Malformed):
            whom = "" if row is None else row.person
            self.accounts.deny(whom, Means.PASSKEY, address=address, device=device)
        self._count(row, found.new_sign_count)
        began = Began(means=Means.PASSKEY, bound=row.id, data={"agent": agent, "name": row.name})
        session = self.accounts.admit(row.person, began, address=address, device=device)
        return row.person, session

    def _count(self, row: CredentialEntry, told: int) -> None:
        """Check 5, and keep the counter, of two answers at once too. Raises: Refused
        `passkey.cloned`.
        """
        with self.node.store.writing() as tx:
            held = self.node.records.credentials.get(tx, id=row.id)
            known = row.count if held is None else held.count
            back = (told or known) and told <= known
            if back:
                record(
                    self.node,
                    tx,
                    "login.clone",
                    people=[row.person],
                    credential=row.id,
                    count=told,
                )
            else:
                self.node.records.credentials.change(
                    tx, {"id": row.id}, count=told, last=self.node.now()[1]
                )
        if back:
            raise CLONED()

    def _origin(self) -> str:
        """The one origin whose scripts may ask; on this machine that of its name, for a browser
        makes no passkey for an address.
        """
        settings = self.node.settings
        if self._host() == LOCAL_NAME:
            return f"http://{LOCAL_NAME}:{settings.console_port}"
        return settings.console_origin.removesuffix(":443")

    def _host(self) -> str:
        """The relying party: the host by which people reach the console."""
        host = host_of(self.node.settings.console_origin)
        return LOCAL_NAME if host in LOOPBACK else host

    def _handle(self, person: str) -> bytes:
        """What an authenticator keeps of whose a passkey is: nothing that names the person."""
        return hashlib.sha256(f"{self.node.settings.node}|{person}".encode()).digest()


def _read(answer: str) -> dict[str, Any]:
    """What the browser sent, as JSON. Raises: Malformed; ValueError."""
    said = canonical.parse(answer.encode(), limit=MAX_ANSWER)
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise ValueError("not an answer")
    return said


def _digest(credential: bytes) -> str:
    """By what a passkey is named in the store."""
    return hashlib.sha256(credential).hexdigest()
