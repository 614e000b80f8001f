"""A hand-made OAuth client and issuer for tests: every token an honest or a hostile client could
send.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sealane.base.values import SECOND
from sealane.protocol import jwt
from tests.clock import START

NOW = START
NOW_S = NOW // SECOND
ISSUER = "https://issuer.aus.example"
AUDIENCE = "https://kas.aus.example/kas"
URL = "https://kas.aus.example/kas.AccessService/Rewrap"


class Key:
    """A signing key of a client or an issuer."""

    def __init__(self, alg: str = "ES256") -> None:
        makers: dict[str, Callable[[], Any]] = {
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "RS256": lambda: rsa.generate_private_key(65537, 2048),
        }
        self.private = makers[alg]()
        self.public = jwt.token_key(alg, self.private.public_key())
        self.alg = alg

    def sign(self, data: bytes) -> Any:
        if self.alg == "RS256":
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        size, digest = (32, hashes.SHA256()) if self.alg == "ES256" else (48, hashes.SHA384())
        r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def token(self, claims: dict[str, Any], **header: Any) -> Any:
        signing = jwt.write({"alg": self.alg, **header}, claims)
        return f"{signing}.{jwt.b64(self.sign(signing.encode()))}"


def access_claims(key: Any, **changes: Any) -> Any:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "reader-1",
        "client_id": "cli",
        "iat": NOW_S,
        "exp": NOW_S + 300,
        "jti": uuid.uuid4().hex,
        "cnf": {"jkt": key.public.thumbprint},
    }
    claims.update(changes)
    return {name: value for name, value in claims.items() if value is not None}


def access_token(issuer: Any, key: Any, **changes: Any) -> Any:
    return issuer.token(access_claims(key, **changes), typ="at+jwt", kid=issuer.public.thumbprint)


def proof(key: Any, *, token: Any = None, header: Any = None, **changes: Any) -> Any:
    claims = {"jti": uuid.uuid4().hex, "htm": "POST", "htu": URL, "iat": NOW_S}
    if token is not None:
        claims["ath"] = jwt.b64(hashlib.sha256(token.encode()).digest())
    claims.update(changes)
    claims = {name: value for name, value in claims.items() if value is not None}
    public = {
        name: value
        for name, value in jwt.jwk(key.public).items()
        if name not in ("kid", "use", "alg")
    }
    return key.token(claims, **{"typ": "dpop+jwt", "jwk": public, **(header or {})})


def request_token(key: Any, body: Any, *, header: Any = None, **changes: Any) -> Any:
    claims = {
        "requestBody": body if isinstance(body, str) else json.dumps(body),
        "iat": NOW_S,
        "exp": NOW_S + 60,
        "jti": uuid.uuid4().hex,
    }
    claims.update(changes)
    claims = {name: value for name, value in claims.items() if value is not None}
    return key.token(claims, **{"typ": "JWT", **(header or {})})


def hs256(secret: bytes, claims: dict[str, Any], **header: Any) -> Any:
    signing = jwt.write({"alg": "HS256", **header}, claims)
    return f"{signing}.{jwt.b64(hmac.new(secret, signing.encode(), hashlib.sha256).digest())}"


def unsigned(claims: dict[str, Any], **header: Any) -> Any:
    return jwt.write({"alg": "none", **header}, claims) + "."
