"""The enrolment card: what one party's node says about itself, signed by the statement keys that it
carries.

The card proves possession, not identity: people compare its fingerprint over another channel before
they enrol it. Each card but the first names the one before it, whose statement keys sign it too:
that proves who renewed (`card_chain`).
Spec: spec/exchange.md §2; R10, R59, R62.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificates

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.base.values import SECOND, Instant, country, identifier, parse_instant
from sealane.crypto import jws
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies, receipt
from sealane.sealing.keywrap import KemPublicKey

OPTIONAL = {"opentdf"}
CHAINED = {"number", "previous", "validity"}
"""What every card has that states when its keys end; all three or none."""
MOST_NUMBER, MOST_KEYS = 9999, 64
MEMBERS = {"party", "node", "url", "tls", "statement", "head", "log", "witness", "mirror", "kas"}

_ORIGIN = re.compile(
    r"https://(?:[a-z0-9.-]{1,200}|\[[0-9a-f:.]{2,45}\])(:[1-9][0-9]{0,4})?|http://(127\.0\.0\.1|localhost|\[::1\]|::1):[1-9][0-9]{0,4}",
    re.ASCII,
)

_DIGEST = re.compile(r"[0-9a-f]{96}", re.ASCII)

BAD_CARD = declare(
    "card.malformed",
    Malformed,
    "The enrolment card cannot be read: {why}.",
    "登録カードを読み取れません：{why}。",
    "Ask the partner for the card.json in its node's folder.",
    "相手のノードのフォルダーにある card.json を求めてください。",
)


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a key counts, by its id: instants as they stand in the card."""

    kid: str
    since: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A party's node: its address, its certificate, and its public keys by role."""

    party: str
    node: str
    url: str
    tls: str
    statement: tuple[PublicKey, ...]
    head: tuple[PublicKey, ...]
    log: PublicKey
    witness: PublicKey
    mirror: PublicKey
    kas: tuple[KemPublicKey, ...]
    opentdf: str = ""
    """Origin at which OpenTDF clients reach the same key service; what `interop` containers name.
    Empty: none.
    """
    number: int = 1
    """Its place in the line of the node's cards."""
    previous: str | None = None
    """Digest of the card before it; None for the first."""
    validity: tuple[Validity, ...] = ()
    """When its keys count, in the order of their ids; empty for a card that states no end."""
    before: tuple[Card, ...] = field(default=(), compare=False)
    """Earlier cards of the same line that this reader knows, newest first; no part of the card."""

    def as_json(self) -> dict[str, Any]:
        chained = {
            "number": self.number,
            "previous": self.previous,
            "validity": {
                one.kid: {"since": one.since, "until": one.until} for one in self.validity
            },
        }
        return {
            **({"opentdf": self.opentdf} if self.opentdf else {}),
            **(chained if self.validity else {}),
            "party": self.party,
            "node": self.node,
            "url": self.url,
            "tls": self.tls,
            "statement": [key.as_json() for key in self.statement],
            "head": [key.as_json() for key in self.head],
            "log": self.log.as_json(),
            "witness": self.witness.as_json(),
            "mirror": self.mirror.as_json(),
            "kas": [key.as_json() for key in self.kas],
        }

    def fingerprint(self) -> str:
        """What two people read to one another: 64 hex characters in groups of eight."""
        text = canonical.digest(self.as_json())[:64]
        return " ".join(text[at : at + 8] for at in range(0, 64, 8))

    @property
    def digest(self) -> str:
        """SHA-384 of the card's canonical JSON: what the next card names."""
        return canonical.digest(self.as_json())

    @property
    def line(self) -> tuple[Card, ...]:
        """This card and the earlier ones that are known, newest first."""
        return (self, *self.before)

    def wrapping_key(self, suite: str) -> KemPublicKey | None:
        """The key service's key of a suite."""
        return next((key for key in self.kas if key.suite == suite), None)

    def wrapping_keys(self, suite: str) -> list[KemPublicKey]:
        """The key service's keys of a suite, earlier ones included."""
        every = (one.wrapping_key(suite) for one in self.line)
        return list(dict.fromkeys(key for key in every if key is not None))

    def every(self, role: str) -> tuple[PublicKey, ...]:
        """The keys that the role `log`, `witness`, `mirror`, `head` or `statement` ever had, newest
        first.
        """
        found: dict[PublicKey, None] = {}
        for one in self.line:
            keys = getattr(one, role)
            found |= dict.fromkeys(keys if isinstance(keys, tuple) else (keys,))
        return tuple(found)

    def until(self, kid: str) -> Instant | None:
        """When a key of this line ends; None: no card states an end."""
        for one in self.line:
            for key in one.validity:
                if key.kid == kid:
                    return parse_instant(key.until)
        return None

    def ended(self, kid: str, at: Instant) -> bool:
        """Whether a key had ended at an instant: at its end it has ended."""
        end = self.until(kid)
        return end is not None and at >= end

    def in_force(self, role: str, at: Instant) -> tuple[PublicKey, ...]:
        """The keys of a role that have not ended, newest first."""
        return tuple(key for key in self.every(role) if not self.ended(key.kid, at))

    def signed_with(self, kids: Collection[str]) -> tuple[PublicKey, ...]:
        """The statement keys of the card of this line whose ids these are: both of one card, never
        one of each; the newest card's, where they are no card's.
        """
        for one in self.line:
            if {key.kid for key in one.statement} <= set(kids):
                return one.statement
        return self.statement

    @property
    def kas_url(self) -> str:
        """Where its key access service answers partners."""
        return f"{self.url}/kas"

    @property
    def kas_urls(self) -> tuple[str, ...]:
        """Every key access URL that a container of this party may name for its one key service."""
        return (self.kas_url, f"{self.opentdf}/kas") if self.opentdf else (self.kas_url,)


