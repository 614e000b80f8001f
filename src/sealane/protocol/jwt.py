"""Compact signed tokens as OAuth clients and issuers write them; key and algorithm come from us,
never from the token.

Only RS256, ES256 and ES384 exist here: there is no `none` and no shared-secret algorithm to be
confused by.
Spec: RFC 7515, RFC 7519, RFC 8725; spec/key-access.md §4.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from sealane.base import base64url, canonical
from sealane.base.errors import Malformed, SealaneError, Untrusted, declare

MAX_TOKEN = 1 << 20
MAX_HEADER = 8 << 10
ALGORITHMS = ("RS256", "ES256", "ES384")
HARMLESS = frozenset({"alg", "kid", "typ", "cty", "x5t", "x5t#S256"})

BAD_TOKEN = declare(
    "token.malformed",
    Malformed,
    "A token cannot be read: {why}.",
    "トークンを読み取れません：{why}。",
    "Sign in again and send the token as it was issued.",
    "サインインし直し、発行されたままのトークンを送ってください。",
)
BAD_HEADER = declare(
    "token.header",
    Untrusted,
    "The token's header carries {what}, which is not accepted.",
    "トークンのヘッダーに受け付けられない {what} があります。",
    "Send a token signed by a key that is known here, with alg, kid and typ only.",
    "こちらで知られている鍵で署名し、alg、kid、typ だけを持つトークンを送ってください。",
)
BAD_ALGORITHM = declare(
    "token.algorithm",
    Untrusted,
    "The token asks for the algorithm {alg}, which this key does not serve.",
    "トークンはこの鍵が使わない方式 {alg} を求めています。",
)
UNKNOWN_KEY = declare(
    "token.unknown_key",
    Untrusted,
    "The token is signed by a key that is not known here.",
    "トークンはこちらで知られていない鍵で署名されています。",
    "Register the issuer's key under the agreement.",
    "取決めのもとで発行者の鍵を登録してください。",
)
BAD_SIGNATURE = declare(
    "token.signature",
    Untrusted,
    "The token's signature does not hold.",
    "トークンの署名が成り立ちません。",
)
BAD_JWK = declare(
    "token.jwk",
    Malformed,
    "A JSON Web Key is not an acceptable public key: {why}.",
    "JSON Web Key が受け付けられる公開鍵ではありません：{why}。",
    "Use RSA of 2048 to 4096 bits, P-256 or P-384.",
    "RSA 2048～4096 ビット、P-256、P-384 のいずれかを使ってください。",
)

Handle = rsa.RSAPublicKey | ec.EllipticCurvePublicKey


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A verification key with the only algorithm it serves and its RFC 7638 thumbprint, by which it
    is compared.
    """

    alg: str
    handle: Handle = field(compare=False)
    thumbprint: str

    def verify(self, signature: bytes, data: bytes) -> None:
        """Silence is success. Raises: Untrusted `token.signature`."""
        try:
            if isinstance(self.handle, rsa.RSAPublicKey):
                self.handle.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
                return
            half, digest = (32, hashes.SHA256()) if self.alg == "ES256" else (48, hashes.SHA384())
            if len(signature) != 2 * half:
                raise InvalidSignature
            pair = (
                int.from_bytes(signature[:half], "big"),
                int.from_bytes(signature[half:], "big"),
            )
            self.handle.verify(encode_dss_signature(*pair), data, ec.ECDSA(digest))
        except (InvalidSignature, ValueError):
            raise BAD_SIGNATURE() from None


