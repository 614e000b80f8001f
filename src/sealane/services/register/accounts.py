"""Signing in at the console: a passphrase of one's own or another means, a session in the store,
tokens that the node's secret signs, every try recorded.

There are no default credentials: who has none cannot sign in. A session or a token dies with the
passphrase or the credential it began with, and with the person's leaving.
Spec: R57, R64; spec/openapi.yaml "Who may ask".
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Any, NoReturn

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from sealane.base import base64url, canonical
from sealane.base.errors import (
    Malformed,
    Misconfigured,
    Refused,
    SealaneError,
    Unavailable,
    declare,
)
from sealane.base.values import SECOND, Instant
from sealane.ports import Tx
from sealane.registry.means import MEANS, Means, not_taken
from sealane.registry.passing import Session
from sealane.registry.records import PersonEntry
from sealane.services.node import Node
from sealane.services.register.acts import Named
from sealane.services.register.credentials import can_sign_in
from sealane.services.register.directory import keep_person
from sealane.services.register.sessions import FEED as FEED
from sealane.services.register.sessions import SESSION as SESSION
from sealane.services.register.sessions import TOKEN as TOKEN
from sealane.services.register.sessions import Began, Sessions, Ticket, digest_of
from sealane.services.register.sign_in_tries import Hashing, Place, Tries
from sealane.services.statements.journal import record
from sealane.services.statements.refusal_limits import Crowd

MEMORY_KIB, PASSES, LANES, SALT, LENGTH = 64 * 1024, 3, 1, 16, 32
LEAST, MOST = 12, 1024
TOKEN_DAYS_MOST, FEED_DAYS_MOST = 90, 366
DAYS_MOST = {TOKEN: TOKEN_DAYS_MOST, FEED: FEED_DAYS_MOST}
"""How long a token of each kind may last."""
MAX_TICKET = 2048
DEVICE = "device"
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


def set_passphrase(
    node: Node, person: str, passphrase: str, *, by: Named | None = None, but: str = ""
) -> None:
    """Give a person a passphrase; earlier sessions and tokens end, but the one of the digest `but`.
    Raises: Malformed `login.weak_passphrase`; NotFound.
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
        Sessions(node).end_all(tx, person, but=but)
        if but:
            bound = {"bound": _bound(verifier)}
            held = {"digest": but, "means": str(Means.PASSPHRASE)}
            node.records.sessions.change(tx, held, **bound)


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

    def sign_in(
        self, person: str, passphrase: str, *, address: str = "", device: str = "", agent: str = ""
    ) -> str:
        """A session's secret, for a passphrase. Raises: as `prove`; Refused `login.not_taken`."""
        self.require_taken(Means.PASSPHRASE)
        verifier = self.prove(person, passphrase, address=address, device=device)
        began = Began(means=Means.PASSPHRASE, bound=_bound(verifier), data={"agent": agent})
        return Sessions(self.node).begin(person, began)

    def require_taken(self, means: Means) -> None:
        """Raises: Refused `login.not_taken`: the deployment does not take it."""
        taken = self.node.settings.means
        if means not in taken and MEANS[means].chosen:
            raise not_taken(means, taken)

    def admit(self, person: str, began: Began, *, address: str = "", device: str = "") -> str:
        """A session's secret, for whom another means has proven to be this person; recorded first.
        Raises: Refused `login.not_taken`, `login.denied`: nobody of that name has access here.
        """
        self.require_taken(began.means)
        place = self._place(person, address, device)
        with self.node.store.reading() as tx:
            entry = self.node.person_entry(tx, person)
        if entry is None or entry.ended is not None:
            self.deny(person, began.means, address=address, device=device)
        self.tries.note(person, place, right=True, known=True, means=str(began.means))
        return Sessions(self.node).begin(person, began)

    def require_room(self, person: str, *, address: str = "", device: str = "") -> None:
        """Raises: Unavailable `login.wait`: that person was tried too often from there."""
        self.tries.require_room(person, self._place(person, address, device))

    def deny(self, person: str, means: Means, *, address: str = "", device: str = "") -> NoReturn:
        """Count and record a try that proved nothing. Raises: Refused `login.denied`; Unavailable
        `login.wait`.
        """
        known = self._verifier(person) is not None or self._is_known(person)
        place = self._place(person, address, device)
        self.tries.note(person, place, right=False, known=known, means=str(means))
        raise DENIED()

    def _is_known(self, person: str) -> bool:
        with self.node.store.reading() as tx:
            return self.node.records.people.get(tx, id=person) is not None

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
        return self._issue(person, DEVICE, DEVICE_SECONDS)[0]

    def _place(self, person: str, address: str, device: str) -> Place:
        try:
            ticket = self._read(device, DEVICE)
        except Refused:
            return Place(address)
        return Place(ticket.serial, known=True) if ticket.person == person else Place(address)

    def token(self, person: str, days: int, *, name: str = "", kind: str = TOKEN) -> str:
        """A bearer token for the local API. Raises: Refused `login.denied`: the person has no means
        to sign in; `login.token_days`.

        Args:
            name: what the person calls it.
            kind: `FEED` for one that opens the person's feed and nothing else.
        """
        if not 1 <= days <= DAYS_MOST[kind]:
            raise TOO_LONG(most=DAYS_MOST[kind])
        with self.node.store.reading() as tx:
            if not can_sign_in(self.node, tx, person):
                raise DENIED()
        verifier = self._verifier(person)
        began = Began(
            means=Means.PASSPHRASE,
            bound="" if verifier is None else _bound(verifier),
            data={"name": name[:80]},
        )
        text, serial = self._issue(person, kind, days * 86_400)
        with self.node.store.writing() as tx:
            record(self.node, tx, "login.done", actor=person, means=f"{kind}.made")
            Sessions(self.node).keep(
                tx,
                person,
                began,
                kind=kind,
                digest=digest_of(serial),
                seconds=days * 86_400,
            )
        return text

    def who(self, text: str | None, kind: str) -> tuple[Ticket, dict[str, Any]]:
        """The ticket and its person, as the directory holds them now. Raises: Refused
        `login.required`; Unavailable, Misconfigured: the store cannot tell, and nobody is told that
        the ticket were none.
        """
        try:
            with self.node.store.reading() as tx:
                held = self._held(tx, text or "", kind)
                row = None if held is None else self.node.person_entry(tx, held.person)
                if held is None or row is None or not self._stands(tx, row, held):
                    raise NOT_SIGNED_IN()
        except (Unavailable, Misconfigured):
            raise
        except SealaneError:
            raise NOT_SIGNED_IN() from None
        means, until, since = Means(held.means), Instant(held.until), Instant(held.since)
        return Ticket(held.person, kind, until, held.digest, means, since), dict(row.data)

    def _held(self, tx: Tx, text: str, kind: str) -> Session | None:
        sessions = Sessions(self.node)
        if kind == SESSION:
            return sessions.find(tx, text)
        ticket = self._read(text, kind)
        held = sessions.held(tx, digest_of(ticket.serial), kind)
        return held if held is not None and held.person == ticket.person else None

    def _stands(self, tx: Tx, row: PersonEntry, held: Session) -> bool:
        """Whether what it began with is still what lets in."""
        means = Means(held.means)
        # 1. the person has not left
        if row.ended is not None:
            return False
        # 2. the deployment still takes the means; a token is one of its own
        if held.kind == SESSION and MEANS[means].chosen and means not in self.node.settings.means:
            return False
        # 3. with another passphrase, or without the passkey, it is over
        if means is Means.PASSPHRASE:
            return not held.bound or (
                row.verifier is not None and hmac.compare_digest(_bound(row.verifier), held.bound)
            )
        if means is Means.PASSKEY:
            found = self.node.records.credentials.get(tx, id=held.bound, person=row.id)
            return (
                found is not None
                and found.ended is None
                and self.node.entered(tx, "credentials", found)
            )
        return True

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
        return None if row is None or row.ended is not None else row.verifier

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

    def _issue(self, person: str, kind: str, seconds: int) -> tuple[str, str]:
        """The text of a ticket, and its serial."""
        until, serial = int(self.node.host.now()) + seconds * SECOND, self.node.host.entropy(12)
        body = canonical.encode(
            {
                "person": person,
                "kind": kind,
                "until": until // SECOND,
                "serial": serial.hex(),
            }
        )
        text = f"{base64url.encode(body)}.{base64url.encode(self._mac(body, kind))}"
        return text, serial.hex()

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
            held["serial"],
        )
        if ticket.kind != kind or ticket.until <= self.node.host.now():
            raise NOT_SIGNED_IN()
        return ticket

    def _mac(self, body: bytes, kind: str) -> bytes:
        own = kind.encode() if kind == DEVICE else b""
        return hmac.new(self.secret + own, b"ticket:" + body, hashlib.sha256).digest()


def _matches(verifier: str, passphrase: str) -> bool:
    try:
        Argon2id.verify_phc_encoded(passphrase.encode("utf-8", "replace")[: 4 * MOST], verifier)
    except InvalidKey:
        return False
    return True


def _bound(verifier: str) -> str:
    return hashlib.sha256(verifier.encode()).hexdigest()[:32]
