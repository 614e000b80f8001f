"""Keys that shares are wrapped to, by suite id; a key serves its one suite and nothing is
negotiated.

`data` is what travels: ML-KEM encapsulation key then uncompressed point or X25519 key for the two
hybrids, SubjectPublicKeyInfo DER for RSA and P-256. Private bytes: 64-byte ML-KEM seed then PKCS#8
DER (P-384) or 32 raw bytes (X25519) for the hybrids, PKCS#8 DER for RSA and P-256; they live in a
keystore only.
Spec: spec/container.md §5; R62.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec, mlkem, rsa, x25519

from sealane.base.errors import Malformed, declare
from sealane.crypto.keys import NO_POST_QUANTUM

HYBRID, X_WING, RSA, EC = "MLKEM1024-P384", "X-Wing", "RSA-2048-OAEP-SHA1", "EC-P256"
SUITES = (HYBRID, X_WING, RSA, EC)
INTEROP_SUITES = (RSA, EC)
_SEED, _EK1024, _EK768 = 64, 1568, 1184

BAD_KEM_KEY = declare(
    "key.wrapping_malformed",
    Malformed,
    "A key of suite {suite} cannot be read.",
    "方式 {suite} の鍵を読み取れません。",
    "Give the key in the form spec/container.md names for its suite.",
    "spec/container.md が方式ごとに定める形で鍵を渡してください。",
)
UNKNOWN_SUITE = declare(
    "key.unknown_suite",
    Malformed,
    "{suite!r} is not a wrapping suite we know.",
    "{suite!r} は既知の鍵包装方式ではありません。",
    "Use one of MLKEM1024-P384, X-Wing, RSA-2048-OAEP-SHA1, EC-P256.",
    "MLKEM1024-P384、X-Wing、RSA-2048-OAEP-SHA1、EC-P256 のいずれかを使ってください。",
)


@dataclass(frozen=True, slots=True)
class KemPublicKey:
    """A key that shares are wrapped to, and the only suite it serves.

    Example:
        >>> public = sealane.KemPrivateKey.generate("EC-P256").public
        >>> sealane.KemPublicKey.from_pem(public.pem()) == public
        True
    """

    suite: str
    data: bytes

    @property
    def kid(self) -> str:
        """24 hex characters of SHA-384 over suite and key: an id nobody chooses."""
        return hashlib.sha384(self.suite.encode() + b"\x00" + self.data).hexdigest()[:24]

    @property
    def handle(self) -> Any:
        """The library's key. Raises: Malformed `key.wrapping_malformed`, `key.unknown_suite`."""
        try:
            return _load_public(self.suite, self.data)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BAD_KEM_KEY(suite=self.suite) from None

    def as_json(self) -> dict[str, str]:
        return {"suite": self.suite, "public": base64.b64encode(self.data).decode()}

    @classmethod
    def from_json(cls, value: Any) -> KemPublicKey:
        """Raises: Malformed `key.wrapping_malformed`, `key.unknown_suite`."""
        if not isinstance(value, dict) or set(value) != {"suite", "public"}:
            raise BAD_KEM_KEY(suite="?")
        suite = value["suite"]
        if suite not in SUITES:
            raise UNKNOWN_SUITE(suite=str(suite)[:40])
        try:
            key = cls(suite, base64.b64decode(value["public"], validate=True))
        except (TypeError, ValueError, binascii.Error):
            raise BAD_KEM_KEY(suite=suite) from None
        _ = key.handle
        return key

    def pem(self) -> str:
        """SubjectPublicKeyInfo PEM of an RSA or P-256 key. Raises: Malformed for a hybrid, which
        has none.
        """
        if self.suite not in INTEROP_SUITES:
            raise BAD_KEM_KEY(suite=self.suite)
        text: bytes = self.handle.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return text.decode()

    @classmethod
    def from_pem(cls, text: str | bytes) -> KemPublicKey:
        """An RSA (2048 to 4096 bits) or P-256 key
        from SubjectPublicKeyInfo PEM. Raises: Malformed.
        """
        data = text.encode() if isinstance(text, str) else text
        try:
            return _wrap_public(serialization.load_pem_public_key(data))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BAD_KEM_KEY(suite="PEM") from None


