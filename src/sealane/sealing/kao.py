"""Key access objects: one wrapped share each, for one key service.

Spec: spec/container.md §5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from sealane.base import canonical
from sealane.base.errors import Untrusted, declare
from sealane.sealing.keywrap import (
    EC,
    RSA,
    UNWRAP_FAILED,
    KemPublicKey,
    KeyProvider,
    binding_holds,
    policy_binding,
    suite_of_envelope,
    wrap,
    wrapping_info,
)
from sealane.sealing.shape import BAD_MANIFEST, b64, members, raw, text

TYPES = {RSA: "wrapped", EC: "ec-wrapped"}
HPKE = "hpke-wrapped"

UNKNOWN_WRAPPING = declare(
    "container.unknown_wrapping",
    Untrusted,
    "A key is wrapped as {type!r}, which is not accepted.",
    "受け付けられない {type!r} で鍵が包装されています。",
    "Ask the sender to seal with a suite the agreement names.",
    "取決めが定める方式で封緘するよう送り手に求めてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAccessObject:
    """One key access object as received; `binding` is base64-decoded: 32 raw bytes or 64 of hex."""

    type: str
    url: str
    kid: str
    sid: str
    wrapped_key: bytes
    binding: bytes
    ephemeral_public_key: str | None = None
    encrypted_metadata: str | None = None
    received: dict[str, Any]

    @property
    def suite(self) -> str:
        """The wrapping suite. Raises: Untrusted `container.unknown_wrapping`, Malformed
        `key.unknown_suite`.
        """
        for suite, name in TYPES.items():
            if name == self.type:
                return suite
        if self.type != HPKE:
            raise UNKNOWN_WRAPPING(type=self.type[:40])
        return suite_of_envelope(self.wrapped_key)

    def envelope(self) -> bytes:
        """The envelope that `keywrap.unwrap` opens. Raises: Untrusted `key.unwrap_failed`: no P-256
        ephemeral key.
        """
        if self.type != TYPES[EC]:
            return self.wrapped_key
        try:
            key = serialization.load_pem_public_key((self.ephemeral_public_key or "").encode())
        except (ValueError, UnsupportedAlgorithm):
            raise UNWRAP_FAILED() from None
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(
            key.curve, ec.SECP256R1
        ):
            raise UNWRAP_FAILED()
        point = key.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return point + self.wrapped_key

    def info(
        self, *, policy_uuid: str, agreement: tuple[str, str] | None, label_digest: str
    ) -> bytes:
        """What this object's envelope authenticates under
        these terms; see `keywrap.wrapping_info`.
        """
        return wrapping_info(
            policy_uuid=policy_uuid,
            sid=self.sid,
            kid=self.kid,
            url=self.url,
            agreement=agreement,
            label_digest=label_digest,
        )

    def digest(self) -> str:
        """SHA-384 hex over what the object means, whatever form a client re-serialised it into: the
        members type, url, kid, sid, wrapped key, binding (as hex) and ephemeral key. Key services
        compare it with their record.
        """
        binding = (
            self.binding.hex()
            if len(self.binding) == 32
            else self.binding.decode("ascii", "replace").lower()
        )
        return canonical.digest(
            {
                "binding": binding,
                "ephemeral": self.ephemeral_public_key or "",
                "kid": self.kid,
                "sid": self.sid,
                "type": self.type,
                "url": self.url,
                "wrapped": b64(self.wrapped_key),
            }
        )


def key_access_from_json(value: Any) -> KeyAccessObject:
    """One object, strictly; unknown members are kept and digested but mean nothing.

    Accepts the binding as object or bare string; absent `sid`, `kid` mean "".
    Raises: Malformed `container.manifest`.
    """
    value = members(value, "keyAccess")
    binding = value.get("policyBinding")
    if isinstance(binding, dict):
        if text(binding, "alg", default="HS256").upper() != "HS256":
            raise BAD_MANIFEST(member="policyBinding", why="another algorithm than HS256")
        binding = text(binding, "hash", limit=256)
    if not isinstance(binding, str):
        raise BAD_MANIFEST(member="policyBinding", why="neither an object nor a text")
    bound = raw(binding, "policyBinding")
    if len(bound) not in (32, 64):
        raise BAD_MANIFEST(member="policyBinding", why="neither 32 bytes nor 64 hex digits")
    if text(value, "protocol", default="kas", limit=32) != "kas":
        raise BAD_MANIFEST(member="protocol", why="not kas")
    return KeyAccessObject(
        type=text(value, "type", limit=64),
        url=text(value, "url", limit=2048),
        kid=text(value, "kid", default="", limit=256),
        sid=text(value, "sid", default="", limit=256),
        wrapped_key=raw(text(value, "wrappedKey", limit=16384), "wrappedKey"),
        binding=bound,
        ephemeral_public_key=(
            text(value, "ephemeralPublicKey", limit=4096)
            if value.get("ephemeralPublicKey")
            else None
        ),
        encrypted_metadata=(
            text(value, "encryptedMetadata", limit=1 << 16)
            if value.get("encryptedMetadata")
            else None
        ),
        received=value,
    )


def make_key_access(
    share: bytes, policy_text: str, *, to: KemPublicKey, sid: str, kid: str, url: str, info: bytes
) -> dict[str, Any]:
    """The JSON form of one share wrapped to one key service, bound to the policy; no member beyond
    the known ones.
    """
    envelope = wrap(to, share, info)
    out: dict[str, Any] = {
        "type": TYPES.get(to.suite, HPKE),
        "url": url,
        "protocol": "kas",
        "kid": kid,
    }
    if sid:
        out["sid"] = sid
    if to.suite == EC:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), envelope[:65])
        pem = point.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        out["ephemeralPublicKey"], envelope = pem.decode(), envelope[65:]
    out["wrappedKey"] = b64(envelope)
    out["policyBinding"] = {
        "alg": "HS256",
        "hash": b64(policy_binding(share, policy_text).encode()),
    }
    out["schemaVersion"] = "1.0"
    return out


def unwrap_key_access(
    kao: KeyAccessObject, policy_text: str, keys: KeyProvider, *, info: bytes
) -> bytes:
    """The share in this object, after its policy binding held.

    Raises: Untrusted `key.unwrap_failed` for everything that touches a key;
    `container.unknown_wrapping`.
    """
    # Step 1: open the envelope under terms that we wrote ourselves: an object moved to another
    # policy, agreement, label or address does not open.
    share = keys.unwrap(kao.suite, kao.envelope(), info, kid=kao.kid or None)
    # Step 2: the share was bound to exactly this policy text when it was sealed. Suites that
    # authenticate nothing (RSA, EC) rest on this alone. Both failures have one code and one timing.
    if not binding_holds(share, policy_text, kao.binding):
        raise UNWRAP_FAILED()
    return share


def key_access_digest(received: list[dict[str, Any]]) -> str:
    """SHA-384 hex of the whole list, objects entire and in order. Spec: spec/container.md §8."""
    return canonical.digest(received)
