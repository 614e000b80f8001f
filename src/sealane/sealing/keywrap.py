"""Wrapping a 32-byte share to a key service, opening it there, and binding it to a policy.

One generic failure, `key.unwrap_failed`, covers everything that touches a key: a wrong key, a wrong
`info`, an altered envelope, a share of the wrong length, a policy binding that does not hold.
Spec: spec/container.md §5, §6; RFC 9180; spec/key-access.md §7.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base import canonical
from sealane.base.errors import SealaneError, Untrusted, declare
from sealane.sealing.kem import (
    EC,
    HYBRID,
    RSA,
    SUITES,
    UNKNOWN_SUITE,
    X_WING,
    KemPrivateKey,
    KemPublicKey,
)

__all__ = [
    "EC",
    "HYBRID",
    "RSA",
    "SUITES",
    "X_WING",
    "KemPrivateKey",
    "KemPublicKey",
    "KeyProvider",
    "KeyRing",
    "binding_holds",
    "join",
    "joined",
    "policy_binding",
    "split",
    "suite_of_envelope",
    "unwrap",
    "wrap",
    "wrapping_info",
]

SHARE = 32
ENVELOPE = 1
_SUITES = {
    HYBRID: (
        bytes.fromhex("01005100020002"),
        hpke.Suite(hpke.KEM.MLKEM1024_P384, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM),
    ),
    X_WING: (
        bytes.fromhex("01647a00020002"),
        hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA384, hpke.AEAD.AES_256_GCM),
    ),
}
_HEAD = 7
_POINT, _NONCE = 65, 12
EC_SALT = hashlib.sha256(b"TDF").digest()
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - the format's

UNWRAP_FAILED = declare(
    "key.unwrap_failed",
    Untrusted,
    "A key share does not open.",
    "鍵の分割片が開きません。",
    "The object was altered, or its key belongs to another service; ask the sender for it again.",
    "内容が変えられたか、別のサービスの鍵です。送り手に再送を求めてください。",
)


class KeyProvider(Protocol):
    """One method where strangers plug in: a keystore file, an HSM.

    Example:
        >>> class Token:
        ...     # Stands for a hardware module: it counts what it was asked, and unwraps nothing.
        ...     asked = 0
        ...     def unwrap(self, suite, blob, info, *, kid=None):
        ...         self.asked += 1
        ...         return sealane.KeyRing([]).unwrap(suite, blob, info, kid=kid)
        >>> from io import BytesIO
        >>> token = Token()
        >>> with open("tests/vectors/container/sovereign.tdf", "rb") as file:
        ...     sealane.open_sealed(file, BytesIO(), token, signed_by=None)
        Traceback (most recent call last):
        sealane.base.errors.Untrusted: key.unwrap_failed: A key share does not open.
        >>> token.asked > 0
        True
    """

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        """The 32-byte share; without `kid` every key of the suite is tried. Raises:
        `key.unwrap_failed`.
        """
        ...


class KeyRing:
    """Keys in memory as a provider; several of one suite while a rotation lasts.

    `any_kid` tries every key of the suite: for a key in hand whose service named it otherwise.

    Example:
        >>> ring = sealane.KeyRing([sealane.KemPrivateKey.generate("X-Wing")])
        >>> ring.unwrap("X-Wing", b"not an envelope", b"")
        Traceback (most recent call last):
        sealane.base.errors.Untrusted: key.unwrap_failed: A key share does not open.
    """

    __slots__ = ("_any_kid", "_keys")

    def __init__(self, keys: Iterable[KemPrivateKey], *, any_kid: bool = False) -> None:
        self._keys, self._any_kid = tuple(keys), any_kid

    def unwrap(self, suite: str, blob: bytes, info: bytes, *, kid: str | None = None) -> bytes:
        for key in self._keys:
            if key.public.suite == suite and (self._any_kid or not kid or kid == key.public.kid):
                try:
                    return unwrap(key, blob, info)
                except SealaneError:
                    continue
        raise UNWRAP_FAILED()


def wrap(public: KemPublicKey, share: bytes, info: bytes) -> bytes:
    """A share that only this key opens.

    Args:
        share: 32 bytes.
        info: what the hybrids authenticate, from `wrapping_info`. RSA and EC-P256, formats of
            others, have no place for
            it: there the policy binding and the originator seal carry the terms.
    Returns: hybrids: envelope version, HPKE ids, encapsulated key, ciphertext. RSA: OAEP
    ciphertext. EC-P256:
        65-byte ephemeral point, 12-byte nonce, ciphertext and tag.
    Raises: Malformed `key.wrapping_malformed`, `key.unknown_suite`.
    Spec: RFC 9180 §5.1.1 (base mode); spec/container.md §5.
    """
    if len(share) != SHARE:
        raise ValueError("a share is 32 bytes")
    handle = public.handle
    if public.suite in _SUITES:
        head, suite = _SUITES[public.suite]
        return head + suite.encrypt(share, handle, info=head + info)
    if public.suite == RSA:
        sealed: bytes = handle.encrypt(share, _OAEP)
        return sealed
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    point = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    nonce = bytes(_NONCE)  # the key agreed with a one-time key encrypts this once only
    return point + nonce + AESGCM(_agree(ephemeral, handle)).encrypt(nonce, share, None)


def unwrap(private: KemPrivateKey, blob: bytes, info: bytes) -> bytes:
    """The share in an envelope made by `wrap` for this key and this `info`. Raises: Untrusted
    `key.unwrap_failed`.
    """
    try:
        share = _unwrap(private, blob, info)
    except (InvalidTag, ValueError, TypeError):
        raise UNWRAP_FAILED() from None
    if len(share) != SHARE:
        raise UNWRAP_FAILED()
    return share


def _unwrap(private: KemPrivateKey, blob: bytes, info: bytes) -> bytes:
    suite = private.public.suite
    if suite in _SUITES:
        head, scheme = _SUITES[suite]
        if blob[:_HEAD] != head:
            raise ValueError("another envelope")
        return scheme.decrypt(blob[_HEAD:], private.handle, info=head + info)
    if suite == RSA:
        share: bytes = private.handle.decrypt(blob, _OAEP)
        return share
    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), blob[:_POINT])
    nonce, sealed = blob[_POINT : _POINT + _NONCE], blob[_POINT + _NONCE :]
    return AESGCM(_agree(private.handle, point)).decrypt(nonce, sealed, None)


def _agree(private: ec.EllipticCurvePrivateKey, public: ec.EllipticCurvePublicKey) -> bytes:
    secret = private.exchange(ec.ECDH(), public)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=EC_SALT, info=b"").derive(secret)


def suite_of_envelope(blob: bytes) -> str:
    """The hybrid suite whose ids the envelope starts
    with. Raises: Malformed `key.unknown_suite`.
    """
    for suite, (head, _) in _SUITES.items():
        if blob[:_HEAD] == head:
            return suite
    raise UNKNOWN_SUITE(suite=blob[:_HEAD].hex())


def wrapping_info(
    *,
    policy_uuid: str,
    sid: str,
    kid: str,
    url: str,
    agreement: tuple[str, str] | None,
    label_digest: str,
) -> bytes:
    """What a hybrid envelope authenticates: a key service rebuilds it from its own record, so that
    another label, agreement or address makes the unwrapping itself fail.

    Args:
        agreement: id and version digest (SHA-384 hex), or None for an object of the own node.
        label_digest: SHA-384 hex of the label's canonical form.
    Spec: spec/container.md §5.
    """
    return canonical.encode(
        {
            "agreement": (
                None if agreement is None else {"id": agreement[0], "digest": agreement[1]}
            ),
            "kid": kid,
            "label": label_digest,
            "policy": policy_uuid,
            "sid": sid,
            "url": url,
        }
    )


def policy_binding(share: bytes, policy_text: str) -> str:
    """Lower-case hex HMAC-SHA256 of the base64 policy text under the share. Spec: TDF
    policyBinding; spec/container.md §5.
    """
    return hmac.new(share, policy_text.encode(), hashlib.sha256).hexdigest()


def binding_holds(share: bytes, policy_text: str, binding: bytes) -> bool:
    """Whether a binding (32 raw or 64 hex bytes, after base64) is this policy's; compared in
    constant time.
    """
    wanted = policy_binding(share, policy_text)
    if len(binding) == SHARE:
        return hmac.compare_digest(bytes.fromhex(wanted), binding)
    return hmac.compare_digest(wanted.encode(), binding)


def split(dek: bytes, parts: int, entropy: Callable[[int], bytes]) -> tuple[bytes, ...]:
    """Shares whose XOR is the key; any all-but-one of them say nothing about it."""
    shares = [entropy(len(dek)) for _ in range(parts - 1)]
    return (*shares, join([dek, *shares]))


@contextmanager
def joined(*shares: bytes) -> Iterator[bytearray]:
    """The XOR of shares of one length for the length of a block, and zeros afterwards."""
    key = bytearray(len(shares[0]))
    try:
        for share in shares:
            for at, value in enumerate(share):
                key[at] ^= value
        yield key
    finally:
        key[:] = bytes(len(key))


def join(shares: Sequence[bytes]) -> bytes:
    """The XOR of shares of one length."""
    total = 0
    for share in shares:
        total ^= int.from_bytes(share, "big")
    return total.to_bytes(len(shares[0]), "big")