class KemPrivateKey:
    """An unwrapping key in memory; its repr shows the id only and
    its bytes go to a keystore alone.

    Example:
        >>> key = sealane.KemPrivateKey.generate("MLKEM1024-P384")
        >>> key.public.suite, len(key.public.kid)
        ('MLKEM1024-P384', 24)
    """

    __slots__ = ("_classical", "_seed", "handle", "public")

    def __init__(self, suite: str, private: bytes) -> None:
        try:
            self._seed, self._classical, self.handle = _load_private(suite, private)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BAD_KEM_KEY(suite=suite) from None
        self.public = KemPublicKey(suite, _public_bytes(suite, self._seed, self._classical))

    @classmethod
    def generate(cls, suite: str) -> KemPrivateKey:
        """A fresh key of this suite. Raises: Malformed `key.unknown_suite`, Misconfigured
        `crypto.library_too_old`.
        """
        try:
            if suite == HYBRID:
                return cls(
                    suite,
                    mlkem.MLKEM1024PrivateKey.generate().private_bytes_raw()
                    + _pkcs8(ec.generate_private_key(ec.SECP384R1())),
                )
            if suite == X_WING:
                return cls(
                    suite,
                    mlkem.MLKEM768PrivateKey.generate().private_bytes_raw()
                    + x25519.X25519PrivateKey.generate().private_bytes_raw(),
                )
            if suite == RSA:
                return cls(suite, _pkcs8(rsa.generate_private_key(65537, 2048)))
            if suite == EC:
                return cls(suite, _pkcs8(ec.generate_private_key(ec.SECP256R1())))
        except (UnsupportedAlgorithm, AttributeError):
            raise NO_POST_QUANTUM(what=suite) from None
        raise UNKNOWN_SUITE(suite=str(suite)[:40])

    @classmethod
    def from_pem(cls, text: str | bytes) -> KemPrivateKey:
        """An RSA or P-256 key from unencrypted PEM. Raises: Malformed `key.wrapping_malformed`."""
        data = text.encode() if isinstance(text, str) else text
        try:
            key = serialization.load_pem_private_key(data, password=None)
            suite = _wrap_public(key.public_key()).suite
            return cls(suite, _pkcs8(key))
        except (ValueError, TypeError, UnsupportedAlgorithm):
            raise BAD_KEM_KEY(suite="PEM") from None

    def private_bytes(self) -> bytes:
        """For a keystore's sealing only."""
        if isinstance(self._classical, x25519.X25519PrivateKey):
            return self._seed + self._classical.private_bytes_raw()
        return self._seed + _pkcs8(self._classical)

    def __repr__(self) -> str:
        return f"KemPrivateKey({self.public.suite}, {self.public.kid})"


def self_test() -> None:
    """Prove that the library has every hybrid before a node starts. Raises: Misconfigured."""
    for suite in (HYBRID, X_WING):
        KemPrivateKey.generate(suite)


def _pkcs8(key: Any) -> bytes:
    der: bytes = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return der


def _spki(key: Any) -> bytes:
    der: bytes = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der


def _wrap_public(handle: Any) -> KemPublicKey:
    if isinstance(handle, rsa.RSAPublicKey):
        return _checked(KemPublicKey(RSA, _spki(handle)))
    return _checked(KemPublicKey(EC, _spki(handle)))


def _checked(key: KemPublicKey) -> KemPublicKey:
    _ = key.handle
    return key


def _load_private(suite: str, private: bytes) -> tuple[bytes, Any, Any]:
    seed, rest = private[:_SEED], private[_SEED:]
    if suite == HYBRID:
        p384 = serialization.load_der_private_key(rest, password=None)
        if not isinstance(p384, ec.EllipticCurvePrivateKey) or not isinstance(
            p384.curve, ec.SECP384R1
        ):
            raise ValueError("not P-384")
        return (
            seed,
            p384,
            hpke.MLKEM1024P384PrivateKey(mlkem.MLKEM1024PrivateKey.from_seed_bytes(seed), p384),
        )
    if suite == X_WING:
        curve = x25519.X25519PrivateKey.from_private_bytes(rest)
        return (
            seed,
            curve,
            hpke.MLKEM768X25519PrivateKey(mlkem.MLKEM768PrivateKey.from_seed_bytes(seed), curve),
        )
    if suite in INTEROP_SUITES:
        key = serialization.load_der_private_key(private, password=None)
        if _wrap_public(key.public_key()).suite != suite:
            raise ValueError("not of this suite")
        return b"", key, key
    raise UNKNOWN_SUITE(suite=str(suite)[:40])


def _public_bytes(suite: str, seed: bytes, classical: Any) -> bytes:
    if suite == HYBRID:
        point: bytes = classical.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return (
            mlkem.MLKEM1024PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw() + point
        )
    if suite == X_WING:
        raw: bytes = classical.public_key().public_bytes_raw()
        return mlkem.MLKEM768PrivateKey.from_seed_bytes(seed).public_key().public_bytes_raw() + raw
    return _spki(classical.public_key())


@lru_cache(maxsize=1024)
def _load_public(suite: str, data: bytes) -> Any:
    if suite == HYBRID:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), data[_EK1024:])
        return hpke.MLKEM1024P384PublicKey(
            mlkem.MLKEM1024PublicKey.from_public_bytes(data[:_EK1024]), point
        )
    if suite == X_WING:
        curve = x25519.X25519PublicKey.from_public_bytes(data[_EK768:])
        return hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(data[:_EK768]), curve
        )
    if suite in INTEROP_SUITES:
        key = serialization.load_der_public_key(data)
        if suite == RSA and isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 4096:
            return key
        if (
            suite == EC
            and isinstance(key, ec.EllipticCurvePublicKey)
            and isinstance(key.curve, ec.SECP256R1)
        ):
            return key
        raise ValueError("not of this suite")
    raise UNKNOWN_SUITE(suite=str(suite)[:40])
