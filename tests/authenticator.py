"""A software authenticator for tests: makes passkeys and answers as one, honestly or not.

Spec: W3C Web Authentication Level 2 §6.1, §6.5.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from sealane.base import base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey, with what a test turns: origin, relying party, flags and counter."""

    def __init__(self, origin: str, rp: str, *, counts: bool = True) -> None:
        self.origin, self.rp, self.counts = origin, rp, counts
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.handle = b""
        self.counter = 0
        self.verifies = True

    def make(self, options: str, **changes: Any) -> str:
        """What a browser sends of a passkey that was made."""
        asked = json.loads(options)
        self.handle = base64url.decode(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        data = self._data(ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked["challenge"], **changes)
        return self._sent(
            {
                "clientDataJSON": base64url.encode(client),
                "attestationObject": base64url.encode(made),
            }
        )

    def answer(self, options: str, **changes: Any) -> str:
        """What a browser sends of a passkey that was asked."""
        asked = json.loads(options)
        client = self._client("webauthn.get", asked["challenge"], **changes)
        data = self._data(0)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent(
            {
                "clientDataJSON": base64url.encode(client),
                "authenticatorData": base64url.encode(data),
                "signature": base64url.encode(signed),
                "userHandle": base64url.encode(self.handle),
            }
        )

    def _client(self, what: str, asked: str, **changes: Any) -> bytes:
        told = {"type": what, "challenge": asked, "origin": self.origin, **changes}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        self.counter += self.counts
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        rp = hashlib.sha256(self.rp.encode()).digest()
        return rp + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _sent(self, response: dict[str, str]) -> str:
        name = base64url.encode(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
