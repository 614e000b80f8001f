"""A `Node` of parts for tests of one wing: real settings, card and keys; every port that a test
does not give refuses to be touched.
"""

import os
from typing import Any

from sealane import shipped
from sealane.base.values import parse_instant
from sealane.crypto.keys import PrivateKey
from sealane.ledger.log.marks import Marks
from sealane.protocol.card import Card
from sealane.sealing.keywrap import SUITES, KemPrivateKey, KeyRing
from sealane.services.node import Node
from sealane.settings import Settings


class Untouched:
    """A port that this test's subject has no business with."""

    def __init__(self, name: Any) -> None:
        self._name = name

    def __getattr__(self, member: Any) -> Any:
        raise AssertionError(f"{self._name}.{member} is none of this test's business")

    def __call__(self, *_: Any, **__: Any) -> Any:
        raise AssertionError(f"{self._name} is none of this test's business")


class Keys:
    """`ports.Keys` in memory: two statement keys and a key of every wrapping suite."""

    def __init__(self) -> None:
        self.signing = [PrivateKey.generate(alg) for alg in ("ES384", "ML-DSA-87")]
        self.wrapping = [KemPrivateKey.generate(suite) for suite in SUITES]

    def signers(self, role: Any) -> Any:
        assert role == "statement"
        return self.signing

    def signers_of(self, keys: Any) -> Any:
        return [next(one for one in self.signing if one.public == key) for key in keys]

    def publics(self, role: Any) -> Any:
        return [one.public for one in self.signers(role)]

    def unwrapping(self) -> Any:
        return [key.public for key in self.wrapping]

    def unwrap(self, suite: Any, blob: Any, info: Any, *, kid: Any = None) -> Any:
        return KeyRing(self.wrapping).unwrap(suite, blob, info, kid=kid)


class Clock:
    """`ports.Host` that stands still, with the machine's entropy."""

    def __init__(self, at: str = "2026-11-22T00:00:00Z") -> None:
        self.at = parse_instant(at)

    def now(self) -> Any:
        return self.at

    def elapsed(self) -> Any:
        return self.at

    def entropy(self, size: Any) -> Any:
        return os.urandom(size)

    def reached(self, step: Any) -> Any:
        pass


def card_of(settings: Any, keys: Any, url: Any) -> Any:
    """An enrolment card; the log's keys, which no container and no opening needs, are one key."""
    log = PrivateKey.generate("Ed25519").public
    return Card(
        party=settings.party,
        node=settings.node,
        url=url,
        tls="-----BEGIN CERTIFICATE-----",
        statement=tuple(key.public for key in keys.signers("statement")),
        head=(log,),
        log=log,
        witness=log,
        mirror=log,
        kas=tuple(keys.unwrapping()),
    )


def proven(tx: Any, origin: Any) -> Any:
    """A shared log with nothing that waits for the partner's witness."""
    return Marks(origin=origin, size=0, signed=0, cosigned=0, mirrored=0, uncosigned_since=None)


def node_of(party: Any, **parts: Any) -> Any:
    """A node of the named parts, under the shipped schemes and agreements."""
    settings = parts.pop("settings", None) or Settings(
        party=party, node=f"node.{party.lower()}.example"
    )
    keys = parts.pop("keys", None) or Keys()
    ports = {name: Untouched(name) for name in ("store", "records", "blobs", "peers", "log")}
    return Node(
        **{
            **ports,
            "settings": settings,
            "host": Clock(),
            "keys": keys,
            "card": card_of(settings, keys, f"https://{party.lower()}.example:1"),
            "schemes": shipped.schemes(),
            "agreements": lambda tx: shipped.agreements(),
            "proven": proven,
            **parts,
        }
    )