def card_from_json(value: Any) -> Card:
    """A card whose members are all there, bounded and well formed; nothing is proven yet.

    Raises: Malformed `card.malformed`, `key.*`.
    """
    chained = set(value) & CHAINED if isinstance(value, dict) else set()
    if not isinstance(value, dict) or set(value) - OPTIONAL - chained != MEMBERS:
        raise BAD_CARD(why="its members are not those of a card")
    if chained and chained != CHAINED:
        raise BAD_CARD(why="number, previous and validity belong together")
    opentdf = value.get("opentdf", "")
    if not isinstance(opentdf, str) or ("opentdf" in value and _ORIGIN.fullmatch(opentdf) is None):
        raise BAD_CARD(why="opentdf is not https://host:port, or http on loopback")
    url, tls = value["url"], value["tls"]
    if (
        not isinstance(url, str)
        or not url.startswith("https://")
        or len(url) > 200
        or url.endswith("/")
    ):
        raise BAD_CARD(why="url is not https://host:port")
    if (
        not isinstance(tls, str)
        or not tls.startswith("-----BEGIN CERTIFICATE-----")
        or len(tls) > 8000
        or not _one_certificate(tls)
    ):
        raise BAD_CARD(why="tls is not one PEM certificate")
    lists = {name: value[name] for name in ("statement", "head", "kas")}
    if not all(isinstance(keys, list) and 1 <= len(keys) <= 8 for keys in lists.values()):
        raise BAD_CARD(why="statement, head and kas are lists of keys")
    number, previous = value.get("number", 1), value.get("previous")
    _require_place(number, previous)
    card = Card(
        party=country(value["party"]),
        node=identifier(value["node"]),
        url=url,
        tls=tls,
        statement=tuple(PublicKey.from_json(key) for key in lists["statement"]),
        head=tuple(PublicKey.from_json(key) for key in lists["head"]),
        log=PublicKey.from_json(value["log"]),
        witness=PublicKey.from_json(value["witness"]),
        mirror=PublicKey.from_json(value["mirror"]),
        kas=tuple(KemPublicKey.from_json(key) for key in lists["kas"]),
        opentdf=opentdf,
        number=number,
        previous=previous,
        validity=tuple(_validity(value["validity"])) if chained else (),
    )
    if chained and {one.kid for one in card.validity} != set(kids_of(card)):
        raise BAD_CARD(why="validity does not name each of its keys")
    return card


