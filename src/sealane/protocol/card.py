"""The enrolment card: what one party's node says about itself, signed by the statement keys that it
carries.

The card proves possession, not identity: people compare its fingerprint over another channel before
they enrol it.
Spec: spec/exchange.md §2; R10, R59.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.x509 import load_pem_x509_certificates

from sealane.base import canonical
from sealane.base.errors import Malformed, declare
from sealane.base.values import country, identifier
from sealane.crypto.keys import PublicKey
from sealane.ledger import bodies, receipt
from sealane.sealing.keywrap import KemPublicKey

OPTIONAL = {"opentdf"}
MEMBERS = {"party", "node", "url", "tls", "statement", "head", "log", "witness", "mirror", "kas"}

_ORIGIN = re.compile(
    r"https://(?:[a-z0-9.-]{1,200}|\[[0-9a-f:.]{2,45}\])(:[1-9][0-9]{0,4})?|http://(127\.0\.0\.1|localhost|\[::1\]|::1):[1-9][0-9]{0,4}",
    re.ASCII,
)

BAD_CARD = declare(
    "card.malformed",
    Malformed,
    "The enrolment card cannot be read: {why}.",
    "登録カードを読み取れません：{why}。",
    "Ask the partner for the card.json in its node's folder.",
    "相手のノードのフォルダーにある card.json を求めてください。",
)


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

    def as_json(self) -> dict[str, Any]:
        return {
            **({"opentdf": self.opentdf} if self.opentdf else {}),
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

    def wrapping_key(self, suite: str) -> KemPublicKey | None:
        """The key service's key of a suite."""
        return next((key for key in self.kas if key.suite == suite), None)

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
    if not isinstance(value, dict) or set(value) - OPTIONAL != MEMBERS:
        raise BAD_CARD(why="its members are not those of a card")
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
    return Card(
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
    )


def _one_certificate(pem: str) -> bool:
    try:
        return len(load_pem_x509_certificates(pem.encode())) == 1
    except ValueError:
        return False


@lru_cache(maxsize=64)
def read_card(data: bytes) -> Card:
    """The card in an `enrolment` statement, proven to hold the statement keys it names.

    Raises: Malformed `card.malformed`; Untrusted: it is not signed by its own keys.
    """
    # Steps 1 and 2: only a statement made to be a card, whole and with well-formed keys, before any
    # of them is used; another statement that happens to hold keys is none. Step 3: whoever made it
    # holds the statement keys that it names. That is all it proves: whose keys they are is for the
    # people who compare the fingerprint.
    said = receipt.hear(data, lambda claimed: _card_in(claimed).statement)
    card = _card_in(said)
    # Step 4: it speaks for the party and node that signed, so that no party enrols another.
    if said.by != card.party or said.node != card.node:
        raise BAD_CARD(why="it speaks for another party")
    return card


def _card_in(claimed: receipt.Statement) -> Card:
    if not isinstance(claimed.body, bodies.Enrolment):
        raise BAD_CARD(why="not an enrolment")
    return card_from_json(claimed.body.card)