@dataclass(frozen=True, slots=True)
class CompactToken:
    """A parsed compact token; nothing in it is trusted until `verify` was silent."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """SHA-384 of what was signed: an id that a malleable signature does not change."""
        return canonical.sha384(self.signed)

    def verify(
        self,
        key: TokenKey,
        *,
        typ: tuple[str, ...] = (),
        embedded: bool = False,
        reused: bool = False,
    ) -> None:
        """Prove that this key signed this token under an acceptable header.

        Args:
            typ: accepted `typ` values in lower case, where "" means absent; empty accepts any.
            reused: the token comes again and again (an access token): a signature that held is
                remembered.
            embedded: allow `jwk` in the header, for DPoP proofs only; it is compared elsewhere,
                never trusted alone.
        Raises: Untrusted `token.header`, `token.algorithm`, `token.signature`.
        """
        if extra := sorted(set(self.header) - HARMLESS - ({"jwk"} if embedded else set())):
            raise BAD_HEADER(what=extra[0][:20])
        found = self.header.get("typ", "")
        if typ and (not isinstance(found, str) or found.lower() not in typ):
            raise BAD_HEADER(what="another typ")
        if self.header.get("alg") != key.alg:
            raise BAD_ALGORITHM(alg=repr(self.header.get("alg"))[:20])
        (_held if reused else TokenKey.verify)(key, self.signature, self.signed)


@lru_cache(maxsize=4096)
def _held(key: TokenKey, signature: bytes, signed: bytes) -> None:
    """Verified once for these exact bytes and this very key;
    failures raise and are not remembered.
    """
    key.verify(signature, signed)


def read(text: object) -> CompactToken:
    """A compact token parsed strictly. Raises: Malformed `token.malformed`."""
    if (
        not isinstance(text, str)
        or len(text) > MAX_TOKEN
        or text.count(".") != 2
        or not text.isascii()
    ):
        raise BAD_TOKEN(why="it is not three parts of base64url")
    head, body, signature = text.split(".")
    return CompactToken(
        _object(head, MAX_HEADER),
        _object(body, MAX_TOKEN),
        f"{head}.{body}".encode(),
        unb64(signature),
    )


MAX_AGAIN = 8 << 10


def read_again(text: str) -> CompactToken:
    """As `read`, for a short token that comes again and again; what is returned is shared and must
    not be changed.

    Raises: Malformed `token.malformed`: also a token over 8 KiB, so that strangers cannot fill the
    memory.
    """
    if len(text) > MAX_AGAIN:
        raise BAD_TOKEN(why="an access token has at most 8 KiB")
    return _read_again(text)


@lru_cache(maxsize=1024)
def _read_again(text: str) -> CompactToken:
    return read(text)


def write(header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """The signing input of a compact token; the caller signs it and appends the signature."""
    return f"{b64(_json(header))}.{b64(_json(claims))}"


def token_key(alg: str, handle: object) -> TokenKey:
    """A key pinned to its algorithm. Raises: Malformed `token.jwk`."""
    if alg not in ALGORITHMS:
        raise BAD_JWK(why="algorithm")
    if isinstance(handle, rsa.RSAPublicKey) and alg == "RS256":
        numbers = handle.public_numbers()
        if not 2048 <= handle.key_size <= 4096 or numbers.e < 65537:
            raise BAD_JWK(why="RSA size or exponent")
        members = {"e": b64(_big(numbers.e)), "kty": "RSA", "n": b64(_big(numbers.n))}
    elif isinstance(handle, ec.EllipticCurvePublicKey) and (alg, handle.curve.name) in (
        ("ES256", "secp256r1"),
        ("ES384", "secp384r1"),
    ):
        size = handle.key_size // 8
        point = handle.public_numbers()
        members = {
            "crv": f"P-{handle.key_size}",
            "kty": "EC",
            "x": b64(point.x.to_bytes(size, "big")),
            "y": b64(point.y.to_bytes(size, "big")),
        }
    else:
        raise BAD_JWK(why="type and algorithm do not fit")
    return TokenKey(alg, handle, b64(hashlib.sha256(canonical.encode(members)).digest()))


def jwk(key: TokenKey) -> dict[str, str]:
    """The public JSON Web Key, its thumbprint as `kid`. Spec: RFC 7517, RFC 7638."""
    out = {"alg": key.alg, "kid": key.thumbprint, "use": "sig"}
    if isinstance(key.handle, rsa.RSAPublicKey):
        numbers = key.handle.public_numbers()
        return {**out, "kty": "RSA", "n": b64(_big(numbers.n)), "e": b64(_big(numbers.e))}
    size, point = key.handle.key_size // 8, key.handle.public_numbers()
    return {
        **out,
        "kty": "EC",
        "crv": f"P-{key.handle.key_size}",
        "x": b64(point.x.to_bytes(size, "big")),
        "y": b64(point.y.to_bytes(size, "big")),
    }


def key_from_jwk(value: object) -> TokenKey:
    """A public key from a JWK; private, symmetric and unknown kinds are refused, and keys that are
    not for signatures.

    Raises: Malformed `token.jwk`.
    """
    if not isinstance(value, dict) or set(value) & {"d", "k", "p", "q", "oth"}:
        raise BAD_JWK(why="not a public key")
    parts = [value.get(name) for name in ("kty", "crv", "n", "e", "x", "y")]
    if any(part is not None and (not isinstance(part, str) or len(part) > 800) for part in parts):
        raise BAD_JWK(why="a member is not text")
    key = _load(*parts)
    if value.get("alg", key.alg) != key.alg:
        raise BAD_JWK(why="type and algorithm do not fit")
    operations = value.get("key_ops", ["verify"])
    if value.get("use", "sig") != "sig" or not isinstance(operations, list):
        raise BAD_JWK(why="it is not for signatures")
    if "verify" not in operations:
        raise BAD_JWK(why="it is not for signatures")
    return key


@lru_cache(maxsize=4096)
def _load(*parts: str | None) -> TokenKey:
    kty, crv, n, e, x, y = parts
    try:
        if kty == "RSA" and n and e:
            public = rsa.RSAPublicNumbers(
                int.from_bytes(unb64(e), "big"), int.from_bytes(unb64(n), "big")
            ).public_key()
            return token_key("RS256", public)
        if kty == "EC" and crv in ("P-256", "P-384") and x and y:
            curve = ec.SECP256R1() if crv == "P-256" else ec.SECP384R1()
            point = ec.EllipticCurvePublicNumbers(
                int.from_bytes(unb64(x), "big"), int.from_bytes(unb64(y), "big"), curve
            ).public_key()
            return token_key("ES256" if crv == "P-256" else "ES384", point)
    except SealaneError:
        raise
    except ValueError:
        raise BAD_JWK(why="its numbers are not a key") from None
    raise BAD_JWK(why="its type")


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64url.encode(data)


def unb64(text: str) -> bytes:
    """Bytes of base64url without padding or stray bits. Raises: Malformed `token.malformed`."""
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise BAD_TOKEN(why=str(error)) from None


def _object(part: str, limit: int) -> dict[str, Any]:
    value = canonical.parse(unb64(part), limit=limit, depth=16)
    if not isinstance(value, dict):
        raise BAD_TOKEN(why="a part is not a JSON object")
    return value


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True).encode()


def _big(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
