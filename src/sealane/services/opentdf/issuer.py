"""The built-in token issuer: client credentials in, a short token bound to the client's key out.

For the embedded default; a nation's own issuer takes its place in production. Secrets are
machine-made and stored as digests; a token lives five minutes and is bound by DPoP. A client that
cannot do DPoP must be excepted by name, and gets a token for one use, one minute and one address.
Spec: RFC 6749 §4.4, RFC 9449 §5, RFC 9068; spec/key-access.md §8.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from cryptography.hazmat.primitives.serialization import load_der_public_key

from sealane.base import canonical
from sealane.base.errors import SealaneError
from sealane.base.values import SECOND
from sealane.crypto.keys import PublicKey, Signer
from sealane.ports import Host
from sealane.protocol import jwt, tokens
from sealane.protocol.jwt import TokenKey
from sealane.protocol.tokens import ClientRule

LIFE, UNBOUND_LIFE = 300, 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A registered client: the person it acts for, its secret's SHA-384, its exceptions, and the
    purpose of a call that names none.
    """

    id: str
    subject: str
    secret_digest: str
    rule: ClientRule = tokens.STRICT
    purpose: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """An issuer's name, the one service its tokens are for, its ES384 key and its clients."""

    issuer: str
    audience: str
    signer: Signer
    clients: Callable[[str], Client | None]
    host: Host

    @property
    def key(self) -> TokenKey:
        """The verification key, for the JWKS and for `tokens.Issuer.keys`."""
        return verification_key(self.signer.public)


@dataclass(frozen=True, slots=True)
class Denied(Exception):
    """An OAuth error: its code of RFC 6749 and HTTP status."""

    error: str
    status: int


def verification_key(public: PublicKey) -> TokenKey:
    """An ES384 signing key as a token key. Raises: Malformed `token.jwk`."""
    return jwt.token_key(public.alg, load_der_public_key(public.data))


def secret_digest(secret: str) -> str:
    """How a client secret is stored: SHA-384, fit for machine-made secrets of 256 bits only."""
    return canonical.sha384(secret.encode())


def issue(
    issuer: TokenIssuer,
    form: Mapping[str, str],
    *,
    authorization: str,
    proof: str,
    url: str,
    peer: str,
) -> dict[str, Any]:
    """The token response for a client's credentials, by form or HTTP Basic.

    Args:
        proof: the DPoP header, empty when absent.
        url: this endpoint as the client called it.
        peer: the address the call came from.
    Raises: Denied: `invalid_client`, `unsupported_grant_type`, `invalid_dpop_proof`.
    """
    client = _authenticated(issuer, form, authorization)
    if form.get("grant_type") != "client_credentials":
        raise Denied("unsupported_grant_type", 400)
    at = issuer.host.now()
    bound: dict[str, str] | None = None
    if proof:
        try:
            found = tokens.verify_proof(
                proof, method="POST", url=url, at=at, access_token=None, rule=client.rule
            )
        except SealaneError:
            raise Denied("invalid_dpop_proof", 400) from None
        bound = {"jkt": found.key.thumbprint}
    elif client.rule.unbound:
        bound = {"peer": peer}
    if bound is None:
        raise Denied("invalid_dpop_proof", 400)
    life = LIFE if "jkt" in bound else UNBOUND_LIFE
    now = at // SECOND
    claims = {
        "iss": issuer.issuer,
        "sub": client.subject,
        "aud": issuer.audience,
        "client_id": client.id,
        "iat": now,
        "exp": now + life,
        "jti": issuer.host.entropy(16).hex(),
        "cnf": bound,
    }
    if purpose := _purpose(form.get("scope", "")) or client.purpose:
        claims["purpose"] = purpose
    signing = jwt.write({"alg": "ES384", "kid": issuer.key.thumbprint, "typ": "at+jwt"}, claims)
    token = f"{signing}.{jwt.b64(issuer.signer.sign(signing.encode()))}"
    return {
        "access_token": token,
        "token_type": "DPoP" if "jkt" in bound else "Bearer",
        "expires_in": life,
    }


def _authenticated(issuer: TokenIssuer, form: Mapping[str, str], authorization: str) -> Client:
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    if authorization:
        name, secret = _basic(authorization)
    client = issuer.clients(name) if 0 < len(name) <= 128 else None
    wanted = client.secret_digest if client else "0" * 96
    if not hmac.compare_digest(wanted, secret_digest(secret[:1024])) or client is None:
        raise Denied("invalid_client", 401)
    return client


def _basic(authorization: str) -> tuple[str, str]:
    scheme, _, text = authorization.partition(" ")
    try:
        name, found, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise Denied("invalid_client", 401) from None
    if scheme.lower() != "basic" or not found:
        raise Denied("invalid_client", 401)
    return unquote_plus(name), unquote_plus(secret)


def _purpose(scope: str) -> str | None:
    return next(
        (word[8:72] for word in scope.split() if word.startswith("purpose:") and len(word) > 8),
        None,
    )


def discovery(issuer: TokenIssuer) -> dict[str, Any]:
    """The OpenID provider metadata, complete enough for clients that validate it. Spec: OIDC
    Discovery §3.
    """
    base = issuer.issuer
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oidc/authorize",
        "token_endpoint": f"{base}/oidc/token",
        "jwks_uri": f"{base}/oidc/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES384"],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "dpop_signing_alg_values_supported": list(jwt.ALGORITHMS),
        "scopes_supported": ["openid"],
    }
