"""Who asks for a key: access token, proof of possession and signed request, each judged at one
instant.

Pure: keys, rules and the instant come in; what must not be seen twice goes out as `once`, and the
caller remembers it in the same transaction that records the answer.
Spec: RFC 7519, RFC 9068, RFC 9449, RFC 9700; spec/key-access.md §4.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sealane.base.errors import Untrusted, declare
from sealane.base.values import SECOND, Instant
from sealane.protocol import jwt
from sealane.protocol.jwt import CompactToken, TokenKey

SKEW = 60
"""Seconds a clock may differ, and the life of a proof and of a signed request."""
MAX_LIFE = 3600
"""Seconds an access token may live at most."""

_URL = re.compile(
    r"(https?)://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([1-9][0-9]{0,4}))?(/[^?#\s]*)?(?:\?[^#\s]*)?",
    re.ASCII | re.IGNORECASE,
)

WRONG_ISSUER = declare(
    "token.issuer",
    Untrusted,
    "The token's issuer is not trusted here.",
    "トークンの発行者はここでは信頼されていません。",
    "Use the issuer that the agreement names.",
    "取決めが定める発行者を使ってください。",
)
WRONG_AUDIENCE = declare(
    "token.audience",
    Untrusted,
    "The token was issued for another service.",
    "トークンは別のサービス向けに発行されています。",
    "Ask the issuer for a token for this key access service.",
    "この鍵アクセスサービス向けのトークンを発行者に求めてください。",
)
EXPIRED = declare(
    "token.expired",
    Untrusted,
    "The token is outside its time.",
    "トークンの有効時間外です。",
    "Sign in again; check the clock.",
    "サインインし直し、時計を確かめてください。",
)
UNKNOWN_CLIENT = declare(
    "token.client",
    Untrusted,
    "The token names a client that is not registered here.",
    "トークンが示すクライアントはここに登録されていません。",
    "Register the client under the agreement.",
    "取決めのもとでクライアントを登録してください。",
)
NO_PROOF = declare(
    "token.proof_missing",
    Untrusted,
    "The token is bound to a key, and no proof of that key came with it.",
    "トークンは鍵に結び付いていますが、その鍵の所持証明がありません。",
    "Send a DPoP proof made with the key the token is bound to.",
    "トークンが結び付く鍵で作った DPoP 証明を送ってください。",
)
BAD_PROOF = declare(
    "token.proof",
    Untrusted,
    "The proof of possession does not fit this call: {why}.",
    "所持証明がこの呼び出しに合いません：{why}。",
    "Make a new proof for each call.",
    "呼び出しごとに新しい証明を作ってください。",
)
BAD_REQUEST_TOKEN = declare(
    "token.request",
    Untrusted,
    "The signed request is not acceptable: {why}.",
    "署名付き要求を受け付けられません：{why}。",
    "Sign each request anew with the key the token is bound to.",
    "トークンが結び付く鍵で要求ごとに署名し直してください。",
)
REPLAYED = declare(
    "token.replayed",
    Untrusted,
    "This token, proof or request was already used.",
    "このトークン・証明・要求は既に使われています。",
    "Make a new one for each call.",
    "呼び出しごとに新しく作ってください。",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRule:
    """What one named client may do otherwise than the rule, as its agreement lists it; the default
    is the rule.

    `request_age` and `request_life`: seconds since a signed request was dated, and from its date to
    its end (web-sdk dates them an hour back, and both it and otdf-python let them live two hours).
    `loose_proof`: its DPoP proof may lack `ath` or name the path only (web-sdk). `unbound`: its
    token is not bound to a key (otdf-python); then the token is single-use, lives a minute and is
    bound to the address it was issued to.
    """

    request_age: int = SKEW
    request_life: int = SKEW
    loose_proof: bool = False
    unbound: bool = False


STRICT = ClientRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One issuer that is trusted, for one audience: its keys by kid, its clients by id.

    `party` names the partner whose issuer it is, and `agreements` those under which alone it is
    trusted; the own nation's has neither.
    """

    issuer: str
    audience: str
    keys: Mapping[str, TokenKey]
    clients: Mapping[str, ClientRule]
    party: str | None = None
    agreements: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Once:
    """Something that may be seen once until an instant."""

    key: str
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A verified access token: who, through which client, bound to which key."""

    issuer: str
    subject: str
    client: str
    rule: ClientRule
    jkt: str | None
    peer: str | None
    claims: Mapping[str, Any]
    once: tuple[Once, ...] = field(default=())
    party: str | None = None
    agreements: frozenset[str] = frozenset()


def verify_access(text: str, issuers: Mapping[str, Issuer], at: Instant) -> Access:
    """Prove that a trusted issuer made this access token for us and that it holds at this instant.

    Raises: Malformed `token.malformed`; Untrusted `token.issuer`, `token.unknown_key`,
    `token.header`, `token.algorithm`, `token.signature`, `token.audience`, `token.expired`,
    `token.client`, `token.proof_missing`.
    """
    token = jwt.read_again(text)
    # Step 1: the issuer is one that we trust now; its name only picks among ours.
    name = token.claims.get("iss")
    issuer = issuers.get(name) if isinstance(name, str) else None
    if issuer is None:
        raise WRONG_ISSUER()
    # Step 2: one of our keys for that issuer made it, as an access token. An ID token or a
    # partner's statement of another type is none.
    types = ("", "jwt", "at+jwt", "application/at+jwt")
    token.verify(_key(token, issuer.keys), typ=types, reused=True)
    # Step 3: it was made for us. One that another service was given must not open our keys.
    audience = token.claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if issuer.audience not in named:
        raise WRONG_AUDIENCE()
    # Step 4: it holds at this instant, and no longer than an hour in all.
    until = _window(token, at, age=MAX_LIFE, life=MAX_LIFE, wrong=EXPIRED)
    # Step 5: the client is registered with that issuer; its exceptions come from us.
    client = _text(token, "client_id") or _text(token, "azp")
    rule = issuer.clients.get(client) if client else None
    if not client or rule is None:
        raise UNKNOWN_CLIENT()
    # Step 6: it is bound to a key whose possession will be proven; or, for a client that cannot,
    # to one address and one use.
    confirmation = token.claims.get("cnf")
    bound: Mapping[str, Any] = confirmation if isinstance(confirmation, dict) else {}
    jkt = bound.get("jkt") if isinstance(bound.get("jkt"), str) else None
    peer = bound.get("peer") if isinstance(bound.get("peer"), str) else None
    if jkt is None and not (rule.unbound and peer is not None):
        raise NO_PROOF()
    once = () if jkt is not None else (Once(f"at:{token.digest}", until),)
    return Access(
        issuer=issuer.issuer,
        subject=_text(token, "sub") or client,
        client=client,
        rule=rule,
        jkt=jkt,
        peer=peer,
        claims=token.claims,
        once=once,
        party=issuer.party,
        agreements=issuer.agreements,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A DPoP proof that held, its key, and what must not come again."""

    key: TokenKey
    once: Once


