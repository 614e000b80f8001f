"""Signing keys by algorithm; a key knows its one algorithm and no token can change it.

`data` is what travels: raw bytes for Ed25519 (32) and ML-DSA (1312/2592), SubjectPublicKeyInfo DER
for P-384. Private bytes: raw seed for Ed25519 and ML-DSA (32), PKCS#8 DER for P-384; they live in a
keystore only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base.errors import Malformed, Misconfigured, Untrusted, declare

ALGORITHMS = ("Ed25519", "ES384", "ML-DSA-44", "ML-DSA-87")
_P384_ORDER = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffff"
    "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    16,
)

BAD_SIGNATURE = declare(
    "signature.invalid",
    Untrusted,
    "A signature by key {kid} does not hold.",
    "鍵 {kid} の署名が成り立ちません。",
    "The content was altered or signed with another key; ask the sender to send it again.",
    "内容が変えられたか別の鍵で署名されています。送り手に再送を求めてください。",
)
BAD_KEY = declare(
    "key.malformed", Malformed, "A {alg} key cannot be read.", "{alg} の鍵を読み取れません。"
)
UNKNOWN_ALGORITHM = declare(
    "key.unknown_algorithm",
    Malformed,
    "{alg!r} is not a signature algorithm we accept.",
    "{alg!r} は受け付ける署名方式ではありません。",
    "Use one of Ed25519, ES384, ML-DSA-44, ML-DSA-87.",
    "Ed25519、ES384、ML-DSA-44、ML-DSA-87 のいずれかを使ってください。",
)
NO_POST_QUANTUM = declare(
    "crypto.library_too_old",
    Misconfigured,
    "The installed cryptography library lacks {what}.",
    "インストール済みの cryptography に {what} がありません。",
    "Install the wheel that requirements/runtime.lock names.",
    "requirements/runtime.lock が指す wheel を入れてください。",
)


class Signer(Protocol):
    """One method where strangers plug in: a keystore, an HSM.

    Example:
        >>> class Token:
        ...     # Stands for a hardware module: the key never leaves it.
        ...     def __init__(self):
        ...         self._key = sealane.PrivateKey.generate("ES384")
        ...         self.public = self._key.public
        ...     def sign(self, data):
        ...         return self._key.sign(data)
        >>> signer: sealane.Signer = Token()
        >>> signer.public.verify(signer.sign(b"a statement"), b"a statement")
    """

    @property
    def public(self) -> PublicKey: ...

    def sign(self, data: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A verification key and the only algorithm it serves.

    Example:
        >>> key = sealane.PrivateKey.generate("ML-DSA-87")
        >>> public = sealane.PublicKey.from_json(key.public.as_json())
        >>> public.verify(key.sign(b"a statement"), b"a statement")
        >>> public.verify(key.sign(b"a statement"), b"another")
        Traceback (most recent call last):
        sealane.base.errors.Untrusted: signature.invalid: ...
    """

    alg: str
    data: bytes

    @property
    def kid(self) -> str:
        """24 hex characters of SHA-384 over algorithm and key: an id nobody chooses."""
        return hashlib.sha384(self.alg.encode() + b"\x00" + self.data).hexdigest()[:24]

    def verify(self, signature: bytes, data: bytes) -> None:
        """Silence is success. Raises: Untrusted `signature.invalid`."""
        try:
            _verify(self, signature, data)
        except (InvalidSignature, ValueError):
            raise BAD_SIGNATURE(kid=self.kid) from None

    def as_json(self) -> dict[str, str]:
        return {"alg": self.alg, "public": base64.b64encode(self.data).decode()}

    @classmethod
    def from_json(cls, value: Any) -> PublicKey:
        """Raises: Malformed `key.malformed`, `key.unknown_algorithm`."""
        if not isinstance(value, dict) or set(value) != {"alg", "public"}:
            raise BAD_KEY(alg="public")
        alg = value["alg"]
        if alg not in ALGORITHMS:
            raise UNKNOWN_ALGORITHM(alg=alg)
        try:
            key = cls(alg, base64.b64decode(value["public"], validate=True))
            _load_public(key.alg, key.data)
        except (TypeError, ValueError, binascii.Error):
            raise BAD_KEY(alg=alg) from None
        return key


