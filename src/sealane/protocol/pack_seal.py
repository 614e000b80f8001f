"""How a pack's statements are sealed: one key a pack, wrapped to a key of the addressee's card, and
each statement under it by its place.

A container is sealed already and travels as it is.
Spec: spec/pack.md §3; R62.
"""

from __future__ import annotations

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealane.base import canonical
from sealane.base.errors import Misconfigured, declare
from sealane.protocol.card import Card
from sealane.protocol.pack_form import DAMAGED, PackEntry, PackHead, PackKey, PackNode
from sealane.sealing import keywrap
from sealane.sealing.kem import HYBRID, X_WING

KEY, TAG = 32, 16
LOGS = b"logs"
"""Associated data of the ledgers' part: no statement has such a name."""
STRONGEST = (HYBRID, X_WING)
"""Suites that a pack's key is wrapped by, the first that the card has."""

NO_KEY = declare(
    "pack.no_key",
    Misconfigured,
    "The card of {party} has no key that a pack can be sealed to.",
    "{party} のカードに、パックを封緘できる鍵がありません。",
    "{party} renews its keys (`sealane node renew`), and its card is enrolled here.",
    "{party} が `sealane node renew` で鍵を更新し、そのカードをここで登録してください。",
)


def wrapped_to(card: Card, key: bytes, *, by: PackNode, at: str) -> PackKey:
    """A pack's key, for the node of this card alone. Raises: Misconfigured `pack.no_key`."""
    publics = [found for suite in STRONGEST if (found := card.wrapping_key(suite)) is not None]
    if not publics:
        raise NO_KEY(party=card.party)
    public = publics[0]
    to = PackNode(party=card.party, node=card.node)
    wrapped = keywrap.wrap(public, key, _info(by, to, at, public.kid))
    return PackKey(
        suite=public.suite, kid=public.kid, wrapped=base64.b64encode(wrapped).decode("ascii")
    )


def unwrapped(provider: keywrap.KeyProvider, head: PackHead) -> bytes:
    """The key of a pack for this node. Raises: Untrusted `key.unwrap_failed`."""
    blob, info = base64.b64decode(head.key.wrapped), _info(head.by, head.to, head.at, head.key.kid)
    return provider.unwrap(head.key.suite, blob, info, kid=head.key.kid)


def sealed(key: bytes, place: int, statement: str, data: bytes) -> bytes:
    """A statement under a pack's key, by its place in the pack and its name."""
    return AESGCM(key).encrypt(_nonce(place), data, statement.encode())


def opened(key: bytes, place: int, entry: PackEntry, data: bytes) -> bytes:
    """The statement whose name the page told. Raises: Untrusted `pack.damaged`."""
    try:
        found = AESGCM(key).decrypt(_nonce(place), data, entry.digest.encode())
    except InvalidTag:
        raise DAMAGED(why="a statement does not open") from None
    if canonical.sha384(found) != entry.digest:
        raise DAMAGED(why="a statement is another than the page names")
    return found


def logs_sealed(key: bytes, place: int, data: bytes) -> bytes:
    """The ledgers' part under a pack's key; its place is the one after the last statement's."""
    return AESGCM(key).encrypt(_nonce(place), data, LOGS)


def logs_opened(key: bytes, place: int, data: bytes) -> bytes:
    """What was sealed as the ledgers' part. Raises: Untrusted `pack.damaged`."""
    try:
        return AESGCM(key).decrypt(_nonce(place), data, LOGS)
    except InvalidTag:
        raise DAMAGED(why="its part of the ledgers does not open") from None


def _nonce(place: int) -> bytes:
    return place.to_bytes(12, "big")


def _info(by: PackNode, to: PackNode, at: str, kid: str) -> bytes:
    return canonical.encode(
        {
            "at": at,
            "by": {"node": by.node, "party": by.party},
            "kid": kid,
            "pack": 1,
            "to": {"node": to.node, "party": to.party},
        }
    )