def verify_proof(
    text: str,
    *,
    method: str,
    url: str,
    at: Instant,
    access_token: str | None,
    rule: ClientRule = STRICT,
) -> Proof:
    """Prove that the holder of the proof's own key made it for this very call, now.

    Whether that key is the right one is the caller's comparison with the token's `cnf.jkt`.
    Raises: Malformed `token.malformed`, `token.jwk`; Untrusted `token.header`, `token.algorithm`,
    `token.signature`, `token.proof`.
    Spec: RFC 9449 §4.3.
    """
    token = jwt.read(text)
    # Step 1: the proof's own key made it. Here alone a key in the header counts, because the caller
    # compares its thumbprint with what the access token is bound to.
    key = jwt.key_from_jwk(token.header.get("jwk"))
    token.verify(key, typ=("dpop+jwt",), embedded=True)
    claims = token.claims
    # Step 2: for this call and no other: method and address.
    if claims.get("htm") != method:
        raise BAD_PROOF(why="another method")
    htu = claims.get("htu")
    names_path_only = rule.loose_proof and htu == path_of(url)
    if not isinstance(htu, str) or not (_same(htu, url) or names_path_only):
        raise BAD_PROOF(why="another address")
    # Step 3: it can be told apart from any other, so that it is seen once.
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= 256:
        raise BAD_PROOF(why="no jti")
    # Step 4: made now; what is remembered as seen may then be forgotten after two such spans.
    issued = _seconds(claims.get("iat"))
    if issued is None or abs(issued * SECOND - at) > SKEW * SECOND:
        raise BAD_PROOF(why="not made now")
    # Step 5: for this access token, or a proof taken from one session would serve another.
    if access_token is not None:
        expected = jwt.b64(hashlib.sha256(access_token.encode()).digest())
        stated = claims.get("ath")
        if stated is None and rule.loose_proof:
            stated = expected
        if not isinstance(stated, str):
            raise BAD_PROOF(why="made for another token")
        if not hmac.compare_digest(stated.encode(), expected.encode()):
            raise BAD_PROOF(why="made for another token")
    seen_as = f"dpop:{key.thumbprint}:{hashlib.sha256(jti.encode()).hexdigest()}"
    return Proof(key=key, once=Once(seen_as, Instant((issued + 2 * SKEW) * SECOND)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A signed request token's body text and id."""

    body: str
    digest: str
    once: Once


def verify_request(
    text: str, *, key: TokenKey | None, rule: ClientRule, at: Instant
) -> SignedRequest:
    """Prove that the key the token is bound to signed this request within its window.

    Args:
        key: the proven DPoP key; None only for a client whose rule is `unbound`, whose requests
            stay unproven.
    Raises: Malformed `token.malformed`; Untrusted `token.request`, `token.header`,
    `token.algorithm`, `token.signature`.
    """
    token = jwt.read(text)
    # Step 1: the key whose possession was just proven signed it. A client that cannot prove one
    # stays unproven here, and was narrowed to one use and one address by its token.
    if key is not None:
        token.verify(key, typ=("", "jwt"))
    elif not rule.unbound:
        raise BAD_REQUEST_TOKEN(why="it is not signed by a proven key")
    elif token.header.get("alg") not in jwt.ALGORITHMS or set(token.header) - jwt.HARMLESS:
        raise BAD_REQUEST_TOKEN(why="its header")
    # Step 2: fresh, within what this client is known to need.
    until = _window(
        token, at, age=rule.request_age, life=rule.request_life, wrong=BAD_REQUEST_TOKEN
    )
    # Step 3: the body that is acted on is the signed one, and the same signed text counts once.
    body = token.claims.get("requestBody")
    if not isinstance(body, str):
        raise BAD_REQUEST_TOKEN(why="it has no requestBody")
    return SignedRequest(body=body, digest=token.digest, once=Once(f"srt:{token.digest}", until))


def _window(token: CompactToken, at: Instant, *, age: int, life: int, wrong: Any) -> Instant:
    """The instant from which the token is over; refuses one that is over, not begun, too long or
    timeless.
    """
    issued, ends = _seconds(token.claims.get("iat")), _seconds(token.claims.get("exp"))
    begins = _seconds(token.claims.get("nbf", token.claims.get("iat")))
    if issued is None or ends is None or begins is None:
        raise wrong(why="it has no times")
    soon = at + SKEW * SECOND
    over = ends * SECOND <= at
    not_begun = begins * SECOND > soon or issued * SECOND > soon
    too_long = ends - issued > life
    too_old = at - issued * SECOND > age * SECOND
    if over or not_begun or too_long or too_old:
        raise wrong(why="it is outside its time")
    return Instant(ends * SECOND)


def _key(token: CompactToken, keys: Mapping[str, TokenKey]) -> TokenKey:
    kid = token.header.get("kid")
    if kid is None and len(keys) == 1:
        return next(iter(keys.values()))
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise jwt.UNKNOWN_KEY()
    return key


def _same(left: str, right: str) -> bool:
    return _normal(left) is not None and _normal(left) == _normal(right)


def path_of(url: str) -> str | None:
    """The path of an absolute http(s) URL, without query; None when it is none."""
    normal = _normal(url)
    return normal[3] if normal else None


def _normal(url: str) -> tuple[str, str, str, str] | None:
    found = _URL.fullmatch(url) if len(url) <= 2048 else None
    if found is None:
        return None
    scheme, host = found[1].lower(), found[2].lower()
    return scheme, host, found[3] or ("443" if scheme == "https" else "80"), found[4] or "/"


def _seconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1 << 34:
        return None
    return int(value)


def _text(token: CompactToken, name: str) -> str | None:
    value = token.claims.get(name)
    return value if isinstance(value, str) and 1 <= len(value) <= 256 else None