def kids_of(card: Card) -> list[str]:
    """The ids of every key that a card names; its certificate states its end by itself."""
    single = (card.log, card.witness, card.mirror)
    signing = [key.kid for key in (*card.statement, *card.head, *single)]
    return [*signing, *(key.kid for key in card.kas)]


def _require_place(number: Any, previous: Any) -> None:
    if type(number) is not int or not 1 <= number <= MOST_NUMBER:
        raise BAD_CARD(why=f"number is 1 to {MOST_NUMBER}")
    digest = isinstance(previous, str) and _DIGEST.fullmatch(previous) is not None
    if digest is (number == 1) or (not digest and previous is not None):
        raise BAD_CARD(why="previous is the digest of the card before it, and null in the first")


def _validity(value: Any) -> Iterator[Validity]:
    if not isinstance(value, dict) or not 1 <= len(value) <= MOST_KEYS:
        raise BAD_CARD(why="validity is an object of keys")
    for kid, one in sorted(value.items()):
        if not isinstance(one, dict) or set(one) != {"since", "until"}:
            raise BAD_CARD(why="a validity is since and until")
        if parse_instant(one["since"]) >= parse_instant(one["until"]):
            raise BAD_CARD(why="a key ends before it begins")
        yield Validity(identifier(kid), one["since"], one["until"])


def certificate_kid(pem: str) -> str:
    """The id of the key that a certificate certifies, as a keystore names it."""
    (found,) = load_pem_x509_certificates(pem.encode())
    public = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PublicKey("ES384", public).kid


@lru_cache(maxsize=64)
def certificate_until(pem: str) -> Instant:
    """When a certificate ends, as it states itself."""
    (found,) = load_pem_x509_certificates(pem.encode())
    return Instant(int(found.not_valid_after_utc.timestamp()) * SECOND)


def _one_certificate(pem: str) -> bool:
    try:
        return len(load_pem_x509_certificates(pem.encode())) == 1
    except ValueError:
        return False


@lru_cache(maxsize=64)
def read_card(data: bytes) -> Card:
    """The card in an `enrolment` statement, proven to hold the statement keys it names. Signatures
    by other keys say nothing here: those of the card before it are `card_chain`'s.

    Raises: Malformed `card.malformed`; Untrusted: it is not signed by its own keys.
    """
    # Steps 1 and 2: only a statement made to be a card, whole and with well-formed keys, before any
    # of them is used; another statement that happens to hold keys is none. Step 3: whoever made it
    # holds the statement keys that it names. That is all it proves: whose keys they are is for the
    # people who compare the fingerprint.
    own = {key.kid for key in _card_in(receipt.peek(data)).statement}
    said = receipt.hear(jws.narrowed(data, own), lambda claimed: _card_in(claimed).statement)
    card = _card_in(said)
    # Step 4: it speaks for the party and node that signed, so that no party enrols another.
    if said.by != card.party or said.node != card.node:
        raise BAD_CARD(why="it speaks for another party")
    return card


def bare_fingerprint(text: str) -> str:
    """A fingerprint without what people put between its groups."""
    kept = text.strip().lower().removeprefix("sha384:")
    return "".join(one for one in kept if one not in " :-\t\r\n")


def _card_in(claimed: receipt.Statement) -> Card:
    if not isinstance(claimed.body, bodies.Enrolment):
        raise BAD_CARD(why="not an enrolment")
    return card_from_json(claimed.body.card)
