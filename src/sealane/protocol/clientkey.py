"""The key a client gives to receive shares: RSA or EC as OpenTDF clients send it, or a hybrid suite
as ours do.

Spec: spec/key-access.md §5, §6, §7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sealane.base import canonical
from sealane.base.errors import Malformed, SealaneError, declare
from sealane.sealing import keywrap
from sealane.sealing.keywrap import KemPublicKey

BAD_CLIENT_KEY = declare(
    "rewrap.client_key",
    Malformed,
    "The client's public key is not acceptable: {why}.",
    "クライアントの公開鍵を受け付けられません：{why}。",
    "Use RSA of 2048 to 4096 bits, P-256, P-384, P-521, or a hybrid suite.",
    "RSA 2048～4096 ビット、P-256、P-384、P-521、またはハイブリッド方式を使ってください。",
)
_SALT = hashlib.sha256(b"TDF").digest()
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303 - the format's
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """One client key for one answer; `seal(share, info)` gives what only its holder opens.

    `session_pem` is the answer's own EC key, empty for the others; only a hybrid suite
    authenticates `info`.
    """

    suite: str
    digest: str
    session_pem: str
    seal: Callable[[bytes, bytes], bytes]


def client_key(value: Any) -> AnswerKey:
    """A client key from its PEM text, or from the canonical JSON of a `KemPublicKey`.

    Raises: Malformed `rewrap.client_key`.
    """
    if not isinstance(value, str) or not 1 <= len(value) <= 16384 or not value.isascii():
        raise BAD_CLIENT_KEY(why="not text")
    digest = canonical.sha384(value.encode())
    if value.startswith("{"):
        return _hybrid(value, digest)
    try:
        handle = serialization.load_pem_public_key(value.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BAD_CLIENT_KEY(why="not a public key in PEM") from None
    if isinstance(handle, rsa.RSAPublicKey) and 2048 <= handle.key_size <= 4096:
        public = handle
        return AnswerKey("RSA-OAEP-SHA1", digest, "", lambda share, _: public.encrypt(share, _OAEP))
    if isinstance(handle, ec.EllipticCurvePublicKey) and isinstance(handle.curve, _CURVES):
        return _elliptic(handle, digest)
    raise BAD_CLIENT_KEY(why="its type or size")


def _hybrid(text: str, digest: str) -> AnswerKey:
    try:
        key = KemPublicKey.from_json(canonical.parse(text, limit=16384, depth=2))
    except SealaneError:
        raise BAD_CLIENT_KEY(why="not a key of a suite we know") from None
    if key.suite not in (keywrap.HYBRID, keywrap.X_WING):
        raise BAD_CLIENT_KEY(why="a classical key is sent as PEM")
    return AnswerKey(key.suite, digest, "", lambda share, info: keywrap.wrap(key, share, info))


def _elliptic(public: ec.EllipticCurvePublicKey, digest: str) -> AnswerKey:
    session = ec.generate_private_key(public.curve)
    secret = session.exchange(ec.ECDH(), public)
    cipher = AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=_SALT, info=b"").derive(secret))
    pem = (
        session.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )

    def seal(share: bytes, _: bytes) -> bytes:
        nonce = AESGCM.generate_key(128)[:12]
        return nonce + cipher.encrypt(nonce, share, None)

    return AnswerKey(f"EC-P{public.curve.key_size}", digest, pem, seal)
