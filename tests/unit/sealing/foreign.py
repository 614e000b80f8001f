"""A writer of containers as other OpenTDF code bases make them, written from the format's
description alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealane.sealing.keywrap import wrap

from .tampering import put_together


def b64(data: bytes) -> Any:
    return base64.b64encode(data).decode()


def b64url(data: bytes) -> Any:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Foreign:
    """One container; every attribute is a way in which writers differ."""

    legacy = False
    version_name = "schemaVersion"
    segment_alg = "GMAC"
    omit_default_sizes = False
    binding_form = "object"
    binding_hex = True
    method = "full"
    shares = ((None, 1),)
    segment = 64
    assertion: Any = None
    jws = "jws"
    name = "0.manifest.json"
    attributes = ("https://peer.example/attr/a/value/b",)

    def __init__(self, **changes: Any) -> None:
        for name, value in changes.items():
            assert hasattr(type(self), name), name
            setattr(self, name, value)

    def seal(self, text: bytes, keys: Any) -> Any:
        """`shares` says (sid or None, alternatives) for each part; keys are used up in order."""
        dek = os.urandom(32)
        parts = [os.urandom(32) for _ in self.shares[1:]]
        last = int.from_bytes(dek, "big")
        for part in parts:
            last ^= int.from_bytes(part, "big")
        policy = b64(
            json.dumps(
                {
                    "uuid": "6e0e0bd4-0000-4000-8000-000000000001",
                    "body": {
                        "dataAttributes": [
                            {"attribute": one, "displayName": ""} for one in self.attributes
                        ],
                        "dissem": [],
                    },
                }
            ).encode()
        )
        listed, left = [], list(keys)
        for (sid, alternatives), share in zip(
            self.shares, [*parts, last.to_bytes(32, "big")], strict=True
        ):
            listed += [
                self.key_access(share, policy, sid, left.pop(0)) for _ in range(alternatives)
            ]
        payload, segments, aggregate = self.segments(text, dek)
        root = hmac.new(dek, aggregate, hashlib.sha256).digest()
        manifest: dict[str, Any] = {
            "encryptionInformation": {
                "type": "split",
                "policy": policy,
                "keyAccess": listed,
                "integrityInformation": {
                    "rootSignature": {
                        "alg": "HS256",
                        "sig": b64(root.hex().encode() if self.legacy else root),
                    },
                    "segmentHashAlg": self.segment_alg,
                    "segmentSizeDefault": self.segment,
                    "encryptedSegmentSizeDefault": self.segment + 28,
                    "segments": segments,
                    "futureMember": 1,
                },
            },
            "payload": {
                "type": "reference",
                "url": "0.payload",
                "protocol": "zip",
                "isEncrypted": True,
                "mimeType": "a/b",
            },
        }
        if self.method == "full":
            manifest["encryptionInformation"]["method"] = {
                "algorithm": "AES-256-GCM",
                "IsStreamable": True,
                "iv": "AAAA",
            }
        if not self.legacy:
            manifest[self.version_name] = "4.3.0"
        if self.assertion is not None:
            manifest["assertions"] = [self.bound(dict(self.assertion), dek, aggregate)]
        return put_together(payload, manifest, name=self.name)

    def segments(self, text: bytes, dek: bytes) -> Any:
        payload, segments, aggregate = b"", [], b""
        for at in range(0, len(text), self.segment) or [0]:
            clear, nonce = text[at : at + self.segment], os.urandom(12)
            block = nonce + AESGCM(dek).encrypt(nonce, clear, None)
            digest = (
                block[-16:]
                if self.segment_alg == "GMAC"
                else hmac.new(dek, block, hashlib.sha256).digest()
            )
            shown = digest.hex().encode() if self.legacy else digest
            one = {"hash": b64(shown)}
            if not (self.omit_default_sizes and len(clear) == self.segment):
                one |= {"segmentSize": len(clear), "encryptedSegmentSize": len(block)}
            payload, aggregate = payload + block, aggregate + shown
            segments.append(one)
        return payload, segments, aggregate

    def key_access(self, share: bytes, policy: str, sid: str | None, key: Any) -> Any:
        binding = hmac.new(share, policy.encode(), hashlib.sha256).digest()
        text = b64(binding.hex().encode() if self.binding_hex else binding)
        out = {
            "type": "wrapped",
            "url": "https://kas.peer.example",
            "protocol": "kas",
            "wrappedKey": b64(wrap(key, share, b"")),
            "policyBinding": (
                {"alg": "HS256", "hash": text} if self.binding_form == "object" else text
            ),
        }
        return out if sid is None else out | {"sid": sid, "kid": ""}

    def bound(self, assertion: Any, dek: bytes, aggregate: bytes) -> Any:
        """`hash_of` in the assertion is the form that is hashed, where it is not the assertion
        itself.
        """
        hashed = assertion.pop("hash_of", None) or assertion
        digest = hashlib.sha256(
            json.dumps(hashed, sort_keys=True, separators=(",", ":")).encode()
        ).digest()
        tail = digest.hex().encode() if self.legacy else digest
        claims = {"assertionHash": digest.hex(), "assertionSig": b64(aggregate + tail)}
        parts = ({"alg": "HS256", "typ": "JWT"}, claims)
        signed = ".".join(b64url(json.dumps(part).encode()) for part in parts)
        mac = hmac.new(dek, signed.encode(), hashlib.sha256).digest()
        return assertion | {"binding": {"method": self.jws, "signature": f"{signed}.{b64url(mac)}"}}
