"""Signatures that others make with certificates of their own: RSA and ECDSA over exact bytes,
nothing below SHA-256.

Spec: RFC 8017 §8.2 (PKCS #1 v1.5), FIPS 186-5 (ECDSA, as r and s side by side), RFC 6931.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509 import load_pem_x509_certificate

from sealane.base.errors import Malformed, Untrusted, declare

HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
MIN_RSA = 2048
MAX_PEM = 64 << 10

BAD_KEY = declare(
    "signature.foreign_key",
    Malformed,
    "This is no certificate or public key to check a signature with: {why}.",
    "署名の検証に使える証明書・公開鍵ではありません：{why_ja}。",
    "Give the signer's certificate or public key in PEM; RSA of 2048 bits or more, or ECDSA.",
    "署名者の証明書か公開鍵を PEM で渡してください。RSA は 2048 ビット以上、または ECDSA です。",
)
FOREIGN_INVALID = declare(
    "signature.foreign_invalid",
    Untrusted,
    "The signature does not hold under the key named.",
    "署名は、指定された鍵では成り立ちません。",
    "Ask the originator which key signed it; trust nothing it covers until then.",
    "どの鍵で署名したかを作成者に確かめ、それまで署名の対象を信用しないでください。",
)
Key = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


def load_key(pem: bytes) -> Key:
    """The public key of a PEM certificate or public key that a person names. Raises: Malformed
    `signature.foreign_key`.
    """
    if len(pem) > MAX_PEM:
        raise BAD_KEY(why="too long", why_ja="長すぎます")
    try:
        if b"BEGIN CERTIFICATE" in pem:
            key: object = load_pem_x509_certificate(pem).public_key()
        else:
            key = serialization.load_pem_public_key(pem)
    except (ValueError, TypeError):
        raise BAD_KEY(why="not PEM", why_ja="PEM ではありません") from None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA:
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 256:
        return key
    raise BAD_KEY(why="its kind or size", why_ja="種類か長さ")


def verify(key: Key, algorithm: str, data: bytes, signature: bytes) -> None:
    """Silence is success: these bytes were signed with this key.

    Args:
        algorithm: `rsa-sha256`, `ecdsa-sha384` and so on.
    Raises: Untrusted `signature.foreign_invalid`.
    """
    kind, _, bits = algorithm.partition("-sha")
    digest = HASHES.get(bits)
    try:
        if digest is not None and kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), digest())
            return
        if digest is not None and kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            half = (key.key_size + 7) // 8
            if len(signature) == 2 * half:
                r, s = (
                    int.from_bytes(part, "big") for part in (signature[:half], signature[half:])
                )
                key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(digest()))
                return
    except (InvalidSignature, ValueError):
        pass
    raise FOREIGN_INVALID()