class PrivateKey:
    """A signing key in memory; it has no repr and gives its bytes only to a keystore.

    Example:
        >>> key = sealane.PrivateKey.generate("ES384")
        >>> len(key.sign(b"a statement"))
        96
    """

    __slots__ = ("_handle", "public")

    def __init__(self, alg: str, private: bytes) -> None:
        self._handle = _load_private(alg, private)
        self.public = PublicKey(alg, _public_bytes(alg, self._handle))

    @classmethod
    def generate(cls, alg: str) -> PrivateKey:
        """A fresh key of this algorithm. Raises: Malformed `key.unknown_algorithm`."""
        return cls(alg, _generate(alg))

    @classmethod
    def derived(cls, secret: bytes, purpose: str) -> PrivateKey:
        """The one ES384 key of a secret (32 bytes or more) and a purpose: whoever holds the secret
        has the same. Spec: NIST SP 800-56A §5.6.1.2.1 (extra random bits).
        """
        wide = HKDF(hashes.SHA384(), 64, None, purpose.encode()).derive(secret)
        scalar = int.from_bytes(wide, "big") % (_P384_ORDER - 1) + 1
        return cls(
            "ES384",
            ec.derive_private_key(scalar, ec.SECP384R1()).private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )

    def sign(self, data: bytes) -> bytes:
        """Sign exactly these bytes; ES384 gives r||s (96 bytes) as JOSE has it. Spec: RFC 7518
        §3.4, RFC 9964.
        """
        if isinstance(self._handle, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(self._handle.sign(data, ec.ECDSA(hashes.SHA384())))
            return r.to_bytes(48, "big") + s.to_bytes(48, "big")
        signature: bytes = self._handle.sign(data)
        return signature

    def private_bytes(self) -> bytes:
        """For a keystore's sealing only."""
        if isinstance(self._handle, ec.EllipticCurvePrivateKey):
            return self._handle.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        raw: bytes = self._handle.private_bytes_raw()
        return raw

    def __repr__(self) -> str:
        return f"PrivateKey({self.public.alg}, {self.public.kid})"


def self_test() -> None:
    """Prove that the library has every algorithm before a node starts. Raises: Misconfigured."""
    for alg in ALGORITHMS:
        try:
            key = PrivateKey.generate(alg)
            key.public.verify(key.sign(b"start"), b"start")
        except UnsupportedAlgorithm:
            raise NO_POST_QUANTUM(what=alg) from None


def _generate(alg: str) -> bytes:
    if alg == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate().private_bytes_raw()
    if alg == "ES384":
        return ec.generate_private_key(ec.SECP384R1()).private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    if alg == "ML-DSA-44":
        return mldsa.MLDSA44PrivateKey.generate().private_bytes_raw()
    if alg == "ML-DSA-87":
        return mldsa.MLDSA87PrivateKey.generate().private_bytes_raw()
    raise UNKNOWN_ALGORITHM(alg=alg)


def _load_private(alg: str, private: bytes) -> Any:
    try:
        if alg == "Ed25519":
            return ed25519.Ed25519PrivateKey.from_private_bytes(private)
        if alg == "ML-DSA-44":
            return mldsa.MLDSA44PrivateKey.from_seed_bytes(private)
        if alg == "ML-DSA-87":
            return mldsa.MLDSA87PrivateKey.from_seed_bytes(private)
        if alg == "ES384":
            handle = serialization.load_der_private_key(private, password=None)
            if isinstance(handle, ec.EllipticCurvePrivateKey) and isinstance(
                handle.curve, ec.SECP384R1
            ):
                return handle
    except (ValueError, TypeError):
        raise BAD_KEY(alg=alg) from None
    raise UNKNOWN_ALGORITHM(alg=alg)


def _public_bytes(alg: str, handle: Any) -> bytes:
    public = handle.public_key()
    if alg == "ES384":
        der: bytes = public.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return der
    raw: bytes = public.public_bytes_raw()
    return raw


@lru_cache(maxsize=1024)
def _load_public(alg: str, data: bytes) -> Any:
    if alg == "Ed25519":
        return ed25519.Ed25519PublicKey.from_public_bytes(data)
    if alg == "ML-DSA-44":
        return mldsa.MLDSA44PublicKey.from_public_bytes(data)
    if alg == "ML-DSA-87":
        return mldsa.MLDSA87PublicKey.from_public_bytes(data)
    if alg == "ES384":
        key = serialization.load_der_public_key(data)
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1):
            return key
    raise ValueError("not a key of this algorithm")


def _verify(key: PublicKey, signature: bytes, data: bytes) -> None:
    handle = _load_public(key.alg, key.data)
    if key.alg == "ES384":
        if len(signature) != 96:
            raise InvalidSignature
        half = encode_dss_signature(
            int.from_bytes(signature[:48], "big"), int.from_bytes(signature[48:], "big")
        )
        handle.verify(half, data, ec.ECDSA(hashes.SHA384()))
    else:
        handle.verify(signature, data)
