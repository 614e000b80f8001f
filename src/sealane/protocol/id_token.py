"""ID tokens and logout tokens of an OpenID Connect provider: believed by its published keys alone,
for this client, this question and this moment.

An ID token is believed when, in this order:

1. its header names an algorithm that one of the provider's keys serves, and carries no key;
2. that key's signature holds;
3. it is by this issuer, exactly as the setting has it;
4. for this client, and for nobody else without saying who asked for it;
5. not ended, and made just now;
6. an answer to this very question (`nonce`);
7. and of a level of assurance (`acr`) that lets in.

Spec: OpenID Connect Core 1.0 §3.1.3.7; OpenID Connect Back-Channel Logout 1.0 §2.6; RFC 8725.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sealane.base.errors import SealaneError, Unavailable, Untrusted, declare
from sealane.base.values import SECOND, Instant
from sealane.protocol import jwt
from sealane.protocol.jwt import CompactToken, TokenKey

SKEW, FRESH = 60, 600
EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_KEYS = 50

NOT_BELIEVED = declare(
    "provider.token",
    Untrusted,
    "The identity provider's token is not believed: {why}.",
    "認証プロバイダーのトークンを信頼できません：{why}。",
    "Try again; if it stays, the operator compares the provider's settings with node.toml.",
    "再試行しても続く場合は、運用者がプロバイダーの設定と node.toml を照合してください。",
)

AWAY = declare(
    "provider.away",
    Unavailable,
    "The identity provider does not answer as it should: {why}.",
    "認証プロバイダーから正しい応答がありません：{why}。",
    "Try again, or sign in by another means.",
    "再試行するか、別の手段でサインインしてください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenQuestion:
    """What a token must answer."""

    issuer: str
    client: str
    at: Instant
    nonce: str = ""
    levels: Collection[str] = ()
    """Levels of assurance that let in; empty: any."""


def keys_of(document: Any) -> dict[str, TokenKey]:
    """The signing keys of a provider's key set, by `kid`; those of other kinds are left out."""
    listed = document.get("keys") if isinstance(document, dict) else None
    found: dict[str, TokenKey] = {}
    for one in (listed if isinstance(listed, list) else [])[:MAX_KEYS]:
        try:
            kid = one.get("kid", "") if isinstance(one, dict) else ""
            if isinstance(kid, str):
                found[kid] = jwt.key_from_jwk(one)
        except SealaneError:
            continue
    return found


def kid_of(text: str) -> str:
    """Which key a token says it is signed by. Raises: Malformed `token.malformed`."""
    kid = jwt.read(text).header.get("kid", "")
    return kid if isinstance(kid, str) else ""


def id_claims(text: str, keys: Mapping[str, TokenKey], question: TokenQuestion) -> dict[str, Any]:
    """The claims of an ID token that answers the question. Raises: Untrusted `provider.token`,
    `token.*`; Malformed `token.*`.
    """
    token = _signed(text, keys, ("", "jwt", "id_token+jwt"))
    claims = token.claims
    # 3. to 5.
    _for_us(claims, question)
    # 6. the question
    if not question.nonce or claims.get("nonce") != question.nonce:
        raise NOT_BELIEVED(why="it answers another question")
    # 7. the level
    if question.levels and claims.get("acr") not in question.levels:
        raise NOT_BELIEVED(why="its level of assurance does not let in")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise NOT_BELIEVED(why="it has no subject")
    return claims


def logout_claims(
    text: str, keys: Mapping[str, TokenKey], question: TokenQuestion
) -> dict[str, Any]:
    """The claims of a logout token. Raises: as `id_claims`."""
    token = _signed(text, keys, ("", "jwt", "logout+jwt"))
    claims = token.claims
    _for_us(claims, question)
    events = claims.get("events")
    if not isinstance(events, dict) or EVENT not in events:
        raise NOT_BELIEVED(why="it is no logout")
    # an ID token is no logout token
    if "nonce" in claims:
        raise NOT_BELIEVED(why="it is an ID token")
    names = [claims.get(name) for name in ("sid", "sub") if name in claims]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise NOT_BELIEVED(why="it names nobody")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise NOT_BELIEVED(why="it has no number")
    return claims


def _signed(text: str, keys: Mapping[str, TokenKey], typ: tuple[str, ...]) -> CompactToken:
    token = jwt.read(text)
    kid = token.header.get("kid")
    # 1. the key by its name; a provider with one key need not name it
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None and kid is None and len(keys) == 1:
        key = next(iter(keys.values()))
    if key is None:
        raise jwt.UNKNOWN_KEY()
    # 2. its signature
    token.verify(key, typ=typ)
    return token


def _for_us(claims: Mapping[str, Any], question: TokenQuestion) -> None:
    # 3. the issuer
    if claims.get("iss") != question.issuer:
        raise NOT_BELIEVED(why="it is by another issuer")
    # 4. the client
    told = claims.get("aud")
    audience = told if isinstance(told, list) else [told]
    if question.client not in audience:
        raise NOT_BELIEVED(why="it is for another client")
    asker = claims.get("azp")
    if asker not in (None, question.client) or (len(audience) > 1 and asker is None):
        raise NOT_BELIEVED(why="it is for several clients")
    # 5. the time
    now = question.at // SECOND
    ends, made = _seconds(claims.get("exp")), _seconds(claims.get("iat"))
    if ends is None or made is None:
        raise NOT_BELIEVED(why="it does not say when it was made and ends")
    if ends + SKEW <= now or not now - FRESH <= made <= now + SKEW:
        raise NOT_BELIEVED(why="it has ended, or was not made just now")


def _seconds(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 < value < 1 << 40 else None
