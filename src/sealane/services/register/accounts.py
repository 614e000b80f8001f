"""Signing in at the console: a passphrase of one's own, a session in the store, tokens that the
node's secret signs, every try recorded.

There are no default credentials: who has no passphrase cannot sign in. A session or a token dies
with the passphrase it began with.
Spec: R57, R64; spec/openapi.yaml "Who may ask".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sealane.base import base64url, canonical
from sealane.base.errors import (
    Malformed,
    Misconfigured,
    Refused,
    SealaneError,
    declare,
)
from sealane.base.values import SECOND, Instant
from sealane.ports import Tx
from sealane.services.node import Node
from sealane.services.register.acts import Named
from sealane.services.register.directory import keep_person
from sealane.services.register.sessions import Sessions
from sealane.services.register.sign_in_tries import Hashing, Place, Tries
from sealane.services.statements.journal import record
from sealane.services.statements.refusal_limits import Crowd

MEMORY_KIB, PASSES, LANES, SALT, LENGTH = 64 * 1024, 3, 1, 16, 32
LEAST, MOST = 12, 1024
TOKEN_DAYS_MOST = 90
MAX_TICKET = 2048
SESSION, TOKEN, DEVICE = "session", "token", "device"
DEVICE_SECONDS = 180 * 86_400

WEAK = declare(
    "login.weak_passphrase",
    Malformed,
    "The passphrase has fewer than {least} characters.",
    "パスフレーズが {least} 文字未満です。",
    "Choose a longer one; several words are good.",
    "より長いものにしてください。複数の単語を勧めます。",
)
DENIED = declare(
    "login.denied",
    Refused,
    "The person or the passphrase is not right.",
    "利用者名またはパスフレーズが正しくありません。",
    "Try again; the security officer can set a new passphrase.",
    "もう一度入力してください。保全責任者が再設定できます。",
)
NOT_SIGNED_IN = declare(
    "login.required",
    Refused,
    "This needs a person who is signed in.",
    "利用者の認証が必要です。",
    "Sign in at the console, or send a bearer token made by `sealane people token`.",
    "コンソールで認証するか、`sealane people token` のトークンを送ってください。",
)
TOO_LONG = declare(
    "login.token_days",
    Misconfigured,
    "A token lasts 1 to {most} days.",
    "トークンの期間は 1～{most} 日です。",
    "Choose fewer days.",
    "日数を減らしてください。",
)


def set_passphrase(node: Node, person: str, passphrase: str, *, by: Named | None = None) -> None:
    """Give a person a passphrase; earlier sessions and tokens end. Raises: Malformed
    `login.weak_passphrase`; NotFound.
    """
    if not LEAST <= len(passphrase) <= MOST:
        raise WEAK(least=LEAST)
    made = Argon2id(
        salt=node.host.entropy(SALT),
        length=LENGTH,
        iterations=PASSES,
        lanes=LANES,
        memory_cost=MEMORY_KIB,
    )
    verifier = made.derive_phc_encoded(passphrase.encode())
    with node.store.writing() as tx:
        data = node.person(tx, person)
        keep_person(
            node,
            tx,
            data,
            kind="person.changed",
            actor=by,
            verifier=verifier,
            credential="passphrase",
        )


@dataclass(frozen=True, slots=True)
class Ticket:
    """Proof of a sign-in: who, of what kind, until when, bound to the passphrase it began with."""

    person: str
    kind: str
    until: Instant
    bound: str
    serial: str


@dataclass(slots=True)
class Accounts:
    """Sign-in, sessions and tickets of one node, the same at every process of it. Tries are
    measured by `tries`, and passphrases hashed in the few turns that `hashing` gives.
    """

    node: Node
    secret: bytes
    _decoy: list[str] = field(default_factory=list)
    crowd: Crowd = field(default_factory=Crowd)
    tries: Tries = field(init=False)
    hashing: Hashing = field(default_factory=Hashing)

    def __post_init__(self) -> None:
        self.tries = Tries(self.node, self.secret, self.crowd)

    @property
    def cookie(self) -> str:
        """The session's cookie, the same at every process of the node. Cookies know no ports: two
        nodes on one machine keep their sessions apart by name.
        """
        settings = self.node.settings
        apart = hashlib.sha256(settings.node.encode()).hexdigest()[:8]
        return f"{'__Secure-' if self.secure else ''}sealane_{self.node.party.lower()}_{apart}"

    @property
    def secure(self) -> bool:
        """Whether cookies go over TLS alone: the console is known by an https address."""
        return self.node.settings.console_origin.startswith("https:")

    @property
    def device_cookie(self) -> str:
        """The cookie by which a browser is known again."""
        return f"{self.cookie}_device"

    def sign_in(self, person: str, passphrase: str, *, address: str = "", device: str = "") -> str:
        """A session's secret. Raises: as `prove`."""
        verifier = self.prove(person, passphrase, address=address, device=device)
        return Sessions(self.node).begin(person, _bound(verifier))

    def prove(self, person: str, passphrase: str, *, address: str = "", device: str = "") -> str:
        """The person's verifier, once the passphrase is proven to be theirs; no session begins.
        Unknown people cost the same time as wrong passphrases, and read the same.

        Args:
            address: where the try comes from.
            device: what `device` gave to this person's browser after an earlier sign-in: wrong
                tries of others, even from the same address, then count for nothing here.
        Raises: Refused `login.denied`; Unavailable `login.wait`, `login.busy`; Untrusted
        `directory.altered`.
        """
        place = self._place(person, address, device)
        self.tries.require_room(person, place)
        with self.hashing.turn(place.name):
            verifier = self._verifier(person)
            right = _matches(verifier or self._nobody(), passphrase) and verifier is not None
        self.tries.note(person, place, right=right, known=verifier is not None)
        if not right or verifier is None:
            raise DENIED()
        return verifier

    def device(self, person: str) -> str:
        """What a browser keeps, after a person signed in with it, so that it is known again."""
        return self._issue(person, DEVICE, DEVICE_SECONDS, "")

    def _place(self, person: str, address: str, device: str) -> Place:
        try:
            ticket = self._read(device, DEVICE)
        except Refused:
            return Place(address)
        return Place(ticket.serial, known=True) if ticket.person == person else Place(address)

    def token(self, person: str, days: int) -> str:
        """A bearer token for the local API. Raises: Refused `login.denied`: no passphrase is set;
        `login.token_days`.
        """
        if not 1 <= days <= TOKEN_DAYS_MOST:
            raise TOO_LONG(most=TOKEN_DAYS_MOST)
        verifier = self._verifier(person)
        if verifier is None:
            raise DENIED()
        with self.node.store.writing() as tx:
            record(self.node, tx, "login.done", actor=person, means="token.made")
        return self._issue(person, TOKEN, days * 86_400, verifier)

    def who(self, text: str | None, kind: str) -> tuple[Ticket, dict[str, Any]]:
        """The ticket and its person, as the directory holds them now. Raises: Refused
        `login.required`.
        """
        try:
            with self.node.store.reading() as tx:
                ticket = self._ticket(tx, text or "", kind)
                row = self.node.person_entry(tx, ticket.person)
        except SealaneError:
            raise NOT_SIGNED_IN() from None
        if row is None or row.verifier is None or _bound(row.verifier) != ticket.bound:
            raise NOT_SIGNED_IN()
        return ticket, dict(row.data)

    def _ticket(self, tx: Tx, text: str, kind: str) -> Ticket:
        if kind != SESSION:
            return self._read(text, kind)
        held = Sessions(self.node).find(tx, text)
        if held is None:
            raise NOT_SIGNED_IN()
        return Ticket(held.person, SESSION, Instant(held.until), held.bound, held.digest)

    def sign_out(self, ticket: Ticket) -> None:
        """End a session before its time, at every process at once."""
        Sessions(self.node).end(ticket.serial)

    def form_key(self, ticket: Ticket) -> str:
        """The word every form of this session carries, so that no other
        site can post in its name.
        """
        return hmac.new(self.secret, b"form:" + ticket.serial.encode(), hashlib.sha256).hexdigest()

    def _verifier(self, person: str) -> str | None:
        with self.node.store.reading() as tx:
            row = self.node.person_entry(tx, person)
        return None if row is None else row.verifier

    def _nobody(self) -> str:
        if not self._decoy:
            made = Argon2id(
                salt=self.node.host.entropy(SALT),
                length=LENGTH,
                iterations=PASSES,
                lanes=LANES,
                memory_cost=MEMORY_KIB,
            )
            self._decoy.append(made.derive_phc_encoded(self.node.host.entropy(32)))
        return self._decoy[0]

    def _issue(self, person: str, kind: str, seconds: int, verifier: str) -> str:
        until = int(self.node.host.now()) + seconds * SECOND
        body = canonical.encode(
            {
                "person": person,
                "kind": kind,
                "until": until // SECOND,
                "bound": _bound(verifier),
                "serial": self.node.host.entropy(12).hex(),
            }
        )
        return f"{base64url.encode(body)}.{base64url.encode(self._mac(body, kind))}"

    def _read(self, text: str, kind: str) -> Ticket:
        try:
            if len(text) > MAX_TICKET:
                raise NOT_SIGNED_IN()
            body, mac = (base64url.decode(part) for part in text.split("."))
            if not hmac.compare_digest(mac, self._mac(body, kind)):
                raise NOT_SIGNED_IN()
            held = canonical.decode(body)
        except (ValueError, Malformed):
            raise NOT_SIGNED_IN() from None
        ticket = Ticket(
            held["person"],
            held["kind"],
            Instant(held["until"] * SECOND),
            held["bound"],
            held["serial"],
        )
        if ticket.kind != kind or ticket.until <= self.node.host.now():
            raise NOT_SIGNED_IN()
        return ticket

    def _mac(self, body: bytes, kind: str) -> bytes:
        own = kind.encode() if kind == DEVICE else b""
        return hmac.new(self.secret + own, b"ticket:" + body, hashlib.sha256).digest()


def has_passphrase(node: Node, tx: Tx, person: str) -> bool:
    """Whether a person may sign in at all."""
    row = node.records.people.get(tx, id=person)
    return row is not None and row.verifier is not None


def _matches(verifier: str, passphrase: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(passphrase.encode("utf-8", "replace")[: 4 * MOST], verifier)
    except InvalidKey:
        return False
    return True


def _bound(verifier: str) -> str:
    return hashlib.sha256(verifier.encode()).hexdigest()[:32]
